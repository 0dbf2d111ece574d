use super::index::{Holder, KeyHash};
use super::manifest::Manifest;
use super::record::Keys;
use super::segment::{Number, Single};
use super::{Admission, Buffer, Grant, Place, ScopeId};
use crate::Growth;

/// The most entries of one identity that are asked whether they absorb a newer one.
const ABSORBERS: u64 = 8;

/// Merging, under [`Duplicates::Merge`](crate::Duplicates::Merge): a newer entry is absorbed by one of its
/// identity and its scope to which nothing has happened yet.
///
/// The entries that may absorb others wait in segments, and hold a key each: that of the identity, for a
/// scope and a turn. One that leaves its segment, for a request or a line, gives its key up, so that what a
/// request has carried is never changed. An entry that was not absorbed waits on its own, and holds the key
/// of the first turn that is free.
///
/// An entry that grows may take bytes that submitters wait for, but none of them waits for ever: only what came
/// before them can grow, up to what a request carries, and it goes as soon as one waits.
impl<E, R, T> Buffer<E, R, T> {
    /// Lets an entry that waits absorb this one, if there is one that can: of its lane, its identity and its
    /// scope, with which it fits into a request, while there are as many bytes of room as the newer entry is
    /// charged. Returns whether it did. The newer entry counts as accepted and merged then, and that is its
    /// answer.
    ///
    /// `absorb` is what [`Service::absorb`](crate::Service::absorb) does; it is given an entry that waits,
    /// and the newer one. As long as it returns `None`, it is called for up to eight entries.
    ///
    /// Never under another rule than [`Duplicates::Merge`](crate::Duplicates::Merge).
    #[must_use = "an entry that was not absorbed is to be put into a place"]
    pub fn absorb(
        &mut self,
        scope: ScopeId,
        admission: &Admission,
        newer: &mut E,
        mut absorb: impl FnMut(&mut E, &mut E) -> Option<Growth>,
    ) -> bool {
        let Some(identity) = admission.keys.identity.filter(|_| self.plan.merges()) else {
            return false;
        };
        if !self.room.has_bytes(admission.charge) {
            return false;
        }
        for turn in 0..ABSORBERS {
            let Some(number) = self.identities.keys.entry(key_of(identity, scope, turn)) else {
                break;
            };
            if self.absorb_in(number, admission, newer, &mut absorb) {
                return true;
            }
        }
        false
    }

    /// Lets an entry be absorbed for which room is granted already, which is given back then, and also if
    /// `absorb` panics. Returns the grant if the entry was not absorbed.
    pub(crate) fn absorb_granted(
        &mut self,
        grant: Grant,
        scope: ScopeId,
        admission: &Admission,
        newer: &mut E,
        absorb: impl FnMut(&mut E, &mut E) -> Option<Growth>,
    ) -> Option<Grant> {
        let mut place = Place::on_its_own(self, grant, *admission);
        match place.buffer().absorb(scope, admission, newer, absorb) {
            true => None,
            false => place.into_grant(),
        }
    }

    /// Lets this entry absorb a newer one, if the two fit into a request.
    #[inline]
    fn absorb_in(
        &mut self,
        number: Number,
        admission: &Admission,
        newer: &mut E,
        absorb: &mut impl FnMut(&mut E, &mut E) -> Option<Growth>,
    ) -> bool {
        let (charge, bytes, most_bytes) =
            (admission.charge, admission.bytes, self.plan.limits.payload_bytes());
        let mut more = 0;
        let has_grown = self.segments.grow(number, |waiting, (its_charge, its_bytes)| {
            let both = (its_charge.saturating_add(charge), its_bytes.saturating_add(bytes));
            if both.1 > most_bytes || !Manifest::<T>::keeps(both.0, both.1) {
                return None;
            }
            let growth = absorb(waiting, newer)?;
            more = growth.heap_bytes.min(charge);
            Some((its_charge + more, its_bytes + growth.request_bytes.min(bytes)))
        });
        if has_grown {
            self.room.grow(more);
            self.counters.accepted += 1;
            self.counters.merged += 1;
        }
        has_grown
    }

    /// The keys with which an entry waits: where entries are merged, one that was not absorbed holds a key,
    /// unless it has to wait behind others of its lane. If no turn is free, it takes the last one over.
    pub(super) fn keys_to_wait_with(&mut self, scope: ScopeId, keys: Keys, can_be_kept: bool) -> Keys {
        let Some(identity) = keys.identity.filter(|_| self.plan.merges()) else {
            return keys;
        };
        if !can_be_kept || keys.lane.is_some_and(|lane| self.lines.lanes.holder(lane).is_some()) {
            return Keys { identity: None, ..keys };
        }
        let turn = |turn| key_of(identity, scope, turn);
        let free = (0..ABSORBERS).map(turn).find(|&key| self.identities.keys.holder(key).is_none());
        let key = free.unwrap_or_else(|| turn(ABSORBERS - 1));
        if let Some(Holder::Entry(number)) = self.identities.keys.holder(key) {
            self.segments.forget_identity(number);
            self.identities.keys.remove(key);
        }
        Keys { identity: Some(key), ..keys }
    }

    /// An entry that left its segment, and waits on elsewhere.
    pub(super) fn no_longer_absorbing(&mut self, mut single: Single<E, T>) -> Single<E, T> {
        if self.plan.merges()
            && let Some(key) = single.keys.identity.take()
        {
            self.identities.keys.remove(key);
        }
        single
    }
}

/// The key of an identity for a scope and a turn. Entries of different scopes are not merged, since a flush
/// of the one hands back nothing of the other.
#[inline]
fn key_of(identity: KeyHash, scope: ScopeId, turn: u64) -> KeyHash {
    identity.in_set(scope.number() * ABSORBERS + turn)
}
