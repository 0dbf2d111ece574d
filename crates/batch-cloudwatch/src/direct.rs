//! Requests that are written straight from the metrics, without the SDK's input in between.
//!
//! Why: the input would be a copy of every text of every metric, made and dropped only to be
//! written.
//!
//! [`Known::send_written`](batch_smithy::Known::send_written) sends it, or leaves the request to the SDK.

use aws_sdk_cloudwatch::config::http::HttpRequest;
use aws_sdk_cloudwatch::error::BoxError;
use batch_smithy::memory::into_body;

/// The request with this body.
pub(crate) fn request(body: Vec<u8>) -> Result<HttpRequest, BoxError> {
    let length = body.len();
    let mut request = HttpRequest::new(into_body(body));
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
pub(crate) const SERIALIZER: &str = "PutMetricDataRequestSerializer";

#[cfg(test)]
mod tests;
