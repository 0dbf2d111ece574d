//! A world around a buffer: it turns the crank as the documentation says, plays the service and
//! the users, and keeps a model of every entry. `checks.rs` and `timeliness.rs` hold the model
//! against the laws.

#[path = "checks.rs"]
mod checks;
#[path = "timeliness.rs"]
mod timeliness;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use batch_core::{
    Ambiguous, Batch, Buffer, Duplicates, ENTRY_OVERHEAD_BYTES, Failure, Grant, Key, Measure, Order, Output,
    Refused, Reply, Stats, Verdict, Watermark,
};

use super::config::{Config, LARGEST, OVERHEAD};
use super::model::{At, Item, Known, Owed, Tag};
use super::schedule::{Answer, Op};

/// The longest that entries whose retry is due wait for company.
const COMPANY: Duration = Duration::from_millis(100);

pub(crate) struct World {
    config: Config,
    buffer: Buffer<Item, u64, Tag>,
    start: Instant,
    now: Instant,
    next: u64,
    known: BTreeMap<u64, Known>,
    away: Vec<Batch<Item>>,
    grants: Vec<Grant>,
    uncollected: Vec<usize>,
    /// Watermarks, with the order of acceptance that each one ends at.
    flushes: Vec<(Watermark, u64)>,
    /// What would be due by then is due at once, since the last flush.
    urgent_until: Option<Instant>,
    /// Everything accepted before this was withdrawn.
    withdrawn: u64,
    is_stopped: bool,
    /// Whether the whole writer was slowed down, so that slots may rightly stay free.
    is_paced: bool,
    wake: Option<Instant>,
    /// What has happened so far, as the buffer should count it.
    counted: Stats,
    pub(crate) trace: Vec<String>,
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
            next: 0,
            known: BTreeMap::new(),
            away: Vec::new(),
            grants: Vec::new(),
            uncollected: Vec::new(),
            flushes: Vec::new(),
            urgent_until: None,
            withdrawn: 0,
            is_stopped: false,
            is_paced: false,
            wake: None,
            counted: Stats::default(),
            trace: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Advance { ms } => self.advance_by(Duration::from_millis(*ms)),
            Op::Collect { count } => self.collect(*count),
            Op::Flush => self.flush(),
            Op::Reply { which, answer, jitter } => self.reply(*which, answer, *jitter),
            Op::Reserve => self.reserve(),
            Op::Resume => self.resume(),
            Op::Stop => self.stop(),
            Op::Submit { lane, twin, bytes, poison } => self.submit(*lane, *twin, *bytes, *poison),
            Op::Unreserve => self.unreserve(),
            Op::Wake => self.advance_to_wake(),
            Op::Withdraw => self.withdraw(),
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
            if self.known.is_empty() {
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
        assert!(self.buffer.is_empty());
        self.collect(usize::MAX);
        let stats = self.buffer.stats();
        assert_eq!((stats.inside, stats.uncollected, stats.bytes), (0, 0, 0));
        let left = format!("{:?}", self.buffer);
        assert!(left.ends_with("lines: 0, identities: 0, isolations: 0, .. }"), "law 6: {left}");
    }

