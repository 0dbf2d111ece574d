//! Requests that are written straight from the metrics, without the SDK's input in between.
//!
//! Why: the input would be a copy of every text of every metric, made and dropped only to be
//! written. Without it a datum costs 1.07 of what it costs in a perfect batch made by hand on the raw
//! SDK, with it 1.34 (`cargo xtask bench cloudwatch`, uncompressed).
//!
//! How: an interceptor of the single request puts a serializer in place of the SDK's that gives the
//! request away as it was written before. Everything after it (compression, endpoint, signature,
//! transmission, answer) is the SDK's.
//!
//! When not: an interceptor of the user's client may look at the input, or change it, and must find
//! everything there; and another release of the SDK may write requests otherwise. Then the SDK gets
//! its input, and writes it itself.

use std::fmt;
use std::mem;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpRequest;
use aws_sdk_cloudwatch::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents, RuntimePlugin};
use aws_sdk_cloudwatch::error::BoxError;
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricData;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::body::SdkBody;

/// Whether the requests of this client of the user can be written so.
pub(crate) fn is_possible(client: &Client) -> bool {
    client.config().interceptors().next().is_none() && of_the_sdk() == KNOWN
}

/// Gives one request this body, whatever its input.
#[derive(Debug)]
pub(crate) struct Written(SharedRequestSerializer);

impl Written {
    pub(crate) fn new(body: Vec<u8>) -> Self {
        Self(SharedRequestSerializer::new(Body(Mutex::new(body))))
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Written {
    fn name(&self) -> &'static str {
        "BatchCloudWatchWritten"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(self.0.clone());
        Ok(())
    }
}

/// A body that waits for its request, which is made once.
struct Body(Mutex<Vec<u8>>);

impl SerializeRequest for Body {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let body = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let length = body.len();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri("/service/GraniteServiceVersion20100801/operation/PutMetricData")?;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/cbor");
        headers.insert("smithy-protocol", "rpc-v2-cbor");
        headers.insert("accept", "application/cbor");
        headers.insert("x-amzn-query-mode", "true");
        headers.insert("content-length", length.to_string());
        Ok(request)
    }
}

/// Without what is in it.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// What the SDK writes such requests with. Its type is private, its name is all there is to see.
fn of_the_sdk() -> String {
    let config = PutMetricData::new().config();
    format!("{:?}", config.as_ref().and_then(|layer| layer.load::<SharedRequestSerializer>()))
}

/// The serializer that ours is tested against.
const KNOWN: &str = "Some(SharedRequestSerializer(PutMetricDataRequestSerializer))";

#[cfg(test)]
mod tests;
