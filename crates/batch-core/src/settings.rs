use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{Backoff, Duplicates, Linger, OnAmbiguous, Order};

/// How a writer gathers, sends, retries and bounds. What is not set has the default named at its
/// method. The same settings may serve several writers.
///
/// ```
/// use std::time::Duration;
/// use batch_core::{Linger, Settings};
///
/// let settings = Settings::new()
///     .linger(Linger::Fixed(Duration::from_millis(20)))
///     .delivery_deadline(Duration::from_secs(600));
/// # let _ = settings;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Settings {
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) delivery_deadline: Option<Duration>,
    pub(crate) duplicates: Option<Duplicates>,
    pub(crate) in_flight: Option<(usize, usize)>,
    pub(crate) linger: Option<Linger>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) max_batch_bytes: Option<usize>,
    pub(crate) max_batch_entries: Option<usize>,
    pub(crate) max_bytes: Option<usize>,
    pub(crate) max_entries: Option<usize>,
    pub(crate) on_ambiguous: Option<OnAmbiguous>,
    pub(crate) order: Option<Order>,
    pub(crate) remembered_for: Option<Duration>,
    pub(crate) threshold_bytes: Option<usize>,
    pub(crate) threshold_entries: Option<usize>,
}

impl Settings {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What happens to an entry that may have been delivered. Default: [`OnAmbiguous::Retry`].
    ///
    /// Each retry of such an entry may deliver it once more: in the end the destination may hold as
    /// many copies as there were attempts (`attempts` of what is answered), unless it knows the entry
    /// again: a FIFO queue by its deduplication id, a table by its primary key.
    ///
    /// ```
    /// # use batch_core::{OnAmbiguous, Settings};
    /// let at_most_once = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
    /// # let _ = at_most_once;
    /// ```
    pub fn on_ambiguous(mut self, rule: OnAmbiguous) -> Self {
        self.on_ambiguous = Some(rule);
        self
    }

    /// How long one request may take before it counts as ambiguous. Default: 10 s, or the delivery
    /// deadline if that is shorter.
    ///
    /// [`build`](crate::WriterBuilder::build) refuses a timeout above the
    /// [delivery deadline](Self::delivery_deadline), and one that leaves no time for a retry before
    /// the service forgets an entry (a FIFO queue does after five minutes).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::Settings;
    /// let impatient = Settings::new().attempt_timeout(Duration::from_secs(2));
    /// # let _ = impatient;
    /// ```
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long a failed request waits before its retry. Default: 100 ms, doubling up to 10 s,
    /// with full jitter.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Backoff, Settings};
    /// let gentle = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
    /// let settings = Settings::new().backoff(gentle);
    /// # let _ = settings;
    /// ```
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// How long after its acceptance an entry may still be sent. An attempt under way at that
    /// moment may finish. Default: the service's, mostly two minutes; an hour for CloudWatch.
    ///
    /// This is the writer's patience: unless [`max_attempts`](Self::max_attempts) is set, an entry is
    /// sent again and again until then. Trouble that ends earlier (a service that answers 503,
    /// credentials that expired) costs time and no entry.
    ///
    /// An entry that fell due while the process was paused (stopped by a signal, frozen between two
    /// invocations, asleep with a clock that went on) gets one more attempt, for which its deadline
    /// counts anew, once. The process counts as paused when the writer finds an entry, or the timeout
    /// of its request, more than 100 ms late.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::Settings;
    /// let patient = Settings::new().delivery_deadline(Duration::from_secs(3600));
    /// # let _ = patient;
    /// ```
    pub fn delivery_deadline(mut self, deadline: Duration) -> Self {
        self.delivery_deadline = Some(deadline);
        self
    }

    /// The rule for duplicates. Default: the service's.
    ///
    /// ```
    /// # use batch_core::{Duplicates, Settings};
    /// let settings = Settings::new().duplicates(Duplicates::KeepLast);
    /// # let _ = settings;
    /// ```
    pub fn duplicates(mut self, rule: Duplicates) -> Self {
        self.duplicates = Some(rule);
        self
    }

    /// How many requests may be in flight: at the start, and at most. That is the window and its bound. The
    /// writer adapts the window to the service. Each request that is throttled as a whole takes a
    /// tenth off, and time lets it grow while it holds work back and requests are accepted. From the
    /// first throttled request until the window is at its most again, requests are spread over the
    /// round trip. The window may fall below one, down to one request a second. Default: `8..=64`.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let one_at_a_time = Settings::new().in_flight(1..=1);
    /// # let _ = one_at_a_time;
    /// ```
    pub fn in_flight(mut self, requests: RangeInclusive<usize>) -> Self {
        self.in_flight = Some(requests.into_inner());
        self
    }

