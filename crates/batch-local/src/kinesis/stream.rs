use std::sync::Arc;

use super::draft::Draft;
use super::hash_key;
use super::record::Record;
use super::settings::{Settings, Strategy};
use super::shard::Shard;
use crate::clock::Moment;
use crate::history::{AppliedBatch, History};

/// A stream.
#[derive(Debug)]
pub(super) struct Stream {
    /// Tells apart streams that had the same name one after the other.
    pub(super) serial: u64,
    pub(super) settings: Settings,
    pub(super) created_millis: u64,
    pub(super) shards: Vec<Shard>,
    pub(super) history: History<Record>,
    /// The shard that is next where the stream distributes its records itself.
    turn: usize,
    keeps: bool,
}

impl Stream {
    pub(super) fn new(serial: u64, settings: Settings, shards: usize, now: Moment, keeps: bool) -> Self {
        Self {
            serial,
            settings,
            created_millis: now.epoch_millis,
            shards: (0..shards).map(|_| Shard::new(now.at)).collect(),
            history: History::default(),
            turn: 0,
            keeps,
        }
    }

    /// The position of the shard that the record goes to.
    pub(super) fn route(&mut self, draft: &Draft) -> usize {
        match self.settings.strategy {
            Strategy::Auto => {
                self.turn = (self.turn + 1) % self.shards.len();
                self.turn
            }
            Strategy::UserPartitionKey => hash_key::shard_of(draft.hash(), self.shards.len()),
        }
    }

    /// Whether the shard takes a record of that many bytes now, in addition to what it took. One
    /// that remembers nothing takes everything.
    pub(super) fn admit(&mut self, shard: usize, bytes: usize, now: Moment) -> bool {
        !self.keeps || self.shards[shard].meter.admit(bytes, now.at)
    }

    /// Takes a valid record into the shard and tells its number.
    pub(super) fn accept(&mut self, draft: Draft, shard: usize, now: Moment) -> u64 {
        let number = self.first_record() + self.history.count;
        self.history.count += 1;
        if self.keeps {
            let record = Arc::new(draft.into_record(shard, number, now.epoch_millis));
            self.history.push(Arc::clone(&record), record.bytes);
            self.shards[shard].records.push(record);
        }
        number
    }

    /// Remembers the size of a batch.
    pub(super) fn record(&mut self, batch: AppliedBatch) {
        if self.keeps {
            self.history.batches.push(batch);
        }
    }

    /// Whether a record or a shard has this number.
    pub(super) fn has_numbered(&self, number: u64) -> bool {
        number < self.first_record() + self.history.count
    }

    /// The number of the first record: the smaller ones are those of the shards, as their start.
    fn first_record(&self) -> u64 {
        self.shards.len() as u64
    }
}

/// How long records can be read.
pub(super) const RETENTION_HOURS: u64 = 24;
