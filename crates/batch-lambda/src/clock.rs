use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Tokio's clock, which tests can pause.
#[expect(clippy::disallowed_methods, reason = "an invocation begins now")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time left until then; nothing if there is none.
#[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline by the clock on the wall")]
pub(crate) fn until(deadline: SystemTime) -> Option<Duration> {
    deadline.duration_since(SystemTime::now()).ok().filter(|left| !left.is_zero())
}
