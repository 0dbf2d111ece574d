use batch_smithy::Billed;

use crate::Sqs;

/// What Amazon SQS bills for what a writer has sent; see [`Sqs::usage`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests: one for each 64 KiB of the messages of a call, or part of it (Amazon SQS pricing).
    pub requests: Billed,
}

impl Sqs {
    /// The requests that Amazon SQS bills for what this service has sent so far, and those that a call of
    /// `SendMessage` for each message would have been.
    ///
    /// A call is counted when the queue accepts it, whether or not it rejects some of its messages; those are
    /// counted again in the call that sends them again. A call that failed as a whole, or whose response was
    /// lost, is not counted, although AWS may bill it.
    ///
    /// ```
    /// # use batch_sqs::SqsWriter;
    /// fn report(writer: &SqsWriter) {
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

    fn check(sizes: &[usize], sent: u64, single: u64) {
        let messages: Vec<_> = sizes.iter().map(|&bytes| Message::new("x".repeat(bytes))).collect();
        assert_eq!(requests(&Batch::of(messages), message_bytes), Billed { sent, single }, "{sizes:?}");
    }

    #[test]
    fn each_64_kib_of_a_call_is_a_request() {
        check(&[1], 1, 1);
        check(&[6_553; 10], 1, 10);
        check(&[6_554; 10], 2, 10);
        check(&[65_536; 2], 2, 2);
        check(&[65_537], 2, 2);
        check(&[40_000, 40_000, 70_000], 3, 4);
        check(&[1 << 20], 16, 16);
    }
}
