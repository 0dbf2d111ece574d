//! How long a stream of a client may stall.
//!
//! The SDK fails an upload or a download of which less than a byte a second is transferred, when that has lasted for a
//! second and the grace period of the client. For that it looks at a download ten times a second, and a timer that is
//! due before all others costs tokio two system calls. Here a stream stalls if and only if nothing is transferred
//! for that long.

use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::config_bag::ConfigBag;

/// Waits until a stream has stalled for too long.
///
/// It waits twice, so that a process that was stopped for that long waits once more: what was transferred meanwhile may not
/// have been seen yet.
pub(crate) struct Stall {
    clock: SharedAsyncSleep,
    grace_period: Duration,
    sleep: Option<(Sleep, Wait)>,
}

/// The longer one comes first: a timer that is due soon is more likely to be the first of all.
#[derive(Clone, Copy)]
enum Wait {
    Grace,
    Window,
}

impl Stall {
    /// That of a client which is protected from streams of the kind that `is_enabled` asks for.
    pub(crate) fn of(
        bag: &ConfigBag,
        clock: Option<SharedAsyncSleep>,
        is_enabled: fn(&StalledStreamProtectionConfig) -> bool,
    ) -> Option<Self> {
        let config = bag.load::<StalledStreamProtectionConfig>().filter(|&config| is_enabled(config))?;
        Some(Self { clock: clock?, grace_period: config.grace_period(), sleep: None })
    }

    /// Something was transferred.
    pub(crate) fn ends(&mut self) {
        self.sleep = None;
    }

    /// Waits while nothing is transferred.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { clock, grace_period, sleep } = self;
        let (current, wait) = sleep.get_or_insert_with(|| (clock.sleep(*grace_period), Wait::Grace));
        ready!(pin!(&mut *current).poll(context));
        if let Wait::Window = wait {
            return Poll::Ready(());
        }
        (*current, *wait) = (clock.sleep(WINDOW), Wait::Window);
        pin!(current).poll(context)
    }
}

/// How long the SDK measures before it says that a stream is too slow.
const WINDOW: Duration = Duration::from_secs(1);

/// In the words of the SDK, which are known to quote nothing (`plain.rs`).
pub(crate) const STALLED: &str =
    "minimum throughput was specified at 1 B/s, but throughput of 0 B/s was observed";
