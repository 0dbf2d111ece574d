use std::ops::Range;
use std::time::{Duration, Instant};

use crate::Latency;

/// How long one generation of durations lasts.
const WINDOW: Duration = Duration::from_secs(60);

/// Buckets to each power of two, as a power of two.
const SUB_BITS: u32 = 4;
const SUBS: u64 = 1 << SUB_BITS;

/// Durations are counted in units of this power of two of nanoseconds, which needs no division.
const TICK_BITS: u32 = 10;

/// The power of two that no counted number of units reaches: 19 hours.
const MOST_BITS: u32 = 36;
const MOST: u64 = (1 << MOST_BITS) - 1;

/// In how many parts a run of durations is counted at most.
const PARTS: usize = 8;

const BUCKETS: usize = ((MOST_BITS - SUB_BITS + 1) << SUB_BITS) as usize;

/// Durations of the last one to two minutes, in two generations: the older one is forgotten as a whole.
pub(super) struct Durations {
    young: Histogram,
    old: Histogram,
    /// When the young generation began.
    began: Option<Instant>,
}

/// Counts of durations by their size, in a bounded number of buckets.
#[derive(Default)]
struct Histogram {
    /// Empty before the first duration.
    counts: Vec<u32>,
    count: u64,
    max: Duration,
}

impl Durations {
    pub(super) fn new() -> Self {
        Self { young: Histogram::default(), old: Histogram::default(), began: None }
    }

    /// Counts one duration.
    pub(super) fn add(&mut self, duration: Duration, now: Instant) {
        self.advance(now);
        self.young.add(bucket(duration), 1, duration);
    }

    /// Counts durations that do not grow with their number, from 0 up to `entries`: in a few parts, each by the longest of it,
    /// so that it takes hardly longer for many of them. In each, the longest is about twice the shortest at most, or the
    /// parts are eighths.
    pub(super) fn add_run(&mut self, entries: usize, duration: impl Fn(usize) -> Duration, now: Instant) {
        self.advance(now);
        let Some(last) = entries.checked_sub(1) else {
            return;
        };
        let longest = duration(0);
        if bucket(longest) == bucket(duration(last)) {
            return self.young.add(bucket(longest), entries, longest);
        }
        let parts = entries.min(PARTS);
        for part in 0..parts {
            self.young.add_part(entries * part / parts..entries * (part + 1) / parts, &duration);
        }
    }

    /// What was counted lately.
    pub(super) fn latency(&self, now: Instant) -> Latency {
        let age = self.began.map_or(Duration::ZERO, |began| now.saturating_duration_since(began));
        match age {
            _ if age < WINDOW => latency(&self.young, Some(&self.old)),
            _ if age < 2 * WINDOW => latency(&self.young, None),
            _ => Latency::default(),
        }
    }

    fn advance(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let age = now.saturating_duration_since(began);
        if age < WINDOW {
            return;
        }
        if age < 2 * WINDOW {
            std::mem::swap(&mut self.young, &mut self.old);
        } else {
            self.old.clear();
        }
        self.young.clear();
        self.began = Some(now);
    }
}

impl Histogram {
    /// Counts durations that do not grow with their number, of these numbers, by the longest of them, or by halves as long
    /// as that is more than twice the shortest. So one that is far longer than the others makes no other one long.
    fn add_part(&mut self, part: Range<usize>, duration: &impl Fn(usize) -> Duration) {
        let (longest, shortest) = (duration(part.start), duration(part.end - 1));
        if part.len() == 1 || bucket(longest) <= bucket(shortest) + SUBS as usize {
            return self.add(bucket(longest), part.len(), longest);
        }
        let middle = part.start + part.len() / 2;
        self.add_part(part.start..middle, duration);
        self.add_part(middle..part.end, duration);
    }

    fn add(&mut self, bucket: usize, durations: usize, longest: Duration) {
        if self.counts.is_empty() {
            self.counts = vec![0; BUCKETS];
        }
        let count = &mut self.counts[bucket];
        *count = count.saturating_add(u32::try_from(durations).unwrap_or(u32::MAX));
        self.count += durations as u64;
        self.max = self.max.max(longest);
    }

    fn clear(&mut self) {
        self.counts.fill(0);
        (self.count, self.max) = (0, Duration::ZERO);
    }
}

fn latency(young: &Histogram, old: Option<&Histogram>) -> Latency {
    let both = [Some(young), old];
    let histograms = || both.iter().copied().flatten();
    let count: u64 = histograms().map(|histogram| histogram.count).sum();
    if count == 0 {
        return Latency::default();
    }
    let max = histograms().map(|histogram| histogram.max).max().unwrap_or_default();
    let in_bucket = |bucket: usize| -> u64 {
        histograms().filter_map(|histogram| histogram.counts.get(bucket)).map(|&count| u64::from(count)).sum()
    };
    let mut percentiles = [50, 90, 99].map(|percent| ((count * percent).div_ceil(100), max));
    let (mut seen, mut next) = (0, 0);
    for bucket in 0..BUCKETS {
        seen += in_bucket(bucket);
        while next < percentiles.len() && seen >= percentiles[next].0 {
            percentiles[next].1 = end(bucket).min(max);
            next += 1;
        }
        if next == percentiles.len() {
            break;
        }
    }
    let [p50, p90, p99] = percentiles.map(|(_, duration)| duration);
    Latency { count, p50, p90, p99, max }
}

