use batch_core::Verdicts;
use batch_smithy::{accepted, units};

use crate::{Firehose, Record, SentRecord};

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// What Amazon Data Firehose bills for what a writer has sent; see [`Firehose::usage`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Data ingested by direct puts, in KiB, each record rounded up to a multiple of 5 (Amazon Data Firehose
    /// pricing).
    pub ingested_kib: Billed,
}

impl Firehose {
    /// The KiB that Amazon Data Firehose bills for the records that it has accepted from this service so far.
    /// Single calls of `PutRecord` would have been billed the same, as the service rounds up each record, not each
    /// call: records that are joined before they are submitted cost less.
    ///
    /// A record is counted when the stream accepts it. One whose response was lost is not counted, although AWS
    /// bills it if it was accepted.
    ///
    /// ```
    /// # use batch_firehose::FirehoseWriter;
    /// fn report(writer: &FirehoseWriter) {
    ///     println!("{} KiB billed", writer.service().usage().ingested_kib.sent);
    /// }
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage { ingested_kib: self.ingested_kib.read() }
    }
}

/// The KiB of the records that were accepted.
pub(crate) fn of_records(records: &[Record], verdicts: &Verdicts<SentRecord>) -> Billed {
    let steps = accepted(records, verdicts).map(|record| units(record.data().len(), STEP_KIB << 10));
    Billed::alike(steps.sum::<u64>() * STEP_KIB as u64)
}

/// What the size of a record is rounded up to, in KiB (Amazon Data Firehose pricing).
const STEP_KIB: usize = 5;

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict, Verdicts};

    use super::of_records;
    use crate::{Record, SentRecord};

    #[test]
    fn each_record_that_is_accepted_counts_in_steps_of_5_kib() {
        let records = [1, 5_120, 5_121, 100_000].map(|bytes| Record::new(vec![0; bytes]));
        let all = Verdicts::all_accepted(|_| SentRecord { record_id: String::new() });
        assert_eq!(of_records(&records, &all).sent, 5 + 5 + 10 + 100);
        let none = || Verdict::Retry(Failure::new("ServiceUnavailableException"));
        let last = Verdict::Accepted(SentRecord { record_id: String::new() });
        let billed = of_records(&records, &[none(), none(), none(), last].into_iter().collect());
        assert_eq!((billed.sent, billed.single), (100, 100));
    }
}
