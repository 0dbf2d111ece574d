//! The body of a `PutRecords` request: JSON, appended piece by piece. `serde_json` between, which
//! looks at the name of each member of each record, would cost 370 instructions a record.

use std::hint::black_box;

use aws_sdk_kinesis::operation::put_records::PutRecordsInput;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use base64_simd::STANDARD;
use batch_core::Batch;
use batch_smithy::json::push_escaped;
use batch_smithy::memory::for_body;

use crate::groups::Groups;
use crate::known_key::KnownKey;
use crate::partition_key::PartitionKey;
use crate::{HashKey, Record, Stream, kpl};

/// The body for this input.
pub(crate) fn of_input(input: &PutRecordsInput) -> Vec<u8> {
    let mut json = for_body(input_bytes(input));
    json.push(b'{');
    if let Some(records) = &input.records {
        name(&mut json, "Records");
        array(&mut json, records, |json, record| {
            let key = record.partition_key().map(Text::Any);
            object(json, record.data.as_ref(), record.explicit_hash_key(), key);
        });
    }
    for (member, value) in [
        ("StreamName", input.stream_name()),
        ("StreamARN", input.stream_arn()),
        ("StreamId", input.stream_id()),
    ] {
        if let Some(value) = value {
            name(&mut json, member);
            text(&mut json, value);
        }
    }
    if let Some(dry_run) = input.dry_run() {
        name(&mut json, "DryRun");
        json.extend_from_slice(if dry_run { b"true" } else { b"false" });
    }
    json.push(b'}');
    json
}

/// The same for the records of this batch to this stream, straight from where they are.
pub(crate) fn of_batch(stream: &Stream, batch: &Batch<Record>, groups: &Groups) -> Vec<u8> {
    let entries = batch.entries();
    let mut json = for_body(batch_bytes(batch.load().bytes, groups.len()));
    json.push(b'{');
    name(&mut json, "Records");
    match groups {
        Groups::Each(_) => {
            let records = entries.chunks(FETCHED).inspect(|records| fetch(records)).flatten();
            array(&mut json, records, |json, record| of_record(json, record, record.data()));
        }
        Groups::Of(_) => {
            let mut aggregate = Vec::new();
            array(&mut json, groups.ranges(), |json, (range, is_aggregate)| {
                let first = &entries[range.start];
                if !is_aggregate {
                    return of_record(json, first, first.data());
                }
                kpl::write(&mut aggregate, &entries[range]);
                of_record(json, first, &aggregate);
            });
        }
    }
    let (member, value) = stream.member();
    name(&mut json, member);
    text(&mut json, value);
    json.push(b'}');
    json
}

/// Reads a byte of each cache line of these records. Records that waited are no longer in the cache, and those of a lane
/// lie far from each other. These reads do not depend on one another, so that the processor overlaps their misses instead of
/// taking them one by one when it encodes the records.
fn fetch(records: &[Record]) {
    let lines = |record| Record::data(record).iter().take(FETCHED_BYTES).step_by(LINE_BYTES);
    black_box(records.iter().flat_map(lines).fold(0, |all, &byte| all ^ byte));
}

/// Room enough for nearly every body, so that it is not moved while it grows.
pub(crate) fn input_bytes(input: &PutRecordsInput) -> usize {
    let key = |record: &PutRecordsRequestEntry| record.partition_key().map_or(0, str::len);
    let loads = input.records().iter().map(|record| record.data.as_ref().len() + key(record));
    batch_bytes(loads.sum(), input.records().len())
}

/// The same for so many records, with so many bytes of data and partition keys.
pub(crate) fn batch_bytes(load: usize, records: usize) -> usize {
    STANDARD.encoded_length(load) + records * RECORD_BYTES + OTHER_BYTES
}

fn array<T>(
    json: &mut Vec<u8>,
    records: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    json.push(b'[');
    for (place, record) in records.into_iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        write(json, record);
    }
    json.push(b']');
}

/// A text, as far as is known whether it needs an escape.
enum Text<'a> {
    Any(&'a str),
    /// It needs none.
    Plain(&'a [u8]),
}

/// A record with the keys of this one.
fn of_record(json: &mut Vec<u8>, keys: &Record, data: &[u8]) {
    let key = keys.key().map(|key| match key {
        PartitionKey::Known(KnownKey::Long(key)) => Text::Any(key),
        PartitionKey::Known(key @ KnownKey::Short(..)) => Text::Plain(key.bytes()),
        PartitionKey::Random(key) => Text::Plain(key.digits()),
    });
    object(json, data, keys.get_explicit_hash_key().map(HashKey::as_str), key);
}

fn object(json: &mut Vec<u8>, data: &[u8], hash_key: Option<&str>, partition_key: Option<Text<'_>>) {
    json.extend_from_slice(b"{\"Data\":\"");
    STANDARD.encode_append(data, json); // nothing in it needs an escape
    json.push(b'"');
    if let Some(key) = hash_key {
        json.extend_from_slice(b",\"ExplicitHashKey\":");
        text(json, key);
    }
    if let Some(key) = partition_key {
        json.extend_from_slice(b",\"PartitionKey\":");
        match key {
            Text::Any(key) => text(json, key),
            Text::Plain(key) => quoted(json, key),
        }
    }
    json.push(b'}');
}

/// The name of the next member of the body.
fn name(json: &mut Vec<u8>, name: &'static str) {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    quoted(json, name.as_bytes());
    json.push(b':');
}

fn text(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    push_escaped(json, text);
    json.push(b'"');
}

/// A text that needs no escape.
fn quoted(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    json.extend_from_slice(text);
    json.push(b'"');
}

/// How many records are fetched at once, and how many bytes of each: together half of the smallest cache.
const FETCHED: usize = 16;

/// The processor itself fetches what comes after them, as it does in any long run of bytes.
const FETCHED_BYTES: usize = 1_024;

/// The bytes of a cache line.
const LINE_BYTES: usize = 64;

/// Above what a record comes to without data and partition key: names, hash key, punctuation, and the end
/// of the base64.
const RECORD_BYTES: usize = 96;

/// The same of the rest of a body.
const OTHER_BYTES: usize = 512;
