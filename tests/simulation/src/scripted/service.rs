//! The service itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{Duplicates, Failure, Invalid, Key, LimitPolicy, Measure, Reply, Service, Verdict};
use tokio::time::Instant;

use crate::checker::{Copies, Held, WHIM};
use crate::dice::Dice;
use crate::plan::{Allowed, Plan};
use crate::target::Target;
use crate::users::sleep;

use super::act::{Act, Deed, Mood};
use super::item::{Item, Kind, Nature};
use super::limits;
use super::weather::Weather;

/// A service that does what the weather says, and remembers what it applied.
pub struct Scripted {
    limits: LimitPolicy,
    kind: Kind,
    weather: Weather,
    /// Whether poison fails alone, or its whole request is refused.
    refuses_alone: bool,
    start: Instant,
    alive: Arc<()>,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    mood: Mood,
    stamps: u64,
    responses: u64,
    held: Vec<Held>,
}

impl Scripted {
    /// What this seed allows.
    #[must_use]
    pub fn allowed(seed: u64) -> Allowed {
        let limits = limits::draw(&mut Dice::of(seed, "limits"));
        Allowed {
            limits,
            largest_entry: limits.entry_bytes() + 16,
            duplicates: &[Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast],
            longest_delivery: None,
            entries: [5, 150, 6_000],
            rounds: 300,
        }
    }

    /// The service of this plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let mut dice = Dice::of(plan.seed, "service");
        let limits = Self::allowed(plan.seed).limits;
        Self {
            limits,
            kind: Kind::draw(&mut dice, limits.entry_bytes()),
            weather: Weather::draw(&mut dice),
            refuses_alone: dice.chance(0.3),
            start: now(),
            alive: Arc::new(()),
            state: Mutex::new(State {
                dice,
                mood: Mood::default(),
                stamps: 0,
                responses: 0,
                held: Vec::new(),
            }),
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn draw(&self) -> (Act, Dice) {
        let now = self.start.elapsed();
        let phase = self.weather.at(now);
        self.with(|state| {
            let act = Act::draw(&mut state.dice, phase, &mut state.mood, now);
            (act, state.dice.fork())
        })
    }

    fn apply<'a>(&self, items: impl IntoIterator<Item = &'a Item>) {
        self.with(|state| state.held.extend(items.into_iter().map(|item| item.n)));
    }

    /// Applies what a lost or unreadable answer was about: all, or a part of it.
    fn apply_perhaps(&self, applied: bool, dice: &mut Dice, items: &[Item]) {
        let partly = dice.chance(0.2);
        let is_applied =
            |item: &&Item| applied && item.nature == Nature::Fine && !(partly && dice.chance(0.5));
        self.apply(items.iter().filter(is_applied).collect::<Vec<_>>());
    }

    /// The reply to a request, half of whose latency is over.
    async fn reply(&self, act: &Act, items: &[Item], dice: &mut Dice) -> Reply<u64> {
        match act.deed {
            Deed::Each { failing } => self.each(items, |_| dice.chance(failing).then(|| Failed::draw(dice))),
            Deed::Fatal => Reply::Fatal(Failure::new("AccessDenied")),
            Deed::Hang { applied } => {
                self.apply_perhaps(applied, dice, items);
                std::future::pending().await
            }
            Deed::LanesThrottled(share) => self.each(items, |item| {
                let lane = u32::from_le_bytes(item.lane.unwrap_or_default());
                (lane % share == 0).then(Failed::throttled)
            }),
            Deed::Lost { applied } => {
                self.apply_perhaps(applied, dice, items);
                Reply::Ambiguous(Failure::new("Reset"))
            }
            Deed::Miscount { applied } => {
                self.apply_perhaps(applied, dice, items);
                let verdicts = if dice.chance(0.5) { items.len() - 1 } else { items.len() + 1 };
                Reply::Each((0..verdicts).map(|_| Verdict::Accepted(0)).collect())
            }
            Deed::Panic { applied } => {
                self.apply_perhaps(applied, dice, items);
                panic!("a service that panics")
            }
            Deed::Retry => Reply::Retry(Failure::new("InternalError")),
            Deed::Split => Reply::Split(Failure::new(WHIM)),
            Deed::Throttle => Reply::Throttled(Failure::new("SlowDown")),
            Deed::Unsent => Reply::Unsent(Failure::new("ConnectionRefused")),
        }
    }

