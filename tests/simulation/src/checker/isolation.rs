//! Law 8: poison is isolated, its batch mates are delivered, and finding it takes few requests.

use std::collections::BTreeSet;
use std::time::Duration;

use batch_core::Failure;

use super::Checker;
use super::known::{At, IsolationId, Owed};
use super::requests::Request;

/// The code of a refusal for which no entry is to blame: the number of requests then has no bound.
pub const WHIM: &str = "Whim";

/// A request of at most this many entries is isolated to the end.
const ALWAYS: usize = 25;

/// A request that was refused, and its parts.
#[derive(Debug)]
pub(super) struct Isolation {
    /// The entries that are in parts not sent yet.
    pub(super) members: BTreeSet<u64>,
    pub(super) in_flight: bool,
    pub(super) rest_until: Duration,
    size: usize,
    /// Requests that the service answered or refused; others are repeated.
    requests: usize,
    culprits: usize,
    /// Whether nothing but culprits made it longer.
    is_pure: bool,
    /// Why a part was refused last.
    refusal: Failure,
}

impl Checker {
    /// Parts of a refused request travel alone, one after the other.
    pub(super) fn check_isolation(&mut self, id: u64, numbers: &[u64]) -> Option<IsolationId> {
        let of = |n: &u64| match self.entries.get(*n) {
            Some(known) => known.isolation.filter(|_| known.at == At::Isolated),
            // It was withdrawn when the request had been launched.
            None => self.decided.get(n).and_then(|decided| decided.known.isolation),
        };
        let isolation = numbers.first().and_then(of);
        let mixed = numbers.iter().any(|n| of(n) != isolation);
        self.expect(!mixed, || format!("law 8: request {id} mixes parts of refused requests: {numbers:?}"));
        let isolation = isolation?;
        let now = self.now;
        let part = &mut self.isolations[isolation];
        let (alone, rested) = (!part.in_flight, part.rest_until <= now);
        part.in_flight = true;
        numbers.iter().for_each(|n| {
            part.members.remove(n);
        });
        self.expect(alone, || format!("law 8: request {id} is sent together with another part"));
        self.expect(rested, || format!("law 9: request {id} is sent before the backoff of its part ended"));
        Some(isolation)
    }

    /// The request was refused as a whole: on to its parts, unless its one entry is the culprit.
    pub(super) fn refuse(&mut self, request: &Request, failure: &Failure) {
        // Where others in the request were answered before, nothing says which one it refused.
        if let [culprit] = request.entries[..]
            && request.carried == 1
        {
            if let Some(id) = request.isolation {
                self.isolations[id].refuse(failure);
                self.isolations[id].culprits += 1;
            }
            self.decide_failed(culprit, Owed::Rejected, failure);
            return;
        }
        self.tally.splits += 1;
        let id = request.isolation.unwrap_or_else(|| self.new_isolation(request.entries.len(), failure));
        let isolation = &mut self.isolations[id];
        isolation.refuse(failure);
        isolation.rest_until = self.now;
        // A culprit that was answered before is not counted among those of the rest.
        let is_whole = request.carried == request.entries.len();
        isolation.is_pure &= failure.code() != WHIM && is_whole;
        for &n in &request.entries {
            self.entries.change(n, |known| known.last = Some(failure.clone()));
            if self.entries.get(n).is_some_and(|known| self.is_overdue(known) || known.had_its_last_attempt())
            {
                self.decide(n, Owed::Overdue);
            } else {
                self.isolate(n, id);
            }
        }
    }

    pub(super) fn isolate(&mut self, n: u64, isolation: IsolationId) {
        self.entries.set_at(n, At::Isolated);
        self.entries.change(n, |known| known.isolation = Some(isolation));
        self.isolations[isolation].members.insert(n);
    }

    /// The service answered for each entry of a part.
    pub(super) fn acquit(&mut self, request: &Request, has_setbacks: bool) {
        if let Some(id) = request.isolation {
            let isolation = &mut self.isolations[id];
            isolation.requests += 1;
            isolation.is_pure &= !has_setbacks;
        }
    }

    /// Whoever is left when the budget is spent is handed back, and is no culprit.
    pub(super) fn end_isolation_if_spent(&mut self, id: IsolationId) {
        let isolation = &self.isolations[id];
        let budget = isolation.size + isolation.size / 2 + 25;
        if isolation.size <= ALWAYS || isolation.requests < budget {
            return;
        }
        let refusal = isolation.refusal.clone();
        for n in isolation.members.clone() {
            if self.entries.get(n).is_some_and(|known| self.is_overdue(known)) {
                self.decide(n, Owed::Overdue);
            } else {
                self.decide_failed(n, Owed::Unisolated, &refusal);
            }
        }
    }

    /// At most 2k log2(n) + 1 requests for k culprits of n.
    pub(super) fn check_isolation_cost(&mut self, id: IsolationId) {
        let isolation = &self.isolations[id];
        let levels = isolation.size.next_power_of_two().trailing_zeros() as usize;
        let most = 2 * isolation.culprits * levels + 1;
        let ended = isolation.members.is_empty() && !isolation.in_flight;
        let within = isolation.requests <= most;
        let complaint = format!("law 8: more than {most} requests: {isolation:?}");
        self.expect(!ended || !isolation_counts(&self.isolations[id]) || within, || complaint);
    }

    fn new_isolation(&mut self, size: usize, refusal: &Failure) -> IsolationId {
        self.isolations.push(Isolation {
            members: BTreeSet::new(),
            in_flight: false,
            rest_until: self.now,
            size,
            requests: 0,
            culprits: 0,
            is_pure: self.refuses_steadily,
            refusal: refusal.clone(),
        });
        self.isolations.len() - 1
    }
}

fn isolation_counts(isolation: &Isolation) -> bool {
    isolation.is_pure && isolation.culprits > 0
}

impl Isolation {
    /// An entry got its answer. Who is lost for another reason may have been a culprit that was never found.
    pub(super) fn leave(&mut self, n: u64, owed: Owed) {
        self.members.remove(&n);
        self.is_pure &= matches!(owed, Owed::Delivered(_) | Owed::Rejected);
    }

    fn refuse(&mut self, failure: &Failure) {
        self.requests += 1;
        self.refusal = failure.clone();
    }
}
