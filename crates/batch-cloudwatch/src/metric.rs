use std::fmt;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};

use crate::StatisticSet;

/// One datum of a metric: a name, and a value, several values, or statistics of values.
///
/// Name and dimensions together say which metric of the namespace it belongs to. Whatever the
/// service would refuse is refused when the metric is submitted, never here. `Debug` shows names
/// and kinds, never a value of a metric or of a dimension.
///
/// ```
/// use batch_cloudwatch::{Metric, StandardUnit};
///
/// let metric = Metric::new("Temperature", 21.5).dimension("Station", "10637").unit(StandardUnit::None);
/// assert_eq!(metric.datum().metric_name(), Some("Temperature"));
/// assert_eq!(metric.datum().value(), Some(21.5));
/// ```
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Metric(MetricDatum);

impl Metric {
    /// A datum with one value. Integers of up to 32 bits can be given as they are; larger ones may
    /// lose digits as an `f64`, the only number that the service has, and are converted by you.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// assert_eq!(Metric::new("Orders", 3), Metric::new("Orders", 3.0));
    /// ```
    pub fn new(name: impl Into<String>, value: impl Into<f64>) -> Self {
        let mut datum = named(name);
        datum.value = Some(value.into());
        Self(datum)
    }

    /// A datum with 1 to 150 values, each of which occurred once.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::values("Latency", [12.5, 13.0, 40.0]);
    /// assert_eq!(metric.datum().values(), [12.5, 13.0, 40.0]);
    /// ```
    pub fn values(name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let mut datum = named(name);
        datum.values = Some(values.into_iter().collect());
        Self(datum)
    }

    /// A datum with 1 to 150 values, each with the number of times that it occurred.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::counted_values("Latency", [(12.5, 8.0), (13.0, 1.0)]);
    /// assert_eq!(metric.datum().values(), [12.5, 13.0]);
    /// assert_eq!(metric.datum().counts(), [8.0, 1.0]);
    /// ```
    pub fn counted_values(
        name: impl Into<String>,
        values_and_counts: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let (values, counts) = values_and_counts.into_iter().unzip();
        let mut datum = named(name);
        datum.values = Some(values);
        datum.counts = Some(counts);
        Self(datum)
    }

    /// A datum with statistics of values that are not sent themselves.
    ///
    /// ```
    /// use batch_cloudwatch::{Metric, StatisticSet};
    ///
    /// let three = StatisticSet { sample_count: 3.0, sum: 10.5, minimum: 2.0, maximum: 5.0 };
    /// let metric = Metric::statistics("Latency", three);
    /// # let _ = metric;
    /// ```
    pub fn statistics(name: impl Into<String>, statistics: StatisticSet) -> Self {
        let mut datum = named(name);
        datum.statistic_values = Some(statistics.into());
        Self(datum)
    }

