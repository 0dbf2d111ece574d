use std::time::Instant;

use super::fill::CarrierHash;
use super::index::{Holder, KeyHash};
use super::manifest::Manifest;
use super::record::{Keys, Record};
use super::slots::SlotId;
use super::{Answers, Buffer, Grant, Resolution, ScopeId};
use crate::plan::Plan;
use crate::{Duplicates, Measure, Sent};

/// Why an entry is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// An entry of its identity is inside.
    Duplicate,
    /// It can never fit: what it counts and what the limit is, both in bytes.
    TooLarge {
        /// What it counts.
        bytes: usize,
        /// What it may count at most.
        limit: usize,
    },
}

/// The measure of an entry that can be sent, checked against the limits and detached from the entry.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    pub(super) charge: usize,
    pub(super) bytes: usize,
    pub(super) keys: Keys,
    pub(super) carrier: Option<CarrierHash>,
}

/// The place of an entry that is accepted. Dropping it gives its grant back.
#[must_use = "an entry is accepted when it is put into its place"]
pub struct Place<'a, E, R, T> {
    buffer: &'a mut Buffer<E, R, T>,
    admission: Admission,
    grant: Option<Grant>,
    found: Found,
}

/// What an entry finds inside of its identity. Under [`Duplicates::Merge`], that is nothing to it any more: it was
/// absorbed, or it is on its own.
#[derive(Clone, Copy)]
enum Found {
    /// One is inside, but not to be replaced.
    Inside,
    None,
    /// One waits and is to be superseded.
    Waiting(SlotId),
}

impl Admission {
    /// What the entry is charged against the memory bound, in bytes.
    #[must_use]
    pub fn charge(&self) -> usize {
        self.charge
    }
}

impl Plan {
    /// Checks the measure of an entry.
    #[inline(always)]
    pub(crate) fn admit(&self, measure: &Measure<'_>) -> Result<Admission, Refused> {
        self.limits
            .check_entry(measure.entry_bytes, measure.request_bytes)
            .map_err(|(bytes, limit)| Refused::TooLarge { bytes, limit })?;
        let charge = self.charge(measure.heap_bytes);
        if charge > self.max_bytes {
            return Err(Refused::TooLarge { bytes: charge, limit: self.max_bytes });
        }
        let lane = measure.lane.as_ref().map(|key| self.keys.hash(key));
        // Equal identities in different lanes would have to wait for each other across lanes.
        let identity = measure.identity.as_ref().map(|key| self.keys.hash_within(lane, key));
        let carrier = self.carrier(lane, measure);
        Ok(Admission { charge, bytes: measure.request_bytes, keys: Keys { lane, identity }, carrier })
    }
}

impl<E, R, T> Buffer<E, R, T> {
    /// Checks the measure of an entry.
    ///
    /// # Errors
    ///
    /// [`Refused::TooLarge`] when it can never fit.
    pub fn admit(&self, measure: &Measure<'_>) -> Result<Admission, Refused> {
        self.plan.admit(measure)
    }

