//! A service that lets so much through in a second and throttles the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, Key, LimitPolicy, Measure, Quota, Refusal, Reply, Service,
    Verdict, Verdicts,
};
use batchwright_simulation::Dice;
use tokio::time::Instant;

use crate::clock::{now, sleep};
use crate::meter::Meter;
use crate::record::Record;

/// The service as one of its writers sees it. Clones share the limits.
#[derive(Clone, Debug)]
pub(crate) struct Limited {
    pub(crate) state: Arc<Mutex<State>>,
    /// Which writer's it is.
    pub(crate) writer: usize,
    /// On average.
    pub(crate) latency: Duration,
    /// The most entries of a request.
    pub(crate) entries: usize,
    /// Whether each entry is throttled alone.
    pub(crate) is_single: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    /// One for each part of the service: a request is metered by that of its first entry.
    pub(crate) meters: Vec<Meter>,
    pub(crate) record: Record,
    pub(crate) dice: Dice,
}

/// An entry, by the part of the service that it goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) part: usize,
    /// Its lane, if it has one.
    pub(crate) key: Option<u64>,
    pub(crate) submitted: Instant,
}

impl Limited {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part of the way, give or take three tenths.
    async fn travel(&self, part: f64) {
        let noise = self.state().dice.between(700, 1_300) as f64 / 1_000.0;
        sleep(self.latency.mul_f64(part * noise)).await;
    }
}

impl State {
    fn takes(&mut self, writer: usize, entry: Entry) -> bool {
        let takes = self.meters[entry.part].takes(1.0);
        self.record.count(writer, takes);
        if takes {
            self.record.waits[entry.part].push(now() - entry.submitted);
        }
        takes
    }
}

#[async_trait]
impl Service for Limited {
    type Entry = Entry;
    type Response = ();

    fn name(&self) -> &'static str {
        "limited"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(self.entries, 100 * self.entries, 100)
    }

    fn measure<'a>(&self, entry: &'a Entry) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(100).lane(entry.key.map(|key| Key::from(key.to_le_bytes().to_vec()))))
    }

    fn quota(&self, entry: &Entry) -> Option<Quota> {
        self.is_single.then(|| Quota::of(entry.part))
    }

    async fn send(&self, batch: &Batch<Entry>) -> Reply<()> {
        let entries = batch.entries();
        self.travel(0.5).await;
        let throttled = || Failure::new("SlowDown");
        let reply = {
            let mut state = self.state();
            state.record.request();
            match self.is_single {
                true => {
                    let verdict = |&entry: &Entry| match state.takes(self.writer, entry) {
                        true => Verdict::Accepted(()),
                        false => Verdict::Throttled(throttled()),
                    };
                    Ok(Verdicts::Each(entries.iter().map(verdict).collect()))
                }
                false if state.takes(self.writer, entries[0]) => {
                    Ok(Verdicts::Each(vec![Verdict::Accepted(()); entries.len()]))
                }
                false => Err(Refusal::new(Class::Throttled, throttled())),
            }
        };
        self.travel(0.5).await;
        reply
    }
}
