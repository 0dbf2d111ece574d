//! What must hold, law by law.

use std::time::{Duration, Instant};

use batch_core::{Batch, Cause, Duplicates, ENTRY_OVERHEAD_BYTES, Resolution, Sent, UnprocessedItem, Unread};

use super::{At, Ghost, Item, Known, LARGEST, OVERHEAD, Owed, Tag, World, carriers};

impl World {
    /// Law 1: what can never fit is refused, and nothing else is.
    pub(super) fn check_charge(&self, bytes: usize, charge: Option<usize>) {
        let needs = bytes + ENTRY_OVERHEAD_BYTES;
        let fits =
            bytes <= LARGEST && bytes + OVERHEAD <= self.config.limit_bytes && needs <= self.config.max_bytes;
        assert_eq!(charge, fits.then_some(needs));
    }

    /// Law 6: the bounds are met exactly.
    pub(super) fn has_room(&self, charge: usize) -> bool {
        let (entries, bytes) = self.occupied();
        entries < self.config.max_entries && bytes + charge <= self.config.max_bytes
    }

    pub(super) fn check_counters(&self) {
        let stats = self.buffer.stats();
        assert_eq!(
            stats.accepted,
            stats.delivered + stats.superseded + stats.merged + stats.handed_back + stats.inside,
            "law 2"
        );
        assert!(stats.bytes as usize <= self.config.max_bytes, "law 6");
        assert_eq!(stats.accepted, self.counted.accepted);
        let causes = stats.causes;
        let waited = causes.ambiguous + causes.deadline_exceeded + causes.runtime_stopped + causes.withdrawn;
        let refused = causes.fatal + causes.rejected + causes.retries_exhausted + causes.unisolated;
        assert_eq!(waited + refused, stats.handed_back, "law 2: each has its cause");
    }

    pub(super) fn sent(&mut self, batch: Batch<Item>) {
        let items: Vec<Item> = batch.entries().to_vec();
        assert!(!self.is_stopped, "nothing is sent without a runtime");
        let stats = self.buffer.stats();
        assert_eq!(stats.requests_in_flight as usize, self.away.len() + 1);
        assert!(stats.requests_in_flight <= stats.in_flight_limit, "law 9");
        self.check_limits(&items);
        self.check_reason(&items);
        self.check_told(&batch);
        for (position, item) in items.iter().enumerate() {
            self.check_may_go(item);
            self.check_order(item, &items[..position]);
        }
        self.trace.push(format!("{:?} sends {items:?}", self.now - self.start));
        for item in &items {
            let known = self.known.get_mut(&item.id).unwrap();
            self.counted.retries += u64::from(known.sends > 0);
            known.at = At::InFlight(batch.id());
            known.absorbs = None;
            known.sends += 1;
            known.launched = Some(self.now);
        }
        self.counted.requests += 1;
        self.counted.entries_sent += items.len() as u64;
        self.away.push(batch);
    }

    /// What is told of a request: whose entries it carries, since when, and how many of them once more.
    fn check_told(&self, batch: &Batch<Item>) {
        let (id, known) = (batch.id(), |item: &Item| &self.known[&item.id]);
        let ids: Vec<_> = batch.entries().iter().map(|item| item.id).collect();
        assert_eq!(self.buffer.tags_in(id).copied().collect::<Vec<_>>(), ids);
        let accepted = batch.entries().iter().map(|item| known(item).accepted);
        assert_eq!(self.buffer.oldest_in(id), accepted.min());
        let retried = batch.entries().iter().filter(|item| known(item).sends > 0);
        assert_eq!(self.buffer.retried_in(id), retried.count());
    }

    /// The age of the oldest entry is told, but one past its deadline may be left out: in flight, or reprieved.
    fn check_oldest_age(&self, told: Duration) {
        let age = |known: &Known| self.now - known.accepted;
        let is_late = |known: &Known| age(known) >= self.config.deadline();
        let oldest = self.known.values().map(age).max().unwrap_or_default();
        let sure = self.known.values().filter(|known| !is_late(known)).map(age).max().unwrap_or_default();
        assert!((sure..=oldest).contains(&told), "{told:?} is not between {sure:?} and {oldest:?}");
    }

    /// Law 1.
    fn check_limits(&self, items: &[Item]) {
        let (_, carriers) = carriers(items, self.config.carrier_bytes);
        let (entries, bytes) = (carriers.len(), carriers.iter().sum::<usize>());
        assert!((1..=self.config.limit_entries).contains(&entries), "law 1: {entries} entries");
        assert!(bytes + OVERHEAD <= self.config.limit_bytes, "law 1: {bytes} bytes");
    }

