use std::time::Instant;

use super::flight::{Flight, Piece, Returned};
use super::isolation::IsolationId;
use super::pace::Reception;
use super::parted::Parted;
use super::resolve::Outcome;
use super::retry::Setback;
use super::slots::SlotId;
use super::{Batch, Buffer};
use crate::{Cause, Class, Failure, Refusal, Reply, Unread, Verdict, Verdicts};

impl<E, R, T> Buffer<E, R, T> {
    /// The reply for a batch, which comes back with its entries. `jitter` is a random number of
    /// [0, 1), used for the backoff if the request failed.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn complete(&mut self, mut batch: Batch<E>, reply: Reply<R>, now: Instant, jitter: f64) {
        let now = self.clock(now);
        let flight = self.land(&batch);
        self.ceiling.begins(batch.id, now);
        let was_answered = reply.is_ok();
        let reply = self.checked(reply, flight.entries);
        let quotas = std::mem::take(&mut batch.quotas);
        let accepted = reply.as_ref().map_or(0, |verdicts| verdicts.accepted(flight.entries));
        let flight = self.learn_quotas(flight, quotas, &reply, accepted, now);
        self.learn_trouble(&flight, &reply, accepted > 0, now);
        self.meters.request_ended(&flight, accepted > 0, now);
        let reception = match &reply {
            Ok(_) if accepted > 0 => Reception::Accepted,
            Ok(verdicts) => self.reception(verdicts, &flight),
            Err(_) if was_answered => Reception::Reached,
            Err(refusal) => Reception::of(refusal.class),
        };
        self.pace.ended((batch.id, flight.sent_at), reception, now, (self.plan.rules.backoff, jitter));
        self.end(flight, batch.entries, reply, now, jitter);
    }

    /// A batch whose attempt ended with its runtime, which says nothing of the service. If it was sent,
    /// its entries are handed back as maybe delivered; else they are handed back, or go on if there is
    /// another runtime.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn abandon(&mut self, batch: Batch<E>, was_sent: bool, now: Instant) {
        let now = self.clock(now);
        let flight = self.land(&batch);
        let failure = Failure::new("AttemptDropped");
        self.pace.abandoned();
        if was_sent {
            self.ceiling.begins(batch.id, now);
            let was_stopped = std::mem::replace(&mut self.stopped, true);
            let refusal = Refusal::new(Class::Ambiguous, failure);
            self.end(flight, batch.entries, Err(refusal), now, 0.0);
            self.stopped = was_stopped;
        } else {
            self.ceiling.abandons(batch.id);
            let flight = self.seated(flight);
            self.forget_sending(&flight);
            self.end(flight, batch.entries, Err(Refusal::new(Class::Unsent, failure)), now, 0.0);
        }
    }

    pub(super) fn land(&mut self, batch: &Batch<E>) -> Flight<T> {
        self.owner.check(batch.owner);
        self.flights.remove(&batch.id).expect("a batch comes back once")
    }

    fn checked(&mut self, reply: Reply<R>, entries: usize) -> Reply<R> {
        let verdicts = reply?;
        let Some(failure) = verdicts.miscounted(entries) else {
            return Ok(verdicts);
        };
        let unused = Parted::of(verdicts).into_unread();
        self.garbage.verdicts.extend(unused);
        Err(Refusal::new(Class::Ambiguous, failure))
    }

    fn end(&mut self, flight: Flight<T>, entries: Vec<E>, reply: Reply<R>, now: Instant, jitter: f64) {
        let isolation = flight.isolation;
        match reply {
            Ok(verdicts) if flight.answered == 0 => {
                self.answer_each(flight, entries, Parted::of(verdicts), now, jitter);
            }
            Ok(verdicts) => {
                let parted = Parted::of(verdicts);
                self.garbage.verdicts.extend(parted.accepted.keep().map(Verdict::Accepted));
                let verdicts = parted.into_each(flight.entries);
                let (flight, entries, verdicts) = self.bury_answered(flight, entries, verdicts);
                self.answer_each(flight, entries, Parted::of_each(verdicts), now, jitter);
            }
            Err(refusal) => {
                let (flight, entries, _) = self.bury_answered(flight, entries, Vec::new());
                let returned = self.seat(flight, now);
                self.restore(entries, &returned.slots);
                self.answer_all(returned, refusal, now, jitter);
            }
        }
        self.lines.settle_touched(&self.slots, now);
        if let Some(isolation) = isolation {
            self.end_if_spent(isolation, now);
            self.lines.settle_touched(&self.slots, now);
        }
    }

    /// Takes out what was handed back as a copy meanwhile: its verdict, if it has one, comes late.
    fn bury_answered(
        &mut self,
        flight: Flight<T>,
        entries: Vec<E>,
        verdicts: Vec<Verdict<Unread<R>>>,
    ) -> (Flight<T>, Vec<E>, Vec<Verdict<Unread<R>>>) {
        if flight.answered == 0 {
            return (flight, entries, verdicts);
        }
        let late: Vec<bool> = flight.slots().map(|slot| !self.slots[slot].is_in_flight()).collect();
        let (ignored, verdicts) = partition(verdicts, &late);
        self.garbage.verdicts.extend(ignored);
        let (copied, entries) = partition(entries, &late);
        self.garbage.entries.extend(copied);
        let (answered, slots) = partition(flight.slots().collect(), &late);
        answered.into_iter().for_each(|slot| self.bury(slot));
        (Flight { entries: slots.len(), pieces: vec![Piece::Slots(slots)], ..flight }, entries, verdicts)
    }

    /// An answer to the request as a whole.
    fn answer_all(&mut self, flight: Returned, refusal: Refusal, now: Instant, jitter: f64) {
        let Refusal { class, failure } = refusal;
        let setback = match class {
            Class::Ambiguous => Setback::Ambiguous,
            Class::Fatal | Class::UnknownDestination | Class::Unrecognized => {
                self.hand_back_all(flight, &Cause::Fatal(failure.clone()), now);
                return self.garbage.failures.push(failure);
            }
            Class::Retry => Setback::Retry,
            Class::Split => {
                self.split(flight, &failure, now);
                return self.garbage.failures.push(failure);
            }
            Class::Throttled => {
                self.counters.throttled += 1;
                Setback::Throttled
            }
            Class::Expired | Class::Unsent => Setback::Unsent,
        };
        self.set_back(&flight, setback, &failure, now, jitter);
        self.garbage.failures.push(failure);
    }

    /// Of a request none of whose entries was accepted.
    fn reception(&self, verdicts: &Verdicts<R>, flight: &Flight<T>) -> Reception {
        let is_whole = verdicts.single().all(Verdict::is_throttled) && !self.was_throttled(flight.slots());
        match is_whole && !self.are_limited(flight) {
            true => Reception::Throttled,
            false => Reception::Reached,
        }
    }

    /// Whether one of these was throttled before: then the reason may be its own, such as a full shard.
    pub(super) fn was_throttled(&self, mut slots: impl Iterator<Item = SlotId>) -> bool {
        slots.any(|slot| self.slots[slot].was_throttled())
    }

    fn restore(&mut self, entries: Vec<E>, slots: &[SlotId]) {
        for (&slot, entry) in slots.iter().zip(entries) {
            self.slots.restore(slot, entry);
        }
    }

    /// The whole request failed; it may be sent again.
    fn set_back(
        &mut self,
        flight: &Returned,
        setback: Setback,
        failure: &Failure,
        now: Instant,
        jitter: f64,
    ) {
        let strike = |&slot: &SlotId| self.strike(slot, setback, failure, flight.sent_at, now, jitter);
        let again: Vec<_> = flight.slots.iter().filter_map(strike).collect();
        let Some(isolation) = flight.isolation else {
            self.go_back(again);
            return;
        };
        let due = again.iter().map(|&(_, at)| at).max();
        let part: Vec<_> = again.into_iter().map(|(slot, _)| slot).collect();
        if !part.is_empty() {
            self.isolate(isolation, &part);
            self.isolations.again(isolation, &part);
        }
        self.isolations.settle(isolation, due);
    }

    /// The request was refused as a whole: on to its parts, unless its one entry is the culprit.
    fn split(&mut self, flight: Returned, failure: &Failure, now: Instant) {
        // Where the others in the request were answered before, nothing says which one it refused.
        if flight.slots.len() == 1 && flight.answered == 0 {
            if let Some(isolation) = flight.isolation {
                self.isolations.convict(isolation, failure);
            }
            self.hand_back_all(flight, &Cause::Rejected(failure.clone()), now);
            return;
        }
        self.counters.splits += 1;
        let entries = flight.slots.len();
        let isolation = flight.isolation.unwrap_or_else(|| self.isolations.begin(entries, failure.clone()));
        let mut rest = Vec::with_capacity(entries);
        for slot in flight.slots {
            let last = self.slots[slot].past_mut().last.replace(failure.clone());
            self.garbage.failures.extend(last);
            match self.overdue(slot, Some(flight.sent_at), now) {
                Some(cause) => self.resolve(slot, Outcome::HandedBack(cause), now),
                None => rest.push(slot),
            }
        }
        self.isolate(isolation, &rest);
        self.isolations.refuse(isolation, &rest, failure);
        self.isolations.settle(isolation, None);
    }

    /// Hands back what is left of a refused request whose isolation has spent its budget.
    fn end_if_spent(&mut self, isolation: IsolationId, now: Instant) {
        let Some(refusal) = self.isolations.spent(isolation) else {
            return;
        };
        for slot in self.isolations.end(isolation, &self.slots) {
            let cause = self.overdue(slot, None, now).unwrap_or_else(|| Cause::Unisolated(refusal.clone()));
            self.resolve(slot, Outcome::HandedBack(cause), now);
        }
    }

    fn hand_back_all(&mut self, flight: Returned, cause: &Cause, now: Instant) {
        for slot in flight.slots {
            self.resolve(slot, Outcome::HandedBack(cause.clone()), now);
        }
        if let Some(isolation) = flight.isolation {
            self.isolations.settle(isolation, None);
        }
    }
}

/// Parts what is marked from the rest.
fn partition<T>(all: Vec<T>, marked: &[bool]) -> (Vec<T>, Vec<T>) {
    let (yes, no): (Vec<_>, Vec<_>) = all.into_iter().zip(marked).partition(|&(_, &is_marked)| is_marked);
    let bare = |pairs: Vec<(T, &bool)>| pairs.into_iter().map(|(item, _)| item).collect();
    (bare(yes), bare(no))
}
