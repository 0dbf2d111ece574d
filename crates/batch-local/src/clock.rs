//! The only file that reads a clock and waits: everything else is told the time.
//!
//! Time is tokio's, so that it stands still and jumps in a runtime that is paused.

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Tells the time, and at which time of the calendar the server was started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    epoch: Duration,
}

impl Clock {
    /// A clock that starts at the calendar's present time and follows tokio's from there.
    #[expect(clippy::disallowed_methods, reason = "timestamps start from the calendar, once per server")]
    pub(crate) fn start() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: now(), epoch }
    }

    pub(crate) fn now(&self) -> Moment {
        let at = now();
        let since_epoch = self.epoch + at.saturating_duration_since(self.started);
        Moment { at, epoch_millis: u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX) }
    }
}

/// One instant, also as a time of the calendar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) epoch_millis: u64,
}

/// Waits for `duration`; does not even yield for a duration of zero.
#[expect(clippy::disallowed_methods, reason = "latency is simulated on the pausable clock")]
pub(crate) async fn sleep(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// Waits for the instant `until`.
#[expect(clippy::disallowed_methods, reason = "long polls end on the pausable clock")]
pub(crate) async fn sleep_until(until: Instant) {
    tokio::time::sleep_until(until).await;
}

/// What `future` resolves to, or none if it takes longer than `limit`.
pub(crate) async fn timeout<F: Future>(limit: Option<Duration>, future: F) -> Option<F::Output> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the pausable clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
