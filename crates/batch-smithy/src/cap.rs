//! Limits the size of responses.
//!
//! The SDK reads the whole body of a response before it parses it. Another server at the endpoint, or one
//! on the way, may send a body without end, which would fill the memory. An interceptor rejects a response
//! whose announced length is above the limit, and stops reading one that exceeds it. The request ends at
//! once, with its connection.

use std::error::Error;
use std::iter;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Limits the size of response bodies, in bytes, for a client or for one request.
#[must_use]
pub fn cap_responses(bytes: usize) -> SharedInterceptor {
    SharedInterceptor::permanent(Cap(bytes))
}

/// A response above the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum TooLarge {
    #[error("the response announces {bytes} bytes, above the limit of {limit}")]
    Announced { bytes: u64, limit: usize },
    #[error("the response is above the limit of {limit} bytes")]
    Streamed { limit: usize },
}

impl TooLarge {
    /// The cause of this error, if it is one of these.
    pub(crate) fn behind(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut errors = iter::successors(Some(error), |&error| error.source());
        errors.find_map(|error| error.downcast_ref().copied())
    }
}

#[derive(Debug)]
struct Cap(usize);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Cap {
    fn name(&self) -> &'static str {
        "BatchResponseCap"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(cap(context.response_mut(), self.0)?)
    }
}

fn cap(response: &mut HttpResponse, limit: usize) -> Result<(), TooLarge> {
    let said = response.headers().get("content-length").and_then(|length| length.parse().ok());
    let known = response.body().content_length().max(said);
    if let Some(bytes) = known.filter(|&bytes| usize::try_from(bytes).map_or(true, |bytes| bytes > limit)) {
        return Err(TooLarge::Announced { bytes, limit });
    }
    if response.body().is_streaming() {
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = capped(body, limit);
    }
    Ok(())
}

/// The body up to the limit; its announced length may be wrong.
fn capped(body: SdkBody, limit: usize) -> SdkBody {
    let named = move |error: BoxError| match error.is::<LengthLimitError>() {
        true => TooLarge::Streamed { limit }.into(),
        false => error,
    };
    SdkBody::from_body_1_x(Limited::new(body, limit).map_err(named))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use http_body_util::{BodyExt, Full};

    use super::{TooLarge, cap};

    const LIMIT: usize = 100;

    fn response(body: SdkBody) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(200).expect("it is a status"), body)
    }

    /// A body that says nothing of its length, of these parts.
    fn streamed(parts: &'static [usize]) -> SdkBody {
        SdkBody::from_body_1_x(Streamed(parts))
    }

    struct Streamed(&'static [usize]);

    impl Body for Streamed {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let part = self.0.split_off_first();
            Poll::Ready(part.map(|&bytes| Ok(Frame::data(vec![b'x'; bytes].into()))))
        }
    }

    /// Checks how many bytes of a body can be read under the cap, or why not.
    async fn check(body: SdkBody, announced: Option<&'static str>, expected: Result<usize, TooLarge>) {
        let mut response = response(body);
        if let Some(announced) = announced {
            response.headers_mut().insert("content-length", announced);
        }
        let found = match cap(&mut response, LIMIT) {
            Err(refused) => Err(refused),
            Ok(()) => match response.into_body().collect().await {
                Ok(body) => Ok(body.to_bytes().len()),
                Err(error) => Err(TooLarge::behind(&*error).expect("nothing else goes wrong")),
            },
        };
        assert_eq!(found, expected, "{announced:?}");
    }

    #[tokio::test]
    async fn what_is_within_the_cap_is_read_whole() {
        check(SdkBody::empty(), None, Ok(0)).await;
        check(SdkBody::from("x".repeat(LIMIT)), Some("100"), Ok(100)).await;
        check(streamed(&[60, 40]), None, Ok(100)).await;
        check(streamed(&[1]), Some("no number"), Ok(1)).await;
    }

    #[tokio::test]
    async fn what_announces_more_is_not_read_at_all() {
        let refused = |bytes| Err(TooLarge::Announced { bytes, limit: LIMIT });
        check(SdkBody::from("x".repeat(LIMIT + 1)), None, refused(101)).await;
        check(streamed(&[]), Some("101"), refused(101)).await;
        check(streamed(&[]), Some("18446744073709551615"), refused(u64::MAX)).await;
        let sized = SdkBody::from_body_1_x(Full::new(Bytes::from(vec![0; 101])));
        check(sized, None, refused(101)).await;
    }

    #[tokio::test]
    async fn what_streams_more_than_it_says_is_cut_off() {
        let refused = Err(TooLarge::Streamed { limit: LIMIT });
        check(streamed(&[60, 41]), None, refused).await;
        check(streamed(&[101]), Some("7"), refused).await;
        check(streamed(&[50, 50, 1]), Some("100"), refused).await;
    }
}
