//! Uploads, where the client is protected from those that stall.
//!
//! The SDK's check is private. A body in memory is taken whole, so that it stalls if and only if the HTTP client does not
//! take it in time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::stall::{STALLED, Stall};

/// Sends a request, and fails if its body is not taken in time.
pub(crate) async fn call(
    connector: &SharedHttpConnector,
    mut request: HttpRequest,
    bag: &ConfigBag,
    clock: Option<SharedAsyncSleep>,
) -> Result<HttpResponse, ConnectorError> {
    let Some(mut stall) = Stall::of(bag, clock, StalledStreamProtectionConfig::upload_enabled) else {
        return connector.call(request).await;
    };
    let taken = Arc::new(AtomicBool::new(false));
    let body = std::mem::replace(request.body_mut(), SdkBody::taken());
    *request.body_mut() = {
        let taken = Arc::clone(&taken);
        body.map_preserve_contents(move |body| {
            SdkBody::from_body_1_x(Watched { body, taken: Arc::clone(&taken) })
        })
    };
    let mut response = connector.call(request);
    poll_fn(|context| {
        if let Poll::Ready(response) = pin!(&mut response).poll(context) {
            return Poll::Ready(response);
        }
        if taken.load(Ordering::Relaxed) {
            stall.ends();
            return Poll::Pending;
        }
        stall.poll(context).map(|()| Err(ConnectorError::timeout(STALLED.into())))
    })
    .await
}

/// A body that tells when it was taken.
struct Watched {
    body: SdkBody,
    taken: Arc<AtomicBool>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            self.taken.store(true, Ordering::Relaxed);
        }
        frame
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
    use std::time::Duration;

    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::{ConfigBag, Layer};
    use http_body_util::BodyExt;
    use tokio::time::{Instant, sleep};

    use super::call;

    /// Takes the body after so many seconds, and responds after as many more.
    #[derive(Debug)]
    struct Slow(u64);

    impl HttpConnector for Slow {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let delay = Duration::from_secs(self.0);
            HttpConnectorFuture::new(async move {
                sleep(delay).await;
                let body = request.into_body().collect().await.expect("it is in memory");
                assert_eq!(body.to_bytes(), "body");
                sleep(delay).await;
                Ok(HttpResponse::new(StatusCode::try_from(200).expect("it is a status"), SdkBody::empty()))
            })
        }
    }

    /// Checks after how many seconds a request ends, and whether with a response.
    async fn check(delay: u64, protection: StalledStreamProtectionConfig, expected: (u64, bool)) {
        let mut layer = Layer::new("client");
        layer.store_put(protection);
        let bag = ConfigBag::of_layers(vec![layer]);
        let clock = SharedAsyncSleep::new(TokioSleep::new());
        let started = Instant::now();
        let connector = SharedHttpConnector::new(Slow(delay));
        let response = call(&connector, HttpRequest::new(SdkBody::from("body")), &bag, Some(clock)).await;
        if let Err(error) = &response {
            assert!(error.is_timeout(), "{error:?}");
        }
        assert_eq!((started.elapsed().as_secs(), response.is_ok()), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_not_taken_ends_the_request_after_a_second_and_the_grace() {
        let grace =
            |seconds| StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(seconds));
        check(0, grace(5).build(), (0, true)).await;
        check(5, grace(5).build(), (10, true)).await;
        check(7, grace(5).build(), (6, false)).await;
        check(7, grace(9).build(), (14, true)).await;
        check(7, grace(5).upload_enabled(false).build(), (14, true)).await;
        check(7, StalledStreamProtectionConfig::disabled(), (14, true)).await;
        check(7, grace(u64::MAX).build(), (14, true)).await;
    }
}
