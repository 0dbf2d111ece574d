//! Holds what can be seen of a writer from outside against the laws.
//!
//! It is told every event at the moment it happens, keeps a model of every entry, and remembers the first law that
//! is broken. It never looks into the writer beyond its counters, and never changes anything.

mod accept;
mod answers;
mod counters;
mod discards;
mod entries;
mod facts;
mod flushes;
mod freight;
mod ghosts;
mod held;
mod isolation;
mod known;
mod merging;
mod observed;
mod pace;
mod patience;
mod queue;
mod requests;
mod rest;
mod scopes;
mod setback;
#[cfg(test)]
mod tests;
mod timeliness;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use batch_core::Stats;

pub(crate) use accept::Refusal;
pub(crate) use answers::Answer;
pub(crate) use facts::{Facts, Fate, Outcome};
pub(crate) use flushes::FlushId;
pub use held::{Copies, Held};
pub use isolation::WHIM;
pub(crate) use queue::CallId;
pub(crate) use requests::Ended;
pub(crate) use scopes::{OWN, ScopeId};

use crate::journal::Journal;
use crate::rules::Rules;
use counters::Tally;
use discards::Discards;
use entries::Entries;
use flushes::Flush;
use ghosts::Ghosts;
use isolation::Isolation;
use known::Decided;
use merging::Merging;
use pace::Pace;
use queue::Queue;
use requests::Request;
use scopes::{Scopes, Stamp};
use trouble::Troubles;

/// The model, and the first violation.
pub(crate) struct Checker {
    rules: Rules,
    now: Duration,
    journal: Journal,
    jitter: fastrand::Rng,
    entries: Entries,
    /// Every entry whose answer is decided.
    decided: BTreeMap<u64, Decided>,
    scopes: Scopes,
    /// Failures that nobody owns and nobody has collected, by scope and by the order that flushes go by.
    pool: BTreeSet<(Stamp, u64)>,
    discards: Discards,
    ghosts: Ghosts,
    /// Entries that were perhaps superseded, by these: nobody has seen whether the newer ones were still there.
    unseen_twins: BTreeMap<u64, u64>,
    merging: Merging,
    queue: Queue,
    requests: BTreeMap<u64, Request>,
    isolations: Vec<Isolation>,
    refuses_steadily: bool,
    pace: Pace,
    troubles: Troubles,
    flushes: BTreeMap<FlushId, Flush>,
    next_flush: FlushId,
    tally: Tally,
    is_closed: bool,
    is_stopped: bool,
    /// Whether a runtime has ever been dropped.
    has_stopped: bool,
    violation: Option<String>,
}

impl Checker {
    /// A checker of a writer with these settings, at time zero.
    #[must_use]
    pub(crate) fn new(rules: Rules, refuses_steadily: bool, keeps_lines: bool) -> Self {
        Self {
            now: Duration::ZERO,
            journal: Journal::new(keeps_lines),
            jitter: fastrand::Rng::with_seed(rules.jitter),
            entries: Entries::default(),
            decided: BTreeMap::new(),
            scopes: Scopes::default(),
            pool: BTreeSet::new(),
            discards: Discards::default(),
            ghosts: Ghosts::default(),
            unseen_twins: BTreeMap::new(),
            merging: Merging::default(),
            queue: Queue::default(),
            requests: BTreeMap::new(),
            isolations: Vec::new(),
            refuses_steadily,
            pace: Pace::new(rules.in_flight),
            troubles: Troubles::default(),
            flushes: BTreeMap::new(),
            next_flush: 0,
            tally: Tally::default(),
            is_closed: false,
            is_stopped: false,
            has_stopped: false,
            violation: None,
            rules,
        }
    }

    /// No entry is taken any more: a shutdown begins, or the last handle goes.
    pub(crate) fn closes(&mut self) {
        self.note(&[1], || "the writer closes".to_owned());
        self.is_closed = true;
        self.scopes.mark();
    }

    /// The last handle goes: what fails from now on is given to nobody.
    pub(crate) fn is_left(&mut self) {
        self.closes();
        self.discards.is_pointless = true;
    }

    /// The runtime is about to be dropped.
    pub(crate) fn stops(&mut self) {
        self.note(&[2], || "the runtime stops".to_owned());
        (self.is_stopped, self.has_stopped) = (true, true);
    }

    /// The writer goes on in another runtime.
    pub(crate) fn restarts(&mut self) {
        self.is_stopped = false;
        self.note(&[20], || "there is another runtime".to_owned());
        self.pace.restart(self.tally.requests);
    }

    /// Something that is broken already, whatever the model says.
    pub(crate) fn complain(&mut self, complaint: impl Into<String>) {
        self.fail(complaint);
    }

    /// Time has come so far.
    pub(crate) fn clock(&mut self, now: Duration) {
        if self.now < now {
            self.now = now;
            self.resume();
        }
    }

    /// The first law that was broken.
    #[must_use]
    pub(crate) fn violation(&self) -> Option<&str> {
        self.violation.as_deref()
    }

    /// Whether every answer is decided, and no request under way.
    #[must_use]
    pub(crate) fn is_idle(&self) -> bool {
        self.entries.len() == 0 && self.requests.is_empty() && !self.ghosts.are_unseen()
    }

    /// What equal runs have in common, and what was recorded.
    #[must_use]
    pub(crate) fn finish(self) -> (u64, Vec<String>) {
        (self.journal.digest(), self.journal.into_lines())
    }

    /// How many scopes were opened.
    #[must_use]
    pub(crate) fn scopes(&self) -> u64 {
        self.scopes.opened()
    }

    /// What is to be counted, for the report.
    #[must_use]
    pub(crate) fn figures(&self) -> Stats {
        let mut figures = Stats::default();
        figures.accepted = self.tally.accepted;
        figures.delivered = self.tally.delivered;
        figures.superseded = self.tally.superseded;
        figures.merged = self.tally.merged;
        figures.handed_back = self.tally.handed_back;
        figures.discarded = self.tally.discarded;
        figures.late = self.tally.late;
        figures.ambiguous = self.tally.ambiguous;
        figures.requests = self.tally.requests;
        figures.entries_sent = self.tally.entries_sent;
        figures
    }

    fn note(&mut self, numbers: &[u64], words: impl FnOnce() -> String) {
        // A runtime that is dropped drops its tasks in an order that other runs in the process decide: by what is left of
        // numbers that they share. What comes after it depends on that order where it is free, between equals.
        let numbers = Some(numbers).filter(|_| !self.has_stopped);
        if self.violation.is_none() {
            self.journal.note(self.now, numbers, words);
        }
    }

    fn fail(&mut self, complaint: impl Into<String>) {
        if self.violation.is_none() {
            let complaint = complaint.into();
            self.note(&[0], || format!("VIOLATION {complaint}"));
            self.violation = Some(complaint);
        }
    }

    /// Fails if there is one of these.
    fn expect_none<V>(&mut self, found: Option<V>, complaint: impl FnOnce(V) -> String) {
        if let Some(found) = found {
            self.fail(complaint(found));
        }
    }

    /// Fails unless it holds; whether it does.
    fn expect(&mut self, holds: bool, complaint: impl FnOnce() -> String) -> bool {
        if !holds {
            self.fail(complaint());
        }
        holds
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").field("violation", &self.violation).finish_non_exhaustive()
    }
}
