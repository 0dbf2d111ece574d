use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::digest;
use super::draft::Draft;
use super::message::StoredMessage;
use super::settings::Settings;
use super::shelf::Shelf;
use super::wire::Sent;
use crate::clock::Moment;
use crate::deduplication::Deduplication;
use crate::history::{AppliedBatch, History};

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    /// Tells apart queues that had the same name one after the other.
    pub(super) serial: u64,
    pub(super) settings: Arc<Settings>,
    pub(super) created_millis: u64,
    pub(super) purged_at: Option<Instant>,
    pub(super) shelf: Shelf,
    pub(super) history: History<StoredMessage>,
    /// Wakes long polls when there may be something to receive.
    pub(super) arrivals: Arc<Notify>,
    deduplication: Deduplication<Arc<StoredMessage>>,
    accepted: u64,
    keeps: bool,
}

impl Queue {
    pub(super) fn new(serial: u64, settings: Settings, now: Moment, keeps: bool) -> Self {
        Self {
            serial,
            shelf: Shelf::new(settings.fifo),
            deduplication: Deduplication::new(settings.deduplication_per_group),
            settings: Arc::new(settings),
            created_millis: now.epoch_millis,
            purged_at: None,
            history: History::default(),
            arrivals: Arc::default(),
            accepted: 0,
            keeps,
        }
    }

    /// Takes a valid message in, unless it is a duplicate: then the answer is that to the first
    /// one.
    pub(super) fn accept(&mut self, draft: Draft, message_id: String, now: Moment) -> Sent {
        let delay = Duration::from_secs(draft.delay_seconds(&self.settings));
        if !self.settings.fifo || !self.keeps {
            let message = self.message(draft, message_id, delay, now);
            let sent = confirmation(&message);
            self.store(message, now);
            return sent;
        }
        let (group, id) = (draft.group_id.as_deref(), draft.deduplication_id.as_deref());
        if let Some(first) = self.deduplication.first(group, id, now.at) {
            return confirmation_of_duplicate(&draft, first);
        }
        let message = Arc::new(self.message(draft, message_id, delay, now));
        let (group, id) = (message.group_id.as_deref(), message.deduplication_id.as_deref());
        self.deduplication.remember(group, id, Arc::clone(&message), now.at);
        let sent = confirmation(&message);
        self.store(message, now);
        sent
    }

    /// Remembers the size of a batch.
    pub(super) fn record(&mut self, batch: AppliedBatch) {
        if self.keeps {
            self.history.batches.push(batch);
        }
    }

    /// Lets time pass: what was hidden long enough comes back, what is too old goes.
    pub(super) fn settle(&mut self, now: Moment) {
        self.shelf.settle(now.at, Duration::from_secs(self.settings.retention_seconds));
    }

    /// What its history weighs, in bytes.
    pub(super) fn remembered_bytes(&self) -> usize {
        self.history.bytes
    }

    fn message(&mut self, draft: Draft, message_id: String, delay: Duration, now: Moment) -> StoredMessage {
        self.accepted += 1;
        let sequence_number = self.settings.fifo.then(|| (FIRST_SEQUENCE_NUMBER + self.accepted).to_string());
        StoredMessage {
            message_id,
            body: draft.body,
            attributes: draft.attributes,
            trace_header: draft.trace_header,
            group_id: draft.group_id,
            deduplication_id: draft.deduplication_id,
            sequence_number,
            delay,
            bytes: draft.bytes,
            sent_millis: now.epoch_millis,
            md5_of_body: draft.md5_of_body,
        }
    }

    fn store(&mut self, message: impl Into<Arc<StoredMessage>>, now: Moment) {
        self.history.count += 1;
        if self.keeps {
            let message = message.into();
            self.history.push(Arc::clone(&message), message.bytes);
            self.shelf.put(self.accepted, message, now.at);
        }
    }
}

fn confirmation(message: &StoredMessage) -> Sent {
    Sent {
        message_id: message.message_id.clone(),
        md5_of_message_body: message.md5_of_body.clone(),
        md5_of_message_attributes: digest::of_attributes(&message.attributes),
        md5_of_message_system_attributes: message.trace_header.as_deref().and_then(digest::of_trace_header),
        sequence_number: message.sequence_number.clone(),
    }
}

/// The id and number of the first message, and the digests of what was sent now.
fn confirmation_of_duplicate(draft: &Draft, first: &StoredMessage) -> Sent {
    Sent {
        message_id: first.message_id.clone(),
        md5_of_message_body: draft.md5_of_body.clone(),
        md5_of_message_attributes: digest::of_attributes(&draft.attributes),
        md5_of_message_system_attributes: draft.trace_header.as_deref().and_then(digest::of_trace_header),
        sequence_number: first.sequence_number.clone(),
    }
}

/// Sequence numbers have 20 digits, so that they sort as text too.
const FIRST_SEQUENCE_NUMBER: u64 = 10_000_000_000_000_000_000;
