use std::collections::BTreeMap;
use std::time::Duration;

use super::message_attributes::MessageAttribute;

/// A message as the server accepted it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredMessage {
    /// The id that the service gave it.
    pub message_id: String,
    /// The body.
    pub body: String,
    /// The message attributes, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// The X-Ray trace header, the one system attribute that can be sent.
    pub trace_header: Option<String>,
    /// The message group.
    pub group_id: Option<String>,
    /// The deduplication id, be it given or computed from the body. Only in FIFO queues.
    pub deduplication_id: Option<String>,
    /// The sequence number. Only in FIFO queues.
    pub sequence_number: Option<String>,
    /// How long it was hidden at first, by its own delay or the queue's.
    pub delay: Duration,
    /// What it counts against the limits, in bytes: its body and the names, types and values of
    /// its attributes.
    pub bytes: usize,
    /// When it was accepted, in milliseconds since 1970.
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
