//! The paused clock.

use std::time::Duration;

use tokio::time::Instant;

/// The time, which is paused.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Lets paused time pass.
pub async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}
