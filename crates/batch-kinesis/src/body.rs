//! The body of a `PutRecords` request: JSON, written from a borrowed view of the SDK's input.

use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use aws_smithy_types::base64;
use batch_smithy::json::{Base64, Text, to_vec};
use serde::{Serialize, Serializer};

/// The body for this input.
pub(crate) fn json(input: &PutRecordsInput) -> Result<Vec<u8>, serde_json::Error> {
    let body = Body {
        records: input.records.as_deref().map(Records),
        stream_name: input.stream_name(),
        stream_arn: input.stream_arn(),
        stream_id: input.stream_id(),
        dry_run: input.dry_run(),
    };
    to_vec(&body, expected_bytes(input))
}

/// Room enough for nearly every body, so that it is not moved while it grows.
pub(crate) fn expected_bytes(input: &PutRecordsInput) -> usize {
    input.records().iter().map(expected_record_bytes).sum::<usize>() + OTHER_BYTES
}

fn expected_record_bytes(record: &PutRecordsRequestEntry) -> usize {
    let key = record.partition_key().map_or(0, str::len);
    base64::encoded_length(record.data.as_ref().len()) + key + RECORD_BYTES
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<Records<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_name: Option<&'a str>,
    #[serde(rename = "StreamARN", skip_serializing_if = "Option::is_none")]
    stream_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
}

struct Records<'a>(&'a [PutRecordsRequestEntry]);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Record::from))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record<'a> {
    data: Base64<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explicit_hash_key: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_key: Option<Text<'a>>,
}

impl<'a> From<&'a PutRecordsRequestEntry> for Record<'a> {
    fn from(record: &'a PutRecordsRequestEntry) -> Self {
        Self {
            data: Base64(record.data.as_ref()),
            explicit_hash_key: record.explicit_hash_key().map(Text),
            partition_key: record.partition_key().map(Text),
        }
    }
}

/// Above what a record comes to without data and partition key: names, hash key, punctuation.
const RECORD_BYTES: usize = 96;

/// The same of the rest of a body.
const OTHER_BYTES: usize = 512;
