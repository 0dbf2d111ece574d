//! Writes `BatchWriteItem` requests in place of the SDK's own serializer, in one of two ways.
//!
//! A client that has interceptors shows them the typed input, which they may change: then the writes are read from
//! their encoding, and the request is written from that input ([`swap`]). A client without any shows it to
//! nothing: then the body is put together from the encoded writes ([`Known::written`]), and the input names
//! no more than the table, which the endpoint may depend on.

use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use batch_smithy::{Known, json, swap_serializer};

use crate::body;

/// What exchanges the serializer for one that reads the input. It must be the last interceptor, to
/// see what others put there.
pub(crate) fn swap(known: Known) -> SharedInterceptor {
    swap_serializer("BatchDynamoDbSerializer", known, |input: &BatchWriteItemInput| {
        request(body::of_input(input)?)
    })
}

/// The request with this body; none if it cannot be made.
pub(crate) fn request(body: Vec<u8>) -> Option<HttpRequest> {
    json::request("1.0", "DynamoDB_20120810.BatchWriteItem", body)
}

/// The serializer that ours are tested against.
pub(crate) const SERIALIZER: &str = "BatchWriteItemRequestSerializer";

#[cfg(test)]
mod tests;
