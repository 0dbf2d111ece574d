use super::datum::StoredDatum;
use super::exact_sum::ExactSum;

/// What several data points amount to.
#[derive(Debug)]
pub(super) struct Aggregate {
    sample_count: ExactSum,
    sum: ExactSum,
    minimum: f64,
    maximum: f64,
}

impl Aggregate {
    /// Adds a datum. Where there is a statistic set, it says everything; values beside it are for
    /// percentiles.
    pub(super) fn add(&mut self, datum: &StoredDatum) {
        if let Some(set) = datum.statistic_values {
            self.sample_count.add(set.sample_count);
            self.sum.add(set.sum);
            self.reach(set.minimum, set.maximum);
            return;
        }
        let one = datum.value.map(|value| (value, 1.0));
        for (value, count) in datum.values.iter().copied().chain(one) {
            self.sample_count.add(count);
            self.sum.add_times(value, count);
            self.reach(value, value);
        }
    }

    /// The statistic of this name, if there is one.
    pub(super) fn statistic(&self, name: &str) -> Option<f64> {
        match name {
            "Average" => Some(self.sum.value() / self.sample_count.value()),
            "Maximum" => Some(self.maximum),
            "Minimum" => Some(self.minimum),
            "SampleCount" => Some(self.sample_count.value()),
            "Sum" => Some(self.sum.value()),
            _ => None,
        }
    }

    fn reach(&mut self, minimum: f64, maximum: f64) {
        self.minimum = self.minimum.min(minimum);
        self.maximum = self.maximum.max(maximum);
    }
}

impl Default for Aggregate {
    fn default() -> Self {
        Self {
            sample_count: ExactSum::default(),
            sum: ExactSum::default(),
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
        }
    }
}
