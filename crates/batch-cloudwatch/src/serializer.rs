//! Writes `PutMetricData` requests in place of the SDK's own serializer: the same bytes, for less.

use aws_sdk_cloudwatch::config::SharedInterceptor;
use aws_sdk_cloudwatch::config::http::HttpRequest;
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataInput;
use aws_smithy_types::body::SdkBody;
use batch_smithy::swap_serializer;

use crate::body;

/// What exchanges the serializer. It must be the last interceptor, to see what others put there.
pub(crate) fn swap() -> SharedInterceptor {
    swap_serializer("BatchCloudWatchSerializer", KNOWN, request)
}

fn request(input: &PutMetricDataInput) -> Option<HttpRequest> {
    let body = body::cbor(input)?;
    let length = body.len();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST").ok()?;
    request.set_uri("/service/GraniteServiceVersion20100801/operation/PutMetricData").ok()?;
    let headers = request.headers_mut();
    headers.insert("content-type", "application/cbor");
    headers.insert("smithy-protocol", "rpc-v2-cbor");
    headers.insert("accept", "application/cbor");
    headers.insert("x-amzn-query-mode", "true");
    headers.insert("content-length", length.to_string());
    Some(request)
}

/// The serializer that ours is tested against.
const KNOWN: &str = "SharedRequestSerializer(PutMetricDataRequestSerializer)";

#[cfg(test)]
mod tests;
