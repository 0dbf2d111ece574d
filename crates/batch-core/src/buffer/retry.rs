use std::time::{Duration, Instant};

use super::Buffer;
use super::flight::Flight;
use super::isolation::IsolationId;
use super::lines::{LineId, Lines};
use super::resolve::Outcome;
use super::slots::{SlotId, Whereabouts};
use crate::{Cause, Duplicates, Failure, OnAmbiguous};

/// How an attempt failed, as far as the entry may be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Setback {
    Ambiguous,
    /// Because its quota is, which decides when it goes again.
    Limited,
    Retry,
    Throttled,
    /// Because a part of the service is overloaded, such as the entry's shard.
    ThrottledAlone,
    Unsent,
}

/// Entries of failed attempts on their way back to where they wait.
impl<E, R, T> Buffer<E, R, T> {
    /// Books a failed attempt: when the entry may go again, unless it is handed back.
    pub(super) fn strike(
        &mut self,
        id: SlotId,
        setback: Setback,
        failure: &Failure,
        launched: Instant,
        now: Instant,
        jitter: f64,
    ) -> Option<(SlotId, Instant)> {
        if setback == Setback::Ambiguous {
            self.doubt(id, launched);
        }
        if let Some(line) = self.slots[id].line.filter(|_| !self.is_given_up(id)) {
            self.lines.failed(line, Some(failure));
        }
        let past = self.slots[id].past_mut();
        self.garbage.failures.extend(past.last.replace(failure.clone()));
        past.queues_anew = setback == Setback::ThrottledAlone;
        past.throttled |= matches!(setback, Setback::Limited | Setback::Throttled | Setback::ThrottledAlone);
        past.used =
            past.used.saturating_add(u32::from(matches!(setback, Setback::Ambiguous | Setback::Retry)));
        past.strikes = past.strikes.saturating_add(u32::from(setback != Setback::Unsent));
        let (used, strikes) = (past.used, past.strikes);
        let rules = &self.plan.rules;
        let cause = self.overdue(id, Some(launched), now).or_else(|| {
            if setback == Setback::Ambiguous && rules.on_ambiguous == OnAmbiguous::HandBack {
                Some(Cause::Ambiguous(failure.clone()))
            } else {
                rules
                    .max_attempts
                    .is_some_and(|most| used >= most)
                    .then(|| Cause::RetriesExhausted(failure.clone()))
            }
        });
        if let Some(cause) = cause {
            self.resolve(id, Outcome::HandedBack(cause), now);
            return None;
        }
        let delay = match setback {
            // The pace sends probes, and quotas count for themselves: the entries need not wait.
            Setback::Limited | Setback::Unsent => Duration::ZERO,
            _ => rules.backoff.delay(strikes, jitter),
        };
        Some((id, now + delay))
    }

    /// Failed entries of a part whose lanes may have more in the next parts go ahead of those.
    pub(super) fn go_back_from_part(&mut self, isolation: IsolationId, again: Vec<(SlotId, Instant)>) {
        let (laned, free): (Vec<_>, Vec<_>) =
            again.into_iter().partition(|&(slot, _)| self.slots[slot].line.is_some());
        self.go_back(free);
        let due = laned.iter().map(|&(_, at)| at).max();
        let slots: Vec<_> = laned.iter().map(|&(slot, _)| slot).collect();
        if slots.is_empty() {
            self.isolations.settle(isolation, None);
        } else if self.isolations.prepend(isolation, &slots) {
            self.isolate(isolation, &slots);
            self.isolations.settle(isolation, due);
        } else {
            self.isolations.settle(isolation, None);
            self.go_back(laned);
        }
    }

    /// Failed entries go back in front: of their lane, or together in a line of their own.
    pub(super) fn go_back(&mut self, again: Vec<(SlotId, Instant)>) {
        let mut cohorts: Vec<(When, LineId)> = Vec::new();
        for (id, at) in again.into_iter().rev() {
            let is_free = self.slots[id].line.is_none();
            let id = self.come_back(id);
            let slot = &mut self.slots[id];
            slot.past_mut().not_before = Some(at);
            if is_free {
                let class = self.lines.quotas.limited(slot.quota());
                slot.line = Some(cohort(&mut self.lines, &mut cohorts, (at, class)));
            }
            self.lines.push_front(&mut self.slots, id);
        }
        for (_, cohort) in cohorts {
            self.lines.settle(&self.slots, cohort, None);
        }
    }

    /// Takes a flight out of the books that never began.
    pub(super) fn forget_sending(&mut self, flight: &Flight<T>) {
        self.counters.requests -= 1;
        self.counters.entries_sent -= flight.entries as u64;
        for slot in flight.slots() {
            self.unsend(slot);
        }
    }

    /// A request did not carry this entry after all.
    pub(super) fn unsend(&mut self, id: SlotId) {
        let slot = &mut self.slots[id];
        slot.sends -= 1;
        self.counters.retries -= u64::from(slot.sends > 0);
    }

    pub(super) fn isolate(&mut self, isolation: IsolationId, slots: &[SlotId]) {
        for &slot in slots {
            self.slots[slot].whereabouts = Whereabouts::Isolated(isolation);
        }
    }

    /// The entry that goes to the front of the line: this one, or a newer one of its identity
    /// that supersedes it.
    pub(super) fn come_back(&mut self, id: SlotId) -> SlotId {
        let slot = &mut self.slots[id];
        let Some(identity) = slot.identity else {
            return self.arrive(id);
        };
        let newer = self.identities.waiting(identity);
        match newer.filter(|_| self.plan.rules.duplicates == Duplicates::KeepLast) {
            None => {
                self.identities.come_back(identity);
                if newer.is_none() {
                    self.identities.wait(identity, id);
                }
                self.arrive(id)
            }
            Some(newer) => {
                self.lines.remove(&mut self.slots, newer);
                let (older, stamp) = (self.slots[id].stamp, self.slots[newer].stamp);
                if self.scopes.are_of_one(older, stamp) {
                    (self.slots[id].stamp, self.slots[newer].stamp) = (stamp, older);
                }
                let now = self.latest.expect("a batch was sent at some instant");
                self.resolve(id, Outcome::Superseded, now);
                newer
            }
        }
    }

    fn arrive(&mut self, id: SlotId) -> SlotId {
        let slot = &mut self.slots[id];
        slot.whereabouts = Whereabouts::Waiting;
        if let Some(line) = slot.line {
            self.lines.come_back(line);
        }
        id
    }
}

/// When entries go again: at an instant, and when their quota lets them, if it is limited.
type When = (Instant, Option<u64>);

/// The line of those that go at the same time.
fn cohort<E, T>(lines: &mut Lines<E, T>, cohorts: &mut Vec<(When, LineId)>, at: When) -> LineId {
    if let Some(&(_, cohort)) = cohorts.iter().find(|&&(due, _)| due == at) {
        return cohort;
    }
    let cohort = lines.cohort();
    cohorts.push((at, cohort));
    cohort
}
