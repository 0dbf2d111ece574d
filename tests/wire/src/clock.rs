//! The only file that reads the clock and waits: these programs measure real time.
#![expect(clippy::disallowed_methods, reason = "the programs run in real time, which is what they measure")]

use std::time::Duration;

use tokio::time::Instant;

pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

pub(crate) async fn sleep_until(instant: Instant) {
    tokio::time::sleep_until(instant).await;
}