    /// Takes every entry that neither fails nor is poison, unless poison spoils the whole request.
    fn each(&self, items: &[Item], mut fails: impl FnMut(&Item) -> Option<Failed>) -> Reply<u64> {
        let poison = items.iter().find_map(poison_of).filter(|_| !self.refuses_alone);
        if let Some(failure) = poison {
            return Reply::Split(failure);
        }
        let mut taken = Vec::new();
        let mut verdicts = Vec::with_capacity(items.len());
        for item in items {
            let failed = poison_of(item).map(Failed::rejected).or_else(|| fails(item));
            if failed.as_ref().is_none_or(|failed| failed.applied) {
                taken.push(item);
            }
            let accepted = || Verdict::Accepted(self.next_response());
            verdicts.push(failed.map_or_else(accepted, |failed| failed.verdict));
        }
        self.apply(taken);
        Reply::Each(verdicts)
    }

    fn next_response(&self) -> u64 {
        self.with(|state| {
            state.responses += 1;
            state.responses
        })
    }
}

#[async_trait]
impl Service for Scripted {
    type Entry = Item;
    type Sent = u64;

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn limits(&self) -> LimitPolicy {
        self.limits
    }

    fn prepare(&self, item: &mut Item) {
        if item.stamp.is_none() {
            item.stamp = Some(self.with(|state| {
                state.stamps += 1;
                state.stamps
            }));
        }
    }

    fn measure<'a>(&self, item: &'a Item) -> Result<Measure<'a>, Invalid> {
        if item.nature == Nature::Invalid {
            return Err(Invalid::new("it was made so"));
        }
        Ok(Measure {
            entry_bytes: item.entry_bytes,
            request_bytes: item.request_bytes,
            heap_bytes: item.heap_bytes,
            lane: item.lane.as_ref().map(|lane| Key::from(&lane[..])),
            identity: item.identity.as_ref().map(|identity| Key::from(&identity[..])),
        })
    }

    async fn send(&self, items: &[Item]) -> Reply<u64> {
        let (act, mut dice) = self.draw();
        let [before, after] = act.latency;
        wait(before).await;
        let reply = self.reply(&act, items, &mut dice).await;
        wait(after).await;
        reply
    }
}

impl Target for Scripted {
    type Service = Self;

    fn service(&self) -> &Self {
        self
    }

    fn entry(&self, n: u64, dice: &mut Dice) -> Item {
        self.kind.item(n, dice, &self.alive)
    }

    fn number(&self, item: &Item) -> u64 {
        item.n
    }

    fn seal(&self, item: &Item) -> u64 {
        item.seal()
    }

    fn response(&self, sent: &u64) -> u64 {
        *sent
    }

    fn held(&self) -> Vec<Held> {
        self.with(|state| state.held.clone())
    }

    fn copies(&self) -> Copies {
        Copies::IfMarked
    }

    fn alive(&self) -> Option<usize> {
        Some(Arc::strong_count(&self.alive) - 1)
    }
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted")
            .field("kind", &self.kind)
            .field("weather", &self.weather)
            .finish_non_exhaustive()
    }
}

fn poison_of(item: &Item) -> Option<Failure> {
    match item.nature {
        Nature::Fine | Nature::Invalid => None,
        Nature::Poison(0) => Some(Failure::new("Malformed")),
        Nature::Poison(_) => Some(Failure::new("TooLong")),
    }
}

/// What became of an entry that was not taken, or perhaps not.
struct Failed {
    verdict: Verdict<u64>,
    applied: bool,
}

impl Failed {
    fn draw(dice: &mut Dice) -> Self {
        match dice.between(0, 19) {
            0 => Self::rejected(Failure::new("Refused")),
            1 => {
                Self { verdict: Verdict::Ambiguous(Failure::new("NotMentioned")), applied: dice.chance(0.5) }
            }
            2..=9 => Self::throttled(),
            _ => Self { verdict: Verdict::Retry(Failure::new("InternalError")), applied: false },
        }
    }

    fn rejected(failure: Failure) -> Self {
        Self { verdict: Verdict::Reject(failure), applied: false }
    }

    fn throttled() -> Self {
        Self { verdict: Verdict::Throttled(Failure::new("Throttled")), applied: false }
    }
}

async fn wait(duration: Duration) {
    if !duration.is_zero() {
        sleep(duration).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of the run")]
fn now() -> Instant {
    Instant::now()
}
