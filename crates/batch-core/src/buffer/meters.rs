use std::time::{Duration, Instant};

use super::flight::Flight;
use super::histogram::Durations;
use super::{BatchId, Buffer};
use crate::{Cause, Stats};

/// What is measured in time, and not only counted.
pub(super) struct Meters {
    requests: Durations,
    entries: Durations,
    /// When an entry was last accepted by the service.
    success: Option<Instant>,
}

impl Meters {
    pub(super) fn new() -> Self {
        Self { requests: Durations::new(), entries: Durations::new(), success: None }
    }

    /// A request ended.
    pub(super) fn request_ended<T>(&mut self, flight: &Flight<T>, was_accepted: bool, now: Instant) {
        self.requests.add(now.saturating_duration_since(flight.sent_at), now);
        if was_accepted {
            self.success = Some(now);
        }
    }

    /// An entry was delivered.
    pub(super) fn delivered(&mut self, accepted: Instant, now: Instant) {
        self.entries.add(now.saturating_duration_since(accepted), now);
    }

    /// Entries were delivered together, which were accepted one after the other.
    pub(super) fn delivered_run(
        &mut self,
        entries: usize,
        accepted: impl Fn(usize) -> Instant,
        now: Instant,
    ) {
        self.entries.add_run(entries, |position| now.saturating_duration_since(accepted(position)), now);
    }
}

impl<E, R, T> Buffer<E, R, T> {
    /// How long ago the oldest entry without an answer was accepted; zero if there is none. One that is past its
    /// deadline may be left out: in flight, or with one more attempt after a pause of the process.
    #[must_use]
    pub fn oldest_age(&self, now: Instant) -> Duration {
        let deadline = self.plan.rules.delivery_deadline;
        let counts = |accepted: Instant| accepted + deadline > now;
        let in_flight = self.flights.values().filter_map(|flight| flight.oldest(counts));
        let in_slots = self.deadlines.first().map(|&(_, slot)| self.slots[slot].accepted);
        let in_lines = self.lines.oldest().map(|(accepted, _)| accepted);
        let oldest = in_flight.chain(self.segments.oldest()).chain(in_lines).chain(in_slots).min();
        oldest.map_or(Duration::ZERO, |accepted| now.saturating_duration_since(accepted))
    }

    /// The counters at the latest instant that it was told.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let counted = self.counted();
        self.latest.map_or(counted, |now| self.measured(counted, now))
    }

    /// The counters at this instant.
    #[must_use]
    pub fn stats_at(&self, now: Instant) -> Stats {
        self.measured(self.counted(), now)
    }

    fn counted(&self) -> Stats {
        let Stats { delivered, superseded, merged, handed_back, .. } = self.counters;
        let answered = delivered + superseded + merged + handed_back;
        Stats {
            inside: self.counters.accepted - answered,
            in_flight: self.flights.values().map(|flight| flight.entries as u64 - flight.answered).sum(),
            requests_in_flight: self.pace.in_flight() as u64,
            in_flight_limit: self.pace.limit() as u64,
            uncollected: self.room.uncollected() as u64,
            bytes: self.room.bytes() as u64,
            ..self.counters
        }
    }

    /// When the oldest entry of a request in flight was accepted; nothing if that request is not in flight.
    #[must_use]
    pub fn oldest_in(&self, batch: BatchId) -> Option<Instant> {
        let flight = self.flights.get(&batch)?;
        let of_slots = flight.slots().map(|slot| self.slots[slot].accepted).min();
        flight.oldest(|_| true).into_iter().chain(of_slots).min()
    }

    /// How many entries of a request in flight an earlier request carried.
    #[must_use]
    pub fn retried_in(&self, batch: BatchId) -> usize {
        let slots = self.flights.get(&batch).into_iter().flat_map(Flight::slots);
        slots.filter(|&slot| self.slots[slot].sends > 1).count()
    }

    /// What the submitters of the entries of a request in flight gave along.
    pub fn tags_in(&self, batch: BatchId) -> impl Iterator<Item = &T> {
        self.flights.get(&batch).into_iter().flat_map(|flight| flight.tags(&self.slots))
    }

    /// How many requests and entries were throttled.
    pub(crate) fn throttled(&self) -> u64 {
        self.counters.throttled
    }

    /// How many entries were merged.
    pub(crate) fn merged(&self) -> u64 {
        self.counters.merged
    }

    /// Something else whenever a counter or a gauge has changed that does not do so by itself.
    pub(crate) fn progress(&self) -> [u64; 4] {
        let Stats { accepted, delivered, superseded, merged, handed_back, requests, late, .. } =
            self.counters;
        let answered = delivered + superseded + merged + handed_back;
        [accepted, answered, requests + late, self.room.uncollected() as u64]
    }

    /// An entry is handed back.
    pub(super) fn count_handed_back(&mut self, cause: &Cause) {
        self.counters.handed_back += 1;
        self.counters.causes.count(cause);
        self.room.hand_back();
    }

    /// These counters, with what is measured at this instant.
    fn measured(&self, counted: Stats, now: Instant) -> Stats {
        let since = |at: Instant| now.saturating_duration_since(at);
        Stats {
            oldest_age: if counted.inside == 0 { Duration::ZERO } else { self.oldest_age(now) },
            since_success: self.meters.success.map(since),
            request_latency: self.meters.requests.latency(now),
            entry_latency: self.meters.entries.latency(now),
            ..counted
        }
    }
}
