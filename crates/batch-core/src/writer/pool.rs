use std::collections::BTreeMap;
use std::ops::Range;

use crate::buffer::Stamp;
use crate::{Charge, ScopeId, UnprocessedItem, Watermark};

/// A failure, and what is due when it is collected.
pub(super) struct Failed<E> {
    pub(super) item: Box<UnprocessedItem<E>>,
    pub(super) charge: Charge,
    pub(super) stamp: Stamp,
    /// Whether its receipt was being awaited when it came.
    pub(super) awaited: bool,
}

/// Failures that wait to be collected, by scope and by when their entries were accepted.
pub(super) struct Pool<E> {
    /// Those of entries that were submitted without a receipt.
    owed: Failures<E>,
    /// Those whose receipt was dropped.
    orphans: Failures<E>,
    next: u64,
}

type Failures<E> = BTreeMap<(Stamp, u64), Failed<E>>;

impl<E> Pool<E> {
    pub(super) fn new() -> Self {
        Self { owed: BTreeMap::new(), orphans: BTreeMap::new(), next: 0 }
    }

    pub(super) fn add(&mut self, failed: Failed<E>, is_orphan: bool) {
        let key = (failed.stamp, self.next);
        self.next += 1;
        if is_orphan {
            self.orphans.insert(key, failed)
        } else {
            self.owed.insert(key, failed)
        };
    }

    /// Takes what a scope has that the watermark covers; everything of it without one.
    pub(super) fn take(&mut self, scope: ScopeId, watermark: Option<Watermark>) -> Vec<Failed<E>> {
        let mut stamps = Stamp::all_of(scope);
        if let Some(watermark) = watermark.filter(|&watermark| watermark != Watermark::EVERYTHING) {
            stamps.end = watermark.end();
        }
        let mut taken = take_from(&mut self.owed, &stamps);
        taken.append(&mut take_from(&mut self.orphans, &stamps));
        taken.into_values().collect()
    }

    pub(super) fn take_all(&mut self) -> Vec<Failed<E>> {
        let mut all = std::mem::take(&mut self.owed);
        all.append(&mut std::mem::take(&mut self.orphans));
        all.into_values().collect()
    }

    /// Takes the oldest failure whose receipt was dropped, and that neither a live scope nor this flush
    /// covers.
    pub(super) fn take_orphan(&mut self, flush: Option<Watermark>) -> Option<Failed<E>> {
        if flush == Some(Watermark::EVERYTHING) {
            return None;
        }
        let own = Stamp::all_of(ScopeId::OWN);
        let first = flush.map_or(own.start, Watermark::end);
        let (&key, _) = self.orphans.range((first, 0)..(own.end, 0)).next()?;
        self.orphans.remove(&key)
    }

    /// The failures of a scope are the writer's from now on, with this stamp.
    pub(super) fn move_all(&mut self, scope: ScopeId, stamp: Stamp) {
        for failures in [&mut self.owed, &mut self.orphans] {
            for ((_, number), failed) in take_from(failures, &Stamp::all_of(scope)) {
                failures.insert((stamp, number), Failed { stamp, ..failed });
            }
        }
    }
}

fn take_from<E>(failures: &mut Failures<E>, stamps: &Range<Stamp>) -> Failures<E> {
    let mut taken = failures.split_off(&(stamps.start, 0));
    failures.append(&mut taken.split_off(&(stamps.end, 0)));
    taken
}
