use std::time::Duration;

/// Exponential backoff with full jitter.
///
/// Before retry number `n`, counted from 1, a failed entry waits a random part of
/// `min(cap, base * 2^(n-1))`. The default is 100 ms, doubling up to 10 s.
///
/// Retries are due at whole ticks: the writer rounds a wait up by less than a tenth of the longest first wait, and by less than
/// 10 ms. So entries whose retries are due at about the same time share a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
}

impl Backoff {
    /// Creates a backoff that waits at most `base` before the first retry and never longer than `cap`. Both
    /// are capped at 100 years.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base: bounded(base), cap: bounded(cap) }
    }

    /// Returns the longest wait before retry number `retry`, counted from 1.
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

    /// Returns the wait before retry number `retry`, counted from 1, for a random number `jitter` in
    /// `[0, 1)`. A number outside that range is clamped to it; NaN gives the longest wait.
    #[must_use]
    pub fn delay(&self, retry: u32, jitter: f64) -> Duration {
        let jitter = if jitter.is_nan() { 1.0 } else { jitter.clamp(0.0, 1.0) };
        self.ceiling(retry).mul_f64(jitter)
    }

    /// Rounds a wait up to whole ticks.
    pub(crate) fn whole_ticks(&self, wait: Duration) -> Duration {
        let tick = u64::try_from((self.ceiling(1) / 10).min(TICK).as_nanos()).unwrap_or(u64::MAX);
        match u64::try_from(wait.as_nanos()) {
            Ok(wait) if tick > 0 => Duration::from_nanos(wait.div_ceil(tick).saturating_mul(tick)),
            _ => wait,
        }
    }
}

/// The longest tick.
const TICK: Duration = Duration::from_millis(10);

/// As long as any wait in this crate: a century, so that no sum of instants overflows.
pub(crate) const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

const fn bounded(wait: Duration) -> Duration {
    if wait.as_nanos() > FOREVER.as_nanos() { FOREVER } else { wait }
}

impl Default for Backoff {
    /// Returns a backoff of 100 ms, doubling up to 10 s.
    fn default() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, FOREVER};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let backoff = Backoff::new(SECOND, Duration::from_secs(5));
        for (retry, seconds) in [(0, 1), (1, 1), (2, 2), (3, 4), (4, 5), (40, 5), (u32::MAX, 5)] {
            assert_eq!(backoff.ceiling(retry), Duration::from_secs(seconds), "{retry}");
        }
    }

    #[test]
    fn a_delay_is_a_part_of_the_ceiling() {
        let backoff = Backoff::new(SECOND, Duration::from_secs(5));
        for (jitter, seconds) in [(0.0, 0), (0.5, 2), (1.0, 4), (-1.0, 0), (2.0, 4), (f64::NAN, 4)] {
            assert_eq!(backoff.delay(3, jitter), Duration::from_secs(seconds), "{jitter}");
        }
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_ticks() {
        let nanos = Duration::from_nanos;
        for (base, wait, expected) in [
            (SECOND, nanos(0), nanos(0)),
            (SECOND, nanos(1), nanos(10_000_000)),
            (SECOND, nanos(10_000_000), nanos(10_000_000)),
            (nanos(100), nanos(1_001), nanos(1_010)),
            (nanos(9), nanos(11), nanos(11)),
            (Duration::ZERO, nanos(11), nanos(11)),
        ] {
            assert_eq!(Backoff::new(base, base).whole_ticks(wait), expected, "{base:?}, {wait:?}");
        }
        assert!(Backoff::default().whole_ticks(FOREVER) >= FOREVER);
    }

    #[test]
    fn a_wait_that_never_ends_is_one_of_a_hundred_years() {
        assert_eq!(FOREVER.as_secs() / (24 * 60 * 60), 36_500);
        let endless = Backoff::new(Duration::MAX, Duration::MAX);
        assert_eq!(endless.ceiling(1), FOREVER);
        assert_eq!(Backoff::new(SECOND, Duration::MAX).ceiling(2), 2 * SECOND);
    }
}
