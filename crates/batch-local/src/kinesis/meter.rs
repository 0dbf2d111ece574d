//! How much a shard takes: 1,000 records and 1 MiB a second.

use tokio::time::Instant;

/// The two buckets of a shard. Each holds what the shard takes in one second, and refills
/// continuously.
#[derive(Debug)]
pub(super) struct Meter {
    bytes: Bucket,
    records: Bucket,
}

/// A bucket that is as large as what flows into it in one second.
#[derive(Debug)]
struct Bucket {
    per_second: u64,
    /// What is missing, in billionths, so that no time that passed is lost to rounding.
    missing: u128,
    settled: Instant,
}

impl Meter {
    pub(super) fn new(now: Instant) -> Self {
        Self { bytes: Bucket::full(BYTES, now), records: Bucket::full(RECORDS, now) }
    }

    /// Takes a record in, unless that is more than what the shard takes now.
    pub(super) fn admit(&mut self, bytes: usize, now: Instant) -> bool {
        self.bytes.settle(now);
        self.records.settle(now);
        let bytes = bytes as u128;
        let admitted = self.bytes.has(bytes) && self.records.has(1);
        if admitted {
            self.bytes.take(bytes);
            self.records.take(1);
        }
        admitted
    }
}

impl Bucket {
    fn full(per_second: u64, now: Instant) -> Self {
        Self { per_second, missing: 0, settled: now }
    }

    fn settle(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.settled).as_nanos();
        self.missing = self.missing.saturating_sub(elapsed.saturating_mul(self.per_second.into()));
        self.settled = now;
    }

    /// A record larger than the bucket is taken from a full one, and leaves it missing more than
    /// it can hold: so an occasional large record bursts beyond the rate, and is paid for after.
    fn has(&self, amount: u128) -> bool {
        self.missing == 0 || self.missing + amount * SECOND <= u128::from(self.per_second) * SECOND
    }

    fn take(&mut self, amount: u128) {
        self.missing += amount * SECOND;
    }
}

const BYTES: u64 = 1 << 20;
const RECORDS: u64 = 1_000;
/// In nanoseconds.
const SECOND: u128 = 1_000_000_000;

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
