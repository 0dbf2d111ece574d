use std::collections::BTreeMap;

use super::code::{LIMIT_EXCEEDED, RESOURCE_IN_USE};
use super::name;
use super::settings::Settings;
use super::stream::Stream;
use crate::account::ACCOUNT;
use crate::clock::Moment;
use crate::memory::Memory;
use crate::refusal::Refusal;

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) streams: BTreeMap<String, Stream>,
    pub(super) memory: Memory,
    created: u64,
}

impl State {
    pub(super) fn new(keeps: bool, capacity: usize) -> Self {
        Self { streams: BTreeMap::new(), memory: Memory::new(keeps, capacity), created: 0 }
    }

    pub(super) fn create(
        &mut self,
        name: String,
        settings: Settings,
        shards: usize,
        now: Moment,
    ) -> Result<(), Refusal> {
        if self.streams.contains_key(&name) {
            let message = format!("Stream {name} under account {ACCOUNT} already exists.");
            return Err(Refusal::new(&RESOURCE_IN_USE, message));
        }
        self.check_shards(shards)?;
        self.created += 1;
        self.streams.insert(name, Stream::new(self.created, settings, shards, now, self.memory.keeps()));
        Ok(())
    }

    /// Refuses so many shards more if the account may not have them.
    pub(super) fn check_shards(&self, more: usize) -> Result<(), Refusal> {
        let open: usize = self.streams.values().map(|stream| stream.open.len()).sum();
        if open.saturating_add(more) > MOST_SHARDS {
            let message = format!(
                "This request would exceed the shard limit for the account {ACCOUNT}. Current shard count for the account: {open}. Limit: {MOST_SHARDS}."
            );
            return Err(Refusal::new(&LIMIT_EXCEEDED, message));
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, name: &str) -> Result<(), Refusal> {
        let stream = self.streams.remove(name).ok_or_else(|| name::missing(name))?;
        self.memory.forget(stream.history.bytes);
        Ok(())
    }

    pub(super) fn stream(&mut self, name: &str) -> Result<&mut Stream, Refusal> {
        self.streams.get_mut(name).ok_or_else(|| name::missing(name))
    }
}

/// What an account may have by default in the largest regions.
const MOST_SHARDS: usize = 20_000;
