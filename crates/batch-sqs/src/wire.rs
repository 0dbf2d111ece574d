//! Messages as the entries of a request.

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use batch_smithy::EntryIds;

use crate::{AttributeValue, Message};

/// The entries of a request. They copy the messages, which stay with the writer until the service has
/// accepted them.
pub(crate) fn entries(messages: &[Message], ids: &EntryIds<'_>) -> Vec<SendMessageBatchRequestEntry> {
    messages.iter().zip(ids.iter()).map(|(message, id)| entry(message, id)).collect()
}

/// Sets the fields themselves: a setter of the builder moves the whole entry.
fn entry(message: &Message, id: &str) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(message.body()).build();
    let mut entry = entry.expect("an entry needs id and body, and both are set");
    entry.delay_seconds = message.get_delay().map(|delay| delay.as_secs() as i32);
    entry.message_deduplication_id = message.get_deduplication_id().map(str::to_owned);
    entry.message_group_id = message.get_group().map(str::to_owned);
    if message.attributes().len() > 0 {
        let attributes = message.attributes().map(|(name, value)| (name.to_owned(), attribute(value)));
        entry.message_attributes = Some(attributes.collect());
    }
    if let Some(header) = message.get_trace_header() {
        let header = MessageSystemAttributeValue::builder().data_type("String").string_value(header).build();
        let header = header.expect("an attribute needs a type, and it is set");
        let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
        entry.message_system_attributes = Some([(name, header)].into());
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, SendMessageBatchRequestEntry};
    use batch_smithy::EntryIds;

    use super::entries;
    use crate::{AttributeValue, Message};

    fn entry(message: Message) -> SendMessageBatchRequestEntry {
        let messages = [message];
        entries(&messages, &EntryIds::of(&messages, Message::get_id)).remove(0)
    }

    #[test]
    fn an_entry_carries_what_was_set_and_nothing_else() {
        let bare = entry(Message::new("body"));
        assert_eq!((bare.id(), bare.message_body()), ("0", "body"));
        assert_eq!(bare.delay_seconds, None);
        assert_eq!((bare.message_attributes, bare.message_system_attributes), (None, None));
        assert_eq!((bare.message_group_id, bare.message_deduplication_id), (None, None));

        let full = Message::new("body")
            .id("id")
            .delay(Duration::from_secs(900))
            .group("group")
            .deduplication_id("once")
            .attribute("text", AttributeValue::string("x").label("y"))
            .attribute("number", 7)
            .attribute("bytes", AttributeValue::binary([1, 2]))
            .trace_header("Root=1");
        let entry = entry(full);
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
        let of_the_system = entry.message_system_attributes().expect("it has a trace header");
        let header = &of_the_system[&MessageSystemAttributeNameForSends::AwsTraceHeader];
        assert_eq!((header.data_type(), header.string_value()), ("String", Some("Root=1")));
    }
}
