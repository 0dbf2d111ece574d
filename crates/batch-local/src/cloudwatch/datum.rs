/// A datum as the server accepted it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredDatum {
    /// The name of the metric.
    pub metric_name: String,
    /// The names and values of the dimensions, in the order in which they were sent.
    pub dimensions: Vec<(String, String)>,
    /// The time it is for, in milliseconds since 1970: the one that was sent, or else that of its
    /// arrival.
    pub timestamp_millis: u64,
    /// The one value, if it was sent so.
    pub value: Option<f64>,
    /// The values, each with its count, which is 1 if no counts were sent.
    pub values: Vec<(f64, f64)>,
    /// The statistic set, if it was sent.
    pub statistic_values: Option<StatisticSet>,
    /// The unit, if it was sent.
    pub unit: Option<String>,
    /// In seconds: 1, or 60, also if none was sent.
    pub storage_resolution: u32,
}

/// A set of statistics as it was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatisticSet {
    /// How many samples it is of.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least of them.
    pub minimum: f64,
    /// The greatest of them.
    pub maximum: f64,
}

impl StoredDatum {
    /// What it takes in memory, roughly, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let dimensions: usize = self.dimensions.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.metric_name.len() + dimensions + self.values.len() * size_of::<(f64, f64)>()
    }
}
