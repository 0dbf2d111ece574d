use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::Change;
use super::code::{above_maximum, throttled};
use super::consumed::write_units;
use super::definition::Definition;
use super::item::Item;
use super::key::Key;
use crate::bucket::Bucket;
use crate::clock::Moment;
use crate::history::{AppliedBatch, History};
use crate::refusal::Refusal;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) definition: Arc<Definition>,
    pub(super) created_millis: u64,
    /// In the order of their keys; the service has an order of its own.
    pub(super) items: BTreeMap<Key, Arc<Item>>,
    pub(super) history: History<Change>,
    /// None if the table accepts any number of writes.
    bucket: Option<Bucket>,
    keeps: bool,
}

impl Table {
    pub(super) fn new(definition: Definition, now: Moment, keeps: bool) -> Self {
        let per_second = definition.write_units();
        Self {
            definition: Arc::new(definition),
            created_millis: now.epoch_millis,
            items: BTreeMap::new(),
            history: History::default(),
            bucket: per_second.map(|per_second| Bucket::full(per_second, now.at)),
            keeps,
        }
    }

    /// Has another capacity from now on: what was saved up of the last one stays, as far as it may be.
    pub(super) fn redefine(&mut self, definition: Definition, now: Moment) {
        self.bucket = match (definition.write_units(), self.bucket.take()) {
            (Some(per_second), Some(mut bucket)) => {
                bucket.set(per_second, now.at);
                Some(bucket)
            }
            (per_second, _) => per_second.map(|per_second| Bucket::full(per_second, now.at)),
        };
        self.definition = Arc::new(definition);
    }

    /// Applies a change under the key that it has here, and says how many units that consumed; none
    /// if the table has not enough capacity left.
    pub(super) fn write(&mut self, key: Key, change: Change, now: Moment) -> Option<u64> {
        let old_bytes = self.items.get(&key).map_or(0, |item| item.bytes);
        let units = write_units(old_bytes, change.new_bytes());
        if let Some(bucket) = &mut self.bucket
            && !bucket.take(units, now.at)
        {
            return None;
        }
        self.history.count += 1;
        if self.keeps {
            match &change {
                Change::Delete(_) => self.items.remove(&key),
                Change::Put(item) => self.items.insert(key, Arc::clone(item)),
            };
            let bytes = change.sent().bytes;
            self.history.push(Arc::new(change), bytes);
        }
        Some(units)
    }

    /// The refusal of a write that the table has not enough capacity left for.
    pub(super) fn throttled(&self) -> Refusal {
        if self.definition.throughput.is_some() { throttled() } else { above_maximum() }
    }

    /// Remembers the size of a batch.
    pub(super) fn record(&mut self, batch: AppliedBatch) {
        if self.keeps {
            self.history.batches.push(batch);
        }
    }
}
