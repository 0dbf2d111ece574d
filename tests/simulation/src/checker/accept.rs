//! Laws 1, 2 and 6 at the door: what is accepted, what is refused and why.

use batch_core::{Duplicates, ENTRY_OVERHEAD_BYTES, Order, Stats};

use super::Checker;
use super::entries::Name;
use super::facts::Facts;
use super::known::{At, IdentityId, Known, Owed, Owner};
use super::queue::CallId;
use super::scopes::ScopeId;

/// Why an entry was not accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// The writer is shut down.
    Closed,
    /// A twin is inside.
    Duplicate,
    /// There is no room now.
    Full,
    /// The service would refuse it.
    Invalid,
    /// Another reason, which no run gives.
    Other(String),
    /// It can never fit.
    TooLarge {
        /// What it counts.
        bytes: usize,
        /// What it may count.
        limit: usize,
    },
    /// Only uncollected failures fill the writer.
    Uncollected,
}

impl Checker {
    /// An entry is submitted to a scope, at the door or with a permit, which may outlive the scope.
    pub(crate) fn submit_begins(&mut self, n: u64, scope: ScopeId, has_permit: bool) -> CallId {
        self.note(&[7, n, scope, u64::from(has_permit)], || {
            format!("entry {n} is submitted to scope {scope}")
        });
        self.queue.begin(Some((n, scope)), has_permit)
    }

    /// The service measured an entry, or found it invalid.
    pub(crate) fn measured(&mut self, n: u64, facts: Option<Facts>) {
        let Some(call) = self.queue.call_of(n) else {
            return self.fail(format!("entry {n} is measured while nobody submits it"));
        };
        call.measured += 1;
        call.facts = facts;
        let again = call.measured > 1;
        self.expect(!again, || format!("entry {n} is measured twice"));
    }

    /// An entry was accepted; the counters before and after.
    pub(crate) fn accepted(
        &mut self,
        call: CallId,
        tracked: bool,
        before: Option<Stats>,
        after: Option<Stats>,
    ) {
        let call = self.queue.leave(call);
        let (Some((n, scope)), Some(facts)) = (call.entry, &call.facts) else {
            return self.fail("law 1: an entry is accepted that was not measured, or is invalid");
        };
        if let Some(into) = call.merged_into {
            return self.merged((n, into), &call, tracked, before.zip(after));
        }
        let superseded =
            before.zip(after).is_some_and(|(before, after)| after.superseded > before.superseded);
        self.note(&[8, n, u64::from(tracked), u64::from(superseded)], || {
            let older = if superseded { ", superseding an older one" } else { "" };
            format!("entry {n} is accepted{older}: {facts:?}")
        });
        let closed = self.is_closed;
        self.expect(!closed, || format!("law 11: entry {n} is accepted by a writer that is shut down"));
        let oversize = self.oversize(facts);
        self.expect_none(oversize, |(bytes, limit)| {
            format!("law 1: entry {n} is accepted with {bytes} bytes, above the limit of {limit}")
        });
        self.check_bounds(after);
        self.check_discarded(&call, superseded, after);
        self.queue.serve(&call);
        let twins = self.twins(facts);
        if let Some((before, after)) = before.zip(after) {
            self.check_acceptance(n, &twins, before, after);
        }
        self.learn_of((n, scope), facts, tracked, superseded);
    }

    /// An entry came back at once, with this seal.
    pub(crate) fn refused(
        &mut self,
        call: CallId,
        refusal: &Refusal,
        returned: (u64, u64),
        stats: Option<Stats>,
    ) {
        let call = self.queue.leave(call);
        let Some((n, _)) = call.entry else { return };
        self.note(&[9, n], || format!("entry {n} is refused: {refusal:?}"));
        let seal = call.facts.as_ref().map_or(returned.1, |facts| facts.seal);
        self.expect(returned == (n, seal), || format!("law 10: entry {n} came back altered"));
        let oversize = call.facts.as_ref().and_then(|facts| self.oversize(facts));
        match (refusal, &call.facts) {
            (Refusal::Closed, _) => self.check_closed(),
            (Refusal::Invalid, facts) => {
                let invalid = call.measured > 0 && facts.is_none();
                self.expect(invalid, || format!("entry {n} is refused as invalid, but it is not"));
            }
            (Refusal::TooLarge { bytes, limit }, _) => {
                let justified = oversize == Some((*bytes, *limit));
                self.expect(justified, || format!("law 1: entry {n}: {refusal:?}, but {oversize:?}"));
            }
            (Refusal::Duplicate, Some(facts)) => {
                let twins = self.twins(facts);
                let justified = self.rules.duplicates == Duplicates::KeepFirst && !twins.is_empty();
                self.expect(justified, || format!("entry {n} is refused as a duplicate of {twins:?}"));
                self.tally.duplicates += 1;
            }
            (Refusal::Full, Some(facts)) => self.check_full(&call, charge(facts), stats),
            (Refusal::Uncollected, Some(_)) => self.check_uncollected(stats),
            _ => self.fail(format!("entry {n} is refused with {refusal:?}")),
        }
    }

    /// Law 1: what it counts and may count, if it can never fit.
    fn oversize(&self, facts: &Facts) -> Option<(usize, usize)> {
        let limits = &self.rules.limits;
        let payload = limits.request_bytes() - limits.overhead_bytes();
        let sizes = [
            (facts.entry_bytes, limits.entry_bytes()),
            (facts.request_bytes, payload),
            (charge(facts), self.rules.max_bytes),
        ];
        sizes.into_iter().find(|(bytes, limit)| bytes > limit)
    }

