//! The client's timeouts for an operation and for an attempt, which are the same here: there is one attempt.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::hooks::Stopped;

/// The shorter of the two, and how the SDK calls it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    duration: Duration,
    name: &'static str,
}

impl Limit {
    pub(crate) fn of(timeouts: &TimeoutConfig) -> Option<Self> {
        let limit = |duration: Option<Duration>, name| Some(Self { duration: duration?, name });
        let operation = limit(timeouts.operation_timeout(), OPERATION);
        let attempt = limit(timeouts.operation_attempt_timeout(), ATTEMPT);
        operation.into_iter().chain(attempt).min_by_key(|limit| limit.duration)
    }

    fn error(self) -> Stopped {
        let Self { duration, name } = self;
        OrchestratorError::timeout(format!("{name} occurred after {duration:?}").into())
    }
}

/// Runs a future until the limit, if there is one and a clock for it. The future is made here: one that is passed in
/// would have two places in that of the caller.
pub(crate) async fn within<T, E: From<Stopped>, F>(
    limit: Option<Limit>,
    clock: Option<SharedAsyncSleep>,
    future: impl FnOnce() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut future = pin!(future());
    let limit = limit.zip(clock);
    let mut sleep = limit.as_ref().map(|(limit, clock)| clock.sleep(limit.duration));
    poll_fn(|context| {
        if let Poll::Ready(result) = future.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        match (&mut sleep, &limit) {
            (Some(sleep), Some((limit, _))) => pin!(sleep).poll(context).map(|()| Err(limit.error().into())),
            _ => Poll::Pending,
        }
    })
    .await
}

/// In the words of the SDK, which are known to quote nothing (`plain.rs`).
const OPERATION: &str = "operation timeout (all attempts including retries)";

const ATTEMPT: &str = "operation attempt timeout (single attempt)";

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the clock is paused")]
mod tests {
    use std::time::Duration;

    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_types::timeout::TimeoutConfig;
    use tokio::time::{Instant, sleep};

    use super::{Limit, within};
    use crate::hooks::Stopped;

    const SECOND: Duration = Duration::from_secs(1);

    /// Checks when a future of two seconds ends under these timeouts, and the beginning of why.
    async fn check(operation: Option<u32>, attempt: Option<u32>, expected: (u32, &str)) {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_operation_timeout(operation.map(|seconds| SECOND * seconds));
        timeouts.set_operation_attempt_timeout(attempt.map(|seconds| SECOND * seconds));
        let clock = SharedAsyncSleep::new(TokioSleep::new());
        let started = Instant::now();
        let work = async {
            sleep(SECOND * 2).await;
            Ok::<_, Stopped>("done".to_owned())
        };
        let ended = within(Limit::of(&timeouts.build()), Some(clock), || work).await;
        let ended = ended.unwrap_or_else(|error| {
            assert!(error.is_timeout_error(), "{error:?}");
            format!("{error:?}")
        });
        assert_eq!(started.elapsed(), SECOND * expected.0, "{ended}");
        assert!(ended.contains(expected.1), "{ended}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_shorter_timeout_ends_a_request() {
        check(None, None, (2, "done")).await;
        check(Some(3), Some(4), (2, "done")).await;
        check(Some(1), None, (1, "operation timeout (all attempts including retries) occurred after 1s"))
            .await;
        check(Some(5), Some(1), (1, "operation attempt timeout (single attempt) occurred after 1s")).await;
    }
}
