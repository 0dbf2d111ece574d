//! What a writer does wrong with scopes is found out, told to the checker as a writer would do it.

use std::time::Duration;

use batch_core::{Backoff, Cause, Duplicates, Failure, LimitPolicy, Linger, Measure, OnAmbiguous, Order};

use super::*;

/// A checker, and what it is told.
struct Story(Checker);

#[test]
fn scopes_that_get_back_what_is_theirs_break_no_law() {
    let mut story = Story::new();
    let [soon, late] = [story.open(), story.open()];
    let entries = [story.submit(soon), story.submit(late), story.submit(OWN), story.submit(late)];
    story.begins(0, &entries[..3]);
    let flushes = [story.flush(soon, Some(10)), story.flush(late, Some(20)), story.flush(OWN, None)];
    story.at(10);
    story.0.flush_polls(flushes[0]);
    story.returns(flushes[0], &[story.copy(entries[0])]);
    story.rests();
    story.rejects(0, &entries[..3]);
    story.returns(flushes[2], &[rejected_after(10, entries[2])]);
    story.at(20);
    story.0.flush_polls(flushes[1]);
    story.returns(flushes[1], &[rejected_after(10, entries[1]), story.withdrawn(entries[3])]);
    story.rests();
    story.holds();
}

#[test]
fn a_flush_collects_nothing_of_another_scope() {
    for (mine, theirs) in [(1, 2), (1, OWN), (OWN, 1)] {
        let mut story = Story::with_scopes(2);
        let entry = story.fails_in(theirs);
        let flush = story.flush(mine, None);
        story.returns(flush, &[rejected(entry)]);
        story.breaks("law 5: flush 0 does not cover entry 0");

        let mut story = Story::with_scopes(2);
        let entry = story.fails_in(theirs);
        story.0.takes(mine, &[rejected(entry)]);
        story.breaks("law 5: entry 0 is taken, but is not of scope");
    }
}

#[test]
fn a_flush_leaves_nothing_of_its_scope() {
    for scope in [OWN, 1] {
        let mut story = Story::with_scopes(1);
        story.fails_in(scope);
        let flush = story.flush(scope, None);
        story.returns(flush, &[]);
        story.breaks("law 5: flush 0 leaves entry 0");

        let mut story = Story::with_scopes(1);
        story.fails_in(scope);
        story.at(1);
        story.0.takes(scope, &[]);
        story.breaks("law 2: entry 0 failed before, but was not taken");
    }
}

#[test]
fn a_flush_collects_nothing_that_was_accepted_later() {
    let mut story = Story::with_scopes(1);
    let flush = story.flush(1, None);
    let entry = story.fails_in(1);
    story.returns(flush, &[rejected(entry)]);
    story.breaks("law 5: flush 0 does not cover entry 0");
}

#[test]
fn a_flush_withdraws_nothing_of_another_scope() {
    for (mine, theirs) in [(1, 2), (1, OWN), (OWN, 1)] {
        let mut story = Story::with_scopes(2);
        let (own, other) = (story.submit(mine), story.submit(theirs));
        let flush = story.flush(mine, Some(10));
        story.at(10);
        story.0.flush_polls(flush);
        story.returns(flush, &[story.withdrawn(own)]);
        story.0.takes(theirs, &[story.withdrawn(other)]);
        story.breaks("law 2: entry 1 is no failure without an owner");

        let mut story = Story::with_scopes(2);
        let (own, other) = (story.submit(mine), story.submit(theirs));
        story.begins(0, &[own, other]);
        let flush = story.flush(mine, Some(10));
        story.at(10);
        story.0.flush_polls(flush);
        story.returns(flush, &[story.copy(own), story.copy(other)]);
        story.breaks("law 2: entry 1 is no failure without an owner");
    }
}

