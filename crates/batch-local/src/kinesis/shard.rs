use std::sync::Arc;

use super::meter::Meter;
use super::record::Record;
use crate::clock::Moment;

/// A shard, and the records in it.
#[derive(Debug)]
pub(super) struct Shard {
    /// The first and the last of its hashes.
    pub(super) range: (u128, u128),
    /// The positions of the shards that it was made of, if it was not there from the beginning: one that was split, or
    /// two that were merged.
    pub(super) parents: Vec<usize>,
    /// What came as the `first`th to the stream is its start; its records have greater numbers.
    pub(super) first: u64,
    pub(super) opened_millis: u64,
    /// Once it takes no records any more.
    pub(super) closed: Option<Closed>,
    pub(super) meter: Meter,
    /// In the order of acceptance.
    pub(super) records: Vec<Arc<Record>>,
}

/// When a shard was split or merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) last: u64,
    pub(super) millis: u64,
}

impl Shard {
    pub(super) fn new(range: (u128, u128), parents: Vec<usize>, first: u64, now: Moment) -> Self {
        Self {
            range,
            parents,
            first,
            opened_millis: now.epoch_millis,
            closed: None,
            meter: Meter::new(now.at),
            records: Vec::new(),
        }
    }

    /// Whether it was open at this time.
    pub(super) fn was_open_at(&self, epoch_millis: u64) -> bool {
        self.opened_millis <= epoch_millis && !self.was_closed_by(epoch_millis)
    }

    /// Whether it was closed at this time, or before.
    pub(super) fn was_closed_by(&self, epoch_millis: u64) -> bool {
        self.closed.is_some_and(|closed| closed.millis <= epoch_millis)
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