    fn submit(&mut self, lane: u8, twin: u8, bytes: usize, poison: bool) {
        self.resume();
        let identity = (twin > 0).then(|| format!("twin {twin}"));
        // The lane follows from the identity, as services must have it.
        let lane = if twin > 0 { twin % 3 } else { lane };
        let lane = (lane > 0).then(|| format!("lane {lane}"));
        let item = Item { id: self.next, lane, identity, bytes, poison };
        let measure = Measure {
            entry_bytes: bytes,
            request_bytes: bytes,
            heap_bytes: bytes,
            lane: item.lane.as_deref().map(Key::from),
            identity: item.identity.as_deref().map(Key::from),
        };
        let charge = self.buffer.charge(&measure);
        self.check_charge(bytes, charge);
        let Ok(charge) = charge else {
            return;
        };
        let room = self.has_room(charge);
        let grant = self.buffer.try_grant(charge);
        assert_eq!(grant.is_some(), room, "room is given exactly up to the bounds");
        let Some(grant) = grant else {
            return;
        };
        let twin =
            self.known.values().any(|known| item.identity.is_some() && known.item.identity == item.identity);
        self.counted.duplicates += u64::from(twin);
        match self.buffer.place(grant, &measure) {
            Err(refused) => {
                assert_eq!(refused, Refused::Duplicate);
                assert!(twin && self.config.duplicates == Duplicates::KeepFirst);
            }
            Ok(place) => {
                assert!(!twin || self.config.duplicates != Duplicates::KeepFirst);
                drop(measure);
                self.next += 1;
                self.counted.accepted += 1;
                self.buffer.put(place, item.clone(), item.id, self.now);
                self.learn_of(item, charge);
                self.check_wish();
            }
        }
    }

