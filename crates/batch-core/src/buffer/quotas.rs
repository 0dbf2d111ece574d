use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

use super::flow::Flow;
use super::line::Sum;
use super::lines::LineId;
use super::tempo::Recent;
use crate::plan::Plan;
use crate::rate::Counts;
use crate::{LimitPolicy, Quota};

/// The most quotas that are limited at a time. What one more throttles waits for itself alone.
const MOST: usize = 256;
/// How often it is looked for quotas to be forgotten.
const ROUND: Duration = Duration::from_secs(1);

/// The quotas that throttle, and the lines whose entries were asked for theirs.
///
/// While there is no such quota, nothing is asked and no line stands here, unless the user chose a rate in units.
pub(super) struct Quotas {
    limited: BTreeMap<u64, Limited>,
    /// Whether each entry is asked for its quota, whatever is limited.
    always: bool,
    /// Lines whose first entry has no quota, or one that does not throttle.
    free: Class,
    /// The entries that a request carries at most.
    request: usize,
    /// Entries that the service accepted, of all quotas.
    recent: Recent,
    looked_at: Option<Instant>,
}

struct Limited {
    flow: Flow,
    class: Class,
}

/// Lines that wait for the same, in the order in which their first entries are due.
#[derive(Default)]
struct Class {
    lines: BTreeSet<(Instant, LineId)>,
    load: Sum,
}

/// What became of the units of one quota that a request carried, as far as they were accepted or throttled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) accepted: f64,
    pub(super) throttled: f64,
    /// Of how many entries.
    pub(super) entries: f64,
    /// The sum of the logarithms of their units.
    pub(super) logarithms: f64,
}

/// The lines whose entries may go now, the one first whose first entry is due first.
pub(super) type Heads = BinaryHeap<Reverse<(Instant, LineId, Option<u64>)>>;

impl Quotas {
    pub(super) fn of(plan: &Plan) -> Self {
        let request = plan.limits.entries();
        Self {
            limited: BTreeMap::new(),
            always: plan.rate.is_some_and(|rate| rate.counts == Counts::Units),
            free: Class::default(),
            request,
            recent: Recent::new(),
            looked_at: None,
        }
    }

    /// Whether entries are to be asked for their quotas: one throttles, or the rate is in units.
    #[inline]
    pub(super) fn asks(&self) -> bool {
        self.always || !self.limited.is_empty()
    }

    /// Whether what stands here fills a request whatever the others are asked.
    pub(super) fn fill(&self, limits: &LimitPolicy) -> bool {
        let Sum { entries, bytes } = self.free.load;
        self.limited.is_empty() && (entries >= limits.entries() || bytes >= limits.payload_bytes() as u128)
    }

    /// The name of this quota if it is limited.
    pub(super) fn limited(&self, quota: Option<Quota>) -> Option<u64> {
        quota.map(|quota| quota.name).filter(|name| self.limited.contains_key(name))
    }

    /// The service accepted so many entries.
    pub(super) fn accepted(&mut self, entries: usize, now: Instant) {
        self.recent.count(entries as f64, now);
    }

    /// What became of a quota's part of a request that was sent at `sent_at`.
    pub(super) fn learn(&mut self, name: u64, tally: &Tally, sent_at: Instant, now: Instant) {
        if let Some(limited) = self.limited.get_mut(&name) {
            limited.flow.learn(tally, self.request, sent_at, now);
        } else if tally.throttled > 0.0 && self.limited.len() < MOST {
            // Nothing is known but what all quotas together were served.
            let flow = Flow::new(self.recent.served_in_a_second(now), tally, now);
            self.limited.insert(name, Limited { flow, class: Class::default() });
        }
    }

    /// Whether an entry of this quota takes far more of it than goes at once, so that the service may throttle it
    /// whatever the pace is.
    pub(super) fn is_large(&self, quota: Option<Quota>) -> bool {
        let limited = quota.and_then(|quota| Some((quota.units, self.limited.get(&quota.name)?)));
        limited.is_some_and(|(units, limited)| limited.flow.is_large(f64::from(units), self.request))
    }

