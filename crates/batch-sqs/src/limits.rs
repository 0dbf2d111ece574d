//! The numbers of the service, each with its source, and how it counts a message.
//!
//! "API" is the Amazon SQS API reference, "guide" the Amazon SQS developer guide.

use std::ops::RangeInclusive;

use crate::Message;

/// Messages of a request (API, `SendMessageBatch`).
pub(crate) const REQUEST_MESSAGES: usize = 10;

/// Bytes of a request: the sum of its messages (API, `SendMessageBatch`).
pub(crate) const REQUEST_BYTES: usize = 1_048_576;

/// Bytes of a message, and the default of a queue's `MaximumMessageSize` (API, `SetQueueAttributes`).
pub(crate) const MESSAGE_BYTES: usize = 1_048_576;

/// The least that a queue's `MaximumMessageSize` may be (API, `SetQueueAttributes`).
pub(crate) const SMALLEST_QUEUE_MAXIMUM: usize = 1_024;

/// The longest delay of a message, in seconds (API, `SendMessageBatchRequestEntry`).
pub(crate) const DELAY_SECONDS: u64 = 900;

/// Attributes of a message (guide, message quotas).
pub(crate) const ATTRIBUTES: usize = 10;

/// Characters of an attribute's type, label included (guide, message metadata).
pub(crate) const ATTRIBUTE_TYPE: usize = 256;

/// Significant digits of an attribute of type `Number` (guide, message metadata).
pub(crate) const NUMBER_DIGITS: usize = 38;

/// The powers of ten between which an attribute of type `Number` lies, both included (guide, message
/// metadata).
pub(crate) const NUMBER_POWERS: RangeInclusive<i64> = -128..=126;

/// Characters of the id of an entry (API, `SendMessageBatchRequestEntry`).
pub(crate) const ENTRY_ID: usize = 80;

/// Characters of a queue's name, `.fifo` included (API, `CreateQueue`).
pub(crate) const QUEUE_NAME: RangeInclusive<usize> = 1..=80;

/// Bytes that are read of an answer. The largest that the service sends tells of ten messages in some
/// hundred bytes each; this leaves a hundred times as much for the words of failures.
pub(crate) const RESPONSE_BYTES: usize = 1 << 20;

/// What a message counts, in bytes: its body, and the name, type and value of every attribute.
/// Ids, delay, group and trace header count nothing (API, `SendMessageBatchRequestEntry`).
pub(crate) fn message_bytes(message: &Message) -> usize {
    let attributes = message.attributes().map(|(name, value)| name.len() + value.bytes());
    message.body().len() + attributes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::message_bytes;
    use crate::{AttributeValue, Message};

    #[test]
    fn a_message_counts_its_body_and_its_attributes_and_nothing_else() {
        let bare = Message::new("äöü");
        assert_eq!(message_bytes(&bare), 6, "UTF-8 bytes, not characters");

        let addressed = bare.clone().id("id").group("group").deduplication_id("deduplication");
        assert_eq!(message_bytes(&addressed.trace_header("Root=1")), 6);

        let described = bare
            .attribute("a", "xyz") // 1 + "String" 6 + 3
            .attribute("bc", AttributeValue::number(-12).label("int")) // 2 + "Number.int" 10 + 3
            .attribute("def", AttributeValue::binary([0, 255])); // 3 + "Binary" 6 + 2
        assert_eq!(message_bytes(&described), 6 + 10 + 15 + 11);
    }

    proptest! {
        #[test]
        fn the_size_of_a_message_is_that_of_its_written_out_form(
            body in ".{0,200}",
            attributes in prop::collection::btree_map("[a-z]{1,20}", (".{0,50}", prop::option::of(".{1,9}")), 0..10),
            blob in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let mut message = Message::new(body.clone()).attribute("BLOB", AttributeValue::binary(blob.clone()));
            let mut written = body.into_bytes();
            written.extend(b"BLOBBinary");
            written.extend(blob);
            for (name, (text, label)) in attributes {
                let value = AttributeValue::string(text.clone());
                let (value, data_type) = match label {
                    Some(label) => (value.label(label.clone()), format!("String.{label}")),
                    None => (value, "String".to_owned()),
                };
                written.extend([name.as_bytes(), data_type.as_bytes(), text.as_bytes()].concat());
                message = message.attribute(name, value);
            }
            prop_assert_eq!(message_bytes(&message), written.len());
        }
    }
}
