use std::collections::BTreeMap;
use std::time::Duration;

use super::message_attributes::MessageAttribute;

/// A message that the server accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredMessage {
    /// The message ID that the server assigned.
    pub message_id: String,
    /// The body.
    pub body: String,
    /// The message attributes, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// The X-Ray trace header, the only system attribute that can be sent.
    pub trace_header: Option<String>,
    /// The ID of the message group.
    pub group_id: Option<String>,
    /// The deduplication ID, sent or computed from the body. Only in FIFO queues.
    pub deduplication_id: Option<String>,
    /// The sequence number. Only in FIFO queues.
    pub sequence_number: Option<String>,
    /// The delay before the message became visible: its own, or else that of the queue.
    pub delay: Duration,
    /// The size in bytes that counts against the limits: the body, and the names, types and values of the
    /// attributes.
    pub bytes: usize,
    /// The time of acceptance, in milliseconds since the Unix epoch.
    pub sent_millis: u64,
    pub(super) md5_of_body: String,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::sqs) fn example() -> StoredMessage {
        StoredMessage {
            message_id: String::new(),
            body: String::new(),
            attributes: BTreeMap::new(),
            trace_header: None,
            group_id: None,
            deduplication_id: None,
            sequence_number: None,
            delay: Duration::ZERO,
            bytes: 0,
            sent_millis: 0,
            md5_of_body: String::new(),
        }
    }
}
