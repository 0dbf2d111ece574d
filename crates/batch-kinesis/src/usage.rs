use batch_core::Verdicts;
use batch_smithy::{Billed, Meter, accepted, units};

use crate::groups::Groups;
use crate::limits::record_bytes;
use crate::{Kinesis, Record, SentRecord};

/// What Amazon Kinesis bills for what a writer has sent; see [`Kinesis::usage`].
///
/// A stream is billed in one of the two units, as its capacity mode says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Data ingested by an on-demand stream, in KiB, each record rounded up (Amazon Kinesis Data Streams pricing).
    pub ingested_kib: Billed,
    /// PUT payload units of a provisioned stream: one for each 25 KiB of a record, or part of it (Amazon Kinesis
    /// Data Streams pricing).
    pub put_payload_units: Billed,
}

impl Kinesis {
    /// The units that Amazon Kinesis bills for the records that it has accepted from this service so far, and those
    /// of a call of `PutRecord` for each. They are the same unless records are [aggregated](Self::aggregate), since
    /// the service rounds up each record, not each call.
    ///
    /// A record counts with its partition key, as it does in the limits. It is counted when the stream accepts it.
    /// One whose response was lost is not counted, although AWS bills it if it was accepted.
    ///
    /// ```
    /// # use batch_kinesis::KinesisWriter;
    /// fn report(writer: &KinesisWriter) {
    ///     let usage = writer.service().usage();
    ///     println!("on demand {} KiB, provisioned {} units", usage.ingested_kib.sent, usage.put_payload_units.sent);
    /// }
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        let Meters { ingested_kib, put_payload_units } = &self.meters;
        Usage { ingested_kib: ingested_kib.read(), put_payload_units: put_payload_units.read() }
    }
}

/// What was accepted so far.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    ingested_kib: Meter,
    put_payload_units: Meter,
}

impl Meters {
    /// Counts the records of a request that were accepted.
    pub(crate) fn add(&self, entries: &[Record], groups: &Groups, verdicts: &Verdicts<SentRecord>) {
        let (mut kib, mut payload_units) = (Billed::default(), Billed::default());
        for record in accepted(entries, verdicts) {
            let bytes = record_bytes(record);
            kib.single += units(bytes, KIB);
            payload_units.single += units(bytes, PAYLOAD_UNIT_BYTES);
        }
        (kib.sent, payload_units.sent) = (kib.single, payload_units.single);
        if let Groups::Of(_) = groups {
            (kib.sent, payload_units.sent) = (0, 0);
            for (_, bytes) in groups.sizes(entries).filter(|&(first, _)| verdicts.accepts(first)) {
                kib.sent += units(bytes, KIB);
                payload_units.sent += units(bytes, PAYLOAD_UNIT_BYTES);
            }
        }
        self.ingested_kib.add(kib);
        self.put_payload_units.add(payload_units);
    }
}

const KIB: usize = 1_024;

/// The bytes of a PUT payload unit, 25 KB (Amazon Kinesis Data Streams pricing).
const PAYLOAD_UNIT_BYTES: usize = 25 * KIB;

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict, Verdicts};
    use batch_smithy::Billed;

    use super::Meters;
    use crate::groups::Groups;
    use crate::{Aggregate, Record, SentRecord};

    fn sent() -> SentRecord {
        SentRecord::new("", "")
    }

    #[test]
    fn each_record_that_is_accepted_is_rounded_up() {
        let meters = Meters::default();
        let records =
            [99, 1_023, 1_024, 25 * 1_024].map(|bytes| Record::new(vec![0; bytes]).partition_key("k"));
        let each = Groups::Each(4);
        meters.add(&records, &each, &Verdicts::all_accepted(|_| sent()));
        assert_eq!(meters.ingested_kib.read(), Billed::alike(1 + 1 + 2 + 26));
        assert_eq!(meters.put_payload_units.read(), Billed::alike(1 + 1 + 1 + 2));
        let full = || Verdict::Throttled(Failure::new("ProvisionedThroughputExceededException"));
        meters.add(
            &records,
            &each,
            &[full(), full(), Verdict::Accepted(sent()), full()].into_iter().collect(),
        );
        assert_eq!(meters.ingested_kib.read(), Billed::alike(30 + 2));
        assert_eq!(meters.put_payload_units.read(), Billed::alike(5 + 1));
    }

    #[test]
    fn an_aggregate_is_rounded_up_as_a_whole() {
        let records: Vec<_> = (0..20)
            .map(|n| Record::new(vec![0; 100]).partition_key(if n < 19 { "a" } else { "b" }))
            .collect();
        let groups = Groups::of(&records, Aggregate::ByKey);
        let meters = Meters::default();
        meters.add(&records, &groups, &Verdicts::all_accepted(|_| sent()));
        // 19 records of 106 bytes and 24 more; and one that travels alone.
        assert_eq!(meters.ingested_kib.read(), Billed { sent: 2 + 1, single: 20 });
        assert_eq!(meters.put_payload_units.read(), Billed { sent: 2, single: 20 });
    }
}
