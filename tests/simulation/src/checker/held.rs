//! What the service holds in the end, against what the answers claimed.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::known::{Known, LaneId, Owed};

/// An entry that the service applied.
pub type Held = u64;

/// When the service may hold an entry twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Copies {
    /// When an answer marks it as maybe doubled or maybe delivered.
    IfMarked,
    /// Never: it recognizes what it already has.
    Never,
}

impl Checker {
    /// The run is over: every entry has its one answer, and the service holds what the answers say, in the order of
    /// each lane. `held` has the entries in the order in which the service applied them.
    pub(crate) fn ends_well(&mut self, held: &[Held], copies: Copies) {
        let left: Vec<u64> = self.entries.iter().map(|(n, _)| n).take(8).collect();
        self.expect(left.is_empty(), || format!("law 2: entries {left:?} never get an answer"));
        self.check_copies(held, copies);
        self.check_order_held(held);
    }

    /// Every failure was collected by somebody.
    pub(crate) fn all_is_collected(&mut self) {
        let left = self.pool.first().copied();
        self.expect_none(left, |(_, n)| format!("law 2: entry {n} was never given to anybody"));
        let untold = self.tally.untold.first().copied();
        self.expect_none(untold, |n| format!("law 2: the receipt of entry {n} has no answer"));
    }

    fn check_copies(&mut self, held: &[Held], copies: Copies) {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        held.iter().for_each(|&n| *counts.entry(n).or_default() += 1);
        let is_known = |n: &u64| self.decided.contains_key(n) || self.merging.has(*n);
        let stranger = counts.keys().find(|n| !is_known(n)).copied();
        self.expect_none(stranger, |n| format!("law 2: the service has entry {n}, never accepted"));
        let merged = self.merging.all().filter_map(|(n, into)| Some((n, self.decided.get(into)?)));
        let wrong = self.decided.iter().chain(merged).find_map(|(n, decided)| {
            let count = counts.get(n).copied().unwrap_or(0);
            let most = match (decided.owed, decided.known.ambiguous, copies) {
                (_, true, Copies::IfMarked) => usize::MAX,
                (_, true, Copies::Never) if decided.known.outlived => usize::MAX,
                (_, true, Copies::Never) | (Owed::Delivered(_), false, _) => 1,
                (_, false, _) => 0,
            };
            let least = usize::from(matches!(decided.owed, Owed::Delivered(_)));
            let right = (least..=most).contains(&count);
            (!right)
                .then(|| format!("law 7: the service has entry {n} {count} times, but {:?}", decided.owed))
        });
        self.expect_none(wrong, |wrong| wrong);
    }

    /// Law 3: first copies arrive in order, unless a request that carried both failed in part; under `Order::Strict`
    /// no copy arrives after a later entry.
    fn check_order_held(&mut self, held: &[Held]) {
        let mut lanes: BTreeMap<LaneId, Arrived> = BTreeMap::new();
        for &n in held {
            let Some(known) = self.decided.get(&n).map(|decided| &decided.known) else { continue };
            let Some(lane) = known.lane else { continue };
            let arrived = lanes.entry(lane).or_default();
            let is_copy = !arrived.numbers.insert(n);
            if is_copy && !self.entries.lanes()[lane].is_strict {
                continue;
            }
            let is_last = known.place >= arrived.last;
            let mut earlier = arrived.order.iter().rev();
            let overtaken =
                if is_last { None } else { earlier.find(|&&earlier| self.is_misplaced(n, earlier)) };
            if let Some(&earlier) = overtaken {
                return self.fail(format!("law 3: entry {n} arrives after entry {earlier} of its lane"));
            }
            arrived.last = arrived.last.max(known.place);
            arrived.order.push(n);
        }
    }

    fn is_misplaced(&self, n: u64, earlier: u64) -> bool {
        let known = |n: u64| self.decided.get(&n).map(|decided| &decided.known);
        let travelled_together =
            |a: &Known, b: &Known| a.requests.iter().any(|request| b.requests.contains(request));
        match (known(n), known(earlier)) {
            (Some(n), Some(earlier)) => n.place < earlier.place && !travelled_together(n, earlier),
            _ => false,
        }
    }
}

/// What arrived of a lane.
#[derive(Default)]
struct Arrived {
    numbers: BTreeSet<u64>,
    order: Vec<u64>,
    /// The last place of all.
    last: u64,
}
