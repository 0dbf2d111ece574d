//! The service itself.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Carrier, ConfigError, Duplicates, Growth, Invalid, Key, LimitPolicy, Measure, Quota, Reply,
    Service, Settings,
};
use tokio::time::Instant;

use crate::checker::{Copies, Held};
use crate::dice::Dice;
use crate::plan::{Allowed, Plan};
use crate::target::Target;
use crate::users::sleep;

use super::act::{Act, Mood};
use super::item::{Item, Kind, Nature};
use super::limits;
use super::weather::Weather;

/// A service that does what the weather says, and remembers what it applied.
pub struct Scripted {
    limits: LimitPolicy,
    memory: Option<Duration>,
    duplicates: Duplicates,
    kind: Kind,
    weather: Weather,
    /// Whether poison fails alone, or its whole request is refused.
    pub(super) refuses_alone: bool,
    state: Mutex<State>,
}

pub(super) struct State {
    /// When the runtime began, by its clock and by that of the run.
    start: (Instant, Duration),
    dice: Dice,
    mood: Mood,
    stamps: u64,
    pub(super) responses: u64,
    pub(super) held: Vec<Held>,
}

impl Scripted {
    /// What this seed allows.
    #[must_use]
    pub fn allowed(seed: u64) -> Allowed {
        let limits = limits::draw(&mut Dice::of(seed, "limits"));
        Allowed {
            limits,
            largest_entry: limits.entry_bytes() + 16,
            duplicates: &[Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast, Duplicates::Merge],
            memory: draw_memory(&mut Dice::of(seed, "memory")),
            entries: [5, 150, 6_000],
            rounds: 300,
        }
    }

    /// The service of this plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let mut dice = Dice::of(plan.seed, "service");
        let limits = Self::allowed(plan.seed).limits;
        let kind = Kind::draw(&mut dice, limits.entry_bytes());
        let kind = match plan.rules.duplicates {
            Duplicates::Merge => kind.of_series(&mut dice),
            _ => kind,
        };
        let kind = match limits.carrier_bytes() {
            Some(_) => kind.carried(&mut dice),
            None => kind,
        };
        Self {
            limits,
            memory: plan.rules.memory,
            duplicates: plan.rules.duplicates,
            kind,
            weather: Weather::draw(&mut dice),
            refuses_alone: dice.chance(0.3),
            state: Mutex::new(State {
                start: (now(), Duration::ZERO),
                dice,
                mood: Mood::default(),
                stamps: 0,
                responses: 0,
                held: Vec::new(),
            }),
        }
    }

    /// The entries of a request in their carriers, as any service would pack them.
    pub(super) fn carriers<'a>(&self, mut items: &'a [Item]) -> Vec<&'a [Item]> {
        let most = self.limits.carrier_bytes().unwrap_or(0);
        let mut carriers = Vec::new();
        while let Some((first, rest)) = items.split_first() {
            let mut bytes = first.request_bytes;
            let shares = |item: &&Item| {
                bytes += item.request_bytes - SHARED;
                item.carrier.is_some()
                    && (item.lane, item.carrier) == (first.lane, first.carrier)
                    && bytes <= most
            };
            let (carrier, others) = items.split_at(1 + rest.iter().take_while(shares).count());
            carriers.push(carrier);
            items = others;
        }
        carriers
    }

    pub(super) fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn draw(&self) -> (Act, Dice) {
        self.with(|state| {
            let now = state.start.1 + state.start.0.elapsed();
            let phase = self.weather.at(now);
            let act = Act::draw(&mut state.dice, phase, &mut state.mood, now);
            (act, state.dice.fork())
        })
    }
}

#[async_trait]
impl Service for Scripted {
    type Entry = Item;
    type Response = u64;

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        Ok(self.limits)
    }

    fn defaults(&self) -> Settings {
        Settings::new().duplicates(self.duplicates)
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.memory
    }

    fn prepare(&self, item: &mut Item) -> Result<(), Invalid> {
        if item.stamp.is_none() {
            item.stamp = Some(self.with(|state| {
                state.stamps += 1;
                state.stamps
            }));
        }
        Ok(())
    }

    fn measure<'a>(&self, item: &'a Item) -> Result<Measure<'a>, Invalid> {
        if item.nature == Nature::Invalid {
            return Err(Invalid::new("it was made so"));
        }
        Ok(Measure::of_bytes(item.entry_bytes)
            .request_bytes(item.request_bytes)
            .heap_bytes(item.heap_bytes)
            .lane(item.lane.as_ref().map(|lane| Key::from(&lane[..])))
            .identity(item.identity.as_ref().map(|identity| Key::from(&identity[..])))
            .carrier(item.carrier.as_ref().map(carrier_of)))
    }

    fn absorb(&self, waiting: &mut Item, newer: &mut Item) -> Option<Growth> {
        let (request_bytes, heap_bytes) = waiting.absorb(newer, self.limits.entry_bytes())?;
        Some(Growth::default().request_bytes(request_bytes).heap_bytes(heap_bytes))
    }

    fn quota(&self, item: &Item) -> Option<Quota> {
        item.quota.map(|quota| Quota::of(quota).units(1 + u32::from(quota % 3)))
    }

    async fn send(&self, batch: &Batch<Item>) -> Reply<u64> {
        let items = batch.entries();
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
        self.kind.item(n, dice)
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

    fn restarts(&self, elapsed: Duration) {
        self.with(|state| state.start = (now(), elapsed));
    }

    fn copies(&self) -> Copies {
        Copies::IfMarked
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

/// The bytes that entries of one carrier share.
const SHARED: usize = 1;

fn carrier_of(key: &u8) -> Carrier<'_> {
    let carrier = Carrier::sharing(SHARED);
    match key {
        0 => carrier,
        _ => carrier.key(Key::from(std::slice::from_ref(key))),
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

fn draw_memory(dice: &mut Dice) -> Option<Duration> {
    dice.chance(0.3).then(|| dice.millis(100, 400_000))
}
