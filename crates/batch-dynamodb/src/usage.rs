use aws_sdk_dynamodb::types::ConsumedCapacity;
use batch_core::Verdicts;
use batch_smithy::{Billed, accepted, units};

use crate::limits::UNIT_BYTES;
use crate::{DynamoDb, SentWrite, Write};

/// What Amazon DynamoDB bills for what a writer has written; see [`DynamoDb::usage`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Write units: write request units of an on-demand table, write capacity units of a provisioned one. One for
    /// each KiB of an item, or part of it (developer guide, read and write operations).
    pub write_units: Billed,
}

impl DynamoDb {
    /// The write units of the writes that DynamoDB has applied for this service so far, to all of its tables.
    /// Single calls would have taken the same: DynamoDB bills a write of a batch like any other. What was
    /// [superseded](crate::Stats::superseded) before it was sent took none.
    ///
    /// With [`consumed_capacity`](Self::consumed_capacity), these are the units that the responses report.
    /// Otherwise they are reckoned from the items, and are too few where a larger item was replaced or deleted, which
    /// counts instead, and where the table has indexes, which take units of their own. A write whose response was
    /// lost is not counted, although AWS bills it if it was applied.
    ///
    /// ```
    /// # use batch_dynamodb::DynamoDbWriter;
    /// fn report(writer: &DynamoDbWriter) {
    ///     println!("{} write units billed", writer.service().usage().write_units.sent);
    /// }
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage { write_units: self.write_units.read() }
    }
}

/// The units that the response reports, or else those of the items that were written.
pub(crate) fn of_writes(
    writes: &[Write],
    verdicts: &Verdicts<SentWrite>,
    consumed: &[ConsumedCapacity],
) -> Billed {
    let reported: f64 = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
    Billed::alike(match reported > 0.0 {
        true => reported.ceil() as u64,
        false => accepted(writes, verdicts).map(|write| units(write.item_bytes(), UNIT_BYTES)).sum(),
    })
}

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict, Verdicts};

    use super::{ConsumedCapacity, of_writes};
    use crate::samples::{attributes, s};
    use crate::{SentWrite, Write};

    /// A write whose item has this many bytes.
    fn sized(bytes: usize) -> Write {
        Write::put(attributes([("pk", s(&"x".repeat(bytes - 2)))]))
    }

    #[test]
    fn each_write_that_is_applied_counts_its_item_in_kib() {
        let writes = [10, 1_024, 1_025, 102_400].map(sized);
        let all = Verdicts::all_accepted(|_| SentWrite {});
        assert_eq!(of_writes(&writes, &all, &[]).sent, 1 + 1 + 2 + 100);
        let left = || Verdict::Throttled(Failure::new("UnprocessedItem"));
        let verdicts = [left(), Verdict::Accepted(SentWrite {}), Verdict::Accepted(SentWrite {}), left()];
        let billed = of_writes(&writes, &verdicts.into_iter().collect(), &[]);
        assert_eq!((billed.sent, billed.single), (3, 3));
    }

    #[test]
    fn what_the_response_reports_counts_instead() {
        let reported = [2.5, 4.0].map(|units| ConsumedCapacity::builder().capacity_units(units).build());
        let all = Verdicts::all_accepted(|_| SentWrite {});
        assert_eq!(of_writes(&[sized(10)], &all, &reported).sent, 7);
        let unreported = [ConsumedCapacity::builder().build()];
        assert_eq!(of_writes(&[sized(10)], &all, &unreported).sent, 1);
    }
}
