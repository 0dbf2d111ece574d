//! A service whose moods are drawn from the seed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{Batch, Class, ConfigError, Failure, Invalid, Key, LimitPolicy, Measure, Refusal, Reply, Service, Verdict, Verdicts};
use tokio::exchanged::panic::scripted;

use crate::actors::{draw, pause};
use crate::world::Ledger;

/// What a user does when something of theirs is dropped.
pub(crate) type Hook = Arc<dyn Fn() + Send + Sync>;

/// An entry.
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) lane: Option<&'static str>,
    on_clone: Option<Hook>,
    on_drop: Option<Hook>,
}

/// What the service tells about an entry that it took.
pub(crate) struct Told {
    pub(crate) id: u32,
    on_drop: Option<Hook>,
}

/// What the service does with a request; `Applied` is said of entries that it has taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    /// Takes all.
    Accept,
    /// Takes all, and the response is lost.
    AppliedAndLost,
    /// Never answers.
    Hang,
    /// Takes some, and refuses others for good or for now.
    Mixed,
    /// Panics.
    Panic,
    /// Refuses all for now.
    Retry,
    /// Takes all, after a while.
    Slow,
    /// Takes none, and throttles the request.
    Throttle,
    /// Cannot be reached.
    Unsent,
}

/// The service.
pub(crate) struct Fake {
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) moods: &'static [Mood],
    pub(crate) entries: usize,
    /// For what it tells.
    pub(crate) on_drop: Option<Hook>,
}

pub(crate) fn item(id: u32) -> Item {
    Item { id, lane: None, on_clone: None, on_drop: None }
}

impl Item {
    pub(crate) fn lane(mut self, lane: &'static str) -> Self {
        self.lane = Some(lane);
        self
    }

    pub(crate) fn on_clone(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_clone = Some(Arc::new(hook));
        self
    }

    pub(crate) fn on_drop(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_drop = Some(Arc::new(hook));
        self
    }

    /// Does nothing more when it is dropped: it is back with its user.
    pub(crate) fn disarm(&mut self) {
        self.on_drop = None;
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        if let Some(hook) = &self.on_clone {
            hook();
        }
        let Self { id, lane, on_clone, on_drop } = self;
        Self { id: *id, lane: *lane, on_clone: on_clone.clone(), on_drop: on_drop.clone() }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some(hook) = self.on_drop.take() {
            hook();
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(hook) = self.on_drop.take() {
            hook();
        }
    }
}

impl Fake {
    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(&self, item: &Item) -> Verdict<Told> {
        self.ledger().applied.push((item.id, item.lane));
        Verdict::Accepted(Told { id: item.id, on_drop: self.on_drop.clone() })
    }

    fn accept_all(&self, items: &[Item]) -> Reply<Told> {
        Ok(Verdicts::Each(items.iter().map(|item| self.accept(item)).collect()))
    }

    fn any(&self, item: &Item) -> Verdict<Told> {
        match draw(4) {
            0 => Verdict::Reject(Failure::new("Refused")),
            1 => Verdict::Retry(Failure::new("Busy")),
            _ => self.accept(item),
        }
    }
}

#[async_trait]
impl Service for Fake {
    type Entry = Item;
    type Response = Told;

    fn name(&self) -> &'static str {
        "fake"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(self.entries, 1_000, 100)
    }

    fn measure<'a>(&self, item: &'a Item) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(10).lane(item.lane.map(Key::from)))
    }

    async fn send(&self, batch: &Batch<Item>) -> Reply<Told> {
        let items = batch.entries();
        let _open = Open::begin(self, items);
        pause().await;
        match self.moods[draw(self.moods.len())] {
            Mood::Accept => self.accept_all(items),
            Mood::AppliedAndLost => {
                drop(self.accept_all(items));
                Err(Refusal::new(Class::Ambiguous, Failure::new("Reset")))
            }
            Mood::Hang => std::future::pending().await,
            Mood::Mixed => Ok(Verdicts::Each(items.iter().map(|item| self.any(item)).collect())),
            Mood::Panic => scripted(),
            Mood::Retry => Err(Refusal::new(Class::Retry, Failure::new("Busy"))),
            Mood::Slow => {
                tokio::time::sleep(Duration::from_millis(draw(40) as u64)).await;
                self.accept_all(items)
            }
            Mood::Throttle => Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))),
            Mood::Unsent => Err(Refusal::new(Class::Unsent, Failure::new("ConnectionRefused"))),
        }
    }
}

/// A request, until it is answered or given up.
struct Open<'a>(&'a Fake, Vec<&'static str>);

impl<'a> Open<'a> {
    fn begin(fake: &'a Fake, items: &[Item]) -> Self {
        assert!(!items.is_empty() && items.len() <= fake.entries, "a request of {} entries", items.len());
        let mut lanes: Vec<_> = items.iter().filter_map(|item| item.lane).collect();
        lanes.dedup();
        let mut ledger = fake.ledger();
        for lane in &lanes {
            assert!(!ledger.open_lanes.contains(lane), "two requests carry the lane {lane} at once");
        }
        ledger.open_lanes.extend(&lanes);
        ledger.begun.extend(items.iter().map(|item| item.id));
        drop(ledger);
        Self(fake, lanes)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.ledger().open_lanes.retain(|lane| !self.1.contains(lane));
    }
}