    /// Adds a dimension: a name of 1 to 255 ASCII characters, which no other dimension of the
    /// metric has, and a value of 1 to 1,024. Up to 30.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::new("Orders", 1).dimension("Shop", "Berlin").dimension("Kind", "Online");
    /// assert_eq!(metric.datum().dimensions().len(), 2);
    /// ```
    pub fn dimension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let dimension = Dimension::builder().name(name).value(value).build();
        self.0.dimensions.get_or_insert_default().push(dimension);
        self
    }

    /// Adds several dimensions, as [`dimension`](Self::dimension) does one.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let of_all = [("Shop", "Berlin"), ("Kind", "Online")];
    /// let metric = Metric::new("Orders", 1).dimensions(of_all);
    /// assert_eq!(metric, Metric::new("Orders", 1).dimension("Shop", "Berlin").dimension("Kind", "Online"));
    /// ```
    pub fn dimensions<N: Into<String>, V: Into<String>>(
        self,
        dimensions: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        dimensions.into_iter().fold(self, |metric, (name, value)| metric.dimension(name, value))
    }

    /// Sets the time of the datum: a [`SystemTime`](std::time::SystemTime) or a [`DateTime`], up
    /// to two weeks ago or two hours ahead. Default: the time at which it is submitted, which it
    /// keeps through every retry and when it is handed back.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use batch_cloudwatch::{DateTime, Metric};
    ///
    /// let metric = Metric::new("Orders", 1).timestamp(SystemTime::UNIX_EPOCH);
    /// assert_eq!(metric, Metric::new("Orders", 1).timestamp(DateTime::from_secs(0)));
    /// ```
    pub fn timestamp(mut self, timestamp: impl Into<DateTime>) -> Self {
        self.0.timestamp = Some(timestamp.into());
        self
    }

    /// Sets the unit: a [`StandardUnit`], or its name. Default: none, which the service takes for
    /// the unit `None`. CloudWatch keeps data of different units apart, and no unit fits every
    /// metric, so that a default of `Count`, say, would mislabel most of them for good.
    ///
    /// ```
    /// use batch_cloudwatch::{Metric, StandardUnit};
    ///
    /// let metric = Metric::new("Traffic", 1.5).unit(StandardUnit::MegabytesSecond);
    /// assert_eq!(metric, Metric::new("Traffic", 1.5).unit("Megabytes/Second"));
    /// ```
    pub fn unit(mut self, unit: impl Into<StandardUnit>) -> Self {
        self.0.unit = Some(unit.into());
        self
    }

    /// Sets the storage resolution in seconds: 1 for a high-resolution metric, 60 for a standard
    /// one. Default: that of the service, 60.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::new("Orders", 1).storage_resolution(1);
    /// assert_eq!(metric.datum().storage_resolution(), Some(1));
    /// ```
    pub fn storage_resolution(mut self, seconds: i32) -> Self {
        self.0.storage_resolution = Some(seconds);
        self
    }

    /// The datum as the SDK has it.
    #[must_use]
    pub fn datum(&self) -> &MetricDatum {
        &self.0
    }

    /// The datum as the SDK has it, to keep.
    #[must_use]
    pub fn into_datum(self) -> MetricDatum {
        self.0
    }

    /// Fills in the timestamp if there is none.
    pub(crate) fn or_timestamp(&mut self, now: impl FnOnce() -> DateTime) {
        self.0.timestamp.get_or_insert_with(now);
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        let numbers =
            |numbers: &Option<Vec<f64>>| numbers.as_ref().map_or(0, Vec::capacity) * size_of::<f64>();
        let MetricDatum { metric_name, dimensions, values, counts, .. } = &self.0;
        let dimensions = dimensions.as_ref().map_or(0, |dimensions| {
            let texts = dimensions.iter().map(|dimension| text(&dimension.name) + text(&dimension.value));
            dimensions.capacity() * size_of::<Dimension>() + texts.sum::<usize>()
        });
        text(metric_name) + dimensions + numbers(values) + numbers(counts)
    }
}

fn named(name: impl Into<String>) -> MetricDatum {
    MetricDatum::builder().metric_name(name).build()
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datum = &self.0;
        let dimensions: Vec<_> = datum.dimensions().iter().filter_map(Dimension::name).collect();
        f.debug_struct("Metric")
            .field("name", &datum.metric_name)
            .field("dimensions", &dimensions)
            .field("timestamp", &datum.timestamp)
            .field("values", &(usize::from(datum.value.is_some()) + datum.values().len()))
            .field("counts", &datum.counts().len())
            .field("has_statistics", &datum.statistic_values.is_some())
            .field("unit", &datum.unit)
            .field("storage_resolution", &datum.storage_resolution)
            .finish()
    }
}

/// A datum of the SDK, with everything that it has: a statistic set besides values, say.
impl From<MetricDatum> for Metric {
    fn from(datum: MetricDatum) -> Self {
        Self(datum)
    }
}

#[cfg(test)]
mod tests;
