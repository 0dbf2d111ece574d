use std::time::{Duration, Instant};

use super::Buffer;
use super::lines::LineId;
use super::record::Record;
use super::segment::Single;
use super::slots::SlotId;
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
        self.expire_fresh(now);
        while let Some(&(deadline, slot)) = self.deadlines.first()
            && deadline <= now
        {
            if self.slots[slot].is_in_flight() {
                self.deadlines.pop_first();
            } else if now.saturating_duration_since(deadline) <= PAUSE || !self.reprieve(slot, now) {
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
        self.lines.settle_touched(&self.slots, now);
    }

    /// Hands back what waits without a slot past its time.
    fn expire_fresh(&mut self, now: Instant) {
        let deadline = self.plan.rules.delivery_deadline;
        let mut cohort = None;
        while let Some(accepted) = self.segments.oldest()
            && accepted + deadline <= now
            && let Some(single) = self.segments.pop()
        {
            self.expire_one(single, &mut cohort, now);
        }
        while let Some((accepted, _)) = self.lines.oldest()
            && accepted + deadline <= now
            && let Some(single) = self.lines.pop()
        {
            self.expire_one(single, &mut cohort, now);
        }
    }

    fn expire_one(&mut self, single: Single<E, T>, cohort: &mut Option<LineId>, now: Instant) {
        let due = single.record.accepted + self.plan.rules.delivery_deadline;
        if now.saturating_duration_since(due) <= PAUSE {
            return self.hand_back_unsent(single, now);
        }
        let slot = self.promote_waiting(single, *cohort);
        *cohort = self.slots[slot].line.filter(|&line| !self.lines.is_lane(line)).or(*cohort);
        self.reprieve(slot, now);
    }

    /// What fell due in a request that a pause interrupted gets one more attempt.
    pub(super) fn reprieve_interrupted(&mut self, slot: SlotId, sent_at: Instant, now: Instant) {
        let was_interrupted =
            now.saturating_duration_since(sent_at) > self.plan.rules.attempt_timeout + PAUSE;
        if was_interrupted && self.slots[slot].is_in_flight() && self.deadline(slot) <= now {
            self.reprieve(slot, now);
        }
    }

    /// Lets the deadline of an entry with a slot be announced.
    pub(super) fn remember_deadline(&mut self, id: SlotId) {
        self.deadlines.insert((self.deadline(id), id));
    }

    /// The entry is gone or answered, or its deadline changes.
    pub(super) fn forget_deadline(&mut self, id: SlotId) {
        self.deadlines.remove(&(self.deadline(id), id));
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

    /// Why an entry that waits without a slot may not be sent any more.
    pub(super) fn cause_of_end(&self, record: &Record<T>, line: Option<LineId>) -> Cause {
        let of_lane = line.and_then(|line| self.lines.failure(line));
        let failure = of_lane.or_else(|| self.trouble_since(record.accepted));
        if self.stopped {
            Cause::RuntimeStopped(failure)
        } else if self.scopes.is_withdrawn(record.stamp) {
            Cause::Withdrawn(failure)
        } else {
            Cause::DeadlineExceeded(failure)
        }
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
            self.forget_deadline(id);
            self.slots[id].past_mut().reprieved = Some(now);
            self.remember_deadline(id);
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
