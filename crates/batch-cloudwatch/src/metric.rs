use std::borrow::Cow;
use std::fmt;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::StandardUnit;

use crate::{MetricValue, StatisticSet, distinct};

/// One datum of a metric: a name, and a value, several values, or statistics of values.
///
/// Name and dimensions together identify the metric of the namespace that it belongs to. Names are usually
/// constants of the program: a `&'static str` is not copied.
///
/// What the service would reject is reported when the metric is submitted, never by these methods. `Debug`
/// shows names and kinds, but no value of a metric or of a dimension.
///
/// ```
/// use batch_cloudwatch::{Metric, StandardUnit};
///
/// let metric = Metric::new("Humidity", 40).dimension("Station", "10637").unit(StandardUnit::Percent);
/// assert_eq!(metric.name(), "Humidity");
/// ```
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Metric(Box<Parts>);

/// What a metric consists of: 176 bytes. A metric is moved a dozen times, by its setters and on its way through
/// the writer, which costs more than the one allocation.
#[derive(Clone)]
struct Parts {
    name: Name,
    value: MetricValue,
    dimensions: Vec<(Name, String)>,
    timestamp: Option<DateTime>,
    unit: Option<StandardUnit>,
    storage_resolution: Option<i32>,
    /// The second since 1970 at which the slot begins that it may be merged in.
    slot: Option<i64>,
    /// Whether its values are those of several metrics: distinct, in their order and with counts.
    is_merged: bool,
}

type Name = Cow<'static, str>;

