//! Writes `BatchWriteItem` requests in place of the SDK's own serializer.

use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use batch_smithy::{json, swap_serializer};

use crate::body;

/// What exchanges the serializer. It must be the last interceptor, to see what others put there.
pub(crate) fn swap() -> SharedInterceptor {
    swap_serializer("BatchDynamoDbSerializer", KNOWN, request)
}

fn request(input: &BatchWriteItemInput) -> Option<HttpRequest> {
    json::request("1.0", "DynamoDB_20120810.BatchWriteItem", body::json(input)?)
}

/// The serializer that ours is tested against.
const KNOWN: &str = "SharedRequestSerializer(BatchWriteItemRequestSerializer)";

#[cfg(test)]
mod tests;
