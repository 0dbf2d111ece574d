use crate::{Message, Sns};

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// What Amazon SNS bills for what a writer has published; see [`Sns::usage`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests: one for each 64 KiB of the messages of a call, or part of it (Amazon SNS pricing).
    pub requests: Billed,
}

impl Sns {
    /// The requests that Amazon SNS bills for what this service has published so far, and those that a call of
    /// `Publish` for each message would have been. Deliveries to subscribers are billed beside them, and are the
    /// same either way.
    ///
    /// A call is counted when the topic accepts it, whether or not it rejects some of its messages; those are
    /// counted again in the call that sends them again. A call that failed as a whole, or whose response was
    /// lost, is not counted, although AWS may bill it.
    ///
    /// ```
    /// # use batch_sns::SnsWriter;
    /// fn report(writer: &SnsWriter) {
    ///     let requests = writer.service().usage().requests;
    ///     println!("{} requests billed in place of {}", requests.sent, requests.single);
    /// }
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage { requests: self.requests.read() }
    }
}

/// What a message counts, against the limits as well as on the bill, in bytes: its body, and the name, type and value of
/// every attribute (Amazon SNS API reference, `PublishBatch` and `MessageAttributeValue`). Subject and ids count nothing.
pub(crate) fn message_bytes(message: &Message) -> usize {
    let attributes = message.attributes().map(|(name, value)| {
        let value_bytes = value.binary_value().map_or(0, |blob| blob.as_ref().len());
        name.len() + value.data_type().len() + value.string_value().map_or(value_bytes, str::len)
    });
    message.body().len() + attributes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use batch_core::Batch;
    use batch_smithy::{Billed, requests};

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

    #[test]
    fn each_64_kib_of_a_call_is_a_request() {
        for (bytes, count, sent, single) in [(1, 1, 1, 1), (6_554, 10, 2, 10), (65_537, 2, 3, 4)] {
            let messages = vec![Message::new("x".repeat(bytes)); count];
            assert_eq!(
                requests(&Batch::of(messages), message_bytes),
                Billed { sent, single },
                "{bytes} {count}"
            );
        }
    }
}
