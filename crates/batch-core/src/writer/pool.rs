use std::collections::BTreeMap;

use crate::{UnprocessedItem, Watermark};

/// A failure, and what is due when somebody takes it.
pub(super) struct Failed<E> {
    pub(super) item: Box<UnprocessedItem<E>>,
    pub(super) charge: usize,
    pub(super) epoch: u64,
    /// Whether somebody was already waiting for it when it came.
    pub(super) awaited: bool,
}

/// Failures that nobody has collected, by when their entries were accepted.
pub(super) struct Pool<E> {
    failures: BTreeMap<(u64, u64), Failed<E>>,
    next: u64,
}

impl<E> Pool<E> {
    pub(super) fn new() -> Self {
        Self { failures: BTreeMap::new(), next: 0 }
    }

    pub(super) fn add(&mut self, failed: Failed<E>) {
        self.failures.insert((failed.epoch, self.next), failed);
        self.next += 1;
    }

    /// Takes what the watermark covers; everything without one.
    pub(super) fn take(&mut self, watermark: Option<Watermark>) -> Vec<Failed<E>> {
        let later = watermark.map(|watermark| self.failures.split_off(&(watermark.end(), 0)));
        let taken = std::mem::replace(&mut self.failures, later.unwrap_or_default());
        taken.into_values().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.failures.len()
    }
}