    /// Laws 2, 9 and 10: it is owed an answer, not in flight, unchanged, and its time has come.
    fn check_may_go(&self, item: &Item) {
        let known = self.known.get(&item.id).expect("law 2: it has its answer already");
        assert_eq!(known.item, *item, "law 10");
        assert_eq!(known.owed, None, "law 2: an answer is due, not an attempt");
        assert!(!matches!(known.at, At::InFlight(_)), "law 2: it is in flight already");
        assert!(self.config.max_attempts.is_none_or(|most| known.used < most), "law 9: too many attempts");
        assert!(!known.is_over(&self.config, self.now), "law 9: past its deadline, or forgotten");
        assert!(!known.had_its_last_attempt(), "law 9: more than one attempt after a pause");
        assert!(known.at == At::Isolated || known.earliest <= self.now, "law 9: before its backoff ended");
    }

    /// Law 3: whatever is older in its lane has its answer or goes before it in the same request.
    fn check_order(&self, item: &Item, before: &[Item]) {
        let known = &self.known[&item.id];
        if item.identity.is_some() && self.config.duplicates != Duplicates::Merge {
            let twins = self.known.values().filter(|other| other.item.is_twin_of(item));
            let flying =
                twins.filter(|other| other.item.id != item.id && matches!(other.at, At::InFlight(_)));
            assert_eq!(flying.count(), 0, "twins are in flight together");
            let ghosts = self.ghosts.values().filter(|ghost| ghost.item.is_twin_of(item));
            assert_eq!(ghosts.count(), 0, "a twin that was withdrawn is still in flight");
            assert!(!before.iter().any(|other| other.is_twin_of(item)), "twins share a request");
        }
        let Some((lane, strict)) = &known.lane else {
            return;
        };
        let is_mate = |ghost: &Ghost| ghost.lane.as_ref().is_some_and(|(other, _)| other == lane);
        assert!(!self.ghosts.values().any(is_mate), "law 3: one of its lane is in flight, though answered");
        for other in self.known.values().filter(|other| other.item.id != item.id) {
            if other.lane.as_ref().is_none_or(|(other, _)| other != lane) {
                continue;
            }
            let mate = before.iter().any(|mate| mate.id == other.item.id);
            assert!(
                !(mate && *strict) || self.share_a_carrier(other.item.id, item, before),
                "law 3: two of one lane in a strict request"
            );
            assert!(!matches!(other.at, At::InFlight(_)), "law 3: its lane is in flight");
            let superseded = other.owed == Some(Owed::Superseded);
            assert!(other.place > known.place || mate || superseded, "law 3: {other:?} goes before {item:?}");
        }
    }

    /// Whether an entry shares its carrier with one that goes before it in the same request.
    fn share_a_carrier(&self, other: u64, item: &Item, before: &[Item]) -> bool {
        let items: Vec<_> = before.iter().chain([item]).cloned().collect();
        let (of_items, _) = carriers(&items, self.config.carrier_bytes);
        let place = before.iter().position(|mate| mate.id == other);
        place.is_some_and(|place| of_items[place] == of_items[before.len()])
    }

    pub(super) fn resolved(&mut self, resolution: Resolution<Item, u64, Tag>) {
        let Resolution { tag, result, charge, accepted, .. } = resolution;
        let known = self.known.remove(&tag).expect("law 2: an entry gets one answer");
        assert_eq!(accepted, known.accepted);
        self.counted.ambiguous += u64::from(known.ambiguous && known.owed != Some(Owed::Superseded));
        self.trace.push(format!("{:?} answers {tag}: {result:?}", self.now - self.start));
        for part in result.as_ref().err().map_or(&known.item.parts, |item| &item.entry.parts) {
            assert!(self.owed_parts.remove(part), "law 2: {part} is answered twice, or was never accepted");
        }
        match result {
            Ok(sent) => self.check_sent(&known, &sent.map(Unread::read)),
            Err(item) => {
                self.check_unprocessed(&known, &item);
                assert_eq!(charge.bytes(), known.charge);
                self.uncollected.push((tag, charge));
                self.counted.handed_back += 1;
            }
        }
    }

    fn check_sent(&mut self, known: &Known, sent: &Sent<u64>) {
        if sent.is_superseded() {
            assert_eq!(known.owed, Some(Owed::Superseded));
            self.counted.superseded += 1;
        } else {
            assert_eq!(known.owed, Some(Owed::Delivered), "law 7: the service did not take it");
            assert_eq!(sent.response, Some(known.item.id), "law 7: it has the answer of another");
            self.counted.delivered += 1;
        }
        assert_eq!((sent.attempts, sent.maybe_duplicate), (known.sends, known.ambiguous), "law 7");
    }

