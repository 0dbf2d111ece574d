//! The format of aggregated records, as the Kinesis Producer Library writes it: a magic number, a message of Protocol
//! Buffers, and the MD5 of that.
//!
//! ```text
//! message AggregatedRecord {
//!   repeated string partition_key_table = 1;
//!   repeated string explicit_hash_key_table = 2;
//!   repeated Record records = 3;
//! }
//! message Record {
//!   required uint64 partition_key_index = 1;
//!   optional uint64 explicit_hash_key_index = 2;
//!   required bytes data = 3;
//! }
//! ```
//!
//! Either all records of an aggregate have an explicit hash key or none has: readers take the index that is missing
//! for the first one.

use crate::Record;
use crate::partition_key::PartitionKey;

/// What an aggregate begins with.
pub(crate) const MAGIC: [u8; 4] = [0xF3, 0x89, 0x9A, 0xC2];

/// The length of an MD5.
const CHECKSUM: usize = 16;

// The tags of the fields that have a length: the number of the field, and 2.
const PARTITION_KEY: u8 = 0x0a;
const HASH_KEY: u8 = 0x12;
const RECORD: u8 = 0x1a;
const DATA: u8 = 0x1a;

// Those of the indices, which are numbers, with the index 0.
const FIRST_PARTITION_KEY: [u8; 2] = [0x08, 0];
const FIRST_HASH_KEY: [u8; 2] = [0x10, 0];

/// Writes the aggregate of these records, which have the keys of the first one, in place of what `into` has.
pub(crate) fn write(into: &mut Vec<u8>, records: &[Record]) {
    into.clear();
    into.extend_from_slice(&MAGIC);
    let Some(first) = records.first() else { return };
    push(into, PARTITION_KEY, first.get_partition_key().unwrap_or_default().as_bytes());
    if let Some(key) = first.get_explicit_hash_key() {
        push(into, HASH_KEY, key.as_str().as_bytes());
    }
    for record in records {
        push_tag(into, RECORD, message_bytes(record));
        into.extend_from_slice(&FIRST_PARTITION_KEY);
        if record.get_explicit_hash_key().is_some() {
            into.extend_from_slice(&FIRST_HASH_KEY);
        }
        push(into, DATA, record.data());
    }
    let checksum = md5::compute(&into[MAGIC.len()..]);
    into.extend_from_slice(&checksum.0);
}

/// Whether consumers would take a record with this data for an aggregate.
pub(crate) fn is_like_aggregate(data: &[u8]) -> bool {
    data.starts_with(&MAGIC)
}

/// What an aggregate counts beside its records, in bytes: its own partition key too.
pub(crate) fn shared_bytes(first: &Record) -> usize {
    let key = first.key().map_or(0, PartitionKey::len);
    let hash_key = first.get_explicit_hash_key().map_or(0, |key| field_bytes(key.as_str().len()));
    MAGIC.len() + field_bytes(key) + hash_key + CHECKSUM + key
}

/// What a record adds to an aggregate, in bytes.
pub(crate) fn member_bytes(record: &Record) -> usize {
    field_bytes(message_bytes(record))
}

/// What the message of a record has, in bytes.
fn message_bytes(record: &Record) -> usize {
    let hash_key = record.get_explicit_hash_key().map_or(0, |_| FIRST_HASH_KEY.len());
    FIRST_PARTITION_KEY.len() + hash_key + field_bytes(record.data().len())
}

/// What a field with so many bytes takes: its tag, its length, and these.
fn field_bytes(len: usize) -> usize {
    1 + varint_bytes(len) + len
}

/// The bytes of a number, seven of its bits in each.
fn varint_bytes(number: usize) -> usize {
    (usize::BITS - (number | 1).leading_zeros()).div_ceil(7) as usize
}

fn push(into: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    push_tag(into, tag, bytes.len());
    into.extend_from_slice(bytes);
}

#[expect(clippy::cast_possible_truncation, reason = "the other bits follow")]
fn push_tag(into: &mut Vec<u8>, tag: u8, mut len: usize) {
    into.push(tag);
    while len >= 0x80 {
        into.push(len as u8 | 0x80);
        len >>= 7;
    }
    into.push(len as u8);
}

#[cfg(test)]
mod tests;
