//! A world around a buffer: it turns the crank as the documentation says, plays the service and
//! the users, and keeps a model of every entry. `checks.rs` and `timeliness.rs` hold the model
//! against the laws.

mod checks;
mod merging;
mod timeliness;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use batch_core::{
    Batch, BatchId, Buffer, Carrier, Charge, Class, Duplicates, ENTRY_OVERHEAD_BYTES, Failure, Grant, Key,
    Measure, OnAmbiguous, Order, Output, Refusal, Refused, Reply, ScopeId, Stats, Verdict, Verdicts,
    Watermark,
};

use super::config::{Config, LARGEST, OVERHEAD};
use super::model::{At, Ghost, Item, Known, Owed, SHARED, Tag, carriers};
use super::schedule::{Answer, Op};

/// Retries are due at whole ticks of a tenth of the first backoff, and of this at most.
const TICK: Duration = Duration::from_millis(10);
/// The longest that entries whose retry is due wait for company.
const COMPANY: Duration = Duration::from_millis(100);

pub(crate) struct World {
    config: Config,
    buffer: Buffer<Item, u64, Tag>,
    start: Instant,
    now: Instant,
    /// When an attempt failed first.
    first_failed: Option<Instant>,
    next: u64,
    /// The order of what is accepted, and of scopes that end.
    order: u64,
    /// The open scopes: how the buffer and the model call each.
    scopes: BTreeMap<u8, (ScopeId, u64)>,
    known: BTreeMap<u64, Known>,
    /// Entries that have their answer while a request still carries them.
    ghosts: BTreeMap<u64, Ghost>,
    away: Vec<Batch<Item>>,
    grants: Vec<Grant>,
    uncollected: Vec<(u64, Charge)>,
    flushes: Vec<Flush>,
    /// What would be due by then is due at once, since the last flush.
    urgent_until: Option<Instant>,
    /// Everything of a scope accepted before this was withdrawn.
    withdrawn: BTreeMap<u64, u64>,
    is_stopped: bool,
    /// Whether the whole writer was slowed down, so that slots may rightly stay free.
    is_paced: bool,
    wake: Option<Instant>,
    /// What has happened so far, as the buffer should count it.
    counted: Stats,
    /// Every entry that was accepted, until it is delivered or handed back, be it as a part of another.
    owed_parts: BTreeSet<u64>,
    pub(crate) trace: Vec<String>,
}

/// A flush of a scope, and the order of acceptance that it ends at.
#[derive(Clone, Copy, Debug)]
struct Flush {
    watermark: Watermark,
    scope: u64,
    end: u64,
}

