use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// What a FIFO queue or topic accepted within the last five minutes.
#[derive(Debug)]
pub(crate) struct Deduplication<M> {
    per_group: bool,
    first: HashMap<String, M>,
    /// In the order in which they are forgotten.
    expiring: VecDeque<(Instant, String)>,
}

impl<M> Deduplication<M> {
    pub(crate) fn new(per_group: bool) -> Self {
        Self { per_group, first: HashMap::new(), expiring: VecDeque::new() }
    }

    /// The message that one of this group and deduplication id duplicates, if there is one.
    pub(crate) fn first(&mut self, group: Option<&str>, id: Option<&str>, now: Instant) -> Option<&M> {
        self.forget(now);
        self.first.get(&self.key(group, id))
    }

    /// Remembers a message of this group and deduplication id, which duplicates none.
    pub(crate) fn remember(&mut self, group: Option<&str>, id: Option<&str>, message: M, now: Instant) {
        let key = self.key(group, id);
        self.expiring.push_back((now + INTERVAL, key.clone()));
        self.first.insert(key, message);
    }

    fn forget(&mut self, now: Instant) {
        while let Some((_, key)) = self.expiring.pop_front_if(|(until, _)| *until <= now) {
            self.first.remove(&key);
        }
    }

    fn key(&self, group: Option<&str>, id: Option<&str>) -> String {
        let id = id.unwrap_or_default();
        if self.per_group {
            // Neither may contain a space.
            format!("{} {id}", group.unwrap_or_default())
        } else {
            id.to_owned()
        }
    }
}

const INTERVAL: Duration = Duration::from_secs(300);
