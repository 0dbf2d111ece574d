//! What a program reports to the crate `metrics`, gathered for CloudWatch.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use tokio::sync::watch;

use self::counter::Counter;
use self::gauge::Gauge;
use self::histogram::Histogram;
use self::losses::Losses;
use self::registry::Registry;
use self::slot::Interval;
use crate::Metric;
use crate::clock::{self, Clock};

mod counter;
mod error;
mod facade;
mod gauge;
mod histogram;
mod losses;
mod registry;
mod slot;
mod submission;
mod template;
mod unit;

pub use self::error::{InstallError, RecorderError};
pub use self::losses::RecorderStats;

/// Gathers the counters, gauges and histograms that a program and its libraries report to the crate
/// [`metrics`](https://docs.rs/metrics/0.24), and submits them to a
/// [`CloudWatchWriter`](crate::CloudWatchWriter) once a slot. Clones share what they gather.
///
/// What is recorded costs an addition, or a short lock for a histogram: no entry, no channel, no clock. It may
/// begin on any thread, before there is a runtime or a writer. A series costs a datum a slot, however often it is
/// recorded; a histogram costs one for each 150 distinct values.
///
/// | | in each slot | statistic to look at |
/// |---|---|---|
/// | counter | by how much it grew, unless it did not | `Sum` |
/// | gauge | the last value, from the first time on | `Average`, `Maximum` |
/// | histogram | each distinct value with the number of times that it occurred | all, percentiles included |
///
/// - **Slots.** A slot is a minute of the wall clock, unless [`interval`](Self::interval) says otherwise. A datum
///   has the timestamp at which its slot begins; a sample that is recorded while a slot is read may be in either.
/// - **Histograms** are exact up to 9,600 distinct values a slot. Further values are put into buckets: their
///   percentiles are up to 1 % off, all other statistics stay exact. Fewer distinct values make fewer datums, so
///   round what you record, or let the writer merge with [`Merge::Bounded`](crate::Merge::Bounded).
/// - **Labels** become dimensions, up to 30. An empty label is none. A label that CloudWatch would reject
///   is omitted; [`stats`](Self::stats) counts that and whatever else cannot be recorded, and the log says it once.
/// - **Units** are those of `describe_counter!`, `describe_gauge!` and `describe_histogram!`, which come first:
///   CloudWatch keeps data of different units apart. It has no nanoseconds and no multiples of 1,024 bytes; such
///   data are sent as they are, without a unit.
/// - **A counter that follows another one** (`Counter::absolute`) has its whole value in its first slot.
/// - **What is lost.** A process that ends or is killed without a last submission and a flush loses up to a slot,
///   and so does one that is frozen for good. An ambiguous request that is sent again may double a slot.
/// - What writers report of themselves, metrics whose names begin with `batchwright`, is not recorded.
///
/// ```
/// use batch_cloudwatch::Recorder;
/// use batch_cloudwatch::metrics::{counter, gauge, histogram, with_local_recorder};
///
/// let recorder = Recorder::new(); // `recorder.install()?` makes it that of the whole process
/// with_local_recorder(&recorder, || {
///     counter!("Orders", "Shop" => "Berlin").increment(3);
///     gauge!("Queued").set(7.0);
///     histogram!("Latency").record(0.25);
/// });
/// assert_eq!(recorder.drain().len(), 3);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    counters: Registry<Counter>,
    gauges: Registry<Gauge>,
    histograms: Registry<Histogram>,
    losses: Losses,
    /// In seconds.
    interval: AtomicU32,
    max_series: AtomicUsize,
    clock: Clock,
    /// When the series were last drained. Its lock makes drains follow one another.
    drained: Mutex<DateTime>,
    /// Drained, and not submitted yet.
    waiting: Mutex<VecDeque<Metric>>,
    stopped: watch::Sender<bool>,
}

impl Recorder {
    /// A recorder with slots of a minute, for up to 10,000 series. Needs no runtime.
    pub fn new() -> Self {
        Self::with_clock(clock::wall)
    }

