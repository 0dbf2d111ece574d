use std::time::Instant;

use super::lines::MAIN;
use super::slots::{AGE, SlotId, Whereabouts};
use super::{Buffer, Output, Resolution};
use crate::{Cause, Sent, UnprocessedItem};

/// The answer of an entry.
pub(super) enum Outcome<R> {
    Delivered(R),
    HandedBack(Cause),
    Superseded,
}

impl<E, R, T> Buffer<E, R, T> {
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
        let is_superseded = matches!(outcome, Outcome::Superseded);
        self.counters.ambiguous += u64::from(maybe_delivered && !is_superseded);
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
}
