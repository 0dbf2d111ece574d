//! Writes `PutRecords` requests in place of the SDK's own serializer, in one of two ways.
//!
//! A client that has interceptors shows them the typed input, which they may change: then the request is
//! written from that ([`swap`]). A client without any shows it to nothing: then the request is written from
//! the records where they are ([`Known::written`]), and the input names no more than the stream, which
//! the endpoint may depend on. That saves an entry of the SDK and a copy of the partition key for every
//! record.
//!
//! Why not the SDK's own: it writes through a description of each member, looks at each character of the
//! base64 for whether it needs an escape, and into a body that grows from nothing.

use aws_sdk_kinesis::config::SharedInterceptor;
use aws_sdk_kinesis::config::http::HttpRequest;
use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use batch_smithy::{Known, json, swap_serializer};

use crate::body;

/// What exchanges the serializer for one that reads the input. It must be the last interceptor, to see what
/// others put there.
pub(crate) fn swap(known: Known) -> SharedInterceptor {
    swap_serializer("BatchKinesisSerializer", known, |input: &PutRecordsInput| request(body::of_input(input)))
}

/// The request with this body; none if it cannot be made.
pub(crate) fn request(body: Vec<u8>) -> Option<HttpRequest> {
    json::request("1.1", "Kinesis_20131202.PutRecords", body)
}

/// The serializer that ours are tested against.
pub(crate) const SERIALIZER: &str = "PutRecordsRequestSerializer";

#[cfg(test)]
mod tests;
