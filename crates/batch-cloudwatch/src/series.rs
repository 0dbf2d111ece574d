use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::StandardUnit;
use batch_core::Invalid;

use crate::clock::{self, Clock};
use crate::tally::{Full, MOST_VALUES, Tally};
use crate::{Metric, identity, numbers};

/// Gathers the samples of one series, to be submitted once a slot: for what is sampled too often to submit
/// a [`Metric`] each time.
///
/// A sample is counted under a lock that is held for some nanoseconds: no entry, no allocation, no clock. It can
/// be recorded from any thread, and before there is a runtime or a writer. [`take`](Self::take) returns what
/// was recorded as metrics, without a loss: each distinct value with the number of times that it occurred.
///
/// A sample belongs to the slot in which the first one was recorded that was not taken yet. So take them once
/// a slot: once a minute, or once a second for a [storage resolution](Self::storage_resolution) of 1. Samples
/// that are not taken when the program ends are lost.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use batch_cloudwatch::{CloudWatchWriter, Series, StandardUnit};
///
/// async fn submit_once_a_minute(latency: Arc<Series>, writer: CloudWatchWriter) {
///     let mut minute = tokio::time::interval(Duration::from_secs(60));
///     loop {
///         minute.tick().await;
///         for metric in latency.take() {
///             if let Err(error) = writer.submit(metric).await {
///                 eprintln!("{error}");
///             }
///         }
///     }
/// }
///
/// let latency = Arc::new(Series::new("Latency").dimension("Path", "/").unit(StandardUnit::Milliseconds));
/// latency.record(12.5)?;
/// latency.record(12.5)?;
/// assert_eq!(latency.take().len(), 1);
/// # Ok::<(), batch_cloudwatch::RecordError>(())
/// ```
#[must_use]
pub struct Series {
    template: Metric,
    clock: Clock,
    gathered: Mutex<Gathered>,
}

#[derive(Default)]
struct Gathered {
    /// When the first sample was recorded.
    since: Option<DateTime>,
    tally: Tally,
}

impl Series {
    /// A series without dimensions and unit, and with the resolution of a minute. What CloudWatch would reject
    /// is reported when a metric of the series is submitted.
    ///
    /// ```
    /// use batch_cloudwatch::Series;
    ///
    /// let orders = Series::new("Orders");
    /// assert!(orders.take().is_empty());
    /// ```
    pub fn new(name: impl AsRef<str>) -> Self {
        Self { template: Metric::values(name, []), clock: clock::wall, gathered: Mutex::default() }
    }

    /// Adds a dimension, as [`Metric::dimension`] does.
    ///
    /// ```
    /// use batch_cloudwatch::Series;
    ///
    /// let orders = Series::new("Orders").dimension("Shop", "Berlin");
    /// # let _ = orders;
    /// ```
    pub fn dimension(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.template = self.template.dimension(name, value);
        self
    }

    /// Adds several dimensions, as [`Metric::dimensions`] does.
    ///
    /// ```
    /// use batch_cloudwatch::Series;
    ///
    /// let orders = Series::new("Orders").dimensions([("Shop", "Berlin"), ("Kind", "Online")]);
    /// # let _ = orders;
    /// ```
    pub fn dimensions<N, V>(mut self, dimensions: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.template = self.template.dimensions(dimensions);
        self
    }

    /// Sets the unit, as [`Metric::unit`] does.
    ///
    /// ```
    /// use batch_cloudwatch::{Series, StandardUnit};
    ///
    /// let traffic = Series::new("Traffic").unit(StandardUnit::Bytes);
    /// # let _ = traffic;
    /// ```
    pub fn unit(mut self, unit: impl Into<StandardUnit>) -> Self {
        self.template = self.template.unit(unit);
        self
    }

    /// Sets the storage resolution in seconds, as [`Metric::storage_resolution`] does.
    ///
    /// ```
    /// use batch_cloudwatch::Series;
    ///
    /// let orders = Series::new("Orders").storage_resolution(1);
    /// # let _ = orders;
    /// ```
    pub fn storage_resolution(mut self, seconds: i32) -> Self {
        self.template = self.template.storage_resolution(seconds);
        self
    }

    /// Counts a sample.
    ///
    /// # Errors
    ///
    /// Returns an error, and counts nothing, if CloudWatch would reject the value, or if as many distinct
    /// values were gathered as a series holds: 9,600.
    #[inline]
    pub fn record(&self, value: f64) -> Result<(), RecordError> {
        self.record_many(value, 1)
    }

    /// Counts a sample that occurred so often. A sample that did not occur is not counted.
    ///
    /// ```
    /// use batch_cloudwatch::{Metric, Series};
    ///
    /// let sizes = Series::new("Size");
    /// sizes.record_many(512.0, 3)?;
    /// sizes.record(64.0)?;
    /// let expected = Metric::counted_values("Size", [(64.0, 1.0), (512.0, 3.0)]);
    /// assert_eq!(sizes.take()[0].value(), expected.value());
    /// # Ok::<(), batch_cloudwatch::RecordError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record).
    #[inline]
    pub fn record_many(&self, value: f64, count: u32) -> Result<(), RecordError> {
        // Nearly every value was recorded before, so it is valid, and its slot has begun. The bits are all that is looked
        // at: to check a number and to give it a sign costs as much as to find it.
        let bits = value.to_bits();
        let is_counted = count > 0 && self.gathered().tally.count_known(bits, count);
        if is_counted { Ok(()) } else { self.record_new(bits, count) }
    }

    /// Returns what was recorded since the last time, and forgets it: a metric for each 150 distinct values, with
    /// the timestamp at which their slot begins. Nothing if nothing was recorded.
    #[must_use]
    pub fn take(&self) -> Vec<Metric> {
        let Gathered { since, tally } = mem::take(&mut *self.gathered());
        let Some(since) = since else { return Vec::new() };
        let slot = DateTime::from_secs(identity::start(&self.template, since));
        let metric = |value| {
            let mut metric = self.template.clone().timestamp(slot);
            metric.set_value(value);
            metric
        };
        tally.into_values().map(metric).collect()
    }

    /// Counts a sample whose value was not recorded yet, or that is not to be counted.
    #[cold]
    fn record_new(&self, bits: u64, count: u32) -> Result<(), RecordError> {
        let value = f64::from_bits(bits);
        if !numbers::is_valid(value) {
            return Err(RecordError::Invalid(numbers::invalid("value", value)));
        }
        if count == 0 {
            return Ok(());
        }
        let mut gathered = self.gathered();
        if gathered.since.is_none() {
            gathered.since = Some((self.clock)());
        }
        gathered.tally.add(value, count).map_err(|Full| RecordError::Full { values: MOST_VALUES })
    }

    #[inline]
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows the names of the series, and no sample.
impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("template", &self.template).finish_non_exhaustive()
    }
}

/// Why a sample was not counted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RecordError {
    /// The series holds as many distinct values as it can, or one of them as often as can be counted exactly,
    /// 2^53 times. Take them more often, or round them to what you need.
    #[non_exhaustive]
    Full {
        /// How many distinct values a series holds at most.
        values: usize,
    },
    /// CloudWatch would reject the value.
    Invalid(Invalid),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { values } => write!(
                f,
                "the series holds {values} distinct values, as many as it can; take them more often, or round them"
            ),
            Self::Invalid(_) => f.write_str("the value is invalid"),
        }
    }
}

impl Error for RecordError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Full { .. } => None,
            Self::Invalid(invalid) => Some(invalid),
        }
    }
}

#[cfg(test)]
mod tests;
