use std::sync::Arc;

use crate::memory::weight;

/// The entries that a destination accepted, including those deleted since.
#[derive(Debug)]
pub(crate) struct History<E> {
    pub(crate) accepted: Vec<Arc<E>>,
    pub(crate) batches: Vec<AppliedBatch>,
    pub(crate) bytes: usize,
    pub(crate) count: u64,
}

/// The size of a batch that was applied, including its failed entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppliedBatch {
    /// The number of entries.
    pub entries: usize,
    /// The size of the entries in bytes, as the service counts them against its limit of a request.
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
