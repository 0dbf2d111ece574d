//! Law 5: a flush is a watermark of its scope, and its deadline is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Checker;
use super::answers::Answer;
use super::scopes::{OWN, ScopeId, Stamp, Watermark};

/// A call of `flush`, `flush_by`, `shutdown` or `shutdown_by`.
pub(crate) type FlushId = u64;

/// A flush that has not returned.
#[derive(Debug)]
pub(super) struct Flush {
    /// It waits for this, and withdraws it at its deadline.
    waits_for: Watermark,
    /// It gives back the failures of a scope up to this.
    pub(super) collects: Stamp,
    deadline: Option<Duration>,
    /// Whether a task waits for it, or it is just kept.
    is_awaited: bool,
}

impl Checker {
    /// A flush of a scope begins.
    pub(crate) fn flush_begins(&mut self, scope: ScopeId, deadline: Option<Duration>) -> FlushId {
        let order = self.scopes.mark();
        self.begin_flush(Watermark { scope: Some(scope), end: order }, Stamp { scope, order }, deadline)
    }

    /// A shutdown begins: it waits for all scopes, and collects what is the writer's own.
    pub(crate) fn shutdown_begins(&mut self, deadline: Option<Duration>) -> FlushId {
        self.closes();
        self.begin_flush(Watermark::EVERYTHING, Stamp { scope: OWN, order: u64::MAX }, deadline)
    }

    /// A flush is polled: at its deadline it withdraws what it covers and has no answer, and returns.
    pub(crate) fn flush_polls(&mut self, id: FlushId) {
        let Some(&Flush { waits_for, deadline, .. }) = self.flushes.get(&id) else {
            return;
        };
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.note(&[16, id], || format!("flush {id} is at its deadline"));
            self.withdraw(waits_for);
        }
    }

    /// A flush was polled and has not returned; a task goes on waiting for it.
    pub(crate) fn flush_waits(&mut self, id: FlushId) {
        self.queue.hope();
        self.set_awaited(id, true);
    }

    /// A flush is kept, but no task waits for it any more.
    pub(crate) fn flush_rests(&mut self, id: FlushId) {
        self.set_awaited(id, false);
    }

    /// A flush returned: these entries and no others of those that it covers.
    pub(crate) fn flush_returns(&mut self, id: FlushId, items: &[(u64, Answer)]) {
        let numbers: Vec<u64> = items.iter().map(|&(n, _)| n).collect();
        self.note(&[17, id, numbers.len() as u64], || format!("flush {id} returns {numbers:?}"));
        let Some(Flush { waits_for, collects, .. }) = self.flushes.remove(&id) else {
            return;
        };
        items.iter().for_each(|(n, answer)| self.take_from_pool(*n, answer));
        self.decide_dropped();
        let inside = |(n, known): (u64, &super::known::Known)| {
            let home = self.scopes.home(known.stamp);
            let is_told_elsewhere = known.owner.is_receipt()
                || self.unseen_twins.contains_key(&n)
                || home.scope != collects.scope;
            let may_be_gone = !known.is_in_flight() && is_told_elsewhere && self.may_be_gone(n, known);
            (waits_for.covers(home) && !may_be_gone).then_some(n)
        };
        let unanswered = self.entries.iter().find_map(inside);
        self.expect_none(unanswered, |n| format!("law 5: flush {id} does not wait for entry {n}"));
        let left = self.pool_of(collects.scope).next().filter(|&(home, _)| home < collects);
        self.expect_none(left, |(_, n)| format!("law 5: flush {id} leaves entry {n}"));
        let foreign = numbers.iter().copied().find(|&n| !self.may_be_collected(n, collects));
        self.expect_none(foreign, |n| format!("law 5: flush {id} does not cover entry {n}"));
    }

    /// A flush was cancelled; what it withdrew stays withdrawn.
    pub(crate) fn flush_dropped(&mut self, id: FlushId) {
        self.note(&[18, id], || format!("flush {id} is cancelled"));
        self.flushes.remove(&id);
    }

    /// The failures of a scope that have no other owner were taken, without waiting.
    pub(crate) fn takes(&mut self, scope: ScopeId, items: &[(u64, Answer)]) {
        let numbers: BTreeSet<u64> = items.iter().map(|&(n, _)| n).collect();
        self.note(&[19, scope, numbers.len() as u64], || format!("{numbers:?} are taken of scope {scope}"));
        items.iter().for_each(|(n, answer)| self.take_from_pool(*n, answer));
        let rested = |n: &u64| self.decided.get(n).is_some_and(|decided| decided.at < self.now);
        let left = self.pool_of(scope).map(|(_, n)| n).find(rested);
        self.expect_none(left, |n| format!("law 2: entry {n} failed before, but was not taken"));
        let is_foreign = |&n: &u64| self.home(n).is_none_or(|home| home.scope != scope);
        let foreign = numbers.iter().copied().find(is_foreign);
        self.expect_none(foreign, |n| format!("law 5: entry {n} is taken, but is not of scope {scope}"));
    }

    /// At rest no flush waits whose entries are answered, or whose deadline is over.
    pub(super) fn check_flushes_at_rest(&mut self) {
        let mut oldest: BTreeMap<ScopeId, Stamp> = BTreeMap::new();
        for home in self.entries.iter().map(|(_, known)| self.scopes.home(known.stamp)) {
            oldest.entry(home.scope).and_modify(|oldest| *oldest = home.min(*oldest)).or_insert(home);
        }
        let (mut hangs, mut late) = (None, None);
        for (id, flush) in self.flushes.iter().filter(|(_, flush)| flush.is_awaited) {
            if !oldest.values().any(|&oldest| flush.waits_for.covers(oldest)) {
                hangs = Some(*id);
            }
            if flush.deadline.is_some_and(|deadline| deadline <= self.now) {
                late = Some(*id);
            }
        }
        self.expect_none(hangs, |id| format!("law 5: flush {id} waits for nothing"));
        self.expect_none(late, |id| format!("law 5: flush {id} outlives its deadline"));
    }

    fn begin_flush(&mut self, waits_for: Watermark, collects: Stamp, deadline: Option<Duration>) -> FlushId {
        let id = self.next_flush;
        self.next_flush += 1;
        self.note(&[15, id, collects.scope], || {
            format!("flush {id} begins, which waits for {waits_for:?} until {deadline:?}")
        });
        self.flushes.insert(id, Flush { waits_for, collects, deadline, is_awaited: true });
        id
    }

    fn set_awaited(&mut self, id: FlushId, is_awaited: bool) {
        if let Some(flush) = self.flushes.get_mut(&id) {
            flush.is_awaited = is_awaited;
        }
    }
}
