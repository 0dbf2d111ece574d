//! The body of a `PutRecords` request: JSON, appended piece by piece. `serde_json` between, which
//! looks at the name of each member of each record, would cost 370 instructions a record.

use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use aws_smithy_types::base64;
use batch_smithy::json::need_escape;

/// The body for this input.
pub(crate) fn json(input: &PutRecordsInput) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(expected_bytes(input));
    json.push(b'{');
    if let Some(records) = &input.records {
        name(&mut json, "Records");
        array(&mut json, records)?;
    }
    for (member, value) in [
        ("StreamName", input.stream_name()),
        ("StreamARN", input.stream_arn()),
        ("StreamId", input.stream_id()),
    ] {
        if let Some(value) = value {
            name(&mut json, member);
            text(&mut json, value)?;
        }
    }
    if let Some(dry_run) = input.dry_run() {
        name(&mut json, "DryRun");
        json.extend_from_slice(if dry_run { b"true" } else { b"false" });
    }
    json.push(b'}');
    Ok(json)
}

/// Room enough for nearly every body, so that it is not moved while it grows.
pub(crate) fn expected_bytes(input: &PutRecordsInput) -> usize {
    input.records().iter().map(expected_record_bytes).sum::<usize>() + OTHER_BYTES
}

fn expected_record_bytes(record: &PutRecordsRequestEntry) -> usize {
    let key = record.partition_key().map_or(0, str::len);
    base64::encoded_length(record.data.as_ref().len()) + key + RECORD_BYTES
}

fn array(json: &mut Vec<u8>, records: &[PutRecordsRequestEntry]) -> Result<(), serde_json::Error> {
    json.push(b'[');
    for (place, record) in records.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        object(json, record)?;
    }
    json.push(b']');
    Ok(())
}

fn object(json: &mut Vec<u8>, record: &PutRecordsRequestEntry) -> Result<(), serde_json::Error> {
    json.extend_from_slice(b"{\"Data\":\"");
    json.extend_from_slice(base64::encode(&record.data).as_bytes()); // nothing in it needs an escape
    json.push(b'"');
    if let Some(key) = record.explicit_hash_key() {
        json.extend_from_slice(b",\"ExplicitHashKey\":");
        text(json, key)?;
    }
    if let Some(key) = record.partition_key() {
        json.extend_from_slice(b",\"PartitionKey\":");
        text(json, key)?;
    }
    json.push(b'}');
    Ok(())
}

/// The name of the next member of the body.
fn name(json: &mut Vec<u8>, name: &'static str) {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    json.push(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

/// Nearly every text needs no escape; the others are left to `serde_json`.
fn text(json: &mut Vec<u8>, text: &str) -> Result<(), serde_json::Error> {
    if need_escape(text) {
        return serde_json::to_writer(json, text);
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
    Ok(())
}

/// Above what a record comes to without data and partition key: names, hash key, punctuation.
const RECORD_BYTES: usize = 96;

/// The same of the rest of a body.
const OTHER_BYTES: usize = 512;
