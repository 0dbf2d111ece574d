//! The numbers of the service, each with its source, but for those of validation rules; and how it counts a
//! message. "API" is the Amazon SNS API reference.

use crate::Message;

/// Messages of a request (API, `PublishBatch`).
pub(crate) const REQUEST_MESSAGES: usize = 10;

/// Bytes of a message, and of all messages of a request together, where the topic sets no
/// `MaximumMessageSize` (API, `PublishBatch`).
pub(crate) const MESSAGE_BYTES: usize = 262_144;

/// Bytes that are read of a response. The largest that the service sends reports ten messages in some
/// hundred bytes each; this leaves a hundred times as much for the words of failures.
pub(crate) const RESPONSE_BYTES: usize = 1 << 20;

/// What a message counts, in bytes: its body, and the name, type and value of every attribute (API,
/// `PublishBatch` and `MessageAttributeValue`). Subject and ids count nothing.
pub(crate) fn message_bytes(message: &Message) -> usize {
    let attributes = message.attributes().map(|(name, value)| {
        let value_bytes = value.binary_value().map_or(0, |blob| blob.as_ref().len());
        name.len() + value.data_type().len() + value.string_value().map_or(value_bytes, str::len)
    });
    message.body().len() + attributes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::message_bytes;
    use crate::Message;

    #[test]
    fn a_message_counts_its_body_and_its_attributes_and_nothing_else() {
        let bare = Message::new("äöü");
        assert_eq!(message_bytes(&bare), 6, "UTF-8 bytes, not characters");

        let addressed = bare.clone().subject("subject").group("group").deduplication_id("deduplication");
        assert_eq!(message_bytes(&addressed), 6);

        let described = bare
            .attribute("a", "xyz") // 1 + "String" 6 + 3
            .attribute("bc", -12) // 2 + "Number" 6 + 3
            .binary_attribute("def", [0, 255]) // 3 + "Binary" 6 + 2
            .attribute("g", ["x", "y"]); // 1 + "String.Array" 12 + 9
        assert_eq!(message_bytes(&described), 6 + 10 + 11 + 11 + 22);
    }
}
