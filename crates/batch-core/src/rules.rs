use std::time::Duration;

/// The rule for an entry that may have been delivered, for example because its request timed out.
///
/// Set with [`Settings::on_ambiguous`](crate::Settings::on_ambiguous).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnAmbiguous {
    /// The entry is handed back with [`Cause::Ambiguous`](crate::Cause::Ambiguous): it is delivered at most
    /// once.
    HandBack,
    /// The entry is sent again, and its answer is marked as a possible duplicate
    /// ([`Sent::maybe_duplicate`](crate::Sent::maybe_duplicate)): it is delivered at least once. This is the
    /// default.
    #[default]
    Retry,
}

/// The rule for an entry whose identity equals that of a pending entry: one that is buffered, in flight or
/// waiting for its retry.
///
/// Set with [`Settings::duplicates`](crate::Settings::duplicates). Each duplicate counts in
/// [`Stats::duplicates`](crate::Stats::duplicates), and duplicates are logged at WARN without their content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duplicates {
    /// Both entries are delivered, in order, in different requests.
    Allow,
    /// The newer entry is not accepted: [`SubmitError::Duplicate`](crate::SubmitError::Duplicate) gives it
    /// back.
    KeepFirst,
    /// The newer entry replaces the older one, whose answer is then
    /// [superseded](crate::Sent::is_superseded). If the older entry is in flight, the newer one waits until
    /// its request has ended.
    KeepLast,
    /// The newer entry is merged into a pending one of its scope, if nothing has happened to that yet:
    /// [`Service::absorb`](crate::Service::absorb) says how. One answer then counts for both, and what is
    /// handed back is the merged entry. Otherwise the newer entry waits beside the pending one, and absorbs
    /// newer ones too: up to eight of an identity do, the first of them that can.
    ///
    /// Nothing is a duplicate under this rule. An entry is never changed once a request has carried it. An
    /// entry with a receipt neither absorbs nor is absorbed, nor does one behind which others of its lane
    /// wait. No threshold applies unless one is set, because entries are merged only while they wait.
    ///
    /// A service sets this rule itself, in its [defaults](crate::Service::defaults).
    /// [`WriterBuilder::build`](crate::WriterBuilder::build) rejects it for any other service, and any other
    /// rule for such a service.
    Merge,
}

/// How long a partial batch waits for more entries.
///
/// Set with [`Settings::linger`](crate::Settings::linger). The time counts from the acceptance of the oldest
/// entry that waits. A threshold, a flush, and a caller that waits for capacity end it early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Linger {
    /// A partial batch always waits this long.
    Fixed(Duration),
    /// A partial batch waits as long as the writer is idle or busy: `idle` while no request is in flight,
    /// `longest` while one is. When the last request ends, what has waited for `idle` or longer is sent.
    ///
    /// `idle` is what an entry pays in latency for company while the writer has little to do. It is worth
    /// some milliseconds where a service bills each request, and nothing where it bills the data.
    Natural {
        /// How long a partial batch waits while no request is in flight. Not above `longest`.
        idle: Duration,
        /// How long a partial batch waits while a request is in flight.
        longest: Duration,
    },
}

/// How strictly a lane, such as a FIFO message group or a partition key, keeps its order.
///
/// Set with [`Settings::order`](crate::Settings::order).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// A request may carry several entries of a lane.
    ///
    /// Two failures can reorder them: a partial failure of such a request delivers a failed entry behind
    /// later entries of its request, and a request whose response was lost delivers second copies behind the
    /// first ones, unless the service deduplicates.
    Relaxed,
    /// A request carries at most one entry of a lane, so the order holds through any failure. This costs
    /// throughput: a lane has one entry in flight at a time.
    Strict,
}

impl Linger {
    /// Returns how long a partial batch waits while no request is in flight.
    #[must_use]
    pub fn idle(&self) -> Duration {
        match *self {
            Self::Fixed(linger) => linger,
            Self::Natural { idle, .. } => idle,
        }
    }

    /// Returns the longest time that a partial batch waits.
    #[must_use]
    pub fn longest(&self) -> Duration {
        match *self {
            Self::Fixed(linger) => linger,
            Self::Natural { longest, .. } => longest,
        }
    }

    pub(crate) fn at_most(self, most: Duration) -> Self {
        match self {
            Self::Fixed(linger) => Self::Fixed(linger.min(most)),
            Self::Natural { idle, longest } => {
                Self::Natural { idle: idle.min(most), longest: longest.min(most) }
            }
        }
    }
}

impl Default for Linger {
    /// Returns [`Linger::Natural`] with an `idle` of zero and a `longest` of 100 ms.
    fn default() -> Self {
        Self::Natural { idle: Duration::ZERO, longest: Duration::from_millis(100) }
    }
}
