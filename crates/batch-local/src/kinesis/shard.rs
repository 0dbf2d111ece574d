use std::sync::Arc;

use tokio::time::Instant;

use super::meter::Meter;
use super::record::Record;

/// A shard, and the records in it.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) meter: Meter,
    /// In the order of acceptance.
    pub(super) records: Vec<Arc<Record>>,
}

impl Shard {
    pub(super) fn new(now: Instant) -> Self {
        Self { meter: Meter::new(now), records: Vec::new() }
    }

    /// The id of the shard at this position.
    pub(super) fn id(index: usize) -> String {
        format!("{PREFIX}{index:012}")
    }

    /// The position of the shard with this id.
    pub(super) fn index(id: &str) -> Option<usize> {
        let digits = id.strip_prefix(PREFIX).filter(|digits| digits.len() == 12)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    }

    /// How many records came before this time.
    pub(super) fn before(&self, epoch_millis: u64) -> usize {
        self.records.partition_point(|record| record.arrived_millis < epoch_millis)
    }

    /// The position of the record that came as the `number`th to the stream.
    pub(super) fn position(&self, number: u64) -> Option<usize> {
        self.records.binary_search_by_key(&number, |record| record.number).ok()
    }
}

const PREFIX: &str = "shardId-";
