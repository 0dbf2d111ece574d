use std::fmt;
use std::time::Duration;

use batch_smithy::{DeduplicationId, UniqueIds};
use serde::Serialize;

use crate::AttributeValue;

/// A message: a body, and what is sent along with it.
///
/// What the service would reject is reported when the message is submitted, never by these methods.
/// `Debug` shows lengths, ids and attribute names, but neither the body nor the value of an attribute.
///
/// ```
/// use batch_sqs::Message;
///
/// let message = Message::new("out of stock").id("sku-17").attribute("tenant", "acme");
/// assert_eq!(message.body(), "out of stock");
/// assert_eq!(message.get_id(), Some("sku-17"));
/// ```
#[derive(Clone, Eq, PartialEq)]
#[must_use]
pub struct Message {
    body: String,
    id: Option<String>,
    delay: Option<Duration>,
    group: Option<String>,
    deduplication_id: Option<DeduplicationId>,
    attributes: Vec<(String, AttributeValue)>,
    trace_header: Option<Box<str>>,
}

impl Message {
    /// A message with this body, 1 byte to 1 MiB.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// assert_eq!(Message::new("text"), "text".into());
    /// ```
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            id: None,
            delay: None,
            group: None,
            deduplication_id: None,
            attributes: Vec::new(),
            trace_header: None,
        }
    }

    /// A message whose body is this value as JSON. `serde_json` writes NaN and infinities, which JSON does
    /// not have, as `null`, without an error.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Order {
    ///     id: u32,
    /// }
    ///
    /// assert_eq!(Message::json(&Order { id: 7 })?.body(), r#"{"id":7}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON: for example a map whose keys are not strings.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(Self::new)
    }

    /// Sets the id of the message's entry in its request: up to 80 letters, digits, `-` and `_`.
    /// Consumers do not see it. Default: one that the writer generates.
    ///
    /// On a standard queue it is the message's identity: while a message with this id is inside the writer,
    /// another with the same id is a duplicate.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// assert_eq!(Message::new("text").id("order-17").get_id(), Some("order-17"));
    /// ```
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets how long the queue hides the message: whole seconds, up to 900. Standard queues only.
    /// Default: the delay of the queue.
    ///
    /// ```
    /// use std::time::Duration;
    /// use batch_sqs::Message;
    ///
    /// let message = Message::new("text").delay(Duration::from_secs(30));
    /// assert_eq!(message.get_delay(), Some(Duration::from_secs(30)));
    /// ```
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Sets the message group id: up to 128 ASCII letters, digits and punctuation characters.
    ///
    /// In a FIFO queue the messages of a group keep their order; every message needs a group, its own or
    /// the writer's [`default_group`](crate::Sqs::default_group). A group makes a standard queue a fair
    /// queue, which may cost extra; it is sent only if it is set here.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// let message = Message::new("text").group("customer-17");
    /// assert_eq!(message.get_group(), Some("customer-17"));
    /// ```
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Sets the message deduplication id: up to 128 ASCII letters, digits and punctuation
    /// characters. FIFO queues only. Default: one that the writer generates when the message is
    /// submitted, and keeps through every retry.
    ///
    /// Group and deduplication id are the message's identity: while a message with both is inside the
    /// writer, another with the same two is a duplicate.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// let message = Message::new("text").group("customer-17").deduplication_id("order-4711");
    /// assert_eq!(message.get_deduplication_id(), Some("order-4711"));
    /// ```
    pub fn deduplication_id(mut self, id: impl Into<String>) -> Self {
        self.deduplication_id = Some(DeduplicationId::given(id));
        self
    }

    /// Adds an attribute, and replaces one with the same name. A message has up to 10; their names, types
    /// and values count towards its size.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// let message = Message::new("text").attribute("tenant", "acme").attribute("weight", 12);
    /// assert_eq!(message.attributes().count(), 2);
    /// ```
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.attributes.push((name, value)),
        }
        self
    }

    /// Sets the trace header of AWS X-Ray, sent as the system attribute `AWSTraceHeader`, which Lambda and consumers read. It
    /// counts neither towards the size of the message nor among its attributes. Default: none; a writer never adds one.
    ///
    /// Without it, the queue takes the header that the client sends for the whole request, if its program is traced by X-Ray.
    ///
    /// ```
    /// use batch_sqs::Message;
    ///
    /// let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    /// assert_eq!(Message::new("text").trace_header(header).get_trace_header(), Some(header));
    /// ```
    pub fn trace_header(mut self, header: impl Into<String>) -> Self {
        self.trace_header = Some(header.into().into_boxed_str());
        self
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The body, without anything else.
    #[must_use]
    pub fn into_body(self) -> String {
        self.body
    }

    /// The id of its entry in a request, if it was [set](Self::id).
    #[must_use]
    pub fn get_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// How long the queue hides it, if that was [set](Self::delay).
    #[must_use]
    pub fn get_delay(&self) -> Option<Duration> {
        self.delay
    }

    /// The message group id, if it was [set](Self::group) or added by a writer.
    #[must_use]
    pub fn get_group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The message deduplication id, if it was [set](Self::deduplication_id) or generated by a writer.
    #[must_use]
    pub fn get_deduplication_id(&self) -> Option<&str> {
        self.deduplication_id.as_ref().map(DeduplicationId::as_str)
    }

    /// The trace header of AWS X-Ray, if it was [set](Self::trace_header).
    #[must_use]
    pub fn get_trace_header(&self) -> Option<&str> {
        self.trace_header.as_deref()
    }

    /// The attributes, in the order in which they were added.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &AttributeValue)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Fills in the group if there is none.
    pub(crate) fn or_group(&mut self, group: Option<&str>) {
        if self.group.is_none() {
            self.group = group.map(str::to_owned);
        }
    }

    /// Fills in the deduplication id if there is none.
    pub(crate) fn or_deduplication_id(&mut self, ids: &UniqueIds) {
        self.deduplication_id = Some(DeduplicationId::or_generated(self.deduplication_id.take(), ids));
    }

    /// The deduplication id, unless it was generated just now, when no other message can have it.
    pub(crate) fn known_deduplication_id(&self) -> Option<&str> {
        self.deduplication_id.as_ref().and_then(DeduplicationId::identity)
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        let attributes = self.attributes.iter().map(|(name, value)| name.capacity() + value.heap_bytes());
        self.body.capacity()
            + optional(&self.id)
            + optional(&self.group)
            + self.deduplication_id.as_ref().map_or(0, |id| id.as_str().len())
            + self.trace_header.as_ref().map_or(0, |header| header.len())
            + self.attributes.capacity() * size_of::<(String, AttributeValue)>()
            + attributes.sum::<usize>()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("body_bytes", &self.body.len())
            .field("id", &self.id)
            .field("delay", &self.delay)
            .field("group", &self.group)
            .field("deduplication_id", &self.get_deduplication_id())
            .field("attributes", &self.attributes)
            .field("trace_header", &self.trace_header)
            .finish()
    }
}

impl From<&str> for Message {
    fn from(body: &str) -> Self {
        Self::new(body)
    }
}

impl From<String> for Message {
    fn from(body: String) -> Self {
        Self::new(body)
    }
}
