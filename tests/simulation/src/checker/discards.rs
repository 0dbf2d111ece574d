//! Law 6: failures whose receipts were dropped make room for others, the oldest first, and nothing else is lost.

use std::collections::BTreeMap;

use super::Checker;
use super::known::{Decided, Owed};
use super::scopes::OWN;

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

/// How copies of an entry were dropped.
struct Dropped {
    /// How many are left.
    left: usize,
    /// Whether an entry or a permit was at the door when one was.
    has_reason: bool,
    /// Flushes of the writer under way covered what was accepted before this, when the fewest did.
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
        for (n, left) in dropped {
            // Of a copy and the entry itself, nobody has seen yet which was discarded.
            let earlier = self.discards.dropped.get(&n);
            let has_reason = has_reason || earlier.is_some_and(|earlier| earlier.has_reason);
            let covered = earlier.map_or(covered, |earlier| covered.min(earlier.covered));
            self.discards.dropped.insert(n, Dropped { left, has_reason, covered });
        }
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

    /// Where these are in the order of flushes, oldest first. What a dropped scope left may be collected by any flush.
    fn orphans(&self) -> impl Iterator<Item = u64> {
        let covered = self.covered();
        let is_orphan = move |decided: &Decided, order: u64| {
            let is_covered = order < covered || (covered > 0 && self.scopes.is_adopted(decided.known.stamp));
            decided.known.was_tracked && !is_covered
        };
        self.pool_of(OWN).filter_map(move |(home, n)| {
            self.decided.get(&n).filter(|decided| is_orphan(decided, home.order)).map(|_| home.order)
        })
    }

    /// Flushes of the writer under way will collect what was accepted before this.
    fn covered(&self) -> u64 {
        let own = self.flushes.values().filter(|flush| flush.collects.scope == OWN);
        own.map(|flush| flush.collects.order).max().unwrap_or(0)
    }

    fn is_pooled(&self, n: u64) -> bool {
        self.home(n).is_some_and(|home| self.pool.contains(&(home, n)))
    }

    /// A failure is gone that nobody collected; its place in the order of flushes.
    fn discard(&mut self, n: u64, &Dropped { has_reason, covered, .. }: &Dropped) -> u64 {
        self.note(&[22, n], || format!("  entry {n} is discarded"));
        let Some(Decided { known, told, .. }) = self.decided.get_mut(&n) else {
            return 0;
        };
        *told = true;
        let (stamp, charge, was_tracked) = (known.stamp, known.charge, known.was_tracked);
        let home = self.scopes.home(stamp);
        if !self.expect(was_tracked, || format!("law 2: entry {n} failed, was not collected, and is gone")) {
            return 0;
        }
        self.expect(home.scope == OWN, || format!("law 5: entry {n} is discarded, but its scope is there"));
        self.expect(home.order >= covered, || format!("law 5: entry {n} is discarded in spite of a flush"));
        self.expect(has_reason, || format!("law 6: entry {n} is discarded, but no entry needs its room"));
        self.pool.remove(&(home, n));
        self.collect(n);
        self.tally.discarded += 1;
        self.discards.largest = self.discards.largest.max(Some(charge));
        // What a dropped scope left counts as old as the oldest, or as new as that moment.
        if self.scopes.is_adopted(stamp) { 0 } else { home.order }
    }

    /// Those that were accepted before an earlier flush go first.
    fn check_older_discarded(&mut self, newest: u64) {
        let oldest = self.orphans().next().unwrap_or(u64::MAX);
        let is_older = self.scopes.are_parted(oldest, newest);
        self.expect(!is_older, || {
            format!("law 6: a failure of place {newest} is discarded, but one of place {oldest} is kept")
        });
    }
}
