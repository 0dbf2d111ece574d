use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::code::RESOURCE_IN_USE;
use super::name;
use crate::account::ACCOUNT;
use crate::clock::Moment;
use crate::history::{AppliedBatch, History};
use crate::memory::{Memory, weight};
use crate::refusal::Refusal;

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) streams: BTreeMap<String, Stream>,
    memory: Memory,
}

/// A delivery stream.
#[derive(Debug)]
pub(super) struct Stream {
    /// Whether producers may put records into it, and not only another service.
    pub(super) is_direct_put: bool,
    pub(super) history: History<StoredFirehoseRecord>,
}

/// A record that a delivery stream accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredFirehoseRecord {
    /// The data, decoded from base64.
    pub data: Bytes,
    /// The ID of the record, different from that of every other record of the delivery stream.
    pub record_id: String,
    /// The time of acceptance, in milliseconds since the Unix epoch.
    pub arrived_millis: u64,
}

impl State {
    pub(super) fn new(keeps: bool, capacity: usize) -> Self {
        Self { streams: BTreeMap::new(), memory: Memory::new(keeps, capacity) }
    }

    pub(super) fn create(&mut self, name: String, is_direct_put: bool) -> Result<(), Refusal> {
        if self.streams.contains_key(&name) {
            let message = format!("Firehose {name} under accountId {ACCOUNT} already exists");
            return Err(Refusal::new(&RESOURCE_IN_USE, message));
        }
        self.streams.insert(name, Stream { is_direct_put, history: History::default() });
        Ok(())
    }

    pub(super) fn stream(&mut self, name: &str) -> Result<&mut Stream, Refusal> {
        self.streams.get_mut(name).ok_or_else(|| name::missing(name))
    }

    /// Refuses records of these sizes if they are too much to remember.
    pub(super) fn check_room(&self, bytes: impl Iterator<Item = usize>) -> Result<(), Refusal> {
        self.memory.check_room(bytes.map(weight).sum())
    }

    /// Takes a valid record and tells its id.
    pub(super) fn accept(&mut self, name: &str, data: Bytes, now: Moment) -> Result<String, Refusal> {
        let keeps = self.memory.keeps();
        let history = &mut self.stream(name)?.history;
        history.count += 1;
        let record_id = record_id(history.count);
        if keeps {
            let bytes = data.len();
            let record =
                StoredFirehoseRecord { data, record_id: record_id.clone(), arrived_millis: now.epoch_millis };
            history.push(Arc::new(record), bytes);
            self.memory.remember(weight(bytes));
        }
        Ok(record_id)
    }

    /// Remembers the size of a batch.
    pub(super) fn record(&mut self, name: &str, batch: AppliedBatch) -> Result<(), Refusal> {
        if self.memory.keeps() {
            self.stream(name)?.history.batches.push(batch);
        }
        Ok(())
    }
}

/// As long as those of the service.
fn record_id(number: u64) -> String {
    format!("{number:0>224}")
}
