//! Law 6: failures whose receipts were dropped make room for others, the oldest first, and nothing else is lost.

use std::collections::BTreeMap;

use super::Checker;
use super::known::{Decided, Owed};

/// What is seen of copies that are dropped.
#[derive(Default)]
pub(super) struct Discards {
    /// Entries of which a copy was dropped, while it is not known why.
    dropped: BTreeMap<u64, Dropped>,
    /// The largest charge of what was discarded since the last event.
    pub(super) largest: Option<usize>,
    /// No handle is left, so that nobody will collect anything.
    pub(super) is_pointless: bool,
}

/// The last time that a copy of an entry was dropped.
struct Dropped {
    /// How many were left.
    left: usize,
    /// Whether an entry or a permit was at the door.
    has_reason: bool,
    /// Flushes under way covered what was accepted before this.
    covered: u64,
}

impl Checker {
    /// Copies of these entries were dropped since the last event, each with how many are left.
    pub(crate) fn sweep(&mut self, dropped: Vec<(u64, usize)>) {
        self.discards.largest = None;
        if dropped.is_empty() && self.discards.dropped.is_empty() {
            return;
        }
        let (has_reason, covered) = (self.queue.has_calls(), self.covered());
        let dropped = dropped.into_iter().map(|(n, left)| (n, Dropped { left, has_reason, covered }));
        self.discards.dropped.extend(dropped);
        let newest = self.settle_dropped();
        self.check_older_discarded(newest);
    }

    /// Looks at what was dropped whose answers are decided; the last place of what was discarded.
    pub(super) fn settle_dropped(&mut self) -> u64 {
        let is_known = |n: &u64| self.entries.get(*n).is_none();
        let known: Vec<u64> = self.discards.dropped.keys().copied().filter(is_known).collect();
        let mut newest = 0;
        for n in known {
            let Some(dropped) = self.discards.dropped.remove(&n) else { continue };
            let has_request = self.ghosts.contains(n) || self.ghosts.is_unseen(n);
            let is_discarded = self.is_pooled(n) && dropped.left < 1 + usize::from(has_request);
            if is_discarded && !self.discards.is_pointless {
                newest = newest.max(self.discard(n, &dropped));
            }
        }
        newest
    }

    /// What waited past its time and is gone was handed back and discarded before anybody saw it.
    pub(super) fn decide_dropped(&mut self) {
        let is_gone = |n: &u64| {
            let known = self.entries.get(*n).filter(|known| !known.owner.is_receipt());
            known.is_some_and(|known| !known.is_in_flight() && self.is_overdue(known))
        };
        let gone: Vec<u64> = self.discards.dropped.keys().copied().filter(is_gone).collect();
        for n in gone {
            if self.is_gone(n) {
                self.decide(n, Owed::Overdue);
            } else {
                // What is left of it is in a request that was launched, so that a copy was handed back.
                self.hand_back_unseen(n);
            }
        }
        self.settle_dropped();
    }

    /// Whether an entry without an answer is not in memory any more.
    pub(super) fn is_gone(&self, n: u64) -> bool {
        self.discards.dropped.get(&n).is_some_and(|dropped| dropped.left == 0)
    }

    /// Whether there is a failure that could make room: its receipt was dropped, and no flush collects it.
    pub(super) fn has_orphans(&self) -> bool {
        self.orphans().next().is_some()
    }

    fn orphans(&self) -> impl Iterator<Item = u64> {
        let pooled = self.pool.range((self.covered(), 0)..);
        let is_orphan = |n: &u64| self.decided.get(n).is_some_and(|decided| decided.known.was_tracked);
        pooled.filter(move |(_, n)| is_orphan(n)).map(|&(order, _)| order)
    }

    /// Flushes under way will collect what was accepted before this.
    fn covered(&self) -> u64 {
        self.flushes.values().map(|flush| flush.end).max().unwrap_or(0)
    }

    fn is_pooled(&self, n: u64) -> bool {
        let order = self.decided.get(&n).map(|decided| decided.known.flush_order);
        order.is_some_and(|order| self.pool.contains(&(order, n)))
    }

    /// A failure is gone that nobody collected; its place in the order of flushes.
    fn discard(&mut self, n: u64, &Dropped { has_reason, covered, .. }: &Dropped) -> u64 {
        self.note(&[22, n], || format!("  entry {n} is discarded"));
        let Some(Decided { known, told, .. }) = self.decided.get_mut(&n) else {
            return 0;
        };
        *told = true;
        let (order, charge, was_tracked) = (known.flush_order, known.charge, known.was_tracked);
        self.expect(was_tracked, || format!("law 2: entry {n} failed, was not collected, and is gone"));
        self.expect(order >= covered, || format!("law 5: entry {n} is discarded in spite of a flush"));
        self.expect(has_reason, || format!("law 6: entry {n} is discarded, but no entry needs its room"));
        self.pool.remove(&(order, n));
        self.collect(n);
        self.tally.discarded += 1;
        self.discards.largest = self.discards.largest.max(Some(charge));
        order
    }

    /// Those that were accepted before an earlier flush go first.
    fn check_older_discarded(&mut self, newest: u64) {
        let oldest = self.orphans().next().unwrap_or(u64::MAX);
        let is_older = oldest < newest && self.marks.range(oldest + 1..=newest).next().is_some();
        self.expect(!is_older, || {
            format!("law 6: a failure of place {newest} is discarded, but one of place {oldest} is kept")
        });
    }
}
