use std::fmt;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::StandardUnit;
use batch_core::Key;

use crate::buckets::Buckets;
use crate::texts::Texts;
use crate::value::Value;
use crate::{MetricValue, StatisticSet, distinct, identity};

/// One datum of a metric: a name, and a value, several values, or statistics of values.
///
/// Name and dimensions together identify the metric of the namespace that it belongs to. A metric keeps its
/// texts as they are sent, in one allocation.
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
#[derive(Clone)]
#[must_use]
pub struct Metric {
    texts: Texts,
    value: Value,
    timestamp: Option<DateTime>,
    unit: Option<StandardUnit>,
    storage_resolution: Option<i32>,
    /// Whether it may be merged with metrics that have the same key.
    is_in_slot: bool,
    /// How many others were merged into it.
    absorbed: u32,
}

impl Metric {
    /// A datum with one value. Integers of up to 32 bits convert without loss; convert larger ones
    /// yourself, since they may lose digits as an `f64`, the only number type of the service.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// assert_eq!(Metric::new("Orders", 3), Metric::new("Orders", 3.0));
    /// ```
    #[inline]
    pub fn new(name: impl AsRef<str>, value: impl Into<f64>) -> Self {
        Self::of(name.as_ref(), Value::One(value.into()))
    }

    /// A datum with 1 to 150 values, each of which occurred once.
    ///
    /// ```
    /// use batch_cloudwatch::Metric;
    ///
    /// let metric = Metric::values("Latency", [12.5, 13.0, 40.0]);
    /// # let _ = metric;
    /// ```
    pub fn values(name: impl AsRef<str>, values: impl IntoIterator<Item = f64>) -> Self {
        Self::of(name.as_ref(), Value::many(values.into_iter().collect(), None))
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
        name: impl AsRef<str>,
        values_and_counts: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let (values, counts) = values_and_counts.into_iter().unzip();
        Self::of(name.as_ref(), Value::many(values, Some(counts)))
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
    pub fn statistics(name: impl AsRef<str>, statistics: StatisticSet) -> Self {
        Self::of(name.as_ref(), Value::Set(Box::new(statistics)))
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
    #[inline]
    pub fn dimension(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.texts.push(name.as_ref(), value.as_ref());
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
        N: AsRef<str>,
        V: AsRef<str>,
    {
        dimensions.into_iter().for_each(|(name, value)| self.texts.push(name.as_ref(), value.as_ref()));
        self
    }

    /// Sets the time of the datum: a [`SystemTime`](std::time::SystemTime) or a [`DateTime`], up to two
    /// weeks ago or two hours ahead. Default: the time of its submission, which it keeps through every
    /// retry and when it is handed back; on Linux, some milliseconds earlier.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use batch_cloudwatch::{DateTime, Metric};
    ///
    /// let metric = Metric::new("Orders", 1).timestamp(SystemTime::UNIX_EPOCH);
    /// assert_eq!(metric.get_timestamp(), Some(DateTime::from_secs(0)));
    /// ```
    #[inline]
    pub fn timestamp(mut self, timestamp: impl Into<DateTime>) -> Self {
        self.timestamp = Some(timestamp.into());
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
    #[inline]
    pub fn unit(mut self, unit: impl Into<StandardUnit>) -> Self {
        self.unit = Some(unit.into());
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
    #[inline]
    pub fn storage_resolution(mut self, seconds: i32) -> Self {
        self.storage_resolution = Some(seconds);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.texts.name()
    }

    /// The value, the values, or their statistics.
    #[must_use]
    pub fn value(&self) -> MetricValue<'_> {
        self.value.view()
    }

    /// The names and values of the dimensions, in the order in which they were added.
    #[must_use]
    pub fn get_dimensions(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.texts.dimensions()
    }

    /// The timestamp, if it was [set](Self::timestamp) or added by a writer.
    #[must_use]
    #[inline]
    pub fn get_timestamp(&self) -> Option<DateTime> {
        self.timestamp
    }

    /// The unit, if it was [set](Self::unit).
    #[must_use]
    #[inline]
    pub fn get_unit(&self) -> Option<&StandardUnit> {
        self.unit.as_ref()
    }

    /// The storage resolution in seconds, if it was [set](Self::storage_resolution).
    #[must_use]
    #[inline]
    pub fn get_storage_resolution(&self) -> Option<i32> {
        self.storage_resolution
    }

    #[inline]
    fn of(name: &str, value: Value) -> Self {
        let texts = Texts::new(name);
        Self {
            texts,
            value,
            timestamp: None,
            unit: None,
            storage_resolution: None,
            is_in_slot: false,
            absorbed: 0,
        }
    }
}

/// What the writer does with it.
impl Metric {
    /// Fills in a timestamp, of which there is none.
    #[inline]
    pub(crate) fn fill_in_timestamp(&mut self, now: DateTime) {
        self.timestamp = Some(now);
    }

    /// Sets the slot that it may be merged in, if it may.
    #[inline]
    pub(crate) fn set_slot(&mut self, slot: Option<i64>) {
        self.is_in_slot = slot.is_some();
        if let Some(slot) = slot {
            let head = identity::head(self, slot);
            self.texts.set_head(head);
        }
    }

    /// Exchanges its value.
    pub(crate) fn set_value(&mut self, value: Value) {
        self.value = value;
    }

    /// Takes the values of a newer metric of the same series and slot over, if one datum can hold both.
    #[inline]
    pub(crate) fn absorb(&mut self, newer: &Self, buckets: Option<&Buckets>) -> Option<()> {
        distinct::absorb(&mut self.value, &newer.value, buckets)?;
        self.has_absorbed(newer);
        Some(())
    }

    /// Takes the value of a newer metric of the same series and slot over, if it has the same value already, and
    /// so does not grow. Whether it did.
    #[inline]
    pub(crate) fn absorb_known(&mut self, newer: &Self) -> bool {
        let is_known = distinct::count_known(&mut self.value, &newer.value);
        if is_known {
            self.has_absorbed(newer);
        }
        is_known
    }

    #[inline]
    fn has_absorbed(&mut self, newer: &Self) {
        self.absorbed = self.absorbed.saturating_add(newer.submitted());
        self.timestamp = Some(DateTime::from_secs(identity::slot_of(self.texts.head())));
    }

    /// As how many metrics it was submitted: itself, and those that were merged into it.
    pub(crate) fn submitted(&self) -> u32 {
        self.absorbed.saturating_add(1)
    }

    #[inline]
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    #[inline]
    pub(crate) fn raw_value(&self) -> &Value {
        &self.value
    }

    /// What it has in common with the metrics that it may be merged with, if it may.
    #[inline]
    pub(crate) fn key(&self) -> Option<Key<'_>> {
        self.is_in_slot.then(|| self.texts.key())
    }

    /// What it occupies on the heap, in bytes.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        self.texts.heap_bytes() + self.value.heap_bytes()
    }
}

/// Whether both say the same, also if one of them was merged.
impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        let said = |metric: &Self| (metric.timestamp, metric.storage_resolution);
        (&self.texts, &self.value, &self.unit, said(self))
            == (&other.texts, &other.value, &other.unit, said(other))
    }
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dimensions: Vec<_> = self.get_dimensions().map(|(name, _)| name).collect();
        f.debug_struct("Metric")
            .field("name", &self.name())
            .field("value", &self.value())
            .field("dimensions", &dimensions)
            .field("timestamp", &self.timestamp)
            .field("unit", &self.unit)
            .field("storage_resolution", &self.storage_resolution)
            .finish()
    }
}

#[cfg(test)]
mod tests;
