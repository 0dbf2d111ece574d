//! Laws 1, 2, 3, 9 and 10: what a request may carry.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::known::LaneId;

impl Checker {
    /// Laws 2, 9 and 10: it is owed an answer, not in flight, unchanged, and its time has come.
    pub(super) fn may_go(&mut self, n: u64, seal: u64) -> bool {
        if self.ghosts.is_unseen(n) {
            let altered = self.decided.get(&n).is_none_or(|decided| decided.known.seal != seal);
            return self.expect(!altered, || format!("law 10: entry {n} is sent altered"));
        }
        let Some(known) = self.entries.get(n) else {
            let told = self.decided.get(&n).map(|decided| decided.owed);
            self.fail(match told {
                Some(owed) => format!("law 2: entry {n} is sent, but its answer is decided: {owed:?}"),
                None => format!("law 2: entry {n} is sent, but was never accepted"),
            });
            return false;
        };
        let complaint = match known {
            known if known.seal != seal => "law 10: altered",
            known if known.is_in_flight() => "law 2: it is in flight already",
            known if self.rules.max_attempts.is_some_and(|most| known.used >= most) => {
                "law 9: its attempts are used up"
            }
            known if self.deadline(known) <= self.now => "law 9: past its deadline",
            known if known.had_its_last_attempt() => "law 9: a second attempt after a pause",
            known if self.is_forgotten(known) => "law 9: the service may have forgotten it",
            known if known.earliest > self.now => "law 9: before its backoff ended",
            _ if self.is_stopped => "law 11: without a runtime",
            _ => return true,
        };
        let complaint = format!("entry {n} is sent: {complaint}: {known:?}");
        self.fail(complaint);
        false
    }

    /// Law 1.
    pub(super) fn check_limits(&mut self, id: u64, numbers: &[u64]) {
        let carriers = self.carriers(numbers);
        let (entries, bytes) = (carriers.len(), carriers.iter().map(|(_, bytes)| bytes).sum::<usize>());
        let limits = self.rules.limits;
        let within = !numbers.is_empty()
            && entries <= limits.entries()
            && bytes + limits.overhead_bytes() <= limits.request_bytes();
        self.expect(within, || format!("law 1: request {id} has {entries} entries of {bytes} bytes"));
    }

    /// Whether an entry with this share of a request may share a carrier.
    pub(super) fn may_be_carried(&self, bytes: usize) -> bool {
        self.rules.limits.carrier_bytes().is_some_and(|most| bytes <= most)
    }

    /// The carriers of a request with these entries: how many each has, and its bytes.
    fn carriers(&self, numbers: &[u64]) -> Vec<(usize, usize)> {
        let mut carriers: Vec<(usize, usize)> = Vec::new();
        let mut last = None;
        for known in numbers.iter().filter_map(|&n| self.known(n)) {
            let shared = known.carrier.as_ref().filter(|carrier| last == Some(*carrier));
            let more = known.bytes - shared.map_or(0, |carrier| carrier.shared_bytes);
            match carriers.last_mut() {
                Some((entries, bytes)) if shared.is_some() && self.may_be_carried(*bytes + more) => {
                    (*entries, *bytes) = (*entries + 1, *bytes + more);
                }
                _ => carriers.push((1, known.bytes)),
            }
            last = known.carrier.as_ref();
        }
        carriers
    }

    /// Law 3: of each lane it carries what comes next, in order, while nothing else of the lane is away; of a strict
    /// lane, one carrier.
    pub(super) fn check_order(&mut self, id: u64, numbers: &[u64]) {
        let mut carried: BTreeMap<LaneId, Vec<u64>> = BTreeMap::new();
        let mut identities = BTreeSet::new();
        for &n in numbers {
            let Some(known) = self.entries.get(n) else { continue };
            let is_twin = known.identity.is_some_and(|identity| !identities.insert(identity));
            if let Some(lane) = known.lane {
                carried.entry(lane).or_default().push(n);
            }
            self.expect(!is_twin, || format!("request {id} carries two of one identity: {n} is the second"));
        }
        for (lane, numbers) in carried {
            if let Some(complaint) = self.disorder(lane, &numbers) {
                self.fail(format!("law 3: request {id} carries {numbers:?} of lane {lane}: {complaint}"));
            }
        }
    }

    fn disorder(&self, lane: LaneId, numbers: &[u64]) -> Option<String> {
        let lane = &self.entries.lanes()[lane];
        if lane.in_flight > 0 {
            return Some("the lane is in flight".to_owned());
        }
        if lane.is_strict && self.carriers(numbers).len() > 1 {
            return Some("a strict lane, and no carrier of it".to_owned());
        }
        let still_inside = |n: &u64| self.entries.get(*n).is_some_and(|known| !self.may_be_gone(*n, known));
        let next = lane.members.values().copied().filter(|n| numbers.contains(n) || still_inside(n));
        let next: Vec<u64> = next.take(numbers.len()).collect();
        (next != numbers).then(|| format!("{next:?} come next"))
    }
}
