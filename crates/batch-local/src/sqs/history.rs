use std::sync::Arc;

use super::message::StoredMessage;
use crate::memory::weight;

/// What a queue was sent, whatever became of it.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) accepted: Vec<Arc<StoredMessage>>,
    pub(super) batches: Vec<AppliedBatch>,
    pub(super) bytes: usize,
    pub(super) count: u64,
}

/// The size of a `SendMessageBatch` request that was applied, failed entries included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppliedBatch {
    /// How many entries it had.
    pub entries: usize,
    /// What its messages count against the limit, in bytes.
    pub bytes: usize,
}

impl History {
    pub(super) fn push(&mut self, message: Arc<StoredMessage>) {
        self.bytes = self.bytes.saturating_add(weight(message.bytes));
        self.accepted.push(message);
    }
}