    /// How long a partial batch waits for company. Default: natural, up to 100 ms, or half of the
    /// delivery deadline if that is shorter.
    ///
    /// [`build`](crate::WriterBuilder::build) refuses one that is not below the
    /// [delivery deadline](Self::delivery_deadline): the entries would come back unsent.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Linger, Settings};
    /// let settings = Settings::new().linger(Linger::Fixed(Duration::from_millis(5)));
    /// # let _ = settings;
    /// ```
    pub fn linger(mut self, linger: Linger) -> Self {
        self.linger = Some(linger);
        self
    }

    /// Bounds the attempts of an entry. Throttling, splitting and requests that never left use up
    /// none. Default: no bound but the [delivery deadline](Self::delivery_deadline).
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let no_retries = Settings::new().max_attempts(1);
    /// # let _ = no_retries;
    /// ```
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Lowers the most bytes of a request below the service's limit.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let old_limit = Settings::new().max_batch_bytes(262_144);
    /// # let _ = old_limit;
    /// ```
    pub fn max_batch_bytes(mut self, bytes: usize) -> Self {
        self.max_batch_bytes = Some(bytes);
        self
    }

    /// Lowers the most entries of a request below the service's limit.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let small = Settings::new().max_batch_entries(5);
    /// # let _ = small;
    /// ```
    pub fn max_batch_entries(mut self, entries: usize) -> Self {
        self.max_batch_entries = Some(entries);
        self
    }

    /// The most bytes of memory that entries inside may occupy: buffered, in flight, waiting for
    /// their retry, or handed back and not collected. Default: 64 MiB.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let small = Settings::new().max_bytes(8 << 20);
    /// # let _ = small;
    /// ```
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The most entries inside, counted like [`max_bytes`](Self::max_bytes). Default: 10,000.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let small = Settings::new().max_entries(1_000);
    /// # let _ = small;
    /// ```
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = Some(entries);
        self
    }

    /// How strictly lanes keep their order. Default: the service's, mostly [`Order::Relaxed`].
    ///
    /// ```
    /// # use batch_core::{Order, Settings};
    /// let strict = Settings::new().order(Order::Strict);
    /// # let _ = strict;
    /// ```
    pub fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    /// Sends as soon as this many bytes wait, instead of a full request's. More may still join
    /// while no request can be sent, up to the limit.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let eager = Settings::new().threshold_bytes(65_536);
    /// # let _ = eager;
    /// ```
    pub fn threshold_bytes(mut self, bytes: usize) -> Self {
        self.threshold_bytes = Some(bytes);
        self
    }

    /// Sends as soon as this many entries wait, instead of a full request's. More may still join
    /// while no request can be sent, up to the limit.
    ///
    /// ```
    /// # use batch_core::Settings;
    /// let eager = Settings::new().threshold_entries(5);
    /// # let _ = eager;
    /// ```
    pub fn threshold_entries(mut self, entries: usize) -> Self {
        self.threshold_entries = Some(entries);
        self
    }

    /// How long the service remembers an entry, from [`Service::remembers_for`]; set by the writer's
    /// builder, and needed by a program that drives a [`Buffer`](crate::Buffer) itself.
    ///
    /// [`Service::remembers_for`]: crate::Service::remembers_for
    pub fn remembered_for(mut self, memory: Option<Duration>) -> Self {
        self.remembered_for = memory;
        self
    }

    /// These settings, and the others where none is set here.
    ///
    /// ```
    /// # use batch_core::{Order, Settings};
    /// let strict = Settings::new().order(Order::Strict);
    /// assert!(Settings::new().or(strict.clone()).is_strict());
    /// assert!(!Settings::new().order(Order::Relaxed).or(strict).is_strict());
    /// ```
    pub fn or(self, others: Self) -> Self {
        Self {
            attempt_timeout: self.attempt_timeout.or(others.attempt_timeout),
            backoff: self.backoff.or(others.backoff),
            delivery_deadline: self.delivery_deadline.or(others.delivery_deadline),
            duplicates: self.duplicates.or(others.duplicates),
            in_flight: self.in_flight.or(others.in_flight),
            linger: self.linger.or(others.linger),
            max_attempts: self.max_attempts.or(others.max_attempts),
            max_batch_bytes: self.max_batch_bytes.or(others.max_batch_bytes),
            max_batch_entries: self.max_batch_entries.or(others.max_batch_entries),
            max_bytes: self.max_bytes.or(others.max_bytes),
            max_entries: self.max_entries.or(others.max_entries),
            on_ambiguous: self.on_ambiguous.or(others.on_ambiguous),
            order: self.order.or(others.order),
            remembered_for: self.remembered_for.or(others.remembered_for),
            threshold_bytes: self.threshold_bytes.or(others.threshold_bytes),
            threshold_entries: self.threshold_entries.or(others.threshold_entries),
        }
    }

    /// Whether [`Order::Strict`] is set, which some destinations cannot keep.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.order == Some(Order::Strict)
    }
}