impl Metric {
    /// A datum with one value. Integers of up to 32 bits convert without loss; convert larger ones
    /// yourself, since they may lose digits as an `f64`, the only number type of the service.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// assert_eq!(Metric::new("Orders", 3), Metric::new("Orders", 3.0));
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<f64>) -> Self {
        Self::of(name.into(), MetricValue::Value(value.into()))
    }

    /// A datum with 1 to 150 values, each of which occurred once.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::values("Latency", [12.5, 13.0, 40.0]);
    /// # let _ = metric;
    /// ```
    pub fn values(name: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = f64>) -> Self {
        let values = values.into_iter().collect();
        Self::of(name.into(), MetricValue::Values { values, counts: None })
    }

    /// A datum with 1 to 150 values, each with the number of times that it occurred.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::counted_values("Latency", [(12.5, 8.0), (13.0, 1.0)]);
    /// # let _ = metric;
    /// ```
    pub fn counted_values(
        name: impl Into<Cow<'static, str>>,
        values_and_counts: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let (values, counts) = values_and_counts.into_iter().unzip();
        Self::of(name.into(), MetricValue::Values { values, counts: Some(counts) })
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
    pub fn statistics(name: impl Into<Cow<'static, str>>, statistics: StatisticSet) -> Self {
        Self::of(name.into(), MetricValue::StatisticValues(statistics))
    }

    /// Adds a dimension: a name of 1 to 255 ASCII characters, unique in the metric, and a value of 1 to
    /// 1,024. A metric has up to 30.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::new("Orders", 1).dimension("Shop", "Berlin").dimension("Kind", "Online");
    /// assert_eq!(metric.get_dimensions().count(), 2);
    /// ```
    pub fn dimension(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.0.dimensions.push((name.into(), value.into()));
        self
    }

    /// Adds several dimensions, each as [`dimension`](Self::dimension) does.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let of_all = [("Shop", "Berlin"), ("Kind", "Online")];
    /// let metric = Metric::new("Orders", 1).dimensions(of_all);
    /// assert_eq!(metric, Metric::new("Orders", 1).dimension("Shop", "Berlin").dimension("Kind", "Online"));
    /// ```
    pub fn dimensions<N, V>(mut self, dimensions: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Cow<'static, str>>,
        V: Into<String>,
    {
        self.0.dimensions.extend(dimensions.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Sets the time of the datum: a [`SystemTime`](std::time::SystemTime) or a [`DateTime`], up to two
    /// weeks ago or two hours ahead. Default: the time of its submission, which it keeps through every
    /// retry and when it is handed back.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use batch_cloudwatch::{DateTime, Metric};
    ///
    /// let metric = Metric::new("Orders", 1).timestamp(SystemTime::UNIX_EPOCH);
    /// assert_eq!(metric.get_timestamp(), Some(DateTime::from_secs(0)));
    /// ```
    pub fn timestamp(mut self, timestamp: impl Into<DateTime>) -> Self {
        self.0.timestamp = Some(timestamp.into());
        self
    }

    /// Sets the unit: a [`StandardUnit`], or its name. Default: none, which the service stores as the unit
    /// `None`. CloudWatch keeps data with different units apart, and no unit fits every metric: a default
    /// such as `Count` would permanently mislabel most of them.
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
    /// assert_eq!(metric.get_storage_resolution(), Some(1));
    /// ```
    pub fn storage_resolution(mut self, seconds: i32) -> Self {
        self.0.storage_resolution = Some(seconds);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The value, the values, or their statistics.
    #[must_use]
    pub fn value(&self) -> &MetricValue {
        &self.0.value
    }

    /// The names and values of the dimensions, in the order in which they were added.
    #[must_use]
    pub fn get_dimensions(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.dimensions.iter().map(|(name, value)| (&**name, value.as_str()))
    }

    /// The timestamp, if it was [set](Self::timestamp) or added by a writer.
    #[must_use]
    pub fn get_timestamp(&self) -> Option<DateTime> {
        self.0.timestamp
    }

    /// The unit, if it was [set](Self::unit).
    #[must_use]
    pub fn get_unit(&self) -> Option<&StandardUnit> {
        self.0.unit.as_ref()
    }

    /// The storage resolution in seconds, if it was [set](Self::storage_resolution).
    #[must_use]
    pub fn get_storage_resolution(&self) -> Option<i32> {
        self.0.storage_resolution
    }

    /// Fills in a timestamp, of which there is none.
    pub(crate) fn fill_in_timestamp(&mut self, now: DateTime) {
        self.0.timestamp = Some(now);
    }

    /// Sets the slot that it may be merged in, if it may.
    pub(crate) fn set_slot(&mut self, slot: Option<i64>) {
        self.0.slot = slot;
    }

    /// The slot that it may be merged in.
    pub(crate) fn slot(&self) -> Option<i64> {
        self.0.slot
    }

    /// Takes the values of a newer metric of the same series and slot over, if it loses nothing of them.
    pub(crate) fn absorb(&mut self, newer: &Self) -> Option<()> {
        let parts = &mut *self.0;
        if parts.is_merged {
            distinct::add(&mut parts.value, newer.value())?;
        } else {
            parts.value = distinct::union(&parts.value, newer.value())?;
            parts.is_merged = true;
        }
        parts.timestamp = parts.slot.map(DateTime::from_secs).or(parts.timestamp);
        Some(())
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        let name = |name: &Name| match name {
            Cow::Borrowed(_) => 0,
            Cow::Owned(name) => name.capacity(),
        };
        let dimensions = self.0.dimensions.iter().map(|(known, value)| name(known) + value.capacity());
        size_of::<Parts>()
            + name(&self.0.name)
            + self.0.value.heap_bytes()
            + self.0.dimensions.capacity() * size_of::<(Name, String)>()
            + dimensions.sum::<usize>()
    }

    /// What it occupies on the heap once its values have counts.
    pub(crate) fn counted_heap_bytes(&self) -> usize {
        self.heap_bytes() - self.0.value.heap_bytes() + self.0.value.counted_heap_bytes()
    }

    fn of(name: Name, value: MetricValue) -> Self {
        let dimensions = Vec::new();
        Self(Box::new(Parts {
            name,
            value,
            dimensions,
            timestamp: None,
            unit: None,
            storage_resolution: None,
            slot: None,
            is_merged: false,
        }))
    }
}

/// Whether both say the same, also if one of them was merged.
impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        let said = |parts: &Self| (parts.timestamp, parts.storage_resolution);
        (&self.name, &self.value, &self.dimensions, &self.unit, said(self))
            == (&other.name, &other.value, &other.dimensions, &other.unit, said(other))
    }
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dimensions: Vec<_> = self.0.dimensions.iter().map(|(name, _)| name).collect();
        f.debug_struct("Metric")
            .field("name", &self.0.name)
            .field("value", &self.0.value)
            .field("dimensions", &dimensions)
            .field("timestamp", &self.0.timestamp)
            .field("unit", &self.0.unit)
            .field("storage_resolution", &self.0.storage_resolution)
            .finish()
    }
}

#[cfg(test)]
mod tests;