    fn check_unprocessed(&self, known: &Known, item: &UnprocessedItem<Item>) {
        assert_eq!(item.entry, known.item, "law 10");
        assert_eq!((item.attempts, item.maybe_delivered), (known.sends, known.ambiguous), "law 7");
        assert_eq!(item.age, self.now - known.accepted);
        let fits = match &item.cause {
            Cause::Ambiguous(_) => {
                known.owed == Some(Owed::Ambiguous)
                    || known.forgotten(&self.config).is_some_and(|end| end <= self.now)
            }
            Cause::DeadlineExceeded(_) => {
                known.deadline(&self.config) <= self.now || known.had_its_last_attempt()
            }
            Cause::Fatal(_) => known.owed == Some(Owed::Fatal),
            Cause::Rejected(_) => known.owed == Some(Owed::Rejected),
            Cause::RetriesExhausted(_) => known.owed == Some(Owed::Exhausted),
            Cause::RuntimeStopped(_) => self.is_stopped,
            Cause::Withdrawn(_) => self.is_withdrawn(known) && !self.is_stopped,
            _ => false,
        };
        assert!(fits, "{:?} is no cause for {known:?}", item.cause);
    }

    /// Nothing more is to be done now: is that so?
    pub(super) fn check_rest(&mut self, wake: Option<Instant>) {
        let stats = self.buffer.stats();
        let (entries, bytes) = self.occupied();
        assert!(entries <= self.config.max_entries && bytes <= self.config.max_bytes, "law 6");
        self.counted.inside = self.known.len() as u64;
        self.counted.in_flight =
            self.known.values().filter(|known| matches!(known.at, At::InFlight(_))).count() as u64;
        self.counted.requests_in_flight = self.away.len() as u64;
        self.counted.uncollected = self.uncollected.len() as u64;
        self.counted.bytes = bytes as u64;
        // The model does not follow these.
        self.counted.in_flight_limit = stats.in_flight_limit;
        self.counted.splits = stats.splits;
        (self.counted.causes, self.counted.since_success) = (stats.causes, stats.since_success);
        (self.counted.request_latency, self.counted.entry_latency) =
            (stats.request_latency, stats.entry_latency);
        self.counted.oldest_age = stats.oldest_age;
        self.check_oldest_age(stats.oldest_age);
        assert_eq!(stats, self.counted);
        for flush in &self.flushes {
            let answered = !self.known.values().any(|known| flush.covers(known));
            assert_eq!(self.buffer.is_flushed(flush.watermark), answered, "law 5");
        }
        for known in self.known.values() {
            self.check_answer_is_not_late(known, wake);
        }
        if !self.is_stopped && !self.is_paced && self.away.len() < stats.in_flight_limit as usize {
            self.check_timeliness(wake);
            self.check_isolations(wake);
        }
    }

    fn check_answer_is_not_late(&self, known: &Known, wake: Option<Instant>) {
        assert_eq!(known.owed, None, "law 2: an answer is late: {known:?}");
        if matches!(known.at, At::InFlight(_)) {
            return;
        }
        let deadline = known.deadline(&self.config);
        let deadline = known.forgotten(&self.config).map_or(deadline, |end| end.min(deadline));
        assert!(deadline > self.now, "law 9: {known:?} outlived its deadline");
        assert!(wake.is_some_and(|wake| wake <= deadline), "law 9: nothing wakes for the deadline");
        assert!(!self.is_withdrawn(known), "law 5: {known:?} was withdrawn");
        assert!(!self.is_stopped, "law 11: {known:?} outlived its runtime");
    }

    pub(super) fn occupied(&self) -> (usize, usize) {
        let held = self.ghosts.values().filter(|ghost| ghost.is_collected);
        let charges = self
            .known
            .values()
            .map(|known| known.charge)
            .chain(self.uncollected.iter().map(|(_, charge)| charge.bytes()))
            .chain(held.map(|ghost| ghost.charge));
        let (entries, bytes) = charges.fold((0, 0), |(entries, bytes), charge| (entries + 1, bytes + charge));
        let reserved = self.grants.len() * (LARGEST + ENTRY_OVERHEAD_BYTES);
        (entries + self.grants.len(), bytes + reserved)
    }
}

impl Known {
    /// It takes the place of an older one: in line, in its linger and backoff, in flushes of the same scope.
    pub(super) fn inherit(&mut self, older: &Self) {
        self.place = older.place;
        if self.scope == older.scope {
            self.flush_order = older.flush_order;
        }
        self.latest = older.latest;
        self.earliest = older.earliest;
    }
}
