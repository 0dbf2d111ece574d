//! Downloads, where the client is protected from those that stall.
//!
//! Nearly every response has arrived completely by the time that its head has.

use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;

use crate::stall::{STALLED, Stall};

/// Reads a whole body, and fails if it stalls.
pub(crate) async fn whole(
    body: SdkBody,
    bag: &ConfigBag,
    clock: Option<SharedAsyncSleep>,
) -> Result<Bytes, BoxError> {
    let collected = match Stall::of(bag, clock, StalledStreamProtectionConfig::download_enabled) {
        Some(stall) => Watched { body, stall }.collect().await?,
        None => body.collect().await?,
    };
    Ok(collected.to_bytes())
}

/// A body that fails if it stalls.
struct Watched {
    body: SdkBody,
    stall: Stall,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.stall.ends();
            return Poll::Ready(frame);
        }
        self.stall.poll(context).map(|()| Some(Err(STALLED.into())))
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the clock is paused")]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};
    use std::time::Duration;

    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::{ConfigBag, Layer};
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use tokio::sync::oneshot;
    use tokio::task::yield_now;
    use tokio::time::{Instant, advance, sleep};

    use super::{STALLED, whole};

    /// A byte after each of these, one after the other.
    struct Slow(VecDeque<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>);

    impl Body for Slow {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let Some(next) = self.0.front_mut() else { return Poll::Ready(None) };
            ready!(next.as_mut().poll(context));
            self.0.pop_front();
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    /// What is read of such a body by a client that is protected so.
    async fn read(body: Slow, protection: StalledStreamProtectionConfig) -> Result<Bytes, BoxError> {
        let mut layer = Layer::new("client");
        layer.store_put(protection);
        let bag = ConfigBag::of_layers(vec![layer]);
        let clock = SharedAsyncSleep::new(TokioSleep::new());
        whole(SdkBody::from_body_1_x(body), &bag, Some(clock)).await
    }

    /// Checks after how many seconds a body with these pauses ends, and whether it was read.
    async fn check(pauses: &[u64], protection: StalledStreamProtectionConfig, expected: (u64, bool)) {
        let started = Instant::now();
        let pause = |&seconds: &u64| Box::pin(async move { sleep(Duration::from_secs(seconds)).await }) as _;
        let read = read(Slow(pauses.iter().map(pause).collect()), protection).await;
        match &read {
            Ok(read) => assert_eq!(**read, *b"x".repeat(pauses.len())),
            Err(error) => assert_eq!(error.to_string(), STALLED),
        }
        assert_eq!((started.elapsed().as_secs(), read.is_ok()), expected, "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_of_which_nothing_arrives_for_a_second_and_the_grace_ends_the_request() {
        let grace =
            |seconds| StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(seconds));
        check(&[], grace(5).build(), (0, true)).await;
        check(&[5], grace(5).build(), (5, true)).await;
        check(&[5, 5, 5], grace(5).build(), (15, true)).await;
        check(&[7], grace(5).build(), (6, false)).await;
        check(&[5, 7], grace(5).build(), (11, false)).await;
        check(&[7], grace(9).build(), (7, true)).await;
        check(&[7], grace(5).download_enabled(false).build(), (7, true)).await;
        check(&[7], StalledStreamProtectionConfig::disabled(), (7, true)).await;
        check(&[2], grace(0).build(), (1, false)).await;
        check(&[7], grace(u64::MAX).build(), (7, true)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_arrived_while_the_process_was_stopped_is_read() {
        let (seen, arrived) = oneshot::channel();
        tokio::spawn(async {
            advance(Duration::from_secs(3_600)).await;
            yield_now().await; // what arrived is seen a moment after the process goes on
            _ = seen.send(());
        });
        let body = Slow([Box::pin(async { arrived.await.expect("it is sent") }) as _].into());
        let read = read(body, StalledStreamProtectionConfig::enabled().build()).await;
        assert_eq!(read.expect("it is there"), "x");
    }
}
