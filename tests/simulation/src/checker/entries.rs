//! All entries whose answer is not decided, by number, lane and identity.

use std::collections::{BTreeMap, BTreeSet};

use super::accept::charge;
use super::facts::Facts;
use super::known::{At, IdentityId, Known, LaneId};

#[derive(Default)]
pub(super) struct Entries {
    all: BTreeMap<u64, Known>,
    lanes: Vec<Lane>,
    lane_ids: BTreeMap<Name, LaneId>,
    identities: Vec<BTreeSet<u64>>,
    /// By the lane that an identity is in, if any, and its own name.
    identity_ids: BTreeMap<(Option<Vec<u8>>, Vec<u8>), IdentityId>,
    /// Entries without a lane, by number.
    free: BTreeSet<u64>,
    charged: usize,
}

/// The entries that must not overtake one another.
#[derive(Default)]
pub(super) struct Lane {
    /// Whether a request carries one of them at most.
    pub(super) is_strict: bool,
    /// By place.
    pub(super) members: BTreeMap<u64, u64>,
    /// How many are in flight or being isolated.
    pub(super) away: usize,
    /// How many are in flight.
    pub(super) in_flight: usize,
}

/// What a lane is called.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Name {
    /// It has the entries of an identity without a lane.
    Identity(IdentityId),
    Lane(Vec<u8>),
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn charged(&self) -> usize {
        self.charged
    }

    pub(super) fn get(&self, n: u64) -> Option<&Known> {
        self.all.get(&n)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Known)> {
        self.all.iter().map(|(&n, known)| (n, known))
    }

    /// Entries without a lane, by number.
    pub(super) fn free(&self) -> impl Iterator<Item = (u64, &Known)> {
        self.free.iter().filter_map(|&n| Some((n, self.all.get(&n)?)))
    }

    pub(super) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The entries of this identity.
    pub(super) fn twins(&self, identity: Option<IdentityId>) -> impl Iterator<Item = (u64, &Known)> {
        let twins = identity.map(|identity| &self.identities[identity]).into_iter().flatten();
        twins.filter_map(|&n| Some((n, self.all.get(&n)?)))
    }

    /// The entries of the identity of this name in this lane.
    pub(super) fn iter_identity(
        &self,
        lane: Option<&[u8]>,
        key: &[u8],
    ) -> impl Iterator<Item = (u64, &Known)> {
        self.twins(self.identity_ids.get(&(lane.map(<[u8]>::to_vec), key.to_vec())).copied())
    }

    pub(super) fn lane(&mut self, name: Name, is_strict: bool) -> LaneId {
        let lanes = &mut self.lanes;
        *self.lane_ids.entry(name).or_insert_with(|| {
            lanes.push(Lane { is_strict, ..Lane::default() });
            lanes.len() - 1
        })
    }

    pub(super) fn identity(&mut self, lane: Option<&[u8]>, key: &[u8]) -> IdentityId {
        let identities = &mut self.identities;
        *self.identity_ids.entry((lane.map(<[u8]>::to_vec), key.to_vec())).or_insert_with(|| {
            identities.push(BTreeSet::new());
            identities.len() - 1
        })
    }

    /// Whether this is the lane of an identity that has none of its own.
    pub(super) fn is_of_identity(&self, lane: LaneId) -> bool {
        self.lane_ids.iter().any(|(name, &id)| id == lane && matches!(name, Name::Identity(_)))
    }

    /// The lane of an identity without one, with those of its entries that had none.
    pub(super) fn gather(&mut self, identity: IdentityId) -> LaneId {
        let lane = self.lane(Name::Identity(identity), true);
        for &n in &self.identities[identity] {
            if let Some(known) = self.all.get_mut(&n).filter(|known| known.lane.is_none()) {
                known.lane = Some(lane);
                self.lanes[lane].members.insert(known.place, n);
                self.free.remove(&n);
            }
        }
        lane
    }

    /// An entry with its answer stays in flight.
    pub(super) fn go(&mut self, lane: LaneId) {
        self.lanes[lane].away += 1;
        self.lanes[lane].in_flight += 1;
    }

    pub(super) fn come_back(&mut self, lane: LaneId) {
        self.lanes[lane].away -= 1;
        self.lanes[lane].in_flight -= 1;
    }

    pub(super) fn insert(&mut self, n: u64, known: Known) {
        match known.lane {
            Some(lane) => {
                self.lanes[lane].members.insert(known.place, n);
            }
            None => {
                self.free.insert(n);
            }
        }
        if let Some(identity) = known.identity {
            self.identities[identity].insert(n);
        }
        self.charged += known.charge;
        self.all.insert(n, known);
    }

    pub(super) fn remove(&mut self, n: u64) -> Option<Known> {
        self.set_at(n, At::Waiting);
        let known = self.all.remove(&n)?;
        self.free.remove(&n);
        if let Some(lane) = known.lane {
            let members = &mut self.lanes[lane].members;
            if members.get(&known.place) == Some(&n) {
                members.remove(&known.place);
            }
        }
        if let Some(identity) = known.identity {
            self.identities[identity].remove(&n);
        }
        self.charged -= known.charge;
        Some(known)
    }

    /// It absorbed another, and is measured thus.
    pub(super) fn grow(&mut self, n: u64, facts: &Facts) {
        if let Some(known) = self.all.get_mut(&n) {
            let more = charge(facts) - known.charge;
            (known.seal, known.bytes) = (facts.seal, facts.request_bytes);
            known.charge += more;
            self.charged += more;
        }
    }

    /// Changes what does not order entries: not its place, not where it is.
    pub(super) fn change(&mut self, n: u64, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.all.get_mut(&n) {
            change(known);
        }
    }

    pub(super) fn set_at(&mut self, n: u64, at: At) {
        let Some(known) = self.all.get_mut(&n) else {
            return;
        };
        let was = std::mem::replace(&mut known.at, at);
        if let Some(lane) = known.lane {
            let lane = &mut self.lanes[lane];
            lane.away = lane.away + usize::from(at != At::Waiting) - usize::from(was != At::Waiting);
            let flies = |at| usize::from(matches!(at, At::InFlight(_)));
            lane.in_flight = lane.in_flight + flies(at) - flies(was);
        }
    }

    /// The newer entry takes the older one's place in line; the older one must be removed next.
    pub(super) fn inherit(&mut self, newer: u64, older: u64, is_of_one_scope: bool) {
        let Some(old) = self.all.get(&older).cloned() else {
            return;
        };
        let Some(new) = self.all.get_mut(&newer) else {
            return;
        };
        if let Some(lane) = new.lane {
            let members = &mut self.lanes[lane].members;
            members.remove(&new.place);
            members.insert(old.place, newer);
        }
        new.inherit(&old, is_of_one_scope);
    }
}
