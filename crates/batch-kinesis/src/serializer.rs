//! Writes `PutRecords` requests in place of the SDK's own serializer.
//!
//! Why: the SDK writes through a description of each member, looks at each character of the base64
//! for whether it needs an escape, and into a body that grows from nothing.

use aws_sdk_kinesis::config::SharedInterceptor;
use aws_sdk_kinesis::config::http::HttpRequest;
use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use batch_smithy::{Known, json, swap_serializer};

use crate::body;

/// What exchanges the serializer. It must be the last interceptor, to see what others put there.
pub(crate) fn swap(known: Known) -> SharedInterceptor {
    swap_serializer("BatchKinesisSerializer", known, request)
}

fn request(input: &PutRecordsInput) -> Option<HttpRequest> {
    json::request("1.1", "Kinesis_20131202.PutRecords", body::json(input).ok()?)
}

/// The serializer that ours is tested against.
pub(crate) const SERIALIZER: &str = "PutRecordsRequestSerializer";

#[cfg(test)]
mod tests;
