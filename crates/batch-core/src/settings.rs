use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{Backoff, Duplicates, Linger, OnAmbiguous, Order, Rate};

/// The settings of a writer: how it batches, sends and retries, and how much it may hold.
///
/// A setting left unset takes the service's default ([`Service::defaults`](crate::Service::defaults)), or
/// else the default documented at its method. Settings are checked by
/// [`WriterBuilder::build`](crate::WriterBuilder::build), and can be cloned for several writers.
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
    pub(crate) rate: Option<Rate>,
    pub(crate) remembered_for: Option<Duration>,
    pub(crate) threshold_bytes: Option<usize>,
    pub(crate) threshold_entries: Option<usize>,
}

impl Settings {
    /// Creates settings with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the rule for an entry that may have been delivered, for example because its request timed out.
    /// Default: [`OnAmbiguous::Retry`].
    ///
    /// Each retry of such an entry may deliver it once more. The destination may end up with as many copies
    /// as there were attempts ([`Sent::attempts`](crate::Sent::attempts)), unless it recognises the entry: a
    /// FIFO queue by its deduplication ID, a table by its primary key.
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

    /// Sets how long a request may take before it is dropped and counts as ambiguous. Default: 10 s, or the
    /// delivery deadline if that is shorter.
    ///
    /// [`build`](crate::WriterBuilder::build) rejects a timeout above the
    /// [delivery deadline](Self::delivery_deadline), and one that leaves no time for a retry before the
    /// service forgets an entry ([`Service::remembers_for`](crate::Service::remembers_for)): the
    /// [deduplication interval][dedup] of a FIFO queue is 5 minutes.
    ///
    /// [dedup]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
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

    /// Sets how long a failed entry waits before its retry. Default: 100 ms, doubling up to 10 s, with full
    /// jitter.
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

    /// Sets how long after its acceptance an entry may still be sent. Default: 2 minutes, unless the service
    /// has another default (an hour for CloudWatch).
    ///
    /// Unless [`max_attempts`](Self::max_attempts) is set, a failed entry is retried until its deadline, so a
    /// failure that ends earlier, such as an outage or expired credentials, costs time but no entry. At the
    /// deadline, the entry is handed back with
    /// [`Cause::DeadlineExceeded`](crate::Cause::DeadlineExceeded); an attempt in flight may finish first.
    ///
    /// If the deadline passes while the process is paused (stopped by a signal, frozen between two
    /// invocations, or suspended), the entry gets one more attempt, and its deadline starts again, once. The
    /// process counts as paused if the writer handles a deadline, or the timeout of a request, more than
    /// 100 ms late.
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

    /// Sets the rule for duplicates of pending entries. Default: [`Duplicates::KeepFirst`], unless the
    /// service has another default.
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

    /// Sets how many requests may be in flight at a time, as `initial..=maximum`. Default: `8..=64`.
    ///
    /// The writer adapts this window to the service. Each request that the service throttles as a whole
    /// shrinks the window by a tenth. The window grows with time while it holds requests back and the service
    /// accepts them. From the first throttled request until the window is back at its maximum, requests are
    /// spread evenly over the round trip. The window may fall below 1, down to one request per second.
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

    /// Sets how long a partial batch waits for more entries. Default: [`Linger::Natural`] with an `idle` of
    /// zero and a `longest` of 100 ms, unless the service has another default. A default gives way to a
    /// short delivery deadline: it is at most half of it.
    ///
    /// [`build`](crate::WriterBuilder::build) rejects a linger that is not below the
    /// [delivery deadline](Self::delivery_deadline), since the entries would be handed back unsent, and an
    /// `idle` above `longest`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Linger, Settings};
    /// // Up to 2 ms for company, and up to 50 ms while a request is in flight.
    /// let (idle, longest) = (Duration::from_millis(2), Duration::from_millis(50));
    /// let settings = Settings::new().linger(Linger::Natural { idle, longest });
    /// # let _ = settings;
    /// ```
    pub fn linger(mut self, linger: Linger) -> Self {
        self.linger = Some(linger);
        self
    }