    /// Finds the place of an entry.
    ///
    /// # Errors
    ///
    /// [`Refused::Duplicate`] under [`Duplicates::KeepFirst`]; the grant is given back.
    ///
    /// # Panics
    ///
    /// When the grant is another buffer's, or for less than the entry's charge.
    #[inline]
    pub fn place(&mut self, grant: Grant, admission: Admission) -> Result<Place<'_, E, R, T>, Refused> {
        self.owner.check(grant.owner);
        let (granted, charge) = (grant.bytes, admission.charge);
        assert!(
            granted >= charge,
            "the grant is below what the entry needs, in bytes: {granted} instead of {charge}"
        );
        let found = match self.plan.merges() {
            true => Found::None,
            false => self.find_duplicate(admission.keys.identity),
        };
        if matches!(found, Found::Inside) && self.plan.rules.duplicates == Duplicates::KeepFirst {
            self.room.give_back(grant);
            return Err(Refused::Duplicate);
        }
        Ok(Place { buffer: self, admission, grant: Some(grant), found })
    }

    fn accept(&mut self, scope: ScopeId, admission: Admission, entry: E, tag: T, now: Instant) {
        let Admission { charge, bytes, keys, .. } = admission;
        let can_be_kept = Manifest::<T>::keeps(charge, bytes);
        let keys = self.keys_to_wait_with(scope, keys, can_be_kept);
        if can_be_kept && self.is_alone(keys) {
            return self.push_alone(scope, Admission { keys, ..admission }, entry, tag, now);
        }
        let stamp = self.scopes.enter(scope);
        self.join(entry, Record::of(admission, tag, now, stamp), keys, can_be_kept);
    }

    /// An entry that is alone with its lane and its identity goes to the last segment.
    #[inline(always)]
    pub(super) fn push_alone(
        &mut self,
        scope: ScopeId,
        admission: Admission,
        entry: E,
        tag: T,
        now: Instant,
    ) {
        let Keys { lane, identity } = admission.keys;
        let stamp = self.scopes.enter(scope);
        let number = self.segments.push(&self.plan.limits, entry, admission, tag, now, stamp);
        if let Some(lane) = lane {
            self.lines.lanes.insert(lane, Holder::Entry(number));
        }
        if let Some(identity) = identity {
            self.identities.keys.insert(identity, Holder::Entry(number));
        }
    }

    /// Whether no other entry of its lane or its identity is inside.
    #[inline]
    fn is_alone(&self, keys: Keys) -> bool {
        keys.lane.is_none_or(|lane| self.lines.lanes.holder(lane).is_none())
            && keys.identity.is_none_or(|identity| self.identities.keys.holder(identity).is_none())
    }

    /// An entry goes to the end of the line of its lane, or of its identity, which without a lane is one:
    /// its entries go one after the other.
    fn join(&mut self, entry: E, record: Record<T>, keys: Keys, can_be_kept: bool) {
        let needs_no_slot = can_be_kept && keys.lane.is_some() && keys.identity.is_none();
        if needs_no_slot && let Some(line) = keys.lane.and_then(|lane| self.lines.lanes.find(lane)) {
            // So it is with most, and nothing is to be shared.
            return self.lines.push(&self.slots, line, entry, record);
        }
        self.share(keys);
        let identity = keys.identity.map(|key| self.identities.enter(key));
        let line = match (keys.lane, identity) {
            (Some(lane), _) => self.lines.lane(lane),
            (None, Some(identity)) => self.identities.line(identity, || self.lines.nameless_lane()),
            (None, None) => self.lines.cohort(),
        };
        if needs_no_slot {
            self.lines.push(&self.slots, line, entry, record);
            return;
        }
        // What has an identity may be superseded where it waits, so it has a slot, and slots go first. So has what no
        // manifest can keep.
        self.promote_fresh(line);
        self.wait_in(line, entry, record, identity);
    }

    /// The newer entry takes the older one's place in line, its linger and backoff, and in the same scope
    /// its watermark; its deadline and its attempts are its own.
    fn supersede(
        &mut self,
        (older, scope): (SlotId, ScopeId),
        admission: Admission,
        entry: E,
        tag: T,
        now: Instant,
    ) {
        self.lines.resize(&mut self.slots, older, admission.bytes, now);
        self.forget_doubt(older);
        self.forget_deadline(older);
        let slot = &mut self.slots[older];
        let old_tag = slot.tag.replace(tag);
        let old_charge = std::mem::replace(&mut slot.charge, admission.charge);
        slot.carrier = admission.carrier;
        let sent = Sent::superseded(slot.sends, slot.maybe_delivered());
        let accepted = std::mem::replace(&mut slot.accepted, now);
        slot.sends = 0;
        if let Some(past) = &mut slot.past {
            (past.used, past.maybe_delivered) = (0, false);
            self.garbage.failures.extend(past.last.take());
            (past.doubted, past.reprieved, past.quota) = (None, None, None);
        }
        let stamp = slot.stamp;
        self.garbage.entries.extend(self.slots.take(older));
        self.slots.restore(older, entry);
        self.slots[older].stamp = self.scopes.enter_for(stamp, scope);
        self.remember_deadline(older);
        self.room.free(1, old_charge);
        self.counters.superseded += 1;
        if let Some(tag) = old_tag {
            let charge = self.owner.charge(old_charge);
            let superseded = Resolution { tag, result: Ok(sent), charge, accepted, stamp };
            self.answers.push_back(Answers::One(superseded));
        }
    }

    #[inline]
    fn find_duplicate(&mut self, key: Option<KeyHash>) -> Found {
        match key.and_then(|key| Some((key, self.identities.keys.holder(key)?))) {
            Some((key, holder)) => self.find_older(key, holder),
            None => Found::None,
        }
    }

    fn find_older(&mut self, key: KeyHash, holder: Holder) -> Found {
        let keeps_last = self.plan.rules.duplicates == Duplicates::KeepLast;
        if let Holder::Entry(number) = holder
            && keeps_last
            && let Some(single) = self.segments.pull(number)
        {
            // What is to be superseded is so in its slot.
            self.promote_waiting(single, None);
        }
        let waiting = match self.identities.keys.holder(key) {
            Some(Holder::Other(identity)) if !self.identities.is_unanswered(identity) => return Found::None,
            Some(Holder::Other(identity)) => self.identities.waiting(identity),
            Some(Holder::Entry(_)) | None => None,
        };
        self.counters.duplicates += 1;
        waiting.filter(|_| keeps_last).map_or(Found::Inside, Found::Waiting)
    }
}

