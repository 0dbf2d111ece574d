use std::time::Instant;

use super::flight::{Carried, Flight, Piece, Returned};
use super::identities::IdentityId;
use super::lines::LineId;
use super::record::{Keys, Record};
use super::segment::Single;
use super::slots::{NewSlot, SlotId, Whereabouts};
use super::{BatchId, Buffer};
use crate::Duplicates;

/// Entries to which something happens for the first time: each gets a slot of its own, where that is
/// remembered.
impl<E, R, T> Buffer<E, R, T> {
    /// Lets others share the keys that an entry holds alone: from now on they are a line's or an identity's.
    pub(super) fn share(&mut self, keys: Keys) {
        let by_lane = keys.lane.and_then(|key| self.lines.lanes.entry(key));
        let by_identity = keys.identity.and_then(|key| self.identities.keys.entry(key));
        for number in by_lane.into_iter().chain(by_identity) {
            if let Some(single) = self.segments.pull(number) {
                self.wait_in_lane(single);
                return;
            }
        }
        self.take_over(keys);
    }

    /// Lets an entry that left its segment wait as before in the line of its lane.
    fn wait_in_lane(&mut self, single: Single<E, T>) {
        let Single { entry, record, keys, .. } = self.no_longer_absorbing(single);
        match (keys.lane, keys.identity) {
            (Some(key), None) => {
                let lane = self.lines.promote(key);
                self.lines.push(&self.slots, lane, entry, record);
            }
            _ => {
                self.promote_waiting(Single { entry, record, keys, line: None }, None);
            }
        }
    }

    /// Gives an entry that left its segment or its line a slot, where it waits as before: in the line of its
    /// lane or its identity, else in this one, or in one of its own.
    pub(super) fn promote_waiting(&mut self, single: Single<E, T>, line: Option<LineId>) -> SlotId {
        let Single { entry, record, keys, line: left } = self.no_longer_absorbing(single);
        let keeps_one = self.plan.rules.duplicates == Duplicates::KeepFirst;
        let identity = keys.identity.map(|key| self.identities.promote(key, false));
        let line = match (left, keys.lane, identity) {
            (Some(left), _, _) => left,
            (None, Some(lane), _) => self.lines.promote(lane),
            (None, None, Some(identity)) if !keeps_one => {
                self.identities.line(identity, || self.lines.nameless_lane())
            }
            (None, None, _) => line.unwrap_or_else(|| self.lines.cohort()),
        };
        self.wait_in(line, entry, record, identity)
    }

    /// Gives a slot to each entry of a line, so that one with a slot can wait behind them.
    pub(super) fn promote_fresh(&mut self, line: LineId) {
        while let Some((entry, record)) = self.lines.shift(line) {
            self.wait_in(line, entry, record, None);
        }
    }

    /// Gives an entry a slot at the end of its line.
    pub(super) fn wait_in(
        &mut self,
        line: LineId,
        entry: E,
        record: Record<T>,
        identity: Option<IdentityId>,
    ) -> SlotId {
        let slot = self.slots.insert(Some(entry), NewSlot { record, line: Some(line), identity });
        if let Some(identity) = identity {
            self.identities.wait(identity, slot);
        }
        self.remember_deadline(slot);
        self.lines.push_back(&mut self.slots, slot);
        slot
    }

    /// Gives each entry of a request that ended a slot.
    pub(super) fn seat(&mut self, flight: Flight<T>, now: Instant) -> Returned {
        let Flight { answered, isolation, sent_at, .. } = flight;
        let carried = flight.into_carried();
        let slots = carried.into_iter().map(|one| self.promote_carried(one, sent_at, now)).collect();
        Returned { slots, answered, isolation, sent_at }
    }

    /// Gives each entry of a request in flight a slot, unless each has one.
    pub(super) fn seat_in_flight(&mut self, batch: BatchId) {
        if self.flights.get(&batch).is_none_or(Flight::is_seated) {
            return;
        }
        if let Some(flight) = self.flights.remove(&batch) {
            let flight = self.seated(flight);
            self.flights.insert(batch, flight);
        }
    }

    /// The same request, each entry of which has a slot.
    pub(super) fn seated(&mut self, flight: Flight<T>) -> Flight<T> {
        let Flight { entries, answered, isolation, sent_at, sorts, .. } = flight;
        let carried = flight.into_carried();
        let slots = carried.into_iter().map(|one| self.promote_carried(one, sent_at, sent_at)).collect();
        Flight { pieces: vec![Piece::Slots(slots)], entries, answered, isolation, sent_at, sorts }
    }

    /// The slot of an entry that a request carries, which began at `sent_at`.
    pub(super) fn promote_carried(&mut self, one: Carried<T>, sent_at: Instant, now: Instant) -> SlotId {
        let slot = match one {
            Carried::Slot(slot) => slot,
            Carried::Entry(record, line, keys) => self.promote_flying(record, line, keys),
        };
        self.reprieve_interrupted(slot, sent_at, now);
        slot
    }

    fn promote_flying(&mut self, record: Record<T>, line: Option<LineId>, keys: Keys) -> SlotId {
        self.take_over(keys);
        let identity = keys.identity.and_then(|key| self.identities.keys.find(key));
        let line = match (keys.lane, identity) {
            (Some(lane), _) => self.lines.lanes.find(lane),
            (None, Some(identity)) => self.identities.line_of(identity),
            (None, None) => line,
        };
        let slot = self.slots.insert(None, NewSlot { record, line, identity });
        let flying = &mut self.slots[slot];
        flying.whereabouts = Whereabouts::InFlight;
        flying.sends = 1;
        self.remember_deadline(slot);
        slot
    }

    /// Where an entry in flight holds its keys alone, a line and an identity hold them instead.
    fn take_over(&mut self, keys: Keys) {
        if let Some(key) = keys.lane
            && self.lines.lanes.entry(key).is_some()
        {
            let lane = self.lines.promote(key);
            self.lines.go(lane);
        }
        if let Some(key) = keys.identity
            && self.identities.keys.entry(key).is_some()
        {
            let identity = self.identities.promote(key, true);
            if keys.lane.is_none() && self.plan.rules.duplicates != Duplicates::KeepFirst {
                let line = self.identities.line(identity, || self.lines.nameless_lane());
                self.lines.go(line);
            }
        }
    }

    /// An entry in flight without a slot leaves its lane and its identity, as its answer is given.
    pub(super) fn release(&mut self, line: Option<LineId>, keys: Keys) {
        if let Some(line) = line {
            self.lines.come_back(line);
        }
        self.release_keys(keys);
    }

    /// An entry without a slot gives its keys up, as its answer is given.
    pub(super) fn release_keys(&mut self, keys: Keys) {
        if let Some(key) = keys.lane
            && let Some(line) = self.lines.lanes.release(key)
        {
            self.lines.come_back(line);
        }
        if let Some(key) = keys.identity
            && let Some(identity) = self.identities.keys.release(key)
        {
            if keys.lane.is_none()
                && let Some(line) = self.identities.line_of(identity)
            {
                self.lines.come_back(line);
            }
            self.identities.leave_flight(identity);
        }
    }
}
