//! Law 5: a flush is a watermark, and its deadline is kept.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Checker;
use super::answers::Answer;

/// A call of `flush`, `flush_by`, `shutdown` or `shutdown_by`.
pub(crate) type FlushId = u64;

/// A flush that has not returned.
#[derive(Debug)]
pub(super) struct Flush {
    /// It covers everything accepted before this.
    pub(super) end: u64,
    deadline: Option<Duration>,
    /// Whether a task waits for it, or it is just kept.
    is_awaited: bool,
}

impl Checker {
    /// A flush begins.
    pub(crate) fn flush_begins(&mut self, deadline: Option<Duration>) -> FlushId {
        let id = self.next_flush;
        self.next_flush += 1;
        self.note(&[15, id], || format!("flush {id} begins, until {deadline:?}"));
        let end = self.mark();
        self.flushes.insert(id, Flush { end, deadline, is_awaited: true });
        id
    }

    /// A flush is polled: at its deadline it withdraws what it covers and has no answer, and returns.
    pub(crate) fn flush_polls(&mut self, id: FlushId) {
        let Some(&Flush { end, deadline, .. }) = self.flushes.get(&id) else {
            return;
        };
        let unanswered = self.entries.iter().any(|(_, known)| known.flush_order < end);
        if deadline.is_some_and(|deadline| deadline <= self.now) && unanswered {
            self.note(&[16, id], || format!("flush {id} withdraws"));
            self.withdraw(end);
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
        let Some(Flush { end, .. }) = self.flushes.remove(&id) else {
            return;
        };
        items.iter().for_each(|(n, answer)| self.take_from_pool(*n, answer));
        self.decide_dropped();
        let inside = |(n, known): (u64, &super::known::Known)| {
            let is_told_elsewhere = known.owner.is_receipt() || self.unseen_twins.contains_key(&n);
            let may_be_gone = !known.is_in_flight() && is_told_elsewhere && self.may_be_gone(n, known);
            (known.flush_order < end && !may_be_gone).then_some(n)
        };
        let unanswered = self.entries.iter().find_map(inside);
        self.expect_none(unanswered, |n| format!("law 5: flush {id} does not wait for entry {n}"));
        let left = self.pool.first().copied().filter(|&(order, _)| order < end);
        self.expect_none(left, |(_, n)| format!("law 5: flush {id} leaves entry {n}"));
        let foreign = numbers.iter().find(|n| self.decided.get(n).is_none_or(|d| d.known.flush_order >= end));
        let foreign = foreign.copied();
        self.expect_none(foreign, |n| format!("law 5: flush {id} does not cover entry {n}"));
    }

    /// A flush was cancelled; what it withdrew stays withdrawn.
    pub(crate) fn flush_dropped(&mut self, id: FlushId) {
        self.note(&[18, id], || format!("flush {id} is cancelled"));
        self.flushes.remove(&id);
    }

    /// The failures without an owner were taken, without waiting.
    pub(crate) fn takes(&mut self, items: &[(u64, Answer)]) {
        let numbers: BTreeSet<u64> = items.iter().map(|&(n, _)| n).collect();
        self.note(&[19, numbers.len() as u64], || format!("{numbers:?} are taken"));
        items.iter().for_each(|(n, answer)| self.take_from_pool(*n, answer));
        let rested = |n: &u64| self.decided.get(n).is_some_and(|decided| decided.at < self.now);
        let left = self.pool.iter().map(|&(_, n)| n).find(rested);
        self.expect_none(left, |n| format!("law 2: entry {n} failed before, but was not taken"));
    }

    /// At rest no flush waits whose entries are answered, or whose deadline is over.
    pub(super) fn check_flushes_at_rest(&mut self) {
        let oldest = self.entries.iter().map(|(_, known)| known.flush_order).min();
        let (mut hangs, mut late) = (None, None);
        for (id, flush) in self.flushes.iter().filter(|(_, flush)| flush.is_awaited) {
            if oldest.is_none_or(|oldest| oldest >= flush.end) {
                hangs = Some(*id);
            }
            if flush.deadline.is_some_and(|deadline| deadline <= self.now) {
                late = Some(*id);
            }
        }
        self.expect_none(hangs, |id| format!("law 5: flush {id} waits for nothing"));
        self.expect_none(late, |id| format!("law 5: flush {id} outlives its deadline"));
    }

    fn set_awaited(&mut self, id: FlushId, is_awaited: bool) {
        if let Some(flush) = self.flushes.get_mut(&id) {
            flush.is_awaited = is_awaited;
        }
    }
}
