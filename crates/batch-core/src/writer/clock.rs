use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Tokio's clock, which tests can pause. The one place that reads it.
#[expect(clippy::disallowed_methods, reason = "the shell is where time comes in")]
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// What a future gives by this instant.
pub(super) async fn by<F: Future>(instant: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(instant.into(), future).await.ok()
}

/// Whether the runtime here has a timer. Tokio tells only by a panic, whose message, in the standard
/// error output, says what to enable.
#[expect(clippy::disallowed_methods, reason = "the shell is where waiting happens")]
pub(super) fn has_timer() -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(tokio::time::sleep_until(now().into())))).is_ok()
}

/// The randomness of a writer. A test that needs to repeat a run gives its own seed.
#[expect(clippy::disallowed_methods, reason = "the shell is where randomness comes in")]
pub(super) fn random(seed: Option<u64>) -> fastrand::Rng {
    seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)
}
