use std::time::Instant;

use super::segment::Single;
use super::slots::{Slot, SlotId, Whereabouts};
use super::{Answers, BatchId, Buffer, Charge, Resolution};
use crate::{Cause, Sent, UnprocessedItem, Unread};

/// The answer of an entry.
pub(super) enum Outcome<R> {
    Delivered(Unread<R>),
    HandedBack(Cause),
    Superseded,
}

impl<E, R, T> Buffer<E, R, T> {
    /// The one way out of the buffer: an entry gets its answer and gives up its slot.
    pub(super) fn resolve(&mut self, id: SlotId, outcome: Outcome<R>, now: Instant) {
        let (slot, entry) = self.vacate(id);
        let maybe_delivered = slot.maybe_delivered();
        let result = match (outcome, entry) {
            (Outcome::HandedBack(cause), Some(entry)) => Err(self.hand_back(&slot, entry, cause, now)),
            (Outcome::Superseded, entry) => {
                self.garbage.entries.extend(entry);
                self.counters.superseded += 1;
                self.room.free(1, slot.charge);
                Ok(Sent::superseded(slot.sends, maybe_delivered))
            }
            (Outcome::Delivered(response), entry) => {
                self.garbage.entries.extend(entry);
                self.counters.delivered += 1;
                self.meters.delivered(slot.accepted, now);
                self.counters.ambiguous += u64::from(maybe_delivered);
                self.room.free(1, slot.charge);
                Ok(Sent::delivered(response, slot.sends, maybe_delivered))
            }
            (Outcome::HandedBack(_), None) => {
                unreachable!("an entry is back in its slot before it is handed back")
            }
        };
        let (charge, accepted, stamp) = (self.owner.charge(slot.charge), slot.accepted, slot.stamp);
        self.garbage.failures.extend(slot.past.and_then(|past| past.last));
        if let Some(tag) = slot.tag {
            self.answers.push_back(Answers::One(Resolution { tag, result, charge, accepted, stamp }));
        }
    }

    /// Hands back an entry that was never sent, and has no slot.
    pub(super) fn hand_back_unsent(&mut self, single: Single<E, T>, now: Instant) {
        let Single { entry, record, keys, line } = single;
        let cause = self.cause_of_end(&record, line);
        self.release_keys(keys);
        self.count_handed_back(&cause);
        let (accepted, age) = (record.accepted, now.saturating_duration_since(record.accepted));
        let item = UnprocessedItem { entry, cause, attempts: 0, age, maybe_delivered: false };
        let (charge, stamp) = (self.owner.charge(record.charge), record.stamp);
        let resolution = Resolution { tag: record.tag, result: Err(Box::new(item)), charge, accepted, stamp };
        self.answers.push_back(Answers::One(resolution));
    }

    /// Hands back a copy of an entry in flight that was withdrawn, as maybe delivered. Its request runs
    /// on; the late verdict is counted and otherwise ignored. One that is only being
    /// [sorted](Self::sorted) is as delivered as it was before.
    ///
    /// # Errors
    ///
    /// The copy, when the entry has its answer already.
    ///
    /// # Panics
    ///
    /// When the request has no entry at this position.
    pub fn hand_back_copy(
        &mut self,
        batch: BatchId,
        position: usize,
        copy: E,
        now: Instant,
    ) -> Result<(), E> {
        let now = self.clock(now);
        let Some((entries, sorts)) = self.flights.get(&batch).map(|flight| (flight.entries, flight.sorts))
        else {
            return Err(copy);
        };
        assert!(
            position < entries,
            "the request has no entry at position {position}; the number of entries is {entries}"
        );
        self.seat_in_flight(batch);
        let Some(id) = self.flights.get(&batch).and_then(|flight| flight.slot_at(position)) else {
            return Err(copy);
        };
        let Some(cause) = self.overdue(id, None, now).filter(|_| self.slots[id].is_in_flight()) else {
            return Err(copy);
        };
        self.forget_deadline(id);
        self.forget_doubt(id);
        match sorts {
            true => self.unsend(id),
            false => self.slots[id].past_mut().maybe_delivered = true,
        }
        self.keep_line_of_answered(id);
        let slot = &mut self.slots[id];
        slot.whereabouts = Whereabouts::Answered { is_collected: false };
        let Some(tag) = slot.tag.take() else {
            return Err(copy);
        };
        let (attempts, accepted, stamp) = (slot.sends, slot.accepted, slot.stamp);
        let maybe_delivered = slot.maybe_delivered();
        let charge = Charge { flies: Some((batch, position)), ..self.owner.charge(slot.charge) };
        if let Some(flight) = self.flights.get_mut(&batch) {
            flight.answered += 1;
        }
        self.count_handed_back(&cause);
        self.counters.ambiguous += u64::from(maybe_delivered);
        let age = now.saturating_duration_since(accepted);
        let item = UnprocessedItem { entry: copy, cause, attempts, age, maybe_delivered };
        let resolution = Resolution { tag, result: Err(Box::new(item)), charge, accepted, stamp };
        self.answers.push_back(Answers::One(resolution));
        Ok(())
    }

