//! Counts the samples of a histogram: each distinct value exactly, as long as there are not too many.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use metrics::HistogramFn;

use super::registry::{Accumulator, Taken};
use crate::buckets::Buckets;
use crate::limits::VALUES;
use crate::tally::Tally;
use crate::value::{Many, Value};
use crate::{StatisticSet, distinct, numbers};

/// The samples of a slot.
#[derive(Default)]
pub(super) struct Histogram(Mutex<Samples>);

#[derive(Default)]
struct Samples {
    tally: Tally,
    /// What the tally cannot count: the statistics of each bucket, by the bits of what stands for it.
    beyond: BTreeMap<u64, StatisticSet>,
    dropped: u64,
}

impl Histogram {
    #[inline]
    fn samples(&self) -> MutexGuard<'_, Samples> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistogramFn for Histogram {
    #[inline]
    fn record(&self, value: f64) {
        self.samples().add(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        self.samples().add(value, count as u64);
    }
}

impl Accumulator for Histogram {
    fn take(&self) -> Taken {
        let samples = mem::take(&mut *self.samples());
        let dropped = samples.dropped;
        Taken { values: samples.into_values().collect(), dropped }
    }

    fn is_spent(&self) -> bool {
        let samples = self.samples();
        samples.tally.is_empty() && samples.beyond.is_empty() && samples.dropped == 0
    }
}

impl Samples {
    #[inline]
    fn add(&mut self, value: f64, count: u64) {
        let few = u32::try_from(count).ok().filter(|&few| few > 0);
        // Nearly every value was recorded before, so it is valid.
        if !few.is_some_and(|few| self.tally.count_known(value.to_bits(), few)) {
            self.add_new(value, count);
        }
    }

    /// Counts a value that was not recorded yet, or that is not to be counted.
    #[cold]
    fn add_new(&mut self, value: f64, count: u64) {
        if !numbers::is_valid(value) {
            self.dropped = self.dropped.saturating_add(count);
            return;
        }
        let is_counted = |count| self.tally.add(value, count).is_ok();
        if count > 0 && !u32::try_from(count).is_ok_and(is_counted) {
            self.add_beyond(value, count);
        }
    }

    /// Counts a value in its bucket, whose statistics are exact.
    #[cold]
    fn add_beyond(&mut self, value: f64, count: u64) {
        let bucket = Buckets::new(RELATIVE_ERROR).representative(value).to_bits();
        let newer = StatisticSet::of(value, count as f64);
        let both = match self.beyond.get(&bucket) {
            Some(known) => distinct::sum_of_sets(known, &newer),
            None => Some(newer).filter(is_exact),
        };
        match both {
            Some(both) => drop(self.beyond.insert(bucket, both)),
            None => self.dropped = self.dropped.saturating_add(count),
        }
    }

    /// As datums have them: the distinct values, and then the buckets, with exact statistics beside.
    fn into_values(self) -> impl Iterator<Item = Value> {
        let bucket = |(bits, set)| (f64::from_bits(bits), set);
        let mut buckets: Vec<(f64, StatisticSet)> = self.beyond.into_iter().map(bucket).collect();
        buckets.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut datums: Vec<Many> = Vec::new();
        for (value, set) in buckets {
            let joined = datums.last_mut().is_some_and(|datum| join(datum, value, &set));
            if !joined {
                let (values, counts) = (vec![value], Some(vec![set.sample_count]));
                datums.push(Many { values, counts, statistics: Some(set), is_merged: true });
            }
        }
        self.tally.into_values().chain(datums.into_iter().map(|many| Value::Many(Box::new(many))))
    }
}

/// Adds a bucket to a datum of buckets. Whether the datum can hold it.
fn join(datum: &mut Many, value: f64, set: &StatisticSet) -> bool {
    let Many { values, counts: Some(counts), statistics: Some(known), .. } = datum else { return false };
    let both = distinct::sum_of_sets(known, set).filter(|_| values.len() < VALUES);
    if let Some(both) = both {
        values.push(value);
        counts.push(set.sample_count);
        *known = both;
    }
    both.is_some()
}

fn is_exact(set: &StatisticSet) -> bool {
    set.sample_count <= distinct::LARGEST_COUNT && numbers::is_valid(set.sum)
}

/// How far percentiles are off where there are too many distinct values. Durations from a nanosecond to an hour
/// are 1,500 buckets.
const RELATIVE_ERROR: f64 = 0.01;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::tally::MOST_VALUES;