    /// Sets how many attempts an entry has, including the first one. Default: no bound other than the
    /// [delivery deadline](Self::delivery_deadline).
    ///
    /// After the last attempt, the entry is handed back with
    /// [`Cause::RetriesExhausted`](crate::Cause::RetriesExhausted). Requests that were throttled, split or
    /// not sent use up no attempt.
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

    /// Sets the maximum size of a request in bytes, as the service counts them. Default: the service's limit,
    /// which it cannot exceed.
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

    /// Sets the maximum number of entries per request. Default: the service's limit, which it cannot exceed.
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

    /// Sets the memory in bytes that the writer may hold. Default: 64 MiB.
    ///
    /// Entries that are buffered, in flight or waiting for their retry count, as do uncollected failures and
    /// permits. Each entry is charged its heap plus [`ENTRY_OVERHEAD_BYTES`](crate::ENTRY_OVERHEAD_BYTES).
    /// When the writer is full, [`submit`](crate::Writer::submit) waits.
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

    /// Sets the number of entries that the writer may hold, counted like [`max_bytes`](Self::max_bytes).
    /// Default: 10,000.
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

    /// Sets how strictly lanes keep their order. Default: [`Order::Relaxed`], unless the service has another
    /// default.
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

    /// Sets the number of buffered bytes, as the service counts them, at which a batch is sent without
    /// lingering. Default: the maximum of a request, or none with [`Duplicates::Merge`].
    ///
    /// A batch may still grow up to the maximum of a request while no request can be sent.
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

    /// Sets the number of buffered entries at which a batch is sent without lingering. Default: the maximum
    /// of a request, or none with [`Duplicates::Merge`].
    ///
    /// A batch may still grow up to the maximum of a request while no request can be sent.
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

    /// Sets how long the service recognises an entry that it has already accepted; see
    /// [`Service::remembers_for`]. Default: `None`.
    ///
    /// The writer's builder sets it from the service. Only a program that drives a
    /// [`Buffer`](crate::Buffer) itself needs this method.
    ///
    /// [`Service::remembers_for`]: crate::Service::remembers_for
    pub fn remembered_for(mut self, memory: Option<Duration>) -> Self {
        self.remembered_for = memory;
        self
    }

    /// Completes these settings: those left unset are taken from `others`. A linger that is taken gives way
    /// to a short delivery deadline of these settings: it is at most half of it.
    ///
    /// ```
    /// # use batch_core::{Order, Settings};
    /// let strict = Settings::new().order(Order::Strict);
    /// assert!(Settings::new().or(strict.clone()).is_strict());
    /// assert!(!Settings::new().order(Order::Relaxed).or(strict).is_strict());
    /// ```
    pub fn or(self, others: Self) -> Self {
        let others_linger = others.linger.map(|linger| match self.delivery_deadline {
            Some(deadline) => linger.at_most(deadline / 2),
            None => linger,
        });
        Self {
            attempt_timeout: self.attempt_timeout.or(others.attempt_timeout),
            backoff: self.backoff.or(others.backoff),
            delivery_deadline: self.delivery_deadline.or(others.delivery_deadline),
            duplicates: self.duplicates.or(others.duplicates),
            in_flight: self.in_flight.or(others.in_flight),
            linger: self.linger.or(others_linger),
            max_attempts: self.max_attempts.or(others.max_attempts),
            max_batch_bytes: self.max_batch_bytes.or(others.max_batch_bytes),
            max_batch_entries: self.max_batch_entries.or(others.max_batch_entries),
            max_bytes: self.max_bytes.or(others.max_bytes),
            max_entries: self.max_entries.or(others.max_entries),
            on_ambiguous: self.on_ambiguous.or(others.on_ambiguous),
            order: self.order.or(others.order),
            rate: self.rate.or(others.rate),
            remembered_for: self.remembered_for.or(others.remembered_for),
            threshold_bytes: self.threshold_bytes.or(others.threshold_bytes),
            threshold_entries: self.threshold_entries.or(others.threshold_entries),
        }
    }

    /// Returns whether [`Duplicates::Merge`] is set.
    #[must_use]
    pub fn is_merging(&self) -> bool {
        self.duplicates == Some(Duplicates::Merge)
    }

    /// Returns whether [`Order::Strict`] is set. Some destinations cannot keep that order.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.order == Some(Order::Strict)
    }
}
