use std::fmt;

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use batch_smithy::DeduplicationId;

use crate::usage::message_bytes;
use crate::validate;

/// A message: a body, and what is sent along with it.
///
/// What the service would reject is reported when the message is submitted, never by these methods.
/// `Debug` shows the length of the body and the ids, and nothing of the content.
///
/// ```
/// use batch_sns::Message;
///
/// let message = Message::new("out of stock: sku-17").subject("Stock").attribute("tenant", "acme");
/// assert_eq!(message.body(), "out of stock: sku-17");
/// assert_eq!(message.get_subject(), Some("Stock"));
/// ```
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Message {
    /// Without its id, its deduplication id and its attributes. Boxed, because the writer moves messages.
    entry: Box<PublishBatchRequestEntry>,
    pub(crate) deduplication_id: Option<DeduplicationId>,
    attributes: Vec<(String, MessageAttributeValue)>,
}

impl Message {
    /// A message with this body, from 1 byte up to the limit of the topic.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// assert_eq!(Message::new("text").body(), "text");
    /// ```
    pub fn new(body: impl Into<String>) -> Self {
        let entry = PublishBatchRequestEntry::builder().id("").message(body).build().expect("both are set");
        Self { entry: Box::new(entry), deduplication_id: None, attributes: Vec::new() }
    }

    /// Sets the subject: 1 to 100 characters without line breaks and control characters. Subscribers by email
    /// get it as the subject, others as a member of the notification. Default: none.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// assert_eq!(Message::new("text").subject("Stock").get_subject(), Some("Stock"));
    /// ```
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.entry.subject = Some(subject.into());
        self
    }

    /// Sets the message structure to `json`: the body is a JSON object with a text for each protocol, such as
    /// `sqs` or `email`, and one for all others under `default`. Subscribers do not get the attributes of such
    /// a message.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// let body = r#"{"default": "out of stock: sku-17", "sms": "sku-17!"}"#;
    /// let message = Message::new(body).message_structure_json();
    /// assert_eq!(message.get_message_structure(), Some("json"));
    /// ```
    pub fn message_structure_json(mut self) -> Self {
        self.entry.message_structure = Some("json".to_owned());
        self
    }

    /// Sets the message group id: up to 128 ASCII letters, digits and punctuation characters.
    ///
    /// In a FIFO topic every message needs a group, and the messages of a group keep their order. A standard
    /// topic passes the group on to standard queues of Amazon SQS, which it makes fair queues.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// assert_eq!(Message::new("text").group("customer-17").get_group(), Some("customer-17"));
    /// ```
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.entry.message_group_id = Some(group.into());
        self
    }

    /// Sets the message deduplication id: up to 128 ASCII letters, digits and punctuation characters. FIFO
    /// topics only. Default: one that the writer generates when the message is submitted, and keeps through
    /// every retry.
    ///
    /// Group and deduplication id are the message's identity: while a message with both is inside the
    /// writer, another with the same two is a duplicate.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// let message = Message::new("text").group("customer-17").deduplication_id("order-4711");
    /// assert_eq!(message.get_deduplication_id(), Some("order-4711"));
    /// ```
    pub fn deduplication_id(mut self, id: impl Into<String>) -> Self {
        self.deduplication_id = Some(DeduplicationId::given(id));
        self
    }

    /// Adds an attribute, and replaces one with the same name: of type `String` from a text, `Number` from a
    /// number, `String.Array` from an array of texts, numbers and booleans. Names, types and values count
    /// towards the size of the message.
    ///
    /// A queue of Amazon SQS that is subscribed with raw message delivery does not get messages with more than
    /// 10 attributes: Amazon SNS discards them.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// let message = Message::new("text").attribute("tenant", "acme").attribute("weight", 0.5);
    /// let message = message.attribute("tags", ["new", "red"]);
    /// let types: Vec<_> = message.attributes().map(|(_, value)| value.data_type()).collect();
    /// assert_eq!(types, ["String", "Number", "String.Array"]);
    /// ```
    pub fn attribute(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.with(name.into(), validate::typed(value.into()))
    }

    /// Adds an attribute of type `Binary`, and replaces one with the same name.
    ///
    /// ```
    /// use batch_sns::Message;
    ///
    /// let message = Message::new("text").binary_attribute("thumbnail", [0xff, 0xd8]);
    /// assert_eq!(message.attributes().count(), 1);
    /// ```
    pub fn binary_attribute(self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.with(name.into(), validate::binary(bytes.into()))
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        self.entry.message()
    }

    /// The subject, if it was [set](Self::subject).
    #[must_use]
    pub fn get_subject(&self) -> Option<&str> {
        self.entry.subject()
    }

    /// The message structure, if it was [set](Self::message_structure_json).
    #[must_use]
    pub fn get_message_structure(&self) -> Option<&str> {
        self.entry.message_structure()
    }

    /// The message group id, if it was [set](Self::group).
    #[must_use]
    pub fn get_group(&self) -> Option<&str> {
        self.entry.message_group_id()
    }

    /// The message deduplication id, if it was [set](Self::deduplication_id) or generated by a writer.
    #[must_use]
    pub fn get_deduplication_id(&self) -> Option<&str> {
        self.deduplication_id.as_ref().map(DeduplicationId::as_str)
    }

    /// The attributes, in the order in which they were added.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &MessageAttributeValue)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What it occupies on the heap, in bytes. Attributes occupy what they count.
    pub(crate) fn heap_bytes(&self) -> usize {
        let texts = [&self.entry.subject, &self.entry.message_structure, &self.entry.message_group_id];
        message_bytes(self) - self.entry.message.len()
            + self.entry.message.capacity()
            + size_of_val(&*self.entry)
            + texts.into_iter().flatten().map(String::capacity).sum::<usize>()
            + self.get_deduplication_id().map_or(0, str::len)
            + self.attributes.capacity() * size_of::<(String, MessageAttributeValue)>()
    }

    /// The message as an entry of a request. It is a copy: the message stays with the writer until the
    /// service has accepted it.
    pub(crate) fn entry(&self, id: &str) -> PublishBatchRequestEntry {
        let mut entry = PublishBatchRequestEntry::clone(&self.entry);
        entry.id = id.to_owned();
        entry.message_deduplication_id = self.get_deduplication_id().map(str::to_owned);
        let attributes = self.attributes.iter().cloned();
        entry.message_attributes = (!self.attributes.is_empty()).then(|| attributes.collect());
        entry
    }

    fn with(mut self, name: String, value: MessageAttributeValue) -> Self {
        self.attributes.retain(|(known, _)| *known != name);
        self.attributes.push((validate::exact(name), value));
        self
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("body_bytes", &self.body().len())
            .field("group", &self.get_group())
            .field("deduplication_id", &self.get_deduplication_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