/// The bucket of a duration.
#[expect(clippy::cast_possible_truncation, reason = "the number of a bucket is below `BUCKETS`")]
fn bucket(duration: Duration) -> usize {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let ticks = (nanos >> TICK_BITS).min(MOST);
    let power = ticks.max(1).ilog2();
    match power.checked_sub(SUB_BITS) {
        Some(shift) => (((u64::from(shift) + 1) << SUB_BITS) + (ticks >> shift) - SUBS) as usize,
        None => ticks as usize,
    }
}

/// The end of a bucket, which nothing in it reaches.
fn end(bucket: usize) -> Duration {
    let bucket = bucket as u64;
    let ticks = match (bucket >> SUB_BITS).checked_sub(1) {
        Some(shift) => (SUBS + bucket % SUBS + 1) << shift,
        None => bucket + 1,
    };
    Duration::from_nanos(ticks << TICK_BITS)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_duration_is_below_the_end_of_its_bucket_and_at_most_a_sixteenth() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..100_000 {
            let nanos = random.u64(..1 << 46) >> random.u32(..46);
            let end = end(bucket(Duration::from_nanos(nanos))).as_nanos() as u64;
            assert!(nanos < end && end - nanos <= nanos / 16 + (1 << TICK_BITS), "{nanos} {end}");
        }
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
        assert_eq!(bucket(Duration::ZERO), 0);
    }

    #[test]
    fn percentiles_are_those_of_the_durations() {
        let start = Instant::now();
        let mut durations = Durations::new();
        assert_eq!(durations.latency(start), Latency::default());
        (1..=1_000).for_each(|n| durations.add(ms(n), start));
        let Latency { count, p50, p90, p99, max } = durations.latency(start);
        assert_eq!((count, max), (1_000, ms(1_000)));
        for (percentile, exact) in [(p50, 500), (p90, 900), (p99, 990)] {
            assert!(percentile >= ms(exact) && percentile <= ms(exact + exact / 16 + 1), "{percentile:?}");
        }
    }

    #[test]
    fn a_run_is_counted_in_parts_and_each_by_the_longest_of_it() {
        let start = Instant::now();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..1_000 {
            let (mut run, mut single) = (Durations::new(), Durations::new());
            let entries = random.usize(1..600);
            let mut ages: Vec<_> = (0..entries)
                .map(|_| Duration::from_micros(random.u64(..1 << 30) >> random.u32(..30)))
                .collect();
            ages.sort_unstable_by(|one, other| other.cmp(one));
            run.add_run(entries, |position| ages[position], start);
            ages.iter().for_each(|&age| single.add(age, start));
            let (run, exact) = (run.latency(start), single.latency(start));
            assert_eq!((run.count, run.max), (exact.count, exact.max));
            // At most an eighth of the entries is counted as older than it is, and not as more than about twice as old.
            for (percentile, exact) in [(run.p50, exact.p50), (run.p90, exact.p90), (run.p99, exact.p99)] {
                let twice = end(bucket(exact) + SUBS as usize);
                assert!((exact..=twice).contains(&percentile), "{run:?} {exact:?}");
            }
            let above = end(bucket(ages[(entries / 2).saturating_sub(entries.div_ceil(PARTS))]));
            assert!((exact.p50..=above).contains(&run.p50), "{run:?} {exact:?}");
            assert!(entries > PARTS || run == exact, "few are counted one by one");
        }
    }

    #[test]
    fn one_that_waited_long_makes_no_other_one_old() {
        let start = Instant::now();
        let mut durations = Durations::new();
        durations.add_run(400, |position| if position == 0 { ms(10_000) } else { ms(1) }, start);
        let Latency { count, p99, max, .. } = durations.latency(start);
        assert_eq!((count, max), (400, ms(10_000)));
        assert!(p99 < ms(2), "{p99:?}");
    }

    #[test]
    fn what_is_older_than_two_minutes_is_forgotten() {
        let start = Instant::now();
        let mut durations = Durations::new();
        durations.add(ms(5), start);
        let count =
            |durations: &Durations, seconds| durations.latency(start + Duration::from_secs(seconds)).count;
        assert_eq!([0, 59, 60, 119, 120].map(|at| count(&durations, at)), [1, 1, 1, 1, 0]);
        durations.add(ms(7), start + Duration::from_secs(61));
        assert_eq!([61, 120, 121, 180].map(|at| count(&durations, at)), [2, 2, 1, 1]);
        durations.add(ms(9), start + Duration::from_secs(900));
        assert_eq!(count(&durations, 900), 1);
    }
}
