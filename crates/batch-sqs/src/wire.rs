//! Messages as the entries of a request.

use std::borrow::Cow;

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::{AttributeValue, Message};

/// The ids of the entries of one request, all of them distinct: those that the users gave, and
/// short numbers for the rest.
#[derive(Debug)]
pub(crate) struct WireIds<'a>(Vec<Cow<'a, str>>);

impl<'a> WireIds<'a> {
    /// An id for each message. Of several messages of one id, which only a FIFO queue lets travel
    /// together, the first keeps it.
    pub(crate) fn of(messages: &'a [Message]) -> Self {
        let mut ids: Vec<Cow<'a, str>> = Vec::with_capacity(messages.len());
        if let Some(numbers) = NUMBERS.get(..messages.len())
            && messages.iter().all(|message| message.entry_id().is_none())
        {
            ids.extend(numbers.iter().copied().map(Cow::Borrowed));
            return Self(ids);
        }
        let mut number = 0;
        for message in messages {
            let given = message.entry_id().map(Cow::Borrowed).filter(|id| !ids.contains(id));
            ids.push(given.unwrap_or_else(|| unlike_all(messages, &mut number)));
        }
        Self(ids)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this id is at this place.
    pub(crate) fn is_at(&self, id: &str, place: usize) -> bool {
        self.0.get(place).is_some_and(|known| known == id)
    }

    /// Where this id is.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|known| known == id)
    }

    /// The entries of the request. They copy the messages, which stay with the writer until the
    /// service took them.
    pub(crate) fn entries(&self, messages: &[Message]) -> Vec<SendMessageBatchRequestEntry> {
        messages.iter().zip(&self.0).map(|(message, id)| entry(message, id)).collect()
    }
}

/// The next number that is not the id of a message.
fn unlike_all(messages: &[Message], number: &mut usize) -> Cow<'static, str> {
    loop {
        let id = NUMBERS.get(*number).map_or_else(|| number.to_string().into(), |id| Cow::Borrowed(*id));
        *number += 1;
        if !messages.iter().any(|message| message.entry_id() == Some(&id)) {
            return id;
        }
    }
}

/// Sets the fields themselves: a setter of the builder moves the whole entry.
fn entry(message: &Message, id: &str) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(message.body()).build();
    let mut entry = entry.expect("an entry needs id and body, and both are set");
    entry.delay_seconds = message.message_delay().map(|delay| delay.as_secs() as i32);
    entry.message_deduplication_id = message.message_deduplication_id().map(str::to_owned);
    entry.message_group_id = message.message_group_id().map(str::to_owned);
    if message.attributes().len() > 0 {
        let attributes = message.attributes().map(|(name, value)| (name.to_owned(), attribute(value)));
        entry.message_attributes = Some(attributes.collect());
    }
    entry
}

fn attribute(value: &AttributeValue) -> MessageAttributeValue {
    let typed = MessageAttributeValue::builder().data_type(value.data_type());
    match value {
        AttributeValue::Binary { bytes, .. } => typed.binary_value(Blob::new(bytes.as_slice())),
        AttributeValue::Number { text, .. } | AttributeValue::String { text, .. } => typed.string_value(text),
    }
    .build()
    .expect("an attribute needs a type, and it is set")
}

/// As many as ten messages need even if their users took ten of them, without an allocation.
const NUMBERS: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
    "19",
];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::WireIds;
    use crate::{AttributeValue, Message};

    fn ids(given: &[Option<&str>]) -> Vec<String> {
        let messages: Vec<_> = given
            .iter()
            .map(|id| match id {
                Some(id) => Message::new("body").id(*id),
                None => Message::new("body"),
            })
            .collect();
        WireIds::of(&messages).0.into_iter().map(Into::into).collect()
    }

    #[test]
    fn ids_are_given_or_made_up_and_never_equal() {
        assert_eq!(ids(&[None, None, None]), ["0", "1", "2"]);
        assert_eq!(ids(&[Some("a"), None, Some("b"), None]), ["a", "0", "b", "1"]);
        assert_eq!(ids(&[None, Some("0"), None, Some("2"), None]), ["1", "0", "3", "2", "4"]);
        assert_eq!(ids(&[Some("a"), Some("a"), Some("a")]), ["a", "0", "1"], "the first keeps it");
        assert_eq!(ids(&[Some("0"), Some("0"), None]), ["0", "1", "2"]);
    }

    #[test]
    fn an_id_is_found_where_it_is_or_not_at_all() {
        let messages = [Message::new("x").id("a"), Message::new("y").id("b")];
        let ids = WireIds::of(&messages);
        assert_eq!((ids.place("a"), ids.place("b"), ids.place("c")), (Some(0), Some(1), None));
        assert!(ids.is_at("b", 1) && !ids.is_at("b", 0) && !ids.is_at("b", 7));
    }

    #[test]
    fn an_entry_carries_what_was_set_and_nothing_else() {
        let bare = [Message::new("body")];
        let entry = WireIds::of(&bare).entries(&bare).remove(0);
        assert_eq!((entry.id(), entry.message_body()), ("0", "body"));
        assert_eq!(entry.delay_seconds, None);
        assert_eq!(entry.message_attributes, None);
        assert_eq!((entry.message_group_id, entry.message_deduplication_id), (None, None));

        let full = [Message::new("body")
            .id("id")
            .delay(Duration::from_secs(900))
            .group("group")
            .deduplication_id("once")
            .attribute("text", AttributeValue::string("x").label("y"))
            .attribute("number", 7)
            .attribute("bytes", AttributeValue::binary([1, 2]))];
        let entry = WireIds::of(&full).entries(&full).remove(0);
        assert_eq!((entry.id(), entry.delay_seconds()), ("id", Some(900)));
        assert_eq!(entry.message_group_id(), Some("group"));
        assert_eq!(entry.message_deduplication_id(), Some("once"));
        let attributes = entry.message_attributes().expect("it has attributes");
        assert_eq!(attributes["text"].data_type(), "String.y");
        assert_eq!(attributes["text"].string_value(), Some("x"));
        assert_eq!(attributes["number"].data_type(), "Number");
        assert_eq!(attributes["number"].string_value(), Some("7"));
        assert_eq!(attributes["bytes"].data_type(), "Binary");
        assert_eq!(attributes["bytes"].binary_value().map(AsRef::as_ref), Some(&[1, 2][..]));
    }
}