    fn learn_of(&mut self, item: Item, charge: usize) {
        let lane = match (&item.lane, &item.identity) {
            (Some(lane), _) => Some((lane.clone(), self.config.order == Order::Strict)),
            (None, Some(twin)) if self.config.duplicates != Duplicates::KeepFirst => {
                Some((twin.clone(), true))
            }
            (None, _) => None,
        };
        let id = item.id;
        let mut new = Known {
            lane,
            place: id,
            flush_order: id,
            accepted: self.now,
            charge,
            at: At::Waiting,
            isolation: None,
            may_be_rejected: false,
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
        self.known.insert(id, new);
    }

    fn waiting_twin(&self, item: &Item) -> Option<u64> {
        let is_twin = |known: &&Known| {
            known.item.id != item.id
                && known.at == At::Waiting
                && known.owed.is_none()
                && known.item.identity.is_some()
                && known.item.identity == item.identity
        };
        self.known.values().find(is_twin).map(|known| known.item.id)
    }

    fn reply(&mut self, which: usize, answer: &Answer, jitter: f64) {
        if self.away.is_empty() {
            return;
        }
        let batch = self.away.remove(which % self.away.len());
        let ids: Vec<u64> = batch.entries().iter().map(|item| item.id).collect();
        let failure = Failure::new("Scripted");
        let reply = match answer {
            Answer::Accept => self.each(&ids, &[0], jitter),
            Answer::Ambiguous => {
                self.all(&ids, Setback::Ambiguous, jitter);
                Reply::Ambiguous(failure)
            }
            Answer::ByPoison if batch.entries().iter().any(|item| item.poison) => {
                self.refuse(&ids);
                Reply::Split(failure)
            }
            Answer::ByPoison => self.each(&ids, &[0], jitter),
            Answer::Each(kinds) => self.each(&ids, kinds, jitter),
            Answer::Fatal => {
                ids.iter().for_each(|id| self.owe(*id, Owed::Fatal));
                Reply::Fatal(failure)
            }
            Answer::Miscounted => {
                self.all(&ids, Setback::Ambiguous, jitter);
                Reply::Each(vec![Verdict::Accepted(0); ids.len() + 1])
            }
            Answer::Retry => {
                self.all(&ids, Setback::Retry, jitter);
                Reply::Retry(failure)
            }
            Answer::Throttled => {
                self.counted.throttled += 1;
                self.all(&ids, Setback::Throttled, jitter);
                Reply::Throttled(failure)
            }
            Answer::Unsent => {
                self.all(&ids, Setback::Unsent, jitter);
                Reply::Unsent(failure)
            }
        };
        self.rest_together();
        self.buffer.complete(batch, reply, self.now, jitter);
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

    fn each(&mut self, ids: &[u64], kinds: &[u8], jitter: f64) -> Reply<u64> {
        let kinds = || kinds.iter().cycle().copied();
        self.is_paced |= kinds().take(ids.len()).all(|kind| kind == 4);
        let failure = || Failure::new("Scripted");
        let mut verdicts = Vec::new();
        let mut setbacks = Vec::new();
        for (&id, kind) in ids.iter().zip(kinds()) {
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
        Reply::Each(verdicts)
    }

    fn all(&mut self, ids: &[u64], setback: Setback, jitter: f64) {
        self.is_paced |= matches!(setback, Setback::Throttled | Setback::Unsent);
        for &id in ids {
            self.strike(id, setback, jitter, true);
        }
    }

    fn refuse(&mut self, ids: &[u64]) {
        if let [id] = ids {
            self.owe(*id, Owed::Rejected);
            return;
        }
        let origin = ids.iter().find_map(|id| self.known[id].isolation);
        let origin = origin.or(ids.first().copied());
        for id in ids {
            let known = self.known.get_mut(id).unwrap();
            (known.at, known.isolation, known.may_be_rejected) = (At::Isolated, origin, true);
        }
    }

    /// What a failed attempt means for an entry, as the design says it.
    fn strike(&mut self, id: u64, setback: Setback, jitter: f64, whole: bool) {
        let isolation = self.known[&id].isolation;
        let has_mates = isolation.is_some()
            && self.known.values().any(|other| other.isolation == isolation && other.at == At::Isolated);
        let config = self.config;
        let now = self.now;
        let known = self.known.get_mut(&id).unwrap();
        known.ambiguous |= setback == Setback::Ambiguous;
        known.used += u32::from(matches!(setback, Setback::Ambiguous | Setback::Retry));
        known.strikes += u32::from(setback != Setback::Unsent);
        let stays = isolation.is_some() && (whole || (has_mates && known.lane.is_some()));
        known.at = if stays { At::Isolated } else { At::Waiting };
        if !stays {
            known.isolation = None;
        }
        let delay = match setback {
            Setback::Unsent => Duration::ZERO,
            _ => config.backoff().delay(known.strikes, jitter),
        };
        known.earliest = now + delay;
        let company =
            if known.lane.is_some() { Duration::ZERO } else { config.linger.longest().min(COMPANY) };
        known.latest = known.earliest + company;
        let is_overdue = self.is_stopped
            || known.flush_order < self.withdrawn
            || known.accepted + config.deadline() <= now;
        if is_overdue {
            return;
        }
        if setback == Setback::Ambiguous && config.ambiguous == Ambiguous::HandBack {
            known.owed = Some(Owed::Ambiguous);
        } else if known.used >= config.max_attempts {
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
                Output::Cancel(id) => {
                    let which = self.away.iter().position(|batch| batch.id() == id).expect("it is in flight");
                    self.check_cancel(which);
                    self.reply(which, &Answer::Ambiguous, 0.5);
                }
                Output::Resolve(resolution) => self.resolved(resolution),
                Output::Send(batch) => self.sent(batch),
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

    fn flush(&mut self) {
        let watermark = self.buffer.flush(self.now);
        self.flushes.push((watermark, self.next));
        self.urgent_until = Some(self.now + self.config.linger.longest());
    }

    fn withdraw(&mut self) {
        self.flush();
        let (watermark, end) = self.flushes[self.flushes.len() - 1];
        self.withdrawn = end;
        self.buffer.withdraw(watermark, self.now);
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
        for charge in self.uncollected.drain(..count.min(self.uncollected.len())) {
            self.buffer.collected(charge);
        }
    }

    fn advance_by(&mut self, time: Duration) {
        // Like a driver, it never sleeps past the instant that it was given.
        let target = self.now + time;
        self.now = self.wake.map_or(target, |wake| wake.clamp(self.now, target));
    }

    fn advance_to_wake(&mut self) {
        self.now = self.wake.map_or(self.now, |wake| wake.max(self.now));
    }
}
