use crate::Sns;

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

#[cfg(test)]
mod tests {
    use batch_core::Batch;
    use batch_smithy::{Billed, requests};

    use crate::Message;
    use crate::limits::message_bytes;

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