    /// The entries of the same identity that are inside, and whether each surely is.
    fn twins(&self, facts: &Facts) -> Vec<(u64, bool)> {
        let Some(key) = facts.identity.as_ref().filter(|_| !self.merges()) else {
            return Vec::new();
        };
        let twins = self.entries.iter_identity(facts.lane.as_deref(), key);
        twins.map(|(n, known)| (n, known.is_in_flight() || !self.may_be_gone(n, known))).collect()
    }

    /// An acceptance changes what it must in the counters, and nothing else.
    pub(super) fn check_acceptance(&mut self, n: u64, twins: &[(u64, bool)], before: Stats, after: Stats) {
        let surely_inside = twins.iter().any(|&(_, surely)| surely);
        let duplicates = after.duplicates - before.duplicates;
        let counted = duplicates == u64::from(!twins.is_empty()) || (duplicates == 0 && !surely_inside);
        self.expect(counted, || format!("entry {n} counts as {duplicates} duplicates of {twins:?}"));
        self.tally.duplicates += duplicates;
        let keeps_first = self.rules.duplicates == Duplicates::KeepFirst;
        self.expect(!keeps_first || !surely_inside, || format!("entry {n} is a duplicate of {twins:?}"));
        let mut expected = before;
        expected.accepted += 1;
        expected.duplicates = after.duplicates;
        expected.superseded = after.superseded;
        expected.inside += 1;
        expected.inside -= after.superseded - before.superseded;
        expected.bytes = after.bytes;
        expected.discarded = after.discarded;
        expected.uncollected -= after.discarded - before.discarded;
        // What is superseded may have been the oldest, or have stood before an older one that has one more attempt.
        let is_reprieved = |(_, known): (u64, &Known)| known.reprieved.is_some();
        let may_rise = after.oldest_age > before.oldest_age && self.entries.iter().any(is_reprieved);
        expected.oldest_age =
            if may_rise { after.oldest_age } else { after.oldest_age.min(before.oldest_age) };
        self.expect(expected == after, || format!("law 2: accepting entry {n} makes {before:?} {after:?}"));
        let accepted = self.tally.accepted + 1;
        self.expect(after.accepted == accepted, || {
            format!("law 2: {} accepted, not {accepted}", after.accepted)
        });
    }

    fn learn_of(&mut self, (n, scope): (u64, ScopeId), facts: &Facts, tracked: bool, supersedes: bool) {
        self.tally.accepted += 1;
        let lane = facts.lane.as_deref();
        let identity = facts.identity.as_ref().filter(|_| !self.merges());
        let identity = identity.map(|key| self.entries.identity(lane, key));
        if !tracked {
            self.may_absorb(n, facts, scope);
        }
        let owner = if tracked { Owner::Receipt { awaited: false, polled: false } } else { Owner::Nobody };
        let stamp = self.scopes.enter(scope);
        let lane = self.lane_of(facts, identity);
        self.joins_lane(lane);
        let mut known = Known {
            seal: facts.seal,
            lane,
            identity,
            bytes: facts.request_bytes,
            carrier: facts.carrier.clone().filter(|_| self.may_be_carried(facts.request_bytes)),
            charge: charge(facts),
            accepted: self.now,
            reprieved: None,
            launched: None,
            doubted: None,
            place: stamp.order,
            stamp,
            is_withdrawn: false,
            at: At::Waiting,
            isolation: None,
            earliest: self.now,
            latest: self.now + self.rules.linger.longest(),
            sends: 0,
            used: 0,
            strikes: 0,
            ambiguous: false,
            outlived: false,
            was_throttled: false,
            last: None,
            requests: Vec::new(),
            owner,
            was_tracked: tracked,
        };
        if supersedes {
            self.supersede_one(n, &mut known);
        }
        if self.entries.get(n).is_some() || self.decided.contains_key(&n) {
            return self.fail(format!("entry {n} is accepted twice"));
        }
        self.entries.insert(n, known);
    }

    /// A new entry takes the place of the one of its identity that waits.
    fn supersede_one(&mut self, n: u64, known: &mut Known) {
        // One that waited before it may be on its way to the service, where nobody has seen it yet; and one that was
        // withdrawn has its answer.
        let waits = |twin: &Known| twin.at == At::Waiting && !twin.is_withdrawn;
        let waiting = self.entries.twins(known.identity).filter(|(_, twin)| waits(twin));
        let waiting = waiting.max_by_key(|(_, twin)| twin.place);
        let Some((older, twin)) = waiting.map(|(older, twin)| (older, twin.clone())) else {
            return self.fail(format!("entry {n} supersedes one, but none waits"));
        };
        let keeps_last = self.rules.duplicates == Duplicates::KeepLast;
        self.expect(keeps_last, || format!("entry {n} supersedes entry {older} against the rule"));
        known.inherit(&twin, self.scopes.home(twin.stamp).scope == known.stamp.scope);
        known.strikes = twin.strikes;
        known.was_throttled = twin.was_throttled;
        self.decide(older, Owed::Superseded);
    }

    fn lane_of(&mut self, facts: &Facts, identity: Option<IdentityId>) -> Option<usize> {
        let keeps_first = self.rules.duplicates == Duplicates::KeepFirst;
        match (&facts.lane, identity) {
            (Some(lane), _) => {
                let strict = self.rules.order == Order::Strict;
                Some(self.entries.lane(Name::Lane(lane.clone()), strict))
            }
            // Without a lane of its own, an identity is a lane, unless it has one entry at a time.
            (None, Some(identity)) if !keeps_first || self.ghosts.has_identity(identity) => {
                Some(self.entries.lane(Name::Identity(identity), true))
            }
            (None, _) => None,
        }
    }
}

/// What an entry takes of the memory bound.
pub(super) fn charge(facts: &Facts) -> usize {
    facts.heap_bytes + ENTRY_OVERHEAD_BYTES
}
