use std::fmt;

use crate::distinct::exact_sum;
use crate::value::Value;

/// Statistics of values that are not sent themselves.
///
/// The sample count must be above 0, the minimum must not exceed the maximum, and every number must be
/// finite and within ±2^360; otherwise the metric is rejected when it is submitted. CloudWatch has no
/// percentiles of such data, unless all values were equal. `Debug` shows no number.
///
/// ```
/// use batch_cloudwatch::{Metric, StatisticSet};
///
/// let three = StatisticSet { sample_count: 3.0, sum: 10.5, minimum: 2.0, maximum: 5.0 };
/// let metric = Metric::statistics("Latency", three).unit("Milliseconds");
/// # let _ = metric;
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct StatisticSet {
    /// The number of values.
    pub sample_count: f64,
    /// The sum of the values.
    pub sum: f64,
    /// The smallest value.
    pub minimum: f64,
    /// The largest value.
    pub maximum: f64,
}

impl StatisticSet {
    /// Those of a value that occurred so often.
    pub(crate) fn of(value: f64, count: f64) -> Self {
        Self { sample_count: count, sum: value * count, minimum: value, maximum: value }
    }
}

/// The statistics of a value; nothing if its counts have no exact sum.
pub(crate) fn of(value: &Value) -> Option<StatisticSet> {
    let many = match value {
        Value::Many(many) => many,
        Value::One(value) => return Some(StatisticSet::of(*value, 1.0)),
        Value::Set(set) => return Some(**set),
    };
    if many.statistics.is_some() {
        return many.statistics;
    }
    let counts = many.counts.iter().flatten().copied().chain(std::iter::repeat(1.0));
    let mut sets = many.values.iter().zip(counts).map(|(&value, count)| StatisticSet::of(value, count));
    let first = sets.next()?;
    sets.try_fold(first, |all, set| {
        Some(StatisticSet {
            sample_count: exact_sum(all.sample_count, set.sample_count)?,
            sum: all.sum + set.sum,
            minimum: all.minimum.min(set.minimum),
            maximum: all.maximum.max(set.maximum),
        })
    })
}

impl fmt::Debug for StatisticSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatisticSet").finish_non_exhaustive()
    }
}
