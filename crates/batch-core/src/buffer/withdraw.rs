use std::time::Instant;

use super::resolve::Outcome;
use super::slots::{AGE, SlotId, Whereabouts};
use super::{Buffer, Output, Watermark};

impl<E, R, T> Buffer<E, R, T> {
    /// Hands back everything accepted before the watermark and not answered. What is in flight is
    /// cancelled and handed back, as maybe delivered, when its batch is completed.
    pub fn withdraw(&mut self, watermark: Watermark, now: Instant) {
        let now = self.clock(now);
        self.withdrawn = self.withdrawn.max(Some(watermark));
        self.hand_back_waiting(watermark, now);
        let slots = &self.slots;
        let covered = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.slots.iter().any(|&slot| watermark.covers(slots[slot].epoch)));
        self.outputs.extend(covered.map(|(&id, _)| Output::Cancel(id)));
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

    /// Hands back what waits past its delivery deadline. What is in flight may finish.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(slot) = self.age.head()
            && self.deadline(slot) <= now
        {
            if self.slots[slot].whereabouts == Whereabouts::InFlight {
                self.slots.unlink::<AGE>(&mut self.age, slot);
            } else {
                self.give_up(slot, now);
            }
        }
    }

    fn hand_back_waiting(&mut self, watermark: Watermark, now: Instant) {
        let mut left = self.epochs.unanswered(watermark);
        let mut next = self.age.head();
        while let Some(slot) = next.filter(|_| left > 0) {
            next = self.slots.next::<AGE>(slot);
            if watermark.covers(self.slots[slot].epoch) {
                left -= 1;
                if self.slots[slot].whereabouts != Whereabouts::InFlight {
                    self.give_up(slot, now);
                }
            }
        }
    }

    /// Takes an entry that is not in flight out of wherever it waits and hands it back.
    fn give_up(&mut self, id: SlotId, now: Instant) {
        let Some(cause) = self.overdue(id, now) else {
            return;
        };
        let line = self.slots[id].line;
        let whereabouts = self.slots[id].whereabouts;
        if let Whereabouts::Isolated(isolation) = whereabouts {
            self.isolations.remove(isolation, id);
        } else {
            self.lines.remove(&mut self.slots, id);
        }
        self.resolve(id, Outcome::HandedBack(cause), now);
        if whereabouts == Whereabouts::Waiting || self.lines.is_lane(line) {
            self.lines.settle(&self.slots, line, Some(now));
        }
    }
}
