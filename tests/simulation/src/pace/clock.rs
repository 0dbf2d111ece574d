//! The paused clock of a trial.

use std::time::Duration;

use tokio::time::Instant;

#[expect(clippy::disallowed_methods, reason = "the clock is paused")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the clock is paused")]
pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