impl<'a, E, R, T> Place<'a, E, R, T> {
    /// The place of an entry that may yet be absorbed.
    pub(super) fn on_its_own(buffer: &'a mut Buffer<E, R, T>, grant: Grant, admission: Admission) -> Self {
        Self { buffer, admission, grant: Some(grant), found: Found::None }
    }

    pub(super) fn buffer(&mut self) -> &mut Buffer<E, R, T> {
        self.buffer
    }

    pub(super) fn into_grant(mut self) -> Option<Grant> {
        self.grant.take()
    }

    /// Whether an entry of the same identity is inside.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        !matches!(self.found, Found::None)
    }

    /// Takes the entry in. From now on it is owed exactly one answer.
    pub fn put(self, entry: E, tag: T, now: Instant) {
        self.put_in(ScopeId::OWN, entry, tag, now);
    }

    /// Takes the entry into a scope, or into the writer's own if that has ended.
    #[inline]
    pub fn put_in(mut self, scope: ScopeId, entry: E, tag: T, now: Instant) {
        let (admission, found) = (self.admission, self.found);
        let grant = self.grant.take();
        let buffer = &mut *self.buffer;
        let now = buffer.clock(now);
        buffer.counters.accepted += 1;
        if let Some(grant) = grant {
            buffer.room.occupy(grant, admission.charge);
        }
        match found {
            Found::Waiting(older) => buffer.supersede((older, scope), admission, entry, tag, now),
            Found::Inside | Found::None => buffer.accept(scope, admission, entry, tag, now),
        }
    }
}

impl<E, R, T> Drop for Place<'_, E, R, T> {
    fn drop(&mut self) {
        if let Some(grant) = self.grant.take() {
            self.buffer.room.give_back(grant);
        }
    }
}

impl<E, R, T> std::fmt::Debug for Place<'_, E, R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("is_duplicate", &self.is_duplicate()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ENTRY_OVERHEAD_BYTES, LimitPolicy, Settings};

    #[test]
    fn an_entry_may_fill_the_memory_bound_and_no_more() {
        let limits = LimitPolicy::new(10, 1_000, 100).expect("they fit together");
        let plan =
            Settings::new().max_bytes(2_000).plan::<()>(limits).expect("it has room for a largest entry");
        let holding = |bytes| Measure::of_bytes(100).heap_bytes(bytes - ENTRY_OVERHEAD_BYTES);
        assert_eq!(plan.admit(&holding(2_000)).map(|admission| admission.charge()), Ok(2_000));
        let too_large = Refused::TooLarge { bytes: 2_001, limit: 2_000 };
        assert_eq!(plan.admit(&holding(2_001)).err(), Some(too_large));
    }

    #[test]
    fn an_entry_of_a_large_type_is_charged_twice_the_excess() {
        for (size, expected) in [(0, 0), (192, 0), (193, 2), (1_192, 2_000)] {
            assert_eq!(Plan::overhead_bytes(size), ENTRY_OVERHEAD_BYTES + expected, "{size}");
        }
    }
}