impl Flush {
    fn covers(&self, known: &Known) -> bool {
        known.scope == self.scope && known.flush_order < self.end
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Setback {
    Ambiguous,
    Retry,
    Throttled,
    Unsent,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let start = Instant::now();
        Self {
            buffer: config.buffer(),
            config,
            start,
            now: start,
            first_failed: None,
            next: 0,
            order: 0,
            scopes: BTreeMap::from([(0, (ScopeId::OWN, 0))]),
            known: BTreeMap::new(),
            ghosts: BTreeMap::new(),
            away: Vec::new(),
            grants: Vec::new(),
            uncollected: Vec::new(),
            flushes: Vec::new(),
            urgent_until: None,
            withdrawn: BTreeMap::new(),
            is_stopped: false,
            is_paced: false,
            wake: None,
            counted: Stats::default(),
            owed_parts: BTreeSet::new(),
            trace: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Advance { ms } => self.advance_by(Duration::from_millis(*ms)),
            Op::Collect { count } => self.collect(*count),
            Op::EndScope { scope } => self.end_scope(*scope),
            Op::Flush { scope } => drop(self.flush(*scope)),
            Op::Pause { ms } => self.pause(Duration::from_millis(*ms)),
            Op::Reply { which, answer, jitter } => self.reply(*which, answer, *jitter),
            Op::Reserve => self.reserve(),
            Op::Resume => self.resume(),
            Op::Stop => self.stop(),
            Op::Submit { scope, lane, twin, bytes, poison } => {
                self.submit(*scope, *lane, *twin, *bytes, *poison);
            }
            Op::Unreserve => self.unreserve(),
            Op::Wake => self.advance_to_wake(),
            Op::Withdraw { scope, copies } => self.withdraw(*scope, *copies),
        }
        self.crank();
    }

    /// Lets everything end: the service takes what is not poisoned. A thousand steps are plenty.
    pub(crate) fn finish(&mut self) {
        self.resume();
        while !self.grants.is_empty() {
            self.unreserve();
        }
        self.crank();
        for _ in 0..1_000 {
            if self.known.is_empty() && self.away.is_empty() {
                break;
            }
            if self.away.is_empty() {
                self.advance_to_wake();
                self.crank();
            } else {
                self.apply(&Op::Reply { which: 0, answer: Answer::ByPoison, jitter: 0.5 });
            }
        }
        assert!(self.known.is_empty(), "some entries never end: {:?}", self.known);
        assert!(self.owed_parts.is_empty(), "law 2: lost in another entry: {:?}", self.owed_parts);
        assert!(self.buffer.is_empty());
        self.collect(usize::MAX);
        (1..=2).for_each(|scope| self.end_scope(scope));
        let stats = self.buffer.stats();
        assert_eq!((stats.inside, stats.uncollected, stats.bytes), (0, 0, 0));
        let left = format!("{:?}", self.buffer);
        assert!(left.ends_with("lines: 0, identities: 0, isolations: 0, scopes: 0, .. }"), "law 6: {left}");
    }

    fn submit(&mut self, scope: u8, lane: u8, twin: u8, bytes: usize, poison: bool) {
        self.resume();
        let identity = (twin > 0).then(|| format!("twin {twin}"));
        let lane = (lane > 0).then(|| format!("lane {lane}"));
        let is_carried = self.config.carrier_bytes.is_some_and(|most| bytes <= most);
        let item = Item { id: self.next, lane, identity, bytes, is_carried, poison, parts: vec![self.next] };
        let measure = Measure::of_bytes(bytes)
            .carrier(Carrier::sharing(SHARED))
            .lane(item.lane.as_deref().map(Key::from))
            .identity(item.identity.as_deref().map(Key::from));
        let (scope, number) = self.scope(scope);
        let admission = self.buffer.admit(&measure);
        self.check_charge(bytes, admission.as_ref().map(batch_core::Admission::charge).ok());
        let Ok(admission) = admission else {
            return;
        };
        let charge = admission.charge();
        if self.is_merged(&item, (scope, number), &admission) {
            return;
        }
        let room = self.has_room(charge);
        let grant = self.buffer.try_grant(charge);
        assert_eq!(grant.is_some(), room, "room is given exactly up to the bounds");
        let Some(grant) = grant else {
            return;
        };
        let is_merging = self.config.duplicates == Duplicates::Merge;
        let twin = !is_merging && self.known.values().any(|known| known.item.is_twin_of(&item));
        self.counted.duplicates += u64::from(twin);
        let place = match self.buffer.place(grant, admission) {
            Err(refused) => {
                assert_eq!(refused, Refused::Duplicate);
                assert!(twin && self.config.duplicates == Duplicates::KeepFirst);
                return;
            }
            Ok(place) => place,
        };
        assert!(!twin || self.config.duplicates != Duplicates::KeepFirst);
        assert_eq!(place.is_duplicate(), twin);
        place.put_in(scope, item.clone(), item.id, self.now);
        self.next += 1;
        self.counted.accepted += 1;
        self.owed_parts.insert(item.id);
        let absorbs = self.begins_to_absorb(&item, number);
        self.learn_of(item, number, charge, absorbs);
        self.check_wish();
    }

    fn learn_of(&mut self, item: Item, scope: u64, charge: usize, absorbs: Option<(u64, usize)>) {
        let lane = match (&item.lane, &item.identity) {
            (Some(lane), _) => Some((lane.clone(), self.config.order == Order::Strict)),
            (None, Some(_)) if self.config.duplicates == Duplicates::Merge => None,
            (None, Some(twin))
                if self.config.duplicates != Duplicates::KeepFirst
                    || self.ghosts.values().any(|ghost| ghost.item.is_twin_of(&item)) =>
            {
                Some((twin.clone(), true))
            }
            (None, _) => None,
        };
        let id = item.id;
        let mut new = Known {
            lane,
            place: id,
            scope,
            flush_order: self.order,
            absorbs,
            accepted: self.now,
            reprieved: None,
            launched: None,
            doubted: None,
            charge,
            at: At::Waiting,
            isolation: None,
            latest: self.now + self.config.linger.longest(),
            earliest: self.now,
            sends: 0,
            used: 0,
            strikes: 0,
            ambiguous: false,
            owed: None,
            item,
        };
        if self.config.duplicates == Duplicates::KeepLast
            && let Some(older) = self.waiting_twin(&new.item)
        {
            let older = self.known.get_mut(&older).unwrap();
            older.owed = Some(Owed::Superseded);
            new.inherit(older);
            new.strikes = older.strikes;
        }
        self.order += 1;
        self.known.insert(id, new);
    }

    fn waiting_twin(&self, item: &Item) -> Option<u64> {
        let is_twin = |known: &&Known| {
            known.item.id != item.id
                && known.at == At::Waiting
                && known.owed.is_none()
                && known.item.is_twin_of(item)
        };
        self.known.values().find(is_twin).map(|known| known.item.id)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each answer")]
    fn reply(&mut self, which: usize, answer: &Answer, jitter: f64) {
        if self.away.is_empty() {
            return;
        }
        let batch = self.away.remove(which % self.away.len());
        let all: Vec<u64> = batch.entries().iter().map(|item| item.id).collect();
        let ids: Vec<u64> = all.iter().copied().filter(|id| self.known.contains_key(id)).collect();
        for id in &ids {
            self.known.get_mut(id).unwrap().resume(&self.config, self.now);
        }
        let failure = Failure::new("Scripted");
        let reply = match answer {
            Answer::Accept if jitter < 0.5 => {
                drop(self.each(&all, &[0], jitter));
                let responses = all.clone();
                Ok(Verdicts::all_accepted(move |position| responses[position]))
            }
            Answer::Accept => self.each(&all, &[0], jitter),
            Answer::Ambiguous => {
                self.all(&ids, Setback::Ambiguous, jitter);
                Err(Refusal::new(Class::Ambiguous, failure))
            }
            Answer::ByPoison if batch.entries().iter().any(|item| item.poison) => {
                self.refuse(&ids, all.len() == 1);
                Err(Refusal::new(Class::Split, failure))
            }
            Answer::ByPoison => self.each(&all, &[0], jitter),
            Answer::Each(kinds) => {
                let kinds = self.of_carriers(batch.entries(), kinds);
                self.each(&all, &kinds, jitter)
            }
            Answer::Fatal => {
                ids.iter().for_each(|id| self.owe(*id, Owed::Fatal));
                Err(Refusal::new(Class::Fatal, failure))
            }
            Answer::Miscounted => {
                self.all(&ids, Setback::Ambiguous, jitter);
                Ok(Verdicts::Each(vec![
                    Verdict::Accepted(0);
                    if jitter < 0.5 { all.len() - 1 } else { all.len() + 1 }
                ]))
            }
            Answer::Retry => {
                self.all(&ids, Setback::Retry, jitter);
                Err(Refusal::new(Class::Retry, failure))
            }
            Answer::Throttled => {
                self.counted.throttled += 1;
                self.all(&ids, Setback::Throttled, jitter);
                Err(Refusal::new(Class::Throttled, failure))
            }
            Answer::Unsent => {
                self.all(&ids, Setback::Unsent, jitter);
                Err(Refusal::new(Class::Unsent, failure))
            }
        };
        self.rest_together();
        self.buffer.complete(batch, reply, self.now, jitter);
        for id in all {
            self.counted.late += u64::from(self.ghosts.remove(&id).is_some());
        }
    }

    /// What is left of a refused request goes on when the slowest of it may, whoever is handed back
    /// until then.
    fn rest_together(&mut self) {
        let mut rests = BTreeMap::<_, Instant>::new();
        for known in self.known.values().filter(|known| known.at == At::Isolated) {
            let until = rests.entry(known.isolation).or_insert(known.earliest);
            *until = known.earliest.max(*until);
        }
        for known in self.known.values_mut().filter(|known| known.at == At::Isolated) {
            known.earliest = rests[&known.isolation];
        }
    }

    /// The same for all entries of a carrier.
    fn of_carriers(&self, items: &[Item], kinds: &[u8]) -> Vec<u8> {
        let (of_items, _) = carriers(items, self.config.carrier_bytes);
        of_items.into_iter().map(|carrier| kinds[carrier % kinds.len()]).collect()
    }

    fn each(&mut self, ids: &[u64], kinds: &[u8], jitter: f64) -> Reply<u64> {
        let kinds = || kinds.iter().cycle().copied();
        self.is_paced |= kinds().take(ids.len()).all(|kind| kind == 4);
        let failure = || Failure::new("Scripted");
        let mut verdicts = Vec::new();
        let mut setbacks = Vec::new();
        for (&id, kind) in ids.iter().zip(kinds()) {
            if self.ghosts.contains_key(&id) {
                verdicts.push(Verdict::Accepted(id));
                continue;
            }
            verdicts.push(match kind {
                0 => {
                    self.owe(id, Owed::Delivered);
                    Verdict::Accepted(id)
                }
                1 => {
                    setbacks.push((id, Setback::Ambiguous));
                    Verdict::Ambiguous(failure())
                }
                2 => {
                    self.owe(id, Owed::Rejected);
                    Verdict::Reject(failure())
                }
                3 => {
                    setbacks.push((id, Setback::Retry));
                    Verdict::Retry(failure())
                }
                _ => {
                    self.counted.throttled += 1;
                    setbacks.push((id, Setback::Throttled));
                    Verdict::Throttled(failure())
                }
            });
        }
        for (id, setback) in setbacks {
            self.strike(id, setback, jitter, false);
        }
        Ok(Verdicts::Each(verdicts))
    }

    fn all(&mut self, ids: &[u64], setback: Setback, jitter: f64) {
        self.is_paced |= matches!(setback, Setback::Throttled | Setback::Unsent);
        for &id in ids {
            self.strike(id, setback, jitter, true);
        }
    }

    fn refuse(&mut self, ids: &[u64], alone: bool) {
        if alone {
            ids.iter().for_each(|id| self.owe(*id, Owed::Rejected));
            return;
        }
        let origin = ids.iter().find_map(|id| self.known[id].isolation);
        let origin = origin.or(ids.first().copied());
        for id in ids {
            let known = self.known.get_mut(id).unwrap();
            (known.at, known.isolation) = (At::Isolated, origin);
        }
    }

    /// What a failed attempt means for an entry, as the design says it.
    fn strike(&mut self, id: u64, setback: Setback, jitter: f64, whole: bool) {
        let isolation = self.known[&id].isolation;
        let has_mates = isolation.is_some()
            && self.known.values().any(|other| other.isolation == isolation && other.at == At::Isolated);
        let config = self.config;
        let now = self.now;
        let is_withdrawn = self.is_withdrawn(&self.known[&id]);
        let known = self.known.get_mut(&id).unwrap();
        known.ambiguous |= setback == Setback::Ambiguous;
        if setback == Setback::Ambiguous {
            known.doubted = known.doubted.or(known.launched);
        }
        known.used += u32::from(matches!(setback, Setback::Ambiguous | Setback::Retry));
        known.strikes += u32::from(setback != Setback::Unsent);
        let stays = isolation.is_some() && (whole || (has_mates && known.lane.is_some()));
        known.at = if stays { At::Isolated } else { At::Waiting };
        if !stays {
            known.isolation = None;
        }
        let first = *self.first_failed.get_or_insert(now);
        known.earliest = match setback {
            Setback::Unsent => now,
            _ => {
                let tick = (config.backoff().ceiling(1) / 10).min(TICK).as_nanos();
                let wait = (now + config.backoff().delay(known.strikes, jitter) - first).as_nanos();
                let ticks = wait.checked_div(tick).map_or(wait, |_| wait.div_ceil(tick) * tick);
                first + Duration::from_nanos(u64::try_from(ticks).unwrap())
            }
        };
        let company =
            if known.lane.is_some() { Duration::ZERO } else { config.linger.longest().min(COMPANY) };
        known.latest = known.earliest + company;
        let is_overdue =
            self.is_stopped || is_withdrawn || known.deadline(&config) <= now || known.had_its_last_attempt();
        let is_forgotten = known.forgotten(&config).is_some_and(|end| end <= now);
        if is_overdue {
            return;
        }
        if is_forgotten || (setback == Setback::Ambiguous && config.ambiguous == OnAmbiguous::HandBack) {
            known.owed = Some(Owed::Ambiguous);
        } else if config.max_attempts.is_some_and(|most| known.used >= most) {
            known.owed = Some(Owed::Exhausted);
        } else if known.at == At::Waiting && config.duplicates == Duplicates::KeepLast {
            let older = known.clone();
            if let Some(newer) = self.waiting_twin(&older.item) {
                self.known.get_mut(&newer).unwrap().inherit(&older);
                self.owe(id, Owed::Superseded);
            }
        }
    }

    fn owe(&mut self, id: u64, owed: Owed) {
        self.known.get_mut(&id).unwrap().owed = Some(owed);
    }

    fn crank(&mut self) {
        for _ in 0..10_000 {
            match self.buffer.poll(self.now) {
                Output::Drop(garbage) => assert!(!garbage.is_empty()),
                Output::Resolve(answers) => {
                    answers.into_iter().for_each(|resolution| self.resolved(resolution));
                }
                Output::Send(batch) => self.sent(batch),
                Output::Sort(_) => panic!("no quota is known"),
                Output::Wait(wake) => {
                    self.wake = wake;
                    self.check_rest(wake);
                    return;
                }
            }
            self.check_counters();
        }
        panic!("the crank turns for ever");
    }

    /// An open scope, which is opened if need be.
    fn scope(&mut self, scope: u8) -> (ScopeId, u64) {
        *self.scopes.entry(scope).or_insert_with(|| {
            self.order += 1;
            (self.buffer.open_scope(), self.order)
        })
    }

    /// What it leaves inside is the writer's, as if it were accepted now.
    fn end_scope(&mut self, scope: u8) {
        let Some((id, number)) = self.scopes.remove(&scope) else {
            return;
        };
        self.buffer.end_scope(id);
        self.flushes.retain(|flush| flush.scope != number);
        for known in self.known.values_mut().filter(|known| known.scope == number) {
            (known.scope, known.flush_order) = (0, self.order);
        }
        self.order += 1;
    }

    fn flush(&mut self, scope: u8) -> Flush {
        let (id, scope) = self.scope(scope);
        let watermark = self.buffer.flush(id, self.now);
        let flush = Flush { watermark, scope, end: self.order };
        self.flushes.push(flush);
        self.urgent_until = Some(self.now + self.config.linger.longest());
        flush
    }

    /// Withdraws everything of a scope, and hands back copies of what is in flight, or leaves that to its replies.
    fn withdraw(&mut self, scope: u8, copies: bool) {
        let flush = self.flush(scope);
        self.withdrawn.insert(flush.scope, flush.end);
        let withdrawn = self.buffer.withdraw(flush.watermark, self.now);
        let flies = |known: &&Known| matches!(known.at, At::InFlight(_)) && flush.covers(known);
        let mut expected: BTreeSet<u64> =
            self.known.values().filter(flies).map(|known| known.item.id).collect();
        for withdrawn in withdrawn {
            let batch =
                self.away.iter().find(|batch| batch.id() == withdrawn.batch).expect("it is in flight");
            let entries = batch.entries().to_vec();
            for at in withdrawn.positions {
                let item = entries[at].clone();
                assert!(expected.remove(&item.id), "law 5: {item:?} is not to be withdrawn");
                if copies {
                    self.hand_back_copy(withdrawn.batch, at, item);
                }
            }
        }
        assert!(expected.is_empty(), "law 5: {expected:?} should be withdrawn");
    }

    fn is_withdrawn(&self, known: &Known) -> bool {
        self.withdrawn.get(&known.scope).is_some_and(|&end| known.flush_order < end)
    }

    fn hand_back_copy(&mut self, batch: BatchId, at: usize, item: Item) {
        let given = self.buffer.hand_back_copy(batch, at, item.clone(), self.now);
        assert_eq!(given, Ok(()));
        let again = self.buffer.hand_back_copy(batch, at, item.clone(), self.now);
        assert_eq!(again, Err(item.clone()), "law 2: it has its answer");
        let known = self.known.get_mut(&item.id).unwrap();
        (known.owed, known.ambiguous) = (Some(Owed::Withdrawn), true);
        let (charge, lane, isolation) = (known.charge, known.lane.clone(), known.isolation);
        let lane = lane.or(item.identity.clone().map(|identity| (identity, true)));
        self.ghosts.insert(item.id, Ghost { item, lane, isolation, charge, is_collected: false });
    }

    fn stop(&mut self) {
        self.is_stopped = true;
        self.buffer.stop(self.now);
    }

    fn resume(&mut self) {
        self.is_stopped = false;
        self.buffer.resume();
    }

    fn reserve(&mut self) {
        let charge = LARGEST + ENTRY_OVERHEAD_BYTES;
        let room = self.has_room(charge);
        let grant = self.buffer.try_grant(charge);
        assert_eq!(grant.is_some(), room);
        self.grants.extend(grant);
    }

    fn unreserve(&mut self) {
        if let Some(grant) = self.grants.pop() {
            self.buffer.give_back(grant);
        }
    }

    fn collect(&mut self, count: usize) {
        for (id, charge) in self.uncollected.drain(..count.min(self.uncollected.len())) {
            self.buffer.collected(charge);
            if let Some(ghost) = self.ghosts.get_mut(&id) {
                ghost.is_collected = true;
            }
        }
    }

    fn advance_by(&mut self, time: Duration) {
        // Like a driver, it never sleeps past the instant that it was given.
        let target = self.now + time;
        self.now = self.wake.map_or(target, |wake| wake.clamp(self.now, target));
    }

    /// The process is stopped for so long: nothing is polled, and the clock goes on.
    fn pause(&mut self, time: Duration) {
        self.now += time;
        for known in self.known.values_mut().filter(|known| !matches!(known.at, At::InFlight(_))) {
            known.resume(&self.config, self.now);
        }
    }

    fn advance_to_wake(&mut self) {
        self.now = self.wake.map_or(self.now, |wake| wake.max(self.now));
    }
}
