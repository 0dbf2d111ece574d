use std::time::Instant;

use super::isolation::IsolationId;
use super::lines::{LineId, MAIN};
use super::slots::{SlotId, Whereabouts};
use super::{Batch, BatchId, Buffer, Flight, Output};
use crate::{Linger, Load};

impl<E, R, T> Buffer<E, R, T> {
    /// What is to be done next. Call it until it gives [`Output::Wait`].
    pub fn poll(&mut self, now: Instant) -> Output<E, R, T> {
        let now = self.clock(now);
        if self.answers.is_empty() {
            self.expire(now);
        }
        if let Some(answer) = self.next_answer() {
            return Output::Resolve(answer);
        }
        if !self.garbage.is_empty() {
            return Output::Drop(self.take_garbage());
        }
        self.lines.wake(&self.slots, now);
        self.isolations.wake(now);
        match self.next_batch(now) {
            Some(batch) => Output::Send(batch),
            None => {
                self.announced_work = self.lines.due().is_some();
                self.announced_deadline = self.age.head().is_some();
                self.announced_enough = self.is_enough();
                self.shrink();
                Output::Wait(self.next_wake(now))
            }
        }
    }

    /// Whether [`poll`](Self::poll) has something to do before the instant that it last gave:
    /// after an entry was accepted, the crank need not be turned unless this says so.
    #[must_use]
    pub fn wants_poll(&self) -> bool {
        // Time alone makes nothing due before that instant, so only what the entry changed counts.
        let has_new_work = !self.announced_work && self.lines.due().is_some();
        let has_new_deadline = !self.announced_deadline && self.age.head().is_some();
        let is_enough_now = !self.announced_enough && self.is_enough() && self.pace.earliest().is_some();
        !self.answers.is_empty() || has_new_work || has_new_deadline || is_enough_now
    }

    /// Whether the next request need not wait for more entries.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let Some(due) = self.lines.due() else {
            return false;
        };
        self.is_enough()
            || due <= now
            || self.urgent_until.is_some_and(|urgent| due <= urgent)
            || (self.pace.is_idle() && matches!(self.plan.rules.linger, Linger::Natural(_)))
    }

    /// Whether what waits need not linger, because it fills a request or nothing more can come.
    fn is_enough(&self) -> bool {
        let load = self.lines.load();
        load.entries >= self.plan.threshold_entries
            || load.bytes >= self.plan.threshold_bytes as u128
            || self.room.is_crowded()
    }

    fn next_batch(&mut self, now: Instant) -> Option<Batch<E>> {
        if self.stopped || !self.has_due(now) {
            self.pace.rest();
            return None;
        }
        if !self.pace.may_send(now) {
            self.pace.hold(now);
            return None;
        }
        if let Some((isolation, part)) = self.isolations.next(&self.slots) {
            return Some(self.launch(part, Some(isolation), now));
        }
        self.is_due(now).then(|| {
            let slots = self.pack(now);
            self.launch(slots, None, now)
        })
    }

    /// Whether a request goes as soon as the pace lets it.
    fn has_due(&self, now: Instant) -> bool {
        self.isolations.is_ready() || self.is_due(now)
    }

    /// Fills a request: the lines in turn, each line in its order, up to the first entry that does
    /// not fit.
    fn pack(&mut self, now: Instant) -> Vec<SlotId> {
        let limits = self.plan.limits;
        let mut picked = Vec::with_capacity(self.lines.load().entries.min(limits.entries()));
        let mut load = Load::empty();
        while let Some(line) = self.lines.first() {
            let is_full = self.take_from(line, &mut picked, &mut load, now);
            self.lines.settle(&self.slots, line, Some(now));
            if is_full {
                break;
            }
        }
        picked
    }

    /// Takes what goes from one ready line; whether the request is full then.
    fn take_from(&mut self, line: LineId, picked: &mut Vec<SlotId>, load: &mut Load, now: Instant) -> bool {
        self.lines.displace(line);
        let is_lane = self.lines.is_lane(line);
        while let Some(slot) = self.lines.head(line) {
            if is_lane && self.lines.is_away(line) && !self.may_follow(slot, line, now) {
                return false;
            }
            let with = load.with(self.slots[slot].bytes);
            if !self.plan.limits.fits(with) {
                return true;
            }
            *load = with;
            self.lines.pop_front(&mut self.slots, line);
            self.leave_line(slot, is_lane);
            picked.push(slot);
        }
        false
    }

    /// Whether a request that carries the one before it in the lane may carry this one too.
    fn may_follow(&self, slot: SlotId, line: LineId, now: Instant) -> bool {
        let slot = &self.slots[slot];
        let is_resting = slot.not_before().is_some_and(|until| until > now);
        let has_twin_away = slot.identity.is_some_and(|identity| self.identities.is_away(identity));
        !self.lines.is_strict(line) && !is_resting && !has_twin_away
    }

    fn leave_line(&mut self, id: SlotId, is_lane: bool) {
        let slot = &mut self.slots[id];
        if !is_lane {
            slot.line = MAIN;
        }
        if let Some(identity) = slot.identity {
            self.identities.go(identity, id);
        }
    }

    fn launch(&mut self, slots: Vec<SlotId>, isolation: Option<IsolationId>, now: Instant) -> Batch<E> {
        let id = BatchId(self.next_batch);
        self.next_batch += 1;
        let mut entries = Vec::with_capacity(slots.len());
        let mut load = Load::empty();
        for &id in &slots {
            let slot = &mut self.slots[id];
            load = load.with(slot.bytes);
            self.counters.retries += u64::from(slot.sends > 0);
            slot.sends = slot.sends.saturating_add(1);
            slot.whereabouts = Whereabouts::InFlight;
            entries.extend(self.slots.take(id));
        }
        self.counters.requests += 1;
        self.counters.entries_sent += slots.len() as u64;
        self.pace.sent(id, now);
        self.flights.insert(id, Flight { slots, answered: 0, isolation, sent_at: now });
        Batch { owner: self.owner, id, load, entries }
    }

    fn next_wake(&self, now: Instant) -> Option<Instant> {
        let deadline = self.age.head().map(|slot| self.deadline(slot));
        let doubt = self.doubts.first().map(|&(end, _)| end);
        [deadline, doubt, self.lines.rest_ends(), self.isolations.rest_ends(), self.next_send(now)]
            .into_iter()
            .flatten()
            .min()
    }

    /// When the next request goes if nothing else happens.
    fn next_send(&self, now: Instant) -> Option<Instant> {
        if self.stopped {
            return None;
        }
        let paced = self.pace.earliest()?.unwrap_or(now);
        if self.has_due(now) {
            return Some(paced);
        }
        self.lines.due().map(|due| due.max(paced))
    }
}
