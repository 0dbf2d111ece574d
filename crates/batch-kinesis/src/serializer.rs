//! Writes `PutRecords` requests in place of the SDK's own serializer.
//!
//! Why: the SDK writes through a description of each member, looks at each character of the base64
//! for whether it needs an escape, and into a body that grows from nothing.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::SharedInterceptor;
use aws_sdk_kinesis::config::http::HttpRequest;
use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use batch_smithy::{json, swap_serializer};

use crate::body;

/// What exchanges the serializer of this client: nothing if the user gave it a protocol. It must be
/// the last interceptor, to see what others put there.
pub(crate) fn swap(client: &Client) -> Option<SharedInterceptor> {
    let speaks_json = client.config().protocol().is_none();
    speaks_json.then(|| swap_serializer("BatchKinesisSerializer", KNOWN, request))
}

fn request(input: &PutRecordsInput) -> Option<HttpRequest> {
    json::request("1.1", "Kinesis_20131202.PutRecords", body::json(input).ok()?)
}

/// The serializer that ours is tested against.
const KNOWN: &str = "SharedRequestSerializer(PutRecordsRequestSerializer)";

#[cfg(test)]
mod tests;