    /// Whether an entry of this quota may go into the next request, which takes its units then. One that joins a
    /// carrier goes with it: a carrier is not parted, and is paid off.
    pub(super) fn take(&mut self, quota: Option<Quota>, joins: bool, now: Instant) -> bool {
        let limited =
            quota.and_then(|quota| Some((f64::from(quota.units), self.limited.get_mut(&quota.name)?)));
        limited.is_none_or(|(units, limited)| match joins {
            true => limited.flow.owe(units),
            false => limited.flow.take(units, self.request, now),
        })
    }

    /// The lines that may go now.
    pub(super) fn heads(&self, now: Instant) -> Heads {
        let classes = std::iter::once(None).chain(self.limited.keys().copied().map(Some));
        classes.filter_map(|class| self.head(class, now)).map(Reverse).collect()
    }

    /// The first line of a class, if it may go now.
    pub(super) fn head(&self, class: Option<u64>, now: Instant) -> Option<(Instant, LineId, Option<u64>)> {
        let lines = match class {
            None => &self.free.lines,
            Some(name) => {
                let limited = self.limited.get(&name).filter(|limited| limited.flow.is_open(now))?;
                &limited.class.lines
            }
        };
        lines.first().map(|&(turn, line)| (turn, line, class))
    }

    /// When the next request goes with what waits for a quota here.
    pub(super) fn opens(&self) -> Option<Instant> {
        let waiting = self.limited.values().filter(|limited| !limited.class.lines.is_empty());
        waiting.map(|limited| limited.flow.opens(limited.class.load.entries, self.request)).min()
    }

    /// When the first line is due that waits for no quota.
    pub(super) fn due(&self) -> Option<Instant> {
        self.free.lines.first().map(|&(turn, _)| turn)
    }

    /// A line stands here: its first entry has such a quota, and is due at this instant.
    pub(super) fn insert(&mut self, class: Option<u64>, turn: Instant, line: LineId, share: Sum) {
        let class = self.class(class);
        class.lines.insert((turn, line));
        class.load.add(share);
    }

    pub(super) fn remove(&mut self, class: Option<u64>, turn: Instant, line: LineId, share: Sum) {
        let class = self.class(class);
        class.lines.remove(&(turn, line));
        class.load.subtract(share);
    }

    /// A line that stands here grows by an entry.
    pub(super) fn grow(&mut self, class: Option<u64>, bytes: u128) {
        self.class(class).load.add(Sum { entries: 1, bytes });
    }

    /// Nothing may go now: what stands here waits because its quota holds it back. The lane that a request carried comes
    /// back with its reply.
    pub(super) fn hold(&mut self, now: Instant) {
        for limited in self.limited.values_mut().filter(|limited| !limited.class.lines.is_empty()) {
            limited.flow.hold(now);
        }
    }

    /// A request was packed: what is left waits because its quota holds it back.
    pub(super) fn packed(&mut self, now: Instant) {
        for limited in self.limited.values_mut() {
            limited.flow.packed(!limited.class.lines.is_empty(), now);
        }
    }

    /// Forgets the quotas that neither throttle nor hold anything back for a minute, if it is time to look for them.
    /// If none is left, the lines that stand here are to be settled.
    pub(super) fn forget(&mut self, now: Instant) -> Vec<LineId> {
        if self.looked_at.is_some_and(|at| now < at + ROUND) {
            return Vec::new();
        }
        self.looked_at = Some(now);
        self.limited.retain(|_, limited| !limited.class.lines.is_empty() || !limited.flow.is_forgotten(now));
        match self.asks() {
            true => Vec::new(),
            false => self.free.lines.iter().map(|&(_, line)| line).collect(),
        }
    }

    fn class(&mut self, class: Option<u64>) -> &mut Class {
        class
            .and_then(|name| self.limited.get_mut(&name))
            .map_or(&mut self.free, |limited| &mut limited.class)
    }
}

impl Tally {
    /// Counts an entry with these units.
    pub(super) fn count(&mut self, units: u32, is_accepted: bool) {
        let units = f64::from(units);
        match is_accepted {
            true => self.accepted += units,
            false => self.throttled += units,
        }
        self.entries += 1.0;
        self.logarithms += units.ln();
    }

    /// The units of all.
    pub(super) fn sent(&self) -> f64 {
        self.accepted + self.throttled
    }
}
