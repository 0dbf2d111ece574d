use super::index::{Holder, KeyHash};
use super::manifest::Manifest;
use super::record::Keys;
use super::segment::Single;
use super::{Admission, Buffer, Grant, Place, ScopeId};
use crate::Growth;

/// Merging, under [`Duplicates::Merge`](crate::Duplicates::Merge): a newer entry is absorbed by one of its identity
/// and its scope to which nothing has happened yet.
///
/// The entry that absorbs others is the one that holds their identity: it waits in a segment. One that leaves its
/// segment, for a request or a line, gives its identity up, so that what a request has carried is never changed,
/// and the next entry of the identity stands on its own and holds it.
impl<E, R, T> Buffer<E, R, T> {
    /// Lets an entry that waits absorb this one, if there is one that can: of its lane, its identity and its scope,
    /// with which it fits into a request, while there are as many bytes of room as the newer entry is charged.
    /// Returns whether it did. The newer entry counts as accepted and merged then, and that is its answer.
    ///
    /// `absorb` is what [`Service::absorb`](crate::Service::absorb) does; it is given the entry that waits, and the
    /// newer one.
    ///
    /// Never under another rule than [`Duplicates::Merge`](crate::Duplicates::Merge).
    #[must_use = "an entry that was not absorbed is to be put into a place"]
    pub fn absorb(
        &mut self,
        scope: ScopeId,
        admission: &Admission,
        newer: &mut E,
        absorb: impl FnOnce(&mut E, &mut E) -> Option<Growth>,
    ) -> bool {
        let Admission { charge, bytes, keys } = *admission;
        let identity = self.keys_in(scope, keys).identity.filter(|_| self.plan.merges());
        let Some(number) = identity.and_then(|identity| self.identities.keys.entry(identity)) else {
            return false;
        };
        if !self.room.has_bytes(charge) {
            return false;
        }
        let most_bytes = self.plan.limits.payload_bytes();
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

    /// Lets an entry be absorbed for which room is granted already, which is given back then, and also if `absorb`
    /// panics. Returns the grant if the entry was not absorbed.
    pub(crate) fn absorb_granted(
        &mut self,
        grant: Grant,
        scope: ScopeId,
        admission: &Admission,
        newer: &mut E,
        absorb: impl FnOnce(&mut E, &mut E) -> Option<Growth>,
    ) -> Option<Grant> {
        let mut place = Place::on_its_own(self, grant, *admission);
        match place.buffer().absorb(scope, admission, newer, absorb) {
            true => None,
            false => place.into_grant(),
        }
    }

    /// The keys of an entry as its scope has them: entries of different scopes are not merged, since a flush of the one
    /// hands back nothing of the other.
    #[inline]
    pub(super) fn keys_in(&self, scope: ScopeId, keys: Keys) -> Keys {
        match keys.identity {
            Some(identity) if self.plan.merges() => {
                Keys { identity: Some(identity.in_set(scope.number())), ..keys }
            }
            _ => keys,
        }
    }

    /// The keys with which an entry waits that was not absorbed: it holds its identity from now on, unless it has to
    /// wait behind others of its lane.
    pub(super) fn keys_to_wait_with(&mut self, keys: Keys, can_be_kept: bool) -> Keys {
        let is_first = |lane: KeyHash| self.lines.lanes.holder(lane).is_none();
        match keys.identity {
            Some(identity) if self.plan.merges() => {
                if !can_be_kept || !keys.lane.is_none_or(is_first) {
                    return Keys { identity: None, ..keys };
                }
                if let Some(Holder::Entry(number)) = self.identities.keys.holder(identity) {
                    self.segments.forget_identity(number);
                    self.identities.keys.remove(identity);
                }
                keys
            }
            _ => keys,
        }
    }

    /// An entry that left its segment, and waits on elsewhere.
    pub(super) fn no_longer_absorbing(&mut self, mut single: Single<E, T>) -> Single<E, T> {
        if self.plan.merges()
            && let Some(identity) = single.keys.identity.take()
        {
            self.identities.keys.remove(identity);
        }
        single
    }
}
