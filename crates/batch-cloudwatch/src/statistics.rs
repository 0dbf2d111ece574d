use std::fmt;

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

impl fmt::Debug for StatisticSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatisticSet").finish_non_exhaustive()
    }
}
