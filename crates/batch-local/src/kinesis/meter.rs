//! How much a shard takes: 1,000 records and 1 MiB a second.

use tokio::time::Instant;

use crate::bucket::Bucket;

/// The two buckets of a shard. Each holds what the shard takes in one second, and refills
/// continuously.
#[derive(Debug)]
pub(super) struct Meter {
    bytes: Bucket,
    records: Bucket,
}

impl Meter {
    pub(super) fn new(now: Instant) -> Self {
        Self { bytes: Bucket::full(BYTES, now), records: Bucket::full(RECORDS, now) }
    }

    /// Takes a record in, unless that is more than what the shard takes now.
    pub(super) fn admit(&mut self, bytes: usize, now: Instant) -> bool {
        let bytes = bytes as u64;
        let admitted = self.bytes.has(bytes, now) && self.records.has(1, now);
        if admitted {
            self.bytes.take(bytes, now);
            self.records.take(1, now);
        }
        admitted
    }
}

const BYTES: u64 = 1 << 20;
const RECORDS: u64 = 1_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    /// How many records of this size are taken at each of these times.
    fn admitted(bytes: usize, milliseconds: &[u64]) -> Vec<usize> {
        let start = Clock::start().now().at;
        let mut meter = Meter::new(start);
        let count = |&after: &u64| {
            let now = start + Duration::from_millis(after);
            (0..2_000).take_while(|_| meter.admit(bytes, now)).count()
        };
        milliseconds.iter().map(count).collect()
    }

    #[test]
    fn a_shard_takes_a_thousand_records_and_refills_continuously() {
        assert_eq!(admitted(0, &[0, 0, 1, 501, 10_000]), [1_000, 0, 1, 500, 1_000]);
    }

    #[test]
    fn a_shard_takes_a_mebibyte_and_refills_continuously() {
        const KIB: usize = 1 << 10;
        assert_eq!(admitted(256 * KIB, &[0, 249, 250, 1_000]), [4, 0, 1, 3]);
        assert_eq!(admitted(1_024 * KIB, &[0, 999, 1_000]), [1, 0, 1]);
    }

    #[test]
    fn a_large_record_is_paid_for_afterwards() {
        assert_eq!(admitted(10 << 20, &[0, 9_999, 10_000]), [1, 0, 1]);
    }
}
