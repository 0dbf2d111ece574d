use std::collections::BTreeMap;

use crate::{Charge, UnprocessedItem, Watermark};

/// A failure, and what is due when it is collected.
pub(super) struct Failed<E> {
    pub(super) item: Box<UnprocessedItem<E>>,
    pub(super) charge: Charge,
    pub(super) epoch: u64,
    /// Whether its receipt was being awaited when it came.
    pub(super) awaited: bool,
}

/// Failures that wait to be collected, by when their entries were accepted.
pub(super) struct Pool<E> {
    /// Those of entries that were submitted without a receipt.
    owed: BTreeMap<(u64, u64), Failed<E>>,
    /// Those whose receipt was dropped.
    orphans: BTreeMap<(u64, u64), Failed<E>>,
    next: u64,
}

impl<E> Pool<E> {
    pub(super) fn new() -> Self {
        Self { owed: BTreeMap::new(), orphans: BTreeMap::new(), next: 0 }
    }

    pub(super) fn add(&mut self, failed: Failed<E>, is_orphan: bool) {
        let failures = if is_orphan { &mut self.orphans } else { &mut self.owed };
        failures.insert((failed.epoch, self.next), failed);
        self.next += 1;
    }

    /// Takes what the watermark covers; everything without one.
    pub(super) fn take(&mut self, watermark: Option<Watermark>) -> Vec<Failed<E>> {
        let mut taken = take_covered(&mut self.owed, watermark);
        taken.append(&mut take_covered(&mut self.orphans, watermark));
        taken.into_values().collect()
    }

    /// Takes the oldest failure whose receipt was dropped and that this flush does not cover.
    pub(super) fn take_orphan(&mut self, flush: Option<Watermark>) -> Option<Failed<E>> {
        let first = flush.map_or(0, Watermark::end);
        let (&key, _) = self.orphans.range((first, 0)..).next()?;
        self.orphans.remove(&key)
    }
}

fn take_covered<E>(
    failures: &mut BTreeMap<(u64, u64), Failed<E>>,
    watermark: Option<Watermark>,
) -> BTreeMap<(u64, u64), Failed<E>> {
    let later = watermark.map(|watermark| failures.split_off(&(watermark.end(), 0)));
    std::mem::replace(failures, later.unwrap_or_default())
}
