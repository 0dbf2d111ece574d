use std::time::{Duration, Instant};

use super::slots::{AGE, SlotId};
use super::{Buffer, Flight};
use crate::Cause;

/// How late an entry is found past its deadline, or a request past its timeout, if the process was
/// paused meanwhile. `poll` announces every deadline, so that a driver that works comes in time.
const PAUSE: Duration = Duration::from_millis(100);

/// How long an entry may be sent: up to its delivery deadline, and no longer than the service
/// remembers it. One that fell due while the process was paused (stopped, frozen, asleep) gets one
/// more attempt, for which its deadline counts anew; only once, so that no entry stays for ever.
impl<E, R, T> Buffer<E, R, T> {
    /// Hands back what waits past its time. What is in flight may finish.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(slot) = self.age.head()
            && self.deadline(slot) <= now
        {
            if self.slots[slot].is_in_flight() {
                self.slots.unlink::<AGE>(&mut self.age, slot);
            } else if now.saturating_duration_since(self.deadline(slot)) <= PAUSE || !self.reprieve(slot, now)
            {
                self.give_up(slot, now);
            }
        }
        while let Some(&(end, slot)) = self.doubts.first()
            && end <= now
        {
            if self.slots[slot].is_in_flight() {
                self.doubts.pop_first();
            } else {
                self.give_up(slot, now);
            }
        }
    }

    /// What fell due in a request that a pause interrupted gets one more attempt.
    pub(super) fn reprieve_interrupted(&mut self, flight: &Flight, now: Instant) {
        let timeout = self.plan.rules.attempt_timeout;
        if now.saturating_duration_since(flight.sent_at) > timeout + PAUSE {
            for &slot in &flight.slots {
                if self.slots[slot].is_in_flight() && self.deadline(slot) <= now {
                    self.reprieve(slot, now);
                }
            }
        }
    }

    /// The entry may have been delivered by an attempt that began at this instant.
    pub(super) fn doubt(&mut self, id: SlotId, launched: Instant) {
        let past = self.slots[id].past_mut();
        if past.maybe_delivered {
            return;
        }
        (past.maybe_delivered, past.doubted) = (true, Some(launched));
        if let Some(end) = self.doubt_ends(id) {
            self.doubts.insert((end, id));
        }
    }

    /// The entry is gone, or another one takes its place.
    pub(super) fn forget_doubt(&mut self, id: SlotId) {
        if let Some(end) = self.doubt_ends(id) {
            self.doubts.remove(&(end, id));
        }
    }

    /// Why an entry may not be sent any more, whatever its last attempt brought, which began at
    /// `launched` if it just ended.
    pub(super) fn overdue(&self, id: SlotId, launched: Option<Instant>, now: Instant) -> Option<Cause> {
        let slot = &self.slots[id];
        if self.stopped {
            return Some(Cause::RuntimeStopped(self.last_failure(id)));
        }
        if self.is_given_up(id) {
            return Some(Cause::Withdrawn(self.last_failure(id)));
        }
        let had_its_attempt =
            slot.reprieved().is_some_and(|at| launched.is_some_and(|launched| launched >= at));
        if self.deadline(id) <= now || had_its_attempt {
            return Some(Cause::DeadlineExceeded(self.last_failure(id)));
        }
        slot.last().filter(|_| self.is_forgotten(id, now)).map(Cause::Ambiguous)
    }

    /// Whether it comes back whatever its attempt brings: it is withdrawn, or its runtime is gone.
    pub(super) fn is_given_up(&self, id: SlotId) -> bool {
        self.stopped || self.scopes.is_withdrawn(self.slots[id].stamp)
    }

    pub(super) fn deadline(&self, id: SlotId) -> Instant {
        let slot = &self.slots[id];
        slot.reprieved().unwrap_or(slot.accepted) + self.plan.rules.delivery_deadline
    }

    /// Lets the deadline count anew, unless it did already; whether it does.
    fn reprieve(&mut self, id: SlotId, now: Instant) -> bool {
        let goes = self.slots[id].reprieved().is_none() && !self.is_forgotten(id, now);
        if goes {
            self.slots[id].past_mut().reprieved = Some(now);
            // Now is the latest of all instants, so the list stays in the order of deadlines.
            self.slots.unlink::<AGE>(&mut self.age, id);
            self.slots.push_back::<AGE>(&mut self.age, id);
        }
        goes
    }

    /// Whether the service would take the entry for another one, if it came once more.
    fn is_forgotten(&self, id: SlotId, now: Instant) -> bool {
        self.doubt_ends(id).is_some_and(|end| end <= now)
    }

    /// When the entry, which may have been delivered, must not be sent any more: an attempt begun then
    /// could arrive when the service has forgotten the first one.
    fn doubt_ends(&self, id: SlotId) -> Option<Instant> {
        let memory = self.plan.memory?.saturating_sub(self.plan.rules.attempt_timeout);
        self.slots[id].doubted().map(|since| since + memory)
    }
}
