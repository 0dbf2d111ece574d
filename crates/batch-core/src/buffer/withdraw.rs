use std::time::Instant;

use super::flight::{Flight, Lanes, Piece};
use super::resolve::Outcome;
use super::slots::{SlotId, Whereabouts};
use super::{BatchId, Buffer, Stamp, Watermark, Withdrawn};

impl<E, R, T> Buffer<E, R, T> {
    /// Hands back everything that was accepted before the watermark and waits. Of what is in flight or
    /// being sorted, the caller hands back copies ([`hand_back_copy`](Self::hand_back_copy)); what it does not is
    /// handed back when its request ends, unless it is delivered.
    pub fn withdraw(&mut self, watermark: Watermark, now: Instant) -> Vec<Withdrawn> {
        let now = self.clock(now);
        self.scopes.withdraw(watermark);
        self.hand_back_waiting(watermark, now);
        let covered = |(&batch, flight): (&BatchId, &Flight<T>)| {
            let positions = self.covered(flight, watermark);
            (!positions.is_empty()).then_some(Withdrawn { batch, positions })
        };
        self.flights.iter().filter_map(covered).collect()
    }

    /// The positions of those entries of a request that a watermark covers, and that have no answer.
    fn covered(&self, flight: &Flight<T>, watermark: Watermark) -> Vec<usize> {
        let covers = |stamp: Stamp| watermark.covers(self.scopes.home(stamp));
        let mut covered = Vec::new();
        for piece in &flight.pieces {
            match piece {
                Piece::Lanes(Lanes { manifest, .. }) | Piece::Segment(manifest) => {
                    let stamps = (0..manifest.len()).map(|position| manifest.stamp(position));
                    covered.extend(stamps.map(|stamp| stamp.is_some_and(covers)));
                }
                Piece::Slots(slots) => {
                    let slots = slots.iter().map(|&slot| &self.slots[slot]);
                    covered.extend(slots.map(|slot| slot.is_in_flight() && covers(slot.stamp)));
                }
            }
        }
        (0..covered.len()).filter(|&position| covered[position]).collect()
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
        if self.scopes.unanswered(watermark) == 0 {
            return;
        }
        let scopes = &self.scopes;
        let is_one = |stamp| watermark.covers(scopes.home(stamp));
        let mut singles = self.segments.pull_all(is_one);
        singles.append(&mut self.lines.pull_all(is_one));
        singles.sort_by_key(|single| single.record.accepted);
        let is_covered = |&(_, slot): &(Instant, SlotId)| {
            let slot = &self.slots[slot];
            !slot.is_in_flight() && watermark.covers(self.scopes.home(slot.stamp))
        };
        let slots: Vec<_> = self.deadlines.iter().copied().filter(is_covered).collect();
        let mut singles = singles.into_iter().peekable();
        for (_, slot) in slots {
            let accepted = self.slots[slot].accepted;
            while let Some(single) = singles.next_if(|single| single.record.accepted < accepted) {
                self.hand_back_unsent(single, now);
            }
            self.give_up(slot, now);
        }
        for single in singles {
            self.hand_back_unsent(single, now);
        }
        self.lines.settle_touched(&self.slots, now);
    }

    /// Takes an entry that is not in flight out of wherever it waits and hands it back. Its line is settled with
    /// those that entries come back to.
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
        if let Some(line) = line.filter(|_| whereabouts == Whereabouts::Waiting) {
            self.lines.touch(line);
        }
    }
}
