use std::time::Instant;

use super::Buffer;
use super::flight::Flight;
use super::isolation::IsolationId;
use super::lines::LineId;
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
        let first = *self.first_failed.get_or_insert(now);
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
        let due = match setback {
            // The pace sends probes, and quotas count for themselves: the entries need not wait.
            Setback::Limited | Setback::Unsent => now,
            _ => first + rules.backoff.whole_ticks(now + rules.backoff.delay(strikes, jitter) - first),
        };
        Some((id, due))
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

    /// Failed entries go back in front: of their lane, or together in a line of their own, behind others that go again at
    /// the same time.
    pub(super) fn go_back(&mut self, again: Vec<(SlotId, Instant)>) {
        let (mut cohorts, mut joining): (Vec<Cohort>, Vec<SlotId>) = (Vec::new(), Vec::new());
        for (id, at) in again.into_iter().rev() {
            let is_free = self.slots[id].line.is_none();
            let id = self.come_back(id);
            let slot = &mut self.slots[id];
            slot.past_mut().not_before = Some(at);
            if is_free {
                let class = self.lines.quotas.limited(slot.quota());
                let when = When { at, class, keeps_its_turn: slot.keeps_its_turn() };
                let cohort = self.cohort(&mut cohorts, when);
                self.slots[id].line = Some(cohort.line);
                if !cohort.is_new {
                    joining.push(id);
                    continue;
                }
            }
            self.lines.push_front(&mut self.slots, id);
        }
        for id in joining.into_iter().rev() {
            self.lines.join(&mut self.slots, id);
        }
        for cohort in cohorts.into_iter().filter(|cohort| cohort.is_new) {
            self.lines.settle(&self.slots, cohort.line, None);
        }
    }

    /// The line of those that go again at this time.
    fn cohort(&mut self, cohorts: &mut Vec<Cohort>, when: When) -> Cohort {
        if let Some(&known) = cohorts.iter().find(|cohort| cohort.when == when) {
            return known;
        }
        let resting = self.lines.resting_cohort(&self.slots, when);
        let line = resting.unwrap_or_else(|| self.lines.cohort());
        let cohort = Cohort { when, line, is_new: resting.is_none() };
        cohorts.push(cohort);
        cohort
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

/// When entries go again: at an instant, and when their quota lets them, if it is limited; and whether before what was
/// accepted after them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct When {
    pub(super) at: Instant,
    pub(super) class: Option<u64>,
    pub(super) keeps_its_turn: bool,
}

/// A line of those that go again at the same time.
#[derive(Clone, Copy)]
struct Cohort {
    when: When,
    line: LineId,
    is_new: bool,
}
