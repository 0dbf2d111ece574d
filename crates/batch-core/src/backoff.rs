use std::time::Duration;

/// Exponential backoff with full jitter: before retry number `n` (from 1) a failed request waits
/// a random part of `min(cap, base * 2^(n-1))`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
}

impl Backoff {
    /// A backoff that starts with at most `base` and never waits longer than `cap`.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base: bounded(base), cap: bounded(cap) }
    }

    /// The longest wait before retry number `retry`, from 1.
    ///
    /// ```
    /// use std::time::Duration;
    /// use batch_core::Backoff;
    ///
    /// let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    /// assert_eq!(backoff.ceiling(1), Duration::from_millis(100));
    /// assert_eq!(backoff.ceiling(4), Duration::from_millis(800));
    /// assert_eq!(backoff.ceiling(99), Duration::from_secs(10));
    /// ```
    #[must_use]
    pub fn ceiling(&self, retry: u32) -> Duration {
        let doublings = retry.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }

    /// The wait before retry number `retry`, given a random number of [0, 1).
    #[must_use]
    pub fn delay(&self, retry: u32, jitter: f64) -> Duration {
        self.ceiling(retry).mul_f64(jitter.clamp(0.0, 1.0))
    }
}

/// As long as any wait in this crate: a century, so that no sum of instants overflows.
pub(crate) const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

const fn bounded(wait: Duration) -> Duration {
    if wait.as_nanos() > FOREVER.as_nanos() { FOREVER } else { wait }
}

impl Default for Backoff {
    /// From 100 ms up to 10 s.
    fn default() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(10))
    }
}
