use std::time::Duration;

/// What happens to an entry that may have been delivered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnAmbiguous {
    /// It is handed back, marked as maybe delivered: at most once.
    HandBack,
    /// It is sent again, and marked as maybe doubled: at least once.
    #[default]
    Retry,
}

/// What happens to an entry whose identity is that of one still inside (buffered, in flight or
/// waiting for its retry). Each one found is logged as a warning, without its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duplicates {
    /// Both are sent, in order, in different requests.
    Allow,
    /// The newer one is refused with [`SubmitError::Duplicate`](crate::SubmitError::Duplicate).
    KeepFirst,
    /// The newer one takes the place of the older one, unless that is in flight; then it waits
    /// for its answer.
    KeepLast,
}

/// How long a partial batch waits for company.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Linger {
    /// Always this long.
    Fixed(Duration),
    /// Not at all while nothing is in flight, else at most this long.
    Natural(Duration),
}

/// How strictly a lane (a FIFO group, a partition key) keeps its order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// A request may carry several entries of a lane. Only a partial failure inside that one
    /// request can reorder them; and where the service takes what it already has, a request whose
    /// answer was lost puts second copies of them behind the first.
    Relaxed,
    /// A request carries one entry of a lane: the order holds through any failure.
    Strict,
}

impl Linger {
    /// The longest that a partial batch waits.
    #[must_use]
    pub fn longest(&self) -> Duration {
        match *self {
            Self::Fixed(linger) | Self::Natural(linger) => linger,
        }
    }

    pub(crate) fn at_most(self, longest: Duration) -> Self {
        match self {
            Self::Fixed(linger) => Self::Fixed(linger.min(longest)),
            Self::Natural(linger) => Self::Natural(linger.min(longest)),
        }
    }
}

impl Default for Linger {
    /// Natural, up to 100 ms.
    fn default() -> Self {
        Self::Natural(Duration::from_millis(100))
    }
}
