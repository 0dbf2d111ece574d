use std::sync::Arc;

use tokio::time::Instant;

use super::draft::Draft;
use super::message::PublishedMessage;
use crate::deduplication::Deduplication;
use crate::history::{AppliedBatch, History};

/// What a topic is set to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Settings {
    pub(super) fifo: bool,
    pub(super) content_based_deduplication: bool,
    pub(super) deduplication_per_group: bool,
    /// None if it was not set.
    pub(super) maximum_message_size: Option<usize>,
}

/// A topic.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) settings: Settings,
    pub(super) history: History<PublishedMessage>,
    deduplication: Deduplication<Arc<PublishedMessage>>,
    accepted: u64,
    keeps: bool,
}

impl Settings {
    /// The most bytes of a message, and of all messages of a request.
    pub(super) fn most_bytes(&self) -> usize {
        self.maximum_message_size.unwrap_or(DEFAULT_BYTES)
    }
}

impl Topic {
    pub(super) fn new(settings: Settings, keeps: bool) -> Self {
        Self {
            deduplication: Deduplication::new(settings.deduplication_per_group),
            settings,
            history: History::default(),
            accepted: 0,
            keeps,
        }
    }

    /// Takes a valid message in, unless it is a duplicate: then the answer is that to the first one.
    pub(super) fn accept(&mut self, draft: Draft, message_id: String, now: Instant) -> Arc<PublishedMessage> {
        let deduplicates = self.settings.fifo && self.keeps;
        let (group, id) = (draft.group_id.as_deref(), draft.deduplication_id.as_deref());
        if deduplicates && let Some(first) = self.deduplication.first(group, id, now) {
            return Arc::clone(first);
        }
        let message = Arc::new(self.message(draft, message_id));
        self.history.count += 1;
        if self.keeps {
            self.history.push(Arc::clone(&message), message.bytes);
        }
        if deduplicates {
            let (group, id) = (message.group_id.as_deref(), message.deduplication_id.as_deref());
            self.deduplication.remember(group, id, Arc::clone(&message), now);
        }
        message
    }

    /// Remembers the size of a batch.
    pub(super) fn record(&mut self, batch: AppliedBatch) {
        if self.keeps {
            self.history.batches.push(batch);
        }
    }

    fn message(&mut self, draft: Draft, message_id: String) -> PublishedMessage {
        self.accepted += 1;
        PublishedMessage {
            message_id,
            body: draft.body,
            subject: draft.subject,
            structure: draft.structure,
            attributes: draft.attributes,
            group_id: draft.group_id,
            deduplication_id: draft.deduplication_id,
            sequence_number: self.settings.fifo.then(|| (FIRST_SEQUENCE_NUMBER + self.accepted).to_string()),
            bytes: draft.bytes,
        }
    }
}

const DEFAULT_BYTES: usize = 262_144;

/// Sequence numbers have 20 digits.
const FIRST_SEQUENCE_NUMBER: u64 = 10_000_000_000_000_000_000;
