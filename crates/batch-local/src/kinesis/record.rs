use bytes::Bytes;

use super::sequence;
use super::shard::Shard;

/// A record that the server accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredRecord {
    /// The data, decoded from base64.
    pub data: Bytes,
    /// The partition key. It is `None` only in a stream that distributes its records itself.
    pub partition_key: Option<String>,
    /// The hash key that overrides the hash of the partition key, in decimal.
    pub explicit_hash_key: Option<String>,
    /// The shard of the record, such as `shardId-000000000000`.
    pub shard_id: String,
    /// The sequence number. Of two records, the later one has the greater number, also when compared as text.
    pub sequence_number: String,
    /// The size in bytes that counts against the limits: the data and the partition key.
    pub bytes: usize,
    /// The time of acceptance, in milliseconds since the Unix epoch.
    pub arrived_millis: u64,
}

/// A record as it is held.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) data: Bytes,
    pub(super) partition_key: Option<String>,
    pub(super) explicit_hash_key: Option<String>,
    /// The position of its shard.
    pub(super) shard: usize,
    pub(super) number: u64,
    pub(super) bytes: usize,
    pub(super) arrived_millis: u64,
}

impl Record {
    pub(super) fn show(&self) -> StoredRecord {
        StoredRecord {
            data: self.data.clone(),
            partition_key: self.partition_key.clone(),
            explicit_hash_key: self.explicit_hash_key.clone(),
            shard_id: Shard::id(self.shard),
            sequence_number: sequence::text(self.number),
            bytes: self.bytes,
            arrived_millis: self.arrived_millis,
        }
    }
}
