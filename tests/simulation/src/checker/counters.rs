//! What the counters must say.

use std::collections::BTreeSet;
use std::time::Duration;

use batch_core::Stats;

use super::Checker;
use super::known::{Decided, Known, Owed};

/// The model's own counters.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) delivered: u64,
    pub(super) superseded: u64,
    pub(super) merged: u64,
    pub(super) handed_back: u64,
    pub(super) discarded: u64,
    pub(super) late: u64,
    pub(super) ambiguous: u64,
    pub(super) duplicates: u64,
    pub(super) requests: u64,
    pub(super) entries_sent: u64,
    pub(super) retries: u64,
    pub(super) throttled: u64,
    pub(super) splits: u64,
    pub(super) rests: u64,
    /// Entries whose answer waits at their receipt.
    pub(super) untold: BTreeSet<u64>,
    /// Failures not collected, and what they are charged.
    kept: (usize, usize),
}

impl Tally {
    pub(super) fn decide(&mut self, owed: Owed, ambiguous: bool) {
        match owed {
            Owed::Delivered(_) => self.delivered += 1,
            Owed::Superseded => self.superseded += 1,
            _ => self.handed_back += 1,
        }
        self.ambiguous += u64::from(ambiguous && owed != Owed::Superseded);
    }

    /// A failure takes room until it is collected.
    pub(super) fn keep(&mut self, charge: usize) {
        self.kept.0 += 1;
        self.kept.1 += charge;
    }

    pub(super) fn collect(&mut self, charge: usize) {
        self.kept.0 -= 1;
        self.kept.1 -= charge;
    }

    pub(super) fn kept(&self) -> (usize, usize) {
        self.kept
    }
}

impl Checker {
    /// At rest every counter is exact.
    pub(super) fn check_counters_at_rest(&mut self, stats: Stats) {
        let (uncollected, _) = self.uncollected();
        let (_, bytes) = self.occupied();
        let carried: usize = self.requests.values().map(|request| request.entries.len()).sum();
        let in_flight = carried - self.ghosts.len();
        self.count_unseen_copies(stats);
        let mut expected = Stats::default();
        expected.accepted = self.tally.accepted;
        expected.delivered = self.tally.delivered;
        expected.superseded = self.tally.superseded;
        expected.merged = self.tally.merged;
        expected.handed_back = self.tally.handed_back;
        expected.discarded = self.tally.discarded;
        expected.late = self.tally.late;
        expected.inside = self.entries.len() as u64;
        expected.in_flight = in_flight as u64;
        expected.ambiguous = self.tally.ambiguous;
        expected.uncollected = uncollected as u64;
        expected.duplicates = self.tally.duplicates;
        expected.requests = self.tally.requests;
        expected.requests_in_flight = self.requests.len() as u64;
        expected.in_flight_limit = stats.in_flight_limit;
        expected.entries_sent = self.tally.entries_sent;
        expected.retries = self.tally.retries;
        expected.throttled = self.tally.throttled;
        expected.splits = self.tally.splits;
        expected.bytes = bytes as u64;
        (expected.causes, expected.since_success) = (stats.causes, stats.since_success);
        (expected.request_latency, expected.entry_latency) = (stats.request_latency, stats.entry_latency);
        expected.oldest_age = stats.oldest_age;
        self.check_oldest_age(stats.oldest_age);
        self.expect(stats == expected, || format!("law 2: the counters say {stats:?}, not {expected:?}"));
        self.check_bounds(Some(stats));
    }

    /// The age of the oldest entry is told; one past its deadline may be left out: in flight, or reprieved.
    fn check_oldest_age(&mut self, told: Duration) {
        let age = |known: &Known| self.now - known.accepted;
        let ages = || self.entries.iter().map(|(_, known)| age(known));
        let oldest = ages().max().unwrap_or_default();
        let sure = ages().filter(|&age| age < self.rules.delivery_deadline).max().unwrap_or_default();
        let holds = (sure..=oldest).contains(&told);
        self.expect(holds, || {
            format!("the oldest age is said to be {told:?}, not from {sure:?} to {oldest:?}")
        });
    }

    /// A request that its runtime did not begin may have had copies at receipts that gave no answer. Each is late, and
    /// ambiguous if it was not before.
    fn count_unseen_copies(&mut self, stats: Stats) {
        let may_be_copy = |decided: &&Decided| {
            let is_new = decided.stopped && decided.at == self.now;
            is_new && decided.owed == Owed::Overdue && decided.known.is_withdrawn
        };
        let ambiguous = self.decided.values().filter(may_be_copy).map(|decided| decided.known.ambiguous);
        let (doubted, clear): (Vec<_>, Vec<_>) = ambiguous.partition(|&ambiguous| ambiguous);
        let (doubted, clear) = (doubted.len() as u64, clear.len() as u64);
        let copies = stats.late.saturating_sub(self.tally.late).min(doubted + clear);
        let made_ambiguous = copies.saturating_sub(doubted)..=copies.min(clear);
        let more = stats.ambiguous.saturating_sub(self.tally.ambiguous);
        self.tally.late += copies;
        self.tally.ambiguous += more.clamp(*made_ambiguous.start(), *made_ambiguous.end());
    }
}
