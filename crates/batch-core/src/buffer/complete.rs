use std::time::Instant;

use super::isolation::IsolationId;
use super::lines::{LineId, Lines, MAIN};
use super::slots::{AGE, SlotId, Whereabouts};
use super::{Batch, BatchId, Buffer, Flight, Output, Resolution};
use crate::{Ambiguous, Cause, Duplicates, Failure, Reply, Sent, UnprocessedItem, Verdict};

/// How an attempt failed, as far as the entry may be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Setback {
    Ambiguous,
    Retry,
    Throttled,
    Unsent,
}

impl<E, R, T> Buffer<E, R, T> {
    /// The reply for a batch, which comes back with its entries. `jitter` is a random number of
    /// [0, 1), used for the backoff if the request failed.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn complete(&mut self, batch: Batch<E>, reply: Reply<R>, now: Instant, jitter: f64) {
        let now = self.clock(now);
        let flight = self.flights.remove(&batch.id);
        let flight = flight.expect("a batch comes back once, to the buffer that issued it");
        let lanes = self.lanes_of(&flight.slots);
        self.pace.answered();
        self.learn(batch.id, &reply, flight.slots.len(), now, jitter);
        match reply {
            Reply::Each(verdicts) if verdicts.len() == flight.slots.len() => {
                self.answer_each(&flight, batch, verdicts, now, jitter);
            }
            reply => {
                self.restore(batch, &flight.slots);
                self.answer_all(flight, reply, now, jitter);
            }
        }
        for lane in lanes {
            self.lines.settle(&self.slots, lane, Some(now));
        }
    }

    /// A batch whose attempt ended with its runtime: its entries are handed back, as maybe
    /// delivered.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn abandon(&mut self, batch: Batch<E>, now: Instant) {
        let was_stopped = std::mem::replace(&mut self.stopped, true);
        self.complete(batch, Reply::Ambiguous(Failure::new("AttemptDropped")), now, 0.0);
        self.stopped = was_stopped;
    }

    /// An answer to the request as a whole.
    fn answer_all(&mut self, flight: Flight, reply: Reply<R>, now: Instant, jitter: f64) {
        let (setback, failure) = match reply {
            Reply::Ambiguous(failure) => (Setback::Ambiguous, failure),
            Reply::Each(verdicts) => (Setback::Ambiguous, miscounted(verdicts.len(), flight.slots.len())),
            Reply::Fatal(failure) => {
                return self.hand_back_all(flight, &Cause::Fatal(failure), now);
            }
            Reply::Retry(failure) => (Setback::Retry, failure),
            Reply::Split(failure) => return self.split(flight, &failure, now),
            Reply::Throttled(failure) => {
                self.counters.throttled += 1;
                (Setback::Throttled, failure)
            }
            Reply::Unsent(failure) => (Setback::Unsent, failure),
        };
        self.set_back(&flight, setback, &failure, now, jitter);
    }

    /// The one way out: an entry gets its answer. A delivered entry is dropped.
    pub(super) fn resolve(&mut self, id: SlotId, outcome: Outcome<R>, now: Instant) {
        self.slots.unlink::<AGE>(&mut self.age, id);
        let (slot, entry) = self.slots.remove(id);
        let is_away = slot.whereabouts != Whereabouts::Waiting;
        if is_away && slot.line != MAIN {
            self.lines.come_back(slot.line);
        }
        if let Some(identity) = slot.identity {
            self.identities.leave(identity, id, is_away);
        }
        let maybe_delivered = slot.maybe_delivered();
        self.counters.ambiguous += u64::from(maybe_delivered);
        let result = match (outcome, entry) {
            (Outcome::HandedBack(cause), Some(entry)) => {
                self.counters.handed_back += 1;
                self.room.hand_back();
                let age = now.saturating_duration_since(slot.accepted);
                let attempts = slot.sends;
                Err(Box::new(UnprocessedItem { entry, cause, attempts, age, maybe_delivered }))
            }
            (Outcome::Superseded, _) => {
                self.counters.superseded += 1;
                self.room.free(slot.charge);
                Ok(Sent::superseded(slot.sends, maybe_delivered))
            }
            (Outcome::Delivered(response), _) => {
                self.counters.delivered += 1;
                self.room.free(slot.charge);
                Ok(Sent::delivered(response, slot.sends, maybe_delivered))
            }
            (Outcome::HandedBack(_), None) => {
                unreachable!("an entry is back in its slot before it is handed back")
            }
        };
        let (tag, charge, epoch) = (slot.tag, slot.charge, slot.epoch);
        self.outputs.push_back(Output::Resolve(Resolution { tag, result, charge, epoch }));
    }

    /// Why an entry may not be sent any more, whatever its last attempt brought.
    pub(super) fn overdue(&self, id: SlotId, now: Instant) -> Option<Cause> {
        let slot = &self.slots[id];
        if self.stopped {
            return Some(Cause::RuntimeStopped(slot.last()));
        }
        if self.withdrawn.is_some_and(|watermark| watermark.covers(slot.epoch)) {
            return Some(Cause::Withdrawn(slot.last()));
        }
        (self.deadline(id) <= now).then(|| Cause::DeadlineExceeded(slot.last()))
    }

    pub(super) fn deadline(&self, id: SlotId) -> Instant {
        self.slots[id].accepted + self.plan.rules.delivery_deadline
    }

    fn lanes_of(&self, slots: &[SlotId]) -> Vec<LineId> {
        let lines = slots.iter().map(|&slot| self.slots[slot].line);
        let mut lanes: Vec<_> = lines.filter(|&line| line != MAIN).collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// Adapts the pace to what the reply says of the service.
    fn learn(&mut self, batch: BatchId, reply: &Reply<R>, sent: usize, now: Instant, jitter: f64) {
        match reply {
            Reply::Each(verdicts) if verdicts.len() == sent => {
                if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Accepted(_))) {
                    self.pace.succeeded();
                } else if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Throttled(_))) {
                    self.pace.throttled(batch, now);
                } else {
                    self.pace.reached();
                }
            }
            Reply::Throttled(_) => self.pace.throttled(batch, now),
            Reply::Unsent(_) => self.pace.unsent(batch, self.plan.rules.backoff, now, jitter),
            _ => self.pace.reached(),
        }
    }

    fn restore(&mut self, batch: Batch<E>, slots: &[SlotId]) {
        for (&slot, entry) in slots.iter().zip(batch.entries) {
            self.slots.restore(slot, entry);
        }
    }

    fn answer_each(
        &mut self,
        flight: &Flight,
        batch: Batch<E>,
        verdicts: Vec<Verdict<R>>,
        now: Instant,
        jitter: f64,
    ) {
        let mut again = Vec::new();
        for ((&slot, entry), verdict) in flight.slots.iter().zip(batch.entries).zip(verdicts) {
            let (setback, failure) = match verdict {
                Verdict::Accepted(response) => {
                    self.resolve(slot, Outcome::Delivered(response), now);
                    continue;
                }
                Verdict::Reject(failure) => {
                    self.slots.restore(slot, entry);
                    self.resolve(slot, Outcome::HandedBack(Cause::Rejected(failure)), now);
                    continue;
                }
                Verdict::Ambiguous(failure) => (Setback::Ambiguous, failure),
                Verdict::Retry(failure) => (Setback::Retry, failure),
                Verdict::Throttled(failure) => {
                    self.counters.throttled += 1;
                    (Setback::Throttled, failure)
                }
            };
            self.slots.restore(slot, entry);
            again.extend(self.strike(slot, setback, &failure, now, jitter));
        }
        match flight.isolation {
            None => self.go_back(again),
            Some(isolation) => {
                self.isolations.acquit(isolation);
                self.go_back_from_part(isolation, again);
            }
        }
    }

    /// The whole request failed; it may be sent again.
    fn set_back(&mut self, flight: &Flight, setback: Setback, failure: &Failure, now: Instant, jitter: f64) {
        let slots = flight.slots.iter();
        let again: Vec<_> =
            slots.filter_map(|&slot| self.strike(slot, setback, failure, now, jitter)).collect();
        let Some(isolation) = flight.isolation else {
            self.go_back(again);
            return;
        };
        let due = again.iter().map(|&(_, at)| at).max();
        let part: Vec<_> = again.into_iter().map(|(slot, _)| slot).collect();
        if !part.is_empty() {
            self.isolate(isolation, &part);
            self.isolations.again(isolation, part);
        }
        self.isolations.settle(isolation, due);
    }

    /// The request was refused as a whole: on to its halves, unless its one entry is the culprit.
    fn split(&mut self, flight: Flight, failure: &Failure, now: Instant) {
        let is_lost = flight.isolation.is_some_and(|id| self.isolations.is_lost(id, failure.code()));
        if flight.slots.len() == 1 || is_lost {
            let is_alone = flight.slots.len() == 1;
            if let Some(isolation) = flight.isolation.filter(|_| is_alone) {
                self.isolations.convict(isolation, failure.code());
            }
            self.hand_back_all(flight, &Cause::Rejected(failure.clone()), now);
            return;
        }
        self.counters.splits += 1;
        let isolation = flight.isolation.unwrap_or_else(|| self.isolations.begin());
        let mut rest = Vec::with_capacity(flight.slots.len());
        for slot in flight.slots {
            self.slots[slot].past_mut().last = Some(failure.clone());
            match self.overdue(slot, now) {
                Some(cause) => self.resolve(slot, Outcome::HandedBack(cause), now),
                None => rest.push(slot),
            }
        }
        self.isolate(isolation, &rest);
        self.isolations.cut(isolation, rest);
        self.isolations.settle(isolation, None);
    }

    fn hand_back_all(&mut self, flight: Flight, cause: &Cause, now: Instant) {
        for slot in flight.slots {
            self.resolve(slot, Outcome::HandedBack(cause.clone()), now);
        }
        if let Some(isolation) = flight.isolation {
            self.isolations.settle(isolation, None);
        }
    }

    /// Books a failed attempt: when the entry may go again, unless it is handed back.
    fn strike(
        &mut self,
        id: SlotId,
        setback: Setback,
        failure: &Failure,
        now: Instant,
        jitter: f64,
    ) -> Option<(SlotId, Instant)> {
        let past = self.slots[id].past_mut();
        past.last = Some(failure.clone());
        past.maybe_delivered |= setback == Setback::Ambiguous;
        past.used += u32::from(matches!(setback, Setback::Ambiguous | Setback::Retry));
        past.strikes += u32::from(setback != Setback::Unsent);
        let (used, strikes) = (past.used, past.strikes);
        let rules = &self.plan.rules;
        let cause = self.overdue(id, now).or_else(|| {
            if setback == Setback::Ambiguous && rules.ambiguous == Ambiguous::HandBack {
                Some(Cause::Ambiguous(failure.clone()))
            } else {
                (used >= rules.max_attempts).then(|| Cause::RetriesExhausted(failure.clone()))
            }
        });
        if let Some(cause) = cause {
            self.resolve(id, Outcome::HandedBack(cause), now);
            return None;
        }
        let delay = match setback {
            // The pace sends probes; the entries themselves need not wait.
            Setback::Unsent => std::time::Duration::ZERO,
            _ => rules.backoff.delay(strikes, jitter),
        };
        Some((id, now + delay))
    }

    /// Failed entries of a part whose lanes may have more in the next parts go ahead of those.
    fn go_back_from_part(&mut self, isolation: IsolationId, again: Vec<(SlotId, Instant)>) {
        let (laned, free): (Vec<_>, Vec<_>) =
            again.into_iter().partition(|&(slot, _)| self.slots[slot].line != MAIN);
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

    fn isolate(&mut self, isolation: IsolationId, slots: &[SlotId]) {
        for &slot in slots {
            self.slots[slot].whereabouts = Whereabouts::Isolated(isolation);
        }
    }

    /// Failed entries go back in front: of their lane, or together in a line of their own.
    fn go_back(&mut self, again: Vec<(SlotId, Instant)>) {
        let mut cohorts: Vec<(Instant, LineId)> = Vec::new();
        for (id, at) in again.into_iter().rev() {
            let is_free = self.slots[id].line == MAIN;
            let id = self.come_back(id);
            let slot = &mut self.slots[id];
            slot.past_mut().not_before = Some(at);
            if is_free {
                slot.line = cohort(&mut self.lines, &mut cohorts, at);
            }
            self.lines.push_front(&mut self.slots, id);
        }
        for (_, cohort) in cohorts {
            self.lines.settle(&self.slots, cohort, None);
        }
    }

    /// The entry that goes to the front of the line: this one, or a newer one of its identity
    /// that supersedes it.
    fn come_back(&mut self, id: SlotId) -> SlotId {
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
                let epoch = self.slots[id].epoch;
                self.slots[id].epoch = std::mem::replace(&mut self.slots[newer].epoch, epoch);
                let now = self.latest.expect("a batch was sent at some instant");
                self.resolve(id, Outcome::Superseded, now);
                newer
            }
        }
    }

    fn arrive(&mut self, id: SlotId) -> SlotId {
        let slot = &mut self.slots[id];
        slot.whereabouts = Whereabouts::Waiting;
        if slot.line != MAIN {
            self.lines.come_back(slot.line);
        }
        id
    }
}

/// The line of those that are due at that instant.
fn cohort(lines: &mut Lines, cohorts: &mut Vec<(Instant, LineId)>, at: Instant) -> LineId {
    if let Some(&(_, cohort)) = cohorts.iter().find(|&&(due, _)| due == at) {
        return cohort;
    }
    let cohort = lines.cohort();
    cohorts.push((at, cohort));
    cohort
}

/// The answer of an entry.
pub(super) enum Outcome<R> {
    Delivered(R),
    HandedBack(Cause),
    Superseded,
}

fn miscounted(verdicts: usize, entries: usize) -> Failure {
    Failure::new("VerdictsMiscounted").with_detail(format!("{verdicts} verdicts for {entries} entries"))
}
