/// A metric datum that the server accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredDatum {
    /// The name of the metric.
    pub metric_name: String,
    /// The names and values of the dimensions, in the order in which they were sent.
    pub dimensions: Vec<(String, String)>,
    /// The timestamp in milliseconds since the Unix epoch: the one that was sent, or else the time of arrival.
    pub timestamp_millis: u64,
    /// The single value, if one was sent.
    pub value: Option<f64>,
    /// The values with their counts, which are 1 if no counts were sent.
    pub values: Vec<(f64, f64)>,
    /// The statistic set, if one was sent.
    pub statistic_values: Option<StatisticSet>,
    /// The unit, if one was sent.
    pub unit: Option<String>,
    /// The resolution in seconds: 1 or 60. It is 60 if none was sent.
    pub storage_resolution: u32,
}

/// A statistic set, as it was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatisticSet {
    /// The number of samples.
    pub sample_count: f64,
    /// The sum of the samples.
    pub sum: f64,
    /// The smallest sample.
    pub minimum: f64,
    /// The largest sample.
    pub maximum: f64,
}

impl StoredDatum {
    /// What it takes in memory, roughly, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let dimensions: usize = self.dimensions.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.metric_name.len() + dimensions + self.values.len() * size_of::<(f64, f64)>()
    }
}
