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

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpRequest;
use aws_sdk_cloudwatch::error::BoxError;
use aws_smithy_types::body::SdkBody;
use batch_smithy::{Known, known};

/// What lets the requests of this client of the user be written so, if anything does.
pub(crate) fn known_for(client: &Client) -> Option<Known> {
    let observed = client.config().interceptors().next().is_some();
    known!(client.config(), SERIALIZER).filter(|_| !observed)
}

/// The request with this body.
pub(crate) fn request(body: Vec<u8>) -> Result<HttpRequest, BoxError> {
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

/// The serializer that ours is tested against.
const SERIALIZER: &str = "PutMetricDataRequestSerializer";

#[cfg(test)]
mod tests;