    /// The request of an entry that was answered before has ended.
    pub(super) fn bury(&mut self, id: SlotId) {
        self.counters.late += 1;
        self.forget_answered(id);
    }

    /// Nothing carries an entry any more that was answered before.
    pub(super) fn forget_answered(&mut self, id: SlotId) {
        let (slot, entry) = self.vacate(id);
        self.garbage.entries.extend(entry);
        if let Whereabouts::Answered { is_collected: true } = slot.whereabouts {
            self.room.free(1, slot.charge);
        }
        self.garbage.failures.extend(slot.past.and_then(|past| past.last));
    }

    /// An entry that was handed back with this charge is collected: its room is free, or will be when
    /// the request ends that still carries it.
    ///
    /// # Panics
    ///
    /// When the charge is another buffer's.
    pub fn collected(&mut self, charge: Charge) {
        self.owner.check(charge.owner);
        self.room.collect();
        let flight = charge.flies.and_then(|(batch, position)| self.flights.get(&batch)?.slot_at(position));
        match flight {
            Some(id) => self.slots[id].whereabouts = Whereabouts::Answered { is_collected: true },
            None => self.room.free(1, charge.bytes),
        }
    }

    fn hand_back(&mut self, slot: &Slot<T>, entry: E, cause: Cause, now: Instant) -> Box<UnprocessedItem<E>> {
        let maybe_delivered = slot.maybe_delivered();
        self.count_handed_back(&cause);
        self.counters.ambiguous += u64::from(maybe_delivered);
        let age = now.saturating_duration_since(slot.accepted);
        Box::new(UnprocessedItem { entry, cause, attempts: slot.sends, age, maybe_delivered })
    }

    /// Takes an entry out of everything that knows it.
    fn vacate(&mut self, id: SlotId) -> (Slot<T>, Option<E>) {
        self.forget_deadline(id);
        self.forget_doubt(id);
        let (slot, entry) = self.slots.remove(id);
        let is_away = slot.whereabouts != Whereabouts::Waiting;
        if let Some(line) = slot.line.filter(|_| is_away) {
            self.lines.come_back(line);
        }
        if let Some(identity) = slot.identity {
            if slot.tag.is_some() {
                self.identities.answer(identity);
            }
            self.identities.leave(identity, id, is_away);
        }
        (slot, entry)
    }

    /// The next entry of its identity must wait for the end of the request that still carries this one.
    fn keep_line_of_answered(&mut self, id: SlotId) {
        let slot = &mut self.slots[id];
        let Some(identity) = slot.identity else {
            return;
        };
        self.identities.answer(identity);
        if slot.line.is_none() {
            let line = self.identities.line(identity, || self.lines.nameless_lane());
            slot.line = Some(line);
            self.lines.go(line);
        }
    }
}
