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
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use crate::stall::{STALLED, Stall};

/// Reads a whole body, and fails if it stalls.
pub(crate) async fn whole(
    body: SdkBody,
    bag: &ConfigBag,
    clock: Option<SharedAsyncSleep>,
) -> Result<Bytes, BoxError> {
    let protection = bag.load::<StalledStreamProtectionConfig>().filter(|config| config.download_enabled());
    let collected = match protection.zip(clock) {
        Some((protection, clock)) => Watched { body, stall: Stall::new(protection, clock) }.collect().await?,
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

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the clock is paused")]
mod tests {
    use std::convert::Infallible;
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll};
    use std::time::Duration;

    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::{ConfigBag, Layer};
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use tokio::task::yield_now;
    use tokio::time::{Instant, Sleep, sleep};

    use super::{STALLED, whole};

    /// A byte after each of so many seconds, one pause after the other.
    struct Slow {
        pauses: Vec<u64>,
        pause: Option<Pin<Box<Sleep>>>,
    }

    impl Body for Slow {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let Some(&seconds) = self.pauses.first() else { return Poll::Ready(None) };
            let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(Duration::from_secs(seconds))));
            std::task::ready!(pin!(pause).poll(context));
            self.pauses.remove(0);
            self.pause = None;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    /// Checks after how many seconds a body with these pauses ends, and whether it was read.
    async fn check(pauses: &[u64], protection: StalledStreamProtectionConfig, expected: (u64, bool)) {
        let mut layer = Layer::new("client");
        layer.store_put(protection);
        let bag = ConfigBag::of_layers(vec![layer]);
        let clock = SharedAsyncSleep::new(TokioSleep::new());
        let started = Instant::now();
        let body = SdkBody::from_body_1_x(Slow { pauses: pauses.to_vec(), pause: None });
        let read = whole(body, &bag, Some(clock)).await;
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

    /// An empty body that arrives while the process is stopped, which it is seen to have done a moment after it goes on.
    #[derive(Default)]
    struct DuringStop {
        is_awaited: bool,
        is_seen: Arc<AtomicBool>,
    }

    impl Body for DuringStop {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.is_seen.load(Ordering::Relaxed) {
                return Poll::Ready(None);
            }
            if !std::mem::replace(&mut self.is_awaited, true) {
                let (is_seen, waker) = (Arc::clone(&self.is_seen), context.waker().clone());
                tokio::spawn(async move {
                    tokio::time::advance(Duration::from_secs(3_600)).await;
                    yield_now().await;
                    is_seen.store(true, Ordering::Relaxed);
                    waker.wake();
                });
            }
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_arrived_while_the_process_was_stopped_is_read() {
        let mut layer = Layer::new("client");
        layer.store_put(StalledStreamProtectionConfig::enabled().build());
        let bag = ConfigBag::of_layers(vec![layer]);
        let clock = SharedAsyncSleep::new(TokioSleep::new());
        let body = SdkBody::from_body_1_x(DuringStop::default());
        assert!(whole(body, &bag, Some(clock)).await.expect("it is there").is_empty());
    }
}
