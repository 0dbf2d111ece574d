//! Law 5: entries that were withdrawn in flight. Each has its answer, by a copy, while its request runs on: until that
//! ends, nothing else of its lane or identity goes, and its room is not free.

use std::collections::{BTreeMap, BTreeSet};

use batch_core::Cause;

use super::Checker;
use super::answers::Answer;
use super::known::{IdentityId, Known, LaneId, Owed};
use super::requests::Request;
use super::scopes::Watermark;

/// The entries that were answered while a request carries them.
#[derive(Default)]
pub(super) struct Ghosts {
    all: BTreeMap<u64, Ghost>,
    /// Those whose copies were collected, and what they are still charged.
    held: (usize, usize),
    /// Those whose requests were launched, but have not begun where it could be seen.
    unseen: BTreeSet<u64>,
}

struct Ghost {
    lane: Option<LaneId>,
    identity: Option<IdentityId>,
    charge: usize,
    is_collected: bool,
}

impl Ghosts {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn contains(&self, n: u64) -> bool {
        self.all.contains_key(&n)
    }

    /// How many take room though they were collected, and how much.
    pub(super) fn held(&self) -> (usize, usize) {
        self.held
    }

    /// How many may take room though they were collected, those included that have not been seen to begin.
    pub(super) fn held_at_most(&self) -> usize {
        self.held.0 + self.unseen.len()
    }

    /// Whether a request is still to be seen that an answer told of.
    pub(super) fn are_unseen(&self) -> bool {
        !self.unseen.is_empty()
    }

    /// Those whose requests are still to be seen.
    pub(super) fn unseen(&self) -> impl Iterator<Item = u64> {
        self.unseen.iter().copied()
    }

    /// Whether a request is to begin with this entry that was launched before its copy was handed back.
    pub(super) fn is_unseen(&self, n: u64) -> bool {
        self.unseen.contains(&n)
    }

    pub(super) fn has_identity(&self, identity: IdentityId) -> bool {
        self.all.values().any(|ghost| ghost.identity == Some(identity))
    }

    /// The copy of an entry is collected.
    pub(super) fn collect(&mut self, n: u64) {
        if let Some(ghost) = self.all.get_mut(&n).filter(|ghost| !ghost.is_collected) {
            ghost.is_collected = true;
            self.held.0 += 1;
            self.held.1 += ghost.charge;
        }
    }
}

impl Checker {
    /// Everything before this is withdrawn: what is seen in flight is answered by copies.
    pub(super) fn withdraw(&mut self, watermark: Watermark) {
        let covered = |(_, known): &(u64, &Known)| watermark.covers(self.scopes.home(known.stamp));
        let covered = self.entries.iter().filter(covered);
        let covered: Vec<(u64, bool)> = covered.map(|(n, known)| (n, known.is_in_flight())).collect();
        for (n, is_in_flight) in covered {
            self.entries.change(n, |known| known.is_withdrawn = true);
            if is_in_flight {
                self.hand_back_copy(n);
            }
        }
    }

    /// Whether this answer says that the entry, which seemed to wait, was in flight when it was withdrawn: in a request
    /// that was launched, and begins before the next rest.
    pub(super) fn is_launched_unseen(&self, n: u64, answer: &Answer) -> bool {
        let Answer::Back { cause: Cause::Withdrawn(_), attempts, maybe_delivered: true, .. } = answer else {
            return false;
        };
        self.entries.get(n).is_some_and(|known| *attempts == known.sends + 1 && known.is_withdrawn)
    }

    /// An entry is answered by a copy, and its request will be seen to begin.
    pub(super) fn hand_back_unseen(&mut self, n: u64) {
        self.entries.change(n, |known| (known.sends, known.ambiguous) = (known.sends + 1, true));
        self.decide(n, Owed::Withdrawn);
        self.ghosts.unseen.insert(n);
    }

    /// The request of an entry begins that was withdrawn when it had been launched.
    pub(super) fn appear(&mut self, id: u64, n: u64) {
        self.ghosts.unseen.remove(&n);
        let Some(decided) = self.decided.get_mut(&n) else { return };
        decided.known.requests.push(id);
        self.tally.retries += u64::from(decided.known.sends > 1);
        self.haunt(n);
    }

    /// An entry in flight is answered by a copy.
    pub(super) fn hand_back_copy(&mut self, n: u64) {
        self.entries.change(n, |known| known.ambiguous = true);
        self.decide(n, Owed::Withdrawn);
        self.haunt(n);
    }

    /// The request of entries that were answered before has ended; those of it that were not.
    pub(super) fn bury(&mut self, request: &Request) -> Vec<u64> {
        let (ghosts, rest): (Vec<_>, Vec<_>) =
            request.entries.iter().partition(|&&n| self.ghosts.contains(n));
        for n in ghosts {
            self.tally.late += 1;
            let Some(ghost) = self.ghosts.all.remove(&n) else { continue };
            if let Some(lane) = ghost.lane {
                self.entries.come_back(lane);
                self.forget_lane(Some(lane));
            }
            if ghost.is_collected {
                self.ghosts.held.0 -= 1;
                self.ghosts.held.1 -= ghost.charge;
            }
        }
        rest
    }

    /// At rest every request that was launched has begun, or has ended with its runtime.
    pub(super) fn check_ghosts_at_rest(&mut self) {
        if self.is_stopped {
            let never_began = std::mem::take(&mut self.ghosts.unseen);
            self.tally.late += never_began.len() as u64;
        }
        let unseen = self.ghosts.unseen.first().copied();
        self.expect_none(unseen, |n| {
            format!("law 7: entry {n} is said to be in a request, which never began")
        });
    }

    /// An entry with its answer stays in its lane, or blocks its identity, until its request ends.
    fn haunt(&mut self, n: u64) {
        let Some(decided) = self.decided.get(&n) else { return };
        let Known { identity, charge, owner, .. } = decided.known;
        let is_collected = decided.told || (self.rules.has_handler && !owner.is_receipt());
        let named = decided.known.lane.filter(|&lane| !self.entries.is_of_identity(lane));
        // Newer ones of its identity may have come while nobody knew that it is in flight.
        let lane = named.or_else(|| Some(self.entries.gather(identity?)));
        if let Some(lane) = lane {
            self.entries.go(lane);
        }
        self.ghosts.all.insert(n, Ghost { lane, identity, charge, is_collected: false });
        if is_collected {
            self.ghosts.collect(n);
        }
    }
}
