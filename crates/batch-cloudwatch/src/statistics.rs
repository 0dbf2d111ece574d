use std::fmt;

/// What is known of values that are not sent themselves.
///
/// The sample count is above 0, the minimum not above the maximum, and every number finite and
/// within ±2^360; otherwise the metric is refused when it is submitted. CloudWatch knows no
/// percentiles of such data, unless all the values were equal. `Debug` shows no number.
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
    /// How many values there were.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least of them.
    pub minimum: f64,
    /// The greatest of them.
    pub maximum: f64,
}

impl fmt::Debug for StatisticSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatisticSet").finish_non_exhaustive()
    }
}
