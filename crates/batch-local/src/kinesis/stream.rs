use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::Draft;
use super::hash_key;
use super::record::Record;
use super::settings::{Settings, Strategy};
use super::shard::{Closed, Shard};
use crate::clock::Moment;
use crate::history::{AppliedBatch, History};

/// A stream.
#[derive(Debug)]
pub(super) struct Stream {
    /// Tells apart streams that had the same name one after the other.
    pub(super) serial: u64,
    pub(super) settings: Settings,
    pub(super) created_millis: u64,
    /// All that there were, in the order in which they were made.
    pub(super) shards: Vec<Shard>,
    /// The positions of those that are open, by their first hashes.
    pub(super) open: BTreeMap<u128, usize>,
    /// The number of what comes next: the start of a shard, or a record.
    next: u64,
    pub(super) history: History<Record>,
    /// The shard that is next where the stream distributes its records itself.
    turn: usize,
    keeps: bool,
}

impl Stream {
    pub(super) fn new(serial: u64, settings: Settings, shards: usize, now: Moment, keeps: bool) -> Self {
        let mut stream = Self {
            serial,
            settings,
            created_millis: now.epoch_millis,
            shards: Vec::with_capacity(shards),
            open: BTreeMap::new(),
            next: 0,
            history: History::default(),
            turn: 0,
            keeps,
        };
        for index in 0..shards {
            stream.open(hash_key::range(index, shards), Vec::new(), now);
        }
        stream
    }

    /// Makes a shard for these hashes out of others, which take no records any more.
    pub(super) fn open(&mut self, range: (u128, u128), parents: Vec<usize>, now: Moment) {
        for &parent in &parents {
            let shard = &mut self.shards[parent];
            if shard.closed.is_none() {
                shard.closed = Some(Closed { last: self.next, millis: now.epoch_millis });
                self.open.remove(&shard.range.0);
                self.next += 1;
            }
        }
        self.open.insert(range.0, self.shards.len());
        self.shards.push(Shard::new(range, parents, self.next, now));
        self.next += 1;
    }

    /// The position of the shard that the record goes to.
    pub(super) fn route(&mut self, draft: &Draft) -> usize {
        match self.settings.strategy {
            Strategy::Auto => {
                self.turn = (self.turn + 1) % self.shards.len();
                self.turn
            }
            Strategy::UserPartitionKey => self.shard_of(draft.hash()),
        }
    }

    /// The position of the open shard that has this hash.
    fn shard_of(&self, hash: u128) -> usize {
        let (_, &shard) = self.open.range(..=hash).next_back().expect("the open shards cover all hashes");
        shard
    }

    /// Whether the shard takes a record of that many bytes now, in addition to what it took. One
    /// that remembers nothing takes everything.
    pub(super) fn admit(&mut self, shard: usize, bytes: usize, now: Moment) -> bool {
        !self.keeps || self.shards[shard].meter.admit(bytes, now.at)
    }

    /// Takes a valid record into the shard and tells its number.
    pub(super) fn accept(&mut self, draft: Draft, shard: usize, now: Moment) -> u64 {
        let number = self.next;
        self.next += 1;
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
        number < self.next
    }
}

/// How long records can be read.
pub(super) const RETENTION_HOURS: u64 = 24;
