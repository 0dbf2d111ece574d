use std::time::Instant;

use super::identities::{IdentityId, Known};
use super::lines::LineId;
use super::slots::{AGE, NewSlot, SlotId};
use super::{Buffer, Grant, Output, Resolution, lines};
use crate::plan::Plan;
use crate::{Duplicates, ENTRY_OVERHEAD_BYTES, Key, Measure, Order, Sent};

/// Why an entry is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// One of its identity is inside.
    Duplicate,
    /// It can never fit: what it counts and what the limit is, both in bytes.
    TooLarge {
        /// What it counts.
        bytes: usize,
        /// What it may count at most.
        limit: usize,
    },
}

/// Where an entry goes, decided from its measure. [`Buffer::put`] must follow at once.
#[derive(Debug)]
#[must_use = "a place that no entry is put into is lost"]
pub struct Place {
    /// Whether one of its identity is inside.
    pub(crate) is_duplicate: bool,
    spot: Spot,
    bytes: usize,
    charge: usize,
}

#[derive(Debug)]
enum Spot {
    New {
        line: LineId,
        identity: Option<IdentityId>,
    },
    /// That of an older entry, which is superseded.
    Of(SlotId),
}

impl<E, R, T> Buffer<E, R, T> {
    /// Finds the place of an entry of this measure.
    ///
    /// # Errors
    ///
    /// [`Refused::Duplicate`] under [`Duplicates::KeepFirst`]; the grant is given back.
    ///
    /// # Panics
    ///
    /// When the grant is for less than the entry's charge.
    pub fn place(&mut self, grant: Grant, measure: &Measure<'_>) -> Result<Place, Refused> {
        let charge = measure.heap_bytes + ENTRY_OVERHEAD_BYTES;
        assert!(grant.bytes >= charge, "the grant is for {} bytes, the entry needs {charge}", grant.bytes);
        let identity = measure.identity.as_ref().map(|key| self.identities.look_up(key));
        let found = self.find_duplicate(identity);
        let is_duplicate = !matches!(found, Found::None);
        let spot = match found {
            Found::Inside if self.plan.rules.duplicates == Duplicates::KeepFirst => {
                self.room.give_back(grant);
                return Err(Refused::Duplicate);
            }
            Found::Waiting(older) => Spot::Of(older),
            Found::Inside | Found::None => self.new_spot(measure.lane.as_ref(), identity),
        };
        self.room.occupy(grant, charge);
        Ok(Place { is_duplicate, spot, bytes: measure.request_bytes, charge })
    }

    /// Takes an entry in. From now on it is owed exactly one answer.
    pub fn put(&mut self, place: Place, entry: E, tag: T, now: Instant) {
        let now = self.clock(now);
        let Place { spot, bytes, charge, .. } = place;
        self.counters.accepted += 1;
        match spot {
            Spot::New { line, identity } => {
                let epoch = self.epochs.enter();
                let new = NewSlot { tag, now, epoch, charge, bytes, line, identity };
                let slot = self.slots.insert(entry, new);
                if let Some(identity) = identity {
                    self.identities.wait(identity, slot);
                }
                self.slots.push_back::<AGE>(&mut self.age, slot);
                self.lines.push_back(&mut self.slots, slot);
            }
            Spot::Of(older) => self.supersede(older, entry, bytes, charge, tag, now),
        }
    }

    fn new_spot(&mut self, lane: Option<&Key<'_>>, identity: Option<Known<'_>>) -> Spot {
        let keeps_one = self.plan.rules.duplicates == Duplicates::KeepFirst;
        let identity = identity.map(|known| self.identities.enter(known));
        let line = match (lane, identity) {
            (Some(lane), _) => self.lines.lane(lane, self.plan.rules.order == Order::Strict),
            // Without a lane of its own, an identity is a lane: its entries go one after the other.
            (None, Some(identity)) if !keeps_one => {
                self.identities.line(identity, || self.lines.nameless_lane())
            }
            (None, _) => lines::MAIN,
        };
        Spot::New { line, identity }
    }

    /// The newer entry takes the older one's place in line, its linger, backoff and watermark; its
    /// deadline and its attempts are its own.
    fn supersede(&mut self, older: SlotId, entry: E, bytes: usize, charge: usize, tag: T, now: Instant) {
        self.lines.resize(&mut self.slots, older, bytes, now);
        let slot = &mut self.slots[older];
        let old_tag = std::mem::replace(&mut slot.tag, tag);
        let old_charge = std::mem::replace(&mut slot.charge, charge);
        let sent = Sent::superseded(slot.sends, slot.maybe_delivered());
        slot.accepted = now;
        slot.sends = 0;
        if let Some(past) = &mut slot.past {
            (past.used, past.maybe_delivered, past.last) = (0, false, None);
        }
        let epoch = slot.epoch;
        self.slots.restore(older, entry);
        self.epochs.enter_again(epoch);
        self.slots.unlink::<AGE>(&mut self.age, older);
        self.slots.push_back::<AGE>(&mut self.age, older);
        self.room.free(old_charge);
        self.counters.superseded += 1;
        self.outputs.push_back(Output::Resolve(Resolution {
            tag: old_tag,
            result: Ok(sent),
            charge: old_charge,
            epoch,
        }));
    }

    fn find_duplicate(&mut self, identity: Option<Known<'_>>) -> Found {
        let Some(identity) = identity.and_then(|known| known.id) else {
            return Found::None;
        };
        self.counters.duplicates += 1;
        match self.identities.waiting(identity) {
            Some(older) if self.plan.rules.duplicates == Duplicates::KeepLast => Found::Waiting(older),
            _ => Found::Inside,
        }
    }
}

/// What an entry of this measure is charged, unless it can never fit.
pub(crate) fn charge(plan: &Plan, measure: &Measure<'_>) -> Result<usize, Refused> {
    plan.limits
        .check_entry(measure.entry_bytes, measure.request_bytes)
        .map_err(|(bytes, limit)| Refused::TooLarge { bytes, limit })?;
    let charge = measure.heap_bytes.saturating_add(ENTRY_OVERHEAD_BYTES);
    if charge > plan.max_bytes {
        return Err(Refused::TooLarge { bytes: charge, limit: plan.max_bytes });
    }
    Ok(charge)
}

enum Found {
    /// One is inside, but not to be replaced.
    Inside,
    None,
    /// One waits and is to be superseded.
    Waiting(SlotId),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LimitPolicy, Settings};

    #[test]
    fn an_entry_may_fill_the_memory_bound_and_no_more() {
        let limits = LimitPolicy::new(10, 1_000, 100).expect("they fit together");
        let plan = Settings::new().max_bytes(2_000).plan(limits).expect("it has room for a largest entry");
        let holding = |bytes| Measure { heap_bytes: bytes - ENTRY_OVERHEAD_BYTES, ..Measure::of_bytes(100) };
        assert_eq!(charge(&plan, &holding(2_000)), Ok(2_000));
        assert_eq!(charge(&plan, &holding(2_001)), Err(Refused::TooLarge { bytes: 2_001, limit: 2_000 }));
    }
}
