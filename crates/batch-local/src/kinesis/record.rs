use bytes::Bytes;

use super::sequence;
use super::shard::Shard;

/// A record as the server accepted it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredRecord {
    /// The data, as it was before it was encoded for the wire.
    pub data: Bytes,
    /// The partition key; none only where the stream distributes its records itself.
    pub partition_key: Option<String>,
    /// The hash key that overrode the partition key's hash, in decimal.
    pub explicit_hash_key: Option<String>,
    /// The shard that it is in, such as `shardId-000000000000`.
    pub shard_id: String,
    /// The sequence number: the later of two records has the greater one, as a number and as text.
    pub sequence_number: String,
    /// What it counts against the limits, in bytes: its data and its partition key.
    pub bytes: usize,
    /// When it was accepted, in milliseconds since 1970.
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
