//! How long something took, counted in buckets: 32 to each doubling, so that what is told is at most a thirtieth
//! too long, however long that is.

use std::time::Duration;

/// Durations, in microseconds.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; bucket(u64::MAX) + 1], total: 0 }
    }

    pub(super) fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.counts[bucket(micros)] += 1;
        self.total += 1;
    }

    /// Adds what the other one counted, which is empty then.
    pub(super) fn drain(&mut self, other: &mut Self) {
        for (count, others) in self.counts.iter_mut().zip(&mut other.counts) {
            *count += std::mem::take(others);
        }
        self.total += std::mem::take(&mut other.total);
    }

    /// What this part of the durations (0 to 1) did not exceed; none without any.
    pub(super) fn quantile(&self, part: f64) -> Option<Duration> {
        let rank = ((self.total as f64 * part).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        let reaches = |count: &u64| {
            seen += count;
            seen >= rank
        };
        self.counts.iter().position(reaches).map(|bucket| Duration::from_micros(ceiling(bucket)))
    }
}

fn bucket(micros: u64) -> usize {
    match micros.checked_ilog2() {
        Some(log) if log > PRECISION => {
            let shift = log - PRECISION;
            (u64::from(shift) * PARTS + (micros >> shift)) as usize
        }
        _ => micros as usize,
    }
}

/// The longest duration of a bucket.
fn ceiling(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / PARTS).saturating_sub(1);
    let first = bucket - shift * PARTS;
    (((u128::from(first) + 1) << shift) - 1) as u64
}

/// A power of two is parted into `2^PRECISION` buckets.
const PRECISION: u32 = 5;
const PARTS: u64 = 1 << PRECISION;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Histogram, bucket, ceiling};

    #[test]
    fn a_bucket_is_never_wider_than_a_thirtieth() {
        let powers = (0..64).flat_map(|log| [(1_u64 << log) - 1, 1 << log, (1 << log) + 1]);
        for micros in powers.chain([u64::MAX, 1_000_000, 123_456_789]) {
            let told = ceiling(bucket(micros));
            assert!(told >= micros, "{micros}: {told}");
            assert!(told - micros <= micros / 31, "{micros}: {told}");
        }
    }

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.5), None);
        (1..=1_000).for_each(|milliseconds| histogram.record(Duration::from_millis(milliseconds)));
        for (part, milliseconds) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1_000.0)]
        {
            let told = histogram.quantile(part).unwrap().as_secs_f64() * 1e3;
            assert!((milliseconds..milliseconds * 1.035).contains(&told), "{part}: {told}");
        }
    }

    #[test]
    fn what_is_drained_is_counted_once() {
        let (mut all, mut second) = (Histogram::new(), Histogram::new());
        second.record(Duration::from_millis(1));
        all.drain(&mut second);
        all.drain(&mut second);
        assert_eq!((all.total, second.total), (1, 0));
        assert_eq!(second.quantile(1.0), None);
    }
}
