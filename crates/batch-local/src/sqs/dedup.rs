use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::draft::Draft;
use super::message::StoredMessage;

/// What a FIFO queue accepted within the last five minutes.
#[derive(Debug)]
pub(super) struct Deduplication {
    per_group: bool,
    first: HashMap<String, Arc<StoredMessage>>,
    /// In the order in which they are forgotten.
    expiring: VecDeque<(Instant, String)>,
}

impl Deduplication {
    pub(super) fn new(per_group: bool) -> Self {
        Self { per_group, first: HashMap::new(), expiring: VecDeque::new() }
    }

    /// The message that this one duplicates, if there is one.
    pub(super) fn first(&mut self, draft: &Draft, now: Instant) -> Option<&StoredMessage> {
        self.forget(now);
        let key = self.key(draft.group_id.as_deref(), draft.deduplication_id.as_deref());
        self.first.get(&key).map(Arc::as_ref)
    }

    /// Remembers a message that duplicates none.
    pub(super) fn remember(&mut self, message: &Arc<StoredMessage>, now: Instant) {
        let key = self.key(message.group_id.as_deref(), message.deduplication_id.as_deref());
        self.expiring.push_back((now + INTERVAL, key.clone()));
        self.first.insert(key, Arc::clone(message));
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