    /// Makes it the recorder of the whole process, for every `counter!`, `gauge!` and `histogram!`.
    ///
    /// ```
    /// use batch_cloudwatch::Recorder;
    ///
    /// let recorder = Recorder::new();
    /// recorder.install()?;
    /// assert!(Recorder::new().install().is_err());
    /// # Ok::<(), batch_cloudwatch::InstallError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if there is one already.
    pub fn install(&self) -> Result<(), InstallError> {
        ::metrics::set_global_recorder(self.clone()).map_err(|_| InstallError)
    }

    /// Sets how long a slot is: 1 second to an hour, in whole seconds; what is beyond is brought there. Default: a
    /// minute. Metrics of slots that are shorter than a minute have a storage resolution of 1 second, which shows
    /// them apart for three hours.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use batch_cloudwatch::Recorder;
    ///
    /// let high_resolution = Recorder::new().interval(Duration::from_secs(1));
    /// # let _ = high_resolution;
    /// ```
    pub fn interval(self, interval: Duration) -> Self {
        self.shared.interval.store(Interval::nearest(interval).seconds(), Ordering::Relaxed);
        self
    }

    /// Sets how many series there may be at a time: a counter, gauge or histogram with the values of its labels.
    /// Default: 10,000. Further ones are not recorded, which [`stats`](Self::stats) counts: a label with ever new
    /// values would take ever more memory, and CloudWatch bills every series. A counter or histogram that nobody has
    /// a handle of is no longer counted when a slot passes without it; gauges stay.
    ///
    /// ```
    /// use batch_cloudwatch::Recorder;
    ///
    /// let thrifty = Recorder::new().max_series(100);
    /// # let _ = thrifty;
    /// ```
    pub fn max_series(self, series: usize) -> Self {
        self.shared.max_series.store(series, Ordering::Relaxed);
        self
    }

    /// Returns what was recorded since the last time, as metrics with the timestamp at which their slot begins:
    /// the one in which the gathering began, at most an interval ago. For programs that submit by themselves; see
    /// [`run`](Self::run) and [`submit_to`](Self::submit_to).
    ///
    /// ```
    /// use batch_cloudwatch::Recorder;
    ///
    /// assert!(Recorder::new().drain().is_empty());
    /// ```
    #[must_use = "what was drained is not submitted otherwise"]
    pub fn drain(&self) -> Vec<Metric> {
        let mut drained = self.shared.drained.lock().unwrap_or_else(PoisonError::into_inner);
        let (interval, now) = (self.interval_now(), (self.shared.clock)());
        let start = interval.start(*drained, now);
        *drained = now;
        let Shared { counters, gauges, histograms, losses, .. } = &*self.shared;
        let mut metrics = Vec::new();
        let dropped = [counters.take(&mut metrics), gauges.take(&mut metrics), histograms.take(&mut metrics)];
        losses.drop_samples(dropped.into_iter().fold(0, u64::saturating_add));
        let resolution = interval.storage_resolution();
        let in_slot = |metric: Metric| {
            let metric = metric.timestamp(start);
            resolution.into_iter().fold(metric, Metric::storage_resolution)
        };
        metrics.into_iter().map(in_slot).collect()
    }

    /// What it has done, and what it could not do.
    #[must_use]
    pub fn stats(&self) -> RecorderStats {
        self.shared.losses.stats(self.series())
    }

    fn with_clock(clock: Clock) -> Self {
        let shared = Shared {
            counters: Registry::default(),
            gauges: Registry::default(),
            histograms: Registry::default(),
            losses: Losses::default(),
            interval: AtomicU32::new(Interval::MINUTE.seconds()),
            max_series: AtomicUsize::new(MAX_SERIES),
            clock,
            drained: Mutex::new(clock()),
            waiting: Mutex::default(),
            stopped: watch::Sender::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    fn interval_now(&self) -> Interval {
        Interval::of_seconds(self.shared.interval.load(Ordering::Relaxed))
    }

    fn most_series(&self) -> usize {
        self.shared.max_series.load(Ordering::Relaxed)
    }

    fn series(&self) -> usize {
        let Shared { counters, gauges, histograms, .. } = &*self.shared;
        counters.len() + gauges.len() + histograms.len()
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows counts, and nothing of what is recorded.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

const MAX_SERIES: usize = 10_000;

#[cfg(test)]
mod tests;
