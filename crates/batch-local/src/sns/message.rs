use std::collections::BTreeMap;

use crate::MessageAttribute;

/// A message that a topic of the server accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PublishedMessage {
    /// The message ID that the server assigned.
    pub message_id: String,
    /// The body.
    pub body: String,
    /// The subject.
    pub subject: Option<String>,
    /// The message structure: `json`, or none.
    pub structure: Option<String>,
    /// The message attributes, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// The ID of the message group.
    pub group_id: Option<String>,
    /// The deduplication ID, sent or computed from the body. Only in FIFO topics.
    pub deduplication_id: Option<String>,
    /// The sequence number. Only in FIFO topics.
    pub sequence_number: Option<String>,
    /// The size in bytes that counts against the limits: the body, and the names, types and values of the
    /// attributes.
    pub bytes: usize,
}
