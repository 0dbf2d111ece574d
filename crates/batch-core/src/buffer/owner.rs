use std::sync::atomic::{AtomicU64, Ordering};

use super::output::BatchId;

/// Which buffer something is of, so that one that comes back to another buffer is noticed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Owner(u64);

/// What an entry that was handed back still takes of the memory bound, until
/// [`Buffer::collected`](super::Buffer::collected) is given it.
#[derive(Debug)]
#[must_use = "room that is charged and never collected is lost"]
pub struct Charge {
    pub(super) owner: Owner,
    pub(super) bytes: usize,
    /// Where the entry itself still is, if this is the charge of a copy of one in flight.
    pub(super) flies: Option<(BatchId, usize)>,
}

impl Owner {
    /// Of no buffer.
    pub(super) const NOBODY: Self = Self(0);

    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// # Panics
    ///
    /// When that is another buffer's.
    #[track_caller]
    pub(super) fn check(self, other: Self) {
        assert!(self == other, "it belongs to another buffer");
    }

    pub(super) fn charge(self, bytes: usize) -> Charge {
        Charge { owner: self, bytes, flies: None }
    }
}

impl Charge {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}
