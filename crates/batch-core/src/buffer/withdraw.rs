use std::time::Instant;

use super::resolve::Outcome;
use super::slots::{AGE, SlotId, Whereabouts};
use super::{BatchId, Buffer, Flight, Watermark, Withdrawn};

impl<E, R, T> Buffer<E, R, T> {
    /// Hands back everything that was accepted before the watermark and waits. Of what is in flight,
    /// the caller hands back copies ([`hand_back_copy`](Self::hand_back_copy)); what it does not is
    /// handed back when its request ends, unless it is delivered.
    pub fn withdraw(&mut self, watermark: Watermark, now: Instant) -> Vec<Withdrawn> {
        let now = self.clock(now);
        self.scopes.withdraw(watermark);
        self.hand_back_waiting(watermark, now);
        let covered = |(&batch, flight): (&BatchId, &Flight)| {
            let is_covered = |&slot: &SlotId| {
                let slot = &self.slots[slot];
                slot.is_in_flight() && watermark.covers(self.scopes.home(slot.stamp))
            };
            let positions = flight.slots.iter().enumerate();
            let positions: Vec<_> =
                positions.filter(|(_, slot)| is_covered(slot)).map(|(at, _)| at).collect();
            (!positions.is_empty()).then_some(Withdrawn { batch, positions })
        };
        self.flights.iter().filter_map(covered).collect()
    }

    /// The runtime is gone: everything is handed back, what is in flight as maybe delivered when
    /// its batch is completed. Nothing is sent until [`resume`](Self::resume).
    pub fn stop(&mut self, now: Instant) {
        let now = self.clock(now);
        self.stopped = true;
        self.hand_back_waiting(Watermark::EVERYTHING, now);
    }

    /// There is a runtime again.
    pub fn resume(&mut self) {
        self.stopped = false;
    }

    fn hand_back_waiting(&mut self, watermark: Watermark, now: Instant) {
        let mut left = self.scopes.unanswered(watermark);
        let mut next = self.age.head();
        while let Some(slot) = next.filter(|_| left > 0) {
            next = self.slots.next::<AGE>(slot);
            if watermark.covers(self.scopes.home(self.slots[slot].stamp)) {
                left -= 1;
                if !self.slots[slot].is_in_flight() {
                    self.give_up(slot, now);
                }
            }
        }
    }

    /// Takes an entry that is not in flight out of wherever it waits and hands it back.
    pub(super) fn give_up(&mut self, id: SlotId, now: Instant) {
        let Some(cause) = self.overdue(id, None, now) else {
            return;
        };
        let line = self.slots[id].line;
        let whereabouts = self.slots[id].whereabouts;
        if let Whereabouts::Isolated(isolation) = whereabouts {
            self.isolations.remove(isolation);
        } else {
            self.lines.remove(&mut self.slots, id);
        }
        self.resolve(id, Outcome::HandedBack(cause), now);
        if whereabouts == Whereabouts::Waiting || self.lines.is_lane(line) {
            self.lines.settle(&self.slots, line, Some(now));
        }
    }
}
