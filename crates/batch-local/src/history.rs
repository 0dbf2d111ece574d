use std::sync::Arc;

use crate::memory::weight;

/// What a destination was sent, whatever became of it.
#[derive(Debug)]
pub(crate) struct History<E> {
    pub(crate) accepted: Vec<Arc<E>>,
    pub(crate) batches: Vec<AppliedBatch>,
    pub(crate) bytes: usize,
    pub(crate) count: u64,
}

/// The size of a batch that was applied, failed entries included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppliedBatch {
    /// How many entries it had.
    pub entries: usize,
    /// What its entries count against the service's limit of a request, in bytes.
    pub bytes: usize,
}

impl<E> History<E> {
    /// Keeps an entry of that many bytes.
    pub(crate) fn push(&mut self, entry: Arc<E>, bytes: usize) {
        self.bytes = self.bytes.saturating_add(weight(bytes));
        self.accepted.push(entry);
    }
}

impl<E> Default for History<E> {
    fn default() -> Self {
        Self { accepted: Vec::new(), batches: Vec::new(), bytes: 0, count: 0 }
    }
}
