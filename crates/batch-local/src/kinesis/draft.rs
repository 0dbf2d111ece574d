use bytes::Bytes;

use super::code::INVALID_ARGUMENT;
use super::hash_key;
use super::record::Record;
use super::request::Entry;
use super::settings::{Settings, Strategy};
use crate::refusal::Refusal;
use crate::validation::{check_length, required, violation};

/// A valid record on its way into a stream.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) data: Bytes,
    pub(super) bytes: usize,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
    hash: u128,
}

impl Draft {
    /// Checks a record; `at` is what comes before the names of its members, and a violation is the
    /// whole request's.
    pub(super) fn read(entry: Entry, at: &str, settings: Settings) -> Result<Self, Refusal> {
        let data = required(entry.data, &format!("{at}data"))?.0;
        let partition_key = entry.partition_key;
        check_partition_key(partition_key.as_deref(), at, settings.strategy)?;
        let hash = match &entry.explicit_hash_key {
            Some(text) => hash_key::parse(text, &format!("{at}explicitHashKey"))?,
            None => hash_key::of_partition_key(partition_key.as_deref().unwrap_or_default()),
        };
        let bytes = data.len() + partition_key.as_ref().map_or(0, String::len);
        check_size(data.len(), bytes, at, settings.max_record_bytes())?;
        Ok(Self { data, bytes, partition_key, explicit_hash_key: entry.explicit_hash_key, hash })
    }

    /// Where it belongs among the hashes of the shards.
    pub(super) fn hash(&self) -> u128 {
        self.hash
    }

    pub(super) fn into_record(self, shard: usize, number: u64, arrived_millis: u64) -> Record {
        Record {
            data: self.data,
            partition_key: self.partition_key,
            explicit_hash_key: self.explicit_hash_key,
            shard,
            number,
            bytes: self.bytes,
            arrived_millis,
        }
    }
}

fn check_partition_key(key: Option<&str>, at: &str, strategy: Strategy) -> Result<(), Refusal> {
    let member = || format!("{at}partitionKey");
    match key {
        Some(key) => check_length(&member(), key.chars().count(), 1..=256),
        None if strategy == Strategy::Auto => Ok(()),
        None => Err(violation(&member(), "null", "Member must not be null")),
    }
}

fn check_size(data: usize, bytes: usize, at: &str, most: usize) -> Result<(), Refusal> {
    if bytes <= most {
        return Ok(());
    }
    // The model only knows the length of the data: what the key adds is found out later.
    check_length(&format!("{at}data"), data, 0..=most)?;
    let message = format!(
        "The data and the partition key of a record have {bytes} bytes ({at}data), the maximum record size of the stream is {most}."
    );
    Err(Refusal::new(&INVALID_ARGUMENT, message))
}
