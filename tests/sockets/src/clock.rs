//! The only file that reads the clock and waits: these programs measure real time.
#![expect(clippy::disallowed_methods, reason = "the programs run in real time, which is the point of them")]

use std::time::Duration;

use tokio::time::Instant;

pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
