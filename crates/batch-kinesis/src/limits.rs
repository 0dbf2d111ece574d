//! The numbers of the service, each with its source, and how it counts a record.
//!
//! "API" is the Amazon Kinesis Data Streams API reference, "guide" the developer guide.

use std::ops::RangeInclusive;

use crate::Record;
use crate::partition_key::PartitionKey;

/// Records of a request (API, `PutRecords`).
pub(crate) const REQUEST_RECORDS: usize = 500;

/// Bytes of a request that every stream takes: its records, partition keys included. That was the
/// limit of `PutRecords` until the end of 2025, and still is that of other servers.
pub(crate) const REQUEST_BYTES: usize = 5 << 20;

/// Bytes of a request (API, `PutRecords`).
pub(crate) const MOST_REQUEST_BYTES: usize = 10 << 20;

/// Bytes of a record, and the default of a stream's `MaxRecordSizeInKiB` (guide, large records).
pub(crate) const RECORD_BYTES: usize = 1 << 20;

/// What a stream's `MaxRecordSizeInKiB` may be (API, `UpdateMaxRecordSize`).
pub(crate) const STREAM_MAXIMUM_KIB: RangeInclusive<i32> = 1_024..=10_240;

/// Bytes of a record of any stream (API, `UpdateMaxRecordSize`).
pub(crate) const MOST_RECORD_BYTES: usize = 10 << 20;

/// Characters of a partition key (API, `PutRecordsRequestEntry`).
pub(crate) const PARTITION_KEY: usize = 256;

/// Characters of a stream's name (API, `CreateStream`).
pub(crate) const STREAM_NAME: RangeInclusive<usize> = 1..=128;

/// Bytes that are read of an answer. The largest that the service sends tells of 500 records, each with
/// a sequence number and a shard, or a code and some words: this leaves 8 KiB for each.
pub(crate) const RESPONSE_BYTES: usize = 4 << 20;

/// Bytes that are read of a description, which has some hundred.
pub(crate) const DESCRIPTION_BYTES: usize = 1 << 20;

/// What a record counts, in bytes: its data, before it is encoded for the wire, and its partition
/// key in UTF-8. An explicit hash key counts nothing.
pub(crate) fn record_bytes(record: &Record) -> usize {
    record.data().len() + record.key().map_or(0, PartitionKey::len)
}

#[cfg(test)]
mod tests {
    use super::record_bytes;
    use crate::Record;

    #[test]
    fn a_record_counts_its_data_and_its_partition_key_and_nothing_else() {
        assert_eq!(record_bytes(&Record::new("")), 0);
        assert_eq!(record_bytes(&Record::new(vec![0xff; 100])), 100);
        let keyed = Record::new("1234").partition_key("äöü");
        assert_eq!(record_bytes(&keyed), 4 + 6, "UTF-8 bytes, not characters");
        assert_eq!(record_bytes(&keyed.explicit_hash_key(u128::MAX)), 4 + 6);
    }
}
