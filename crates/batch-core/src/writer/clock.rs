use std::time::Instant;

/// Tokio's clock, which tests can pause. The one place that reads it.
#[expect(clippy::disallowed_methods, reason = "the shell is where time comes in")]
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Waits for this instant, or for ever.
#[expect(clippy::disallowed_methods, reason = "the shell is where waiting happens")]
pub(super) async fn wait_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}

/// The randomness of a writer. A test that needs to repeat a run gives its own seed.
#[expect(clippy::disallowed_methods, reason = "the shell is where randomness comes in")]
pub(super) fn random(seed: Option<u64>) -> fastrand::Rng {
    seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)
}