#[test]
fn a_flush_returns_when_its_entries_are_answered_and_not_before() {
    for scope in [OWN, 1] {
        let mut story = Story::with_scopes(1);
        let entry = story.submit(scope);
        story.begins(0, &[entry]);
        let flush = story.flush(scope, None);
        story.returns(flush, &[]);
        story.breaks("law 5: flush 0 does not wait for entry 0");
    }
}

#[test]
fn a_flush_waits_for_nothing_of_others_and_not_past_its_deadline() {
    for (mine, theirs) in [(1, 2), (1, OWN), (OWN, 1)] {
        let mut story = Story::with_scopes(2);
        let entry = story.submit(theirs);
        story.begins(0, &[entry]);
        story.flush(mine, None);
        story.rests();
        story.breaks("law 5: flush 0 waits for nothing");

        let mut story = Story::with_scopes(2);
        let entry = story.submit(mine);
        story.begins(0, &[entry]);
        story.flush(mine, Some(10));
        story.at(10);
        story.rests();
        story.breaks("law 5: flush 0 outlives its deadline");
    }
}

#[test]
fn what_a_dropped_scope_leaves_is_the_writers() {
    let dropped = || {
        let mut story = Story::with_scopes(1);
        let earlier = story.flush(OWN, None);
        let (failed, inside) = (story.fails_in(1), story.submit(1));
        story.0.scope_ends(1);
        (story, earlier, failed, inside)
    };
    let (mut story, earlier, failed, inside) = dropped();
    story.returns(earlier, &[]);
    let later = story.flush(OWN, Some(10));
    story.at(10);
    story.0.flush_polls(later);
    story.returns(later, &[rejected(failed), story.withdrawn(inside)]);
    story.holds();

    let (mut story, earlier, failed, _) = dropped();
    story.returns(earlier, &[rejected(failed)]);
    story.holds();

    let (mut story, _, failed, _) = dropped();
    let later = story.flush(OWN, None);
    story.returns(later, &[rejected(failed)]);
    story.breaks("law 5: flush 1 does not wait for entry 1");

    let (mut story, earlier, _, inside) = dropped();
    story.at(10);
    story.returns(earlier, &[story.withdrawn(inside)]);
    story.breaks("law 2: entry 1 is no failure without an owner");

    let (mut story, ..) = dropped();
    story.at(10);
    story.0.takes(OWN, &[]);
    story.breaks("law 2: entry 0 failed before, but was not taken");
}

#[test]
fn a_failure_of_a_scope_is_not_discarded_while_that_is_there() {
    for (is_dropped, expected) in [(true, None), (false, Some("law 5: entry 0 is discarded"))] {
        let mut story = Story::with_scopes(1);
        let entry = story.accepts(1, true);
        story.begins(0, &[entry]);
        story.rejects(0, &[entry]);
        story.0.receipt_dropped(entry);
        if is_dropped {
            story.0.scope_ends(1);
        }
        story.0.submit_begins(1, OWN, false);
        story.0.sweep(vec![(entry, 0)]);
        match expected {
            None => story.holds(),
            Some(complaint) => story.breaks(complaint),
        }
    }
}

#[test]
fn a_shutdown_waits_for_all_scopes_and_collects_what_is_the_writers() {
    let mut story = Story::with_scopes(1);
    let entry = story.submit(1);
    story.begins(0, &[entry]);
    let shutdown = story.0.shutdown_begins(None);
    story.returns(shutdown, &[]);
    story.breaks("law 5: flush 0 does not wait for entry 0");

    for (scope, is_right) in [(OWN, true), (1, false)] {
        let mut story = Story::with_scopes(1);
        let entry = story.fails_in(scope);
        let shutdown = story.0.shutdown_begins(None);
        story.returns(shutdown, &[rejected(entry)]);
        match is_right {
            true => story.holds(),
            false => story.breaks("law 5: flush 0 does not cover entry 0"),
        }
    }
}

impl Story {
    fn new() -> Self {
        Self(Checker::new(rules(), true, false))
    }