    /// The sample count, the sum, the minimum and the maximum of all.
    fn all(values: &[Value]) -> StatisticSet {
        let sets = values.iter().map(|value| crate::statistics::of(value).expect("its counts are exact"));
        sets.reduce(|one, other| distinct::sum_of_sets(&one, &other).expect("it is exact"))
            .expect("there are some")
    }

    #[test]
    fn distinct_values_are_exact_and_have_counts() {
        let histogram = Histogram::default();
        [2.0, -1.0, 2.0].iter().for_each(|&value| histogram.record(value));
        histogram.record_many(7.0, 5);
        histogram.record_many(8.0, 0);
        let expected = Value::many(vec![-1.0, 2.0, 7.0], Some(vec![1.0, 2.0, 5.0]));
        assert!(histogram.take().values == [expected]);
        assert!(histogram.take().values.is_empty() && histogram.is_spent());
    }

    #[test]
    fn more_distinct_values_than_are_counted_go_into_buckets_and_none_is_lost() {
        let histogram = Histogram::default();
        let samples = 3 * MOST_VALUES as u32;
        (1..=samples).for_each(|value| histogram.record(f64::from(value)));
        let Taken { values, dropped } = histogram.take();
        let (count, sum) = (f64::from(samples), f64::from(samples) * f64::from(samples + 1) / 2.0);
        let expected = StatisticSet { sample_count: count, sum, minimum: 1.0, maximum: count };
        assert!(all(&values) == expected && dropped == 0);
        assert_eq!(values.len(), 64 + 1, "a third is exact, and the rest is between n and 3n");
        assert!(values.iter().all(|value| numbers::check(value).is_ok()));
    }

    #[test]
    fn what_cannot_be_counted_is_counted_as_dropped() {
        let histogram = Histogram::default();
        for invalid in [f64::NAN, f64::INFINITY, 1e300, 5e-324] {
            histogram.record_many(invalid, 2);
        }
        assert!(!histogram.is_spent());
        let taken = histogram.take();
        assert!(taken.values.is_empty() && taken.dropped == 8);

        histogram.record_many(1.0, 1 << 40);
        histogram.record_many(1.0, usize::MAX);
        let taken = histogram.take();
        assert_eq!((all(&taken.values).sample_count, taken.dropped), (2_f64.powi(40), u64::MAX));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn buckets_keep_all_but_a_hundredth(samples in vec(-9.0..9.0_f64, 1..400)) {
            let mut beyond = Samples::default();
            let samples: Vec<_> = samples.into_iter().map(|power| power.exp().copysign(power)).collect();
            samples.iter().for_each(|&sample| beyond.add_beyond(sample, 1));
            let values: Vec<_> = beyond.into_values().collect();
            prop_assert!(values.iter().all(|value| numbers::check(value).is_ok()));
            let (mut found, mut expected) = (Vec::new(), samples);
            for value in &values {
                let Value::Many(many) = value else { panic!("they are buckets") };
                for (&value, &count) in many.values.iter().zip(many.counts.iter().flatten()) {
                    found.extend(std::iter::repeat_n(value, count as usize));
                }
            }
            found.sort_unstable_by(f64::total_cmp);
            expected.sort_unstable_by(f64::total_cmp);
            prop_assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).abs() <= expected.abs() * RELATIVE_ERROR);
            }
        }
    }
}
