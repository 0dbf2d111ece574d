//! Writes `SendMessageBatch` requests in place of the SDK's own serializer, in one of two ways.
//!
//! A client that has interceptors shows them the typed input, which they may change: then the request is
//! written from that ([`swap`]). Why: the SDK escapes each body byte by byte into a copy that grows from
//! nothing. A client without any shows it to nothing: then the request is written from the messages where
//! they are ([`direct`](crate::direct)), and the response is read where it is
//! ([`response`](crate::response)).

use aws_sdk_sqs::config::SharedInterceptor;
use aws_sdk_sqs::config::http::HttpRequest;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchInput;
use batch_smithy::{Known, json, swap_serializer};

use crate::body;

/// What exchanges the serializer. It must be the last interceptor, to see what others put there.
pub(crate) fn swap(known: Known) -> SharedInterceptor {
    swap_serializer("BatchSqsSerializer", known, |input: &SendMessageBatchInput| {
        request(body::json(input).ok()?)
    })
}

/// The request with this body; none if it cannot be made.
pub(crate) fn request(body: Vec<u8>) -> Option<HttpRequest> {
    let mut request = json::request("1.0", "AmazonSQS.SendMessageBatch", body)?;
    request.headers_mut().insert("x-amzn-query-mode", "true");
    Some(request)
}

/// The SDK's deserializer, which reads what is not read directly.
pub(crate) const DESERIALIZER: &str = "SendMessageBatchResponseDeserializer";

/// The serializer that ours is tested against.
pub(crate) const SERIALIZER: &str = "SendMessageBatchRequestSerializer";

#[cfg(test)]
pub(crate) mod tests;