    fn with_scopes(scopes: usize) -> Self {
        let mut story = Self::new();
        for _ in 0..scopes {
            story.open();
        }
        story
    }

    fn at(&mut self, millis: u64) {
        self.0.clock(Duration::from_millis(millis));
    }

    fn open(&mut self) -> ScopeId {
        self.0.scope_opens()
    }

    fn submit(&mut self, scope: ScopeId) -> u64 {
        self.accepts(scope, false)
    }

    fn accepts(&mut self, scope: ScopeId, tracked: bool) -> u64 {
        let n = self.0.figures().accepted;
        let call = self.0.submit_begins(n, scope, false);
        self.0.measured(n, Some(Facts::of(&Measure::of_bytes(10), SEAL)));
        self.0.accepted(call, tracked, None, None);
        n
    }

    /// An entry of this scope that failed, and was not collected.
    fn fails_in(&mut self, scope: ScopeId) -> u64 {
        let entry = self.submit(scope);
        let request = self.0.figures().requests;
        self.begins(request, &[entry]);
        self.rejects(request, &[entry]);
        entry
    }

    fn begins(&mut self, request: u64, entries: &[u64]) {
        let entries: Vec<_> = entries.iter().map(|&n| (n, SEAL)).collect();
        self.0.begins(request, &entries, None);
    }

    fn rejects(&mut self, request: u64, entries: &[u64]) {
        let fates = entries.iter().map(|_| Fate::Reject(Failure::new("Refused"))).collect();
        self.0.ends(request, &Ended::Answered(Outcome::Each(fates)), None);
    }

    fn flush(&mut self, scope: ScopeId, deadline: Option<u64>) -> FlushId {
        self.0.flush_begins(scope, deadline.map(Duration::from_millis))
    }

    fn returns(&mut self, flush: FlushId, items: &[(u64, Answer)]) {
        self.0.flush_returns(flush, items);
    }

    fn rests(&mut self) {
        self.0.rests(None, 0);
    }

    /// An entry that was handed back now where it waited.
    fn withdrawn(&self, n: u64) -> (u64, Answer) {
        back(n, Cause::Withdrawn(None), 0, self.0.now)
    }

    /// An entry that was handed back now as a copy of one in flight.
    fn copy(&self, n: u64) -> (u64, Answer) {
        back(n, Cause::Withdrawn(None), 1, self.0.now)
    }

    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.0.violation(), None);
    }

    #[track_caller]
    fn breaks(&self, complaint: &str) {
        let violation = self.0.violation();
        assert!(violation.is_some_and(|violation| violation.contains(complaint)), "{violation:?}");
    }
}

const SEAL: u64 = 7;

/// An entry that the service rejected at once.
fn rejected(n: u64) -> (u64, Answer) {
    rejected_after(0, n)
}

fn rejected_after(millis: u64, n: u64) -> (u64, Answer) {
    back(n, Cause::Rejected(Failure::new("Refused")), 1, Duration::from_millis(millis))
}

fn back(n: u64, cause: Cause, attempts: u32, age: Duration) -> (u64, Answer) {
    let maybe_delivered = attempts > 0 && matches!(cause, Cause::Withdrawn(_));
    (n, Answer::Back { seal: SEAL, cause, attempts, age, maybe_delivered })
}

fn rules() -> Rules {
    let second = Duration::from_secs(1);
    Rules {
        limits: LimitPolicy::new(10, 1_000, 100).unwrap(),
        ambiguous: OnAmbiguous::Retry,
        attempt_timeout: 20 * second,
        backoff: Backoff::new(second, second),
        delivery_deadline: 60 * second,
        duplicates: Duplicates::Allow,
        in_flight: (8, 8),
        linger: Linger::Fixed(30 * second),
        max_attempts: None,
        memory: None,
        max_bytes: 1 << 20,
        max_entries: 100,
        order: Order::Relaxed,
        threshold_bytes: 1_000,
        threshold_entries: 10,
        has_handler: false,
        jitter: 0,
    }
}
