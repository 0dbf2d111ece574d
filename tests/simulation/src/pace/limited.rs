//! A service that accepts a number of requests a second and throttles the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Refusal, Reply, Service, Verdict,
    Verdicts,
};
use batchwright_simulation::Dice;
use tokio::time::Instant;

use crate::clock::{now, sleep};

/// The service as one of its writers sees it. Clones share the limit.
#[derive(Clone, Debug)]
pub(crate) struct Limited {
    pub(crate) bucket: Arc<Mutex<Bucket>>,
    /// Which writer's it is.
    pub(crate) writer: usize,
    /// On average.
    pub(crate) latency: Duration,
    /// Entries that a request may carry.
    pub(crate) entries: usize,
}

/// A token bucket of a tenth of a second: a request takes a token or is throttled.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    tokens: f64,
    filled_at: Instant,
    dice: Dice,
    /// The requests of each writer that were accepted.
    pub(crate) accepted: Vec<u64>,
    pub(crate) throttled: u64,
}

impl Bucket {
    pub(crate) fn new(per_second: f64, writers: usize, dice: Dice) -> Self {
        let (tokens, filled_at) = (burst(per_second), now());
        Self { per_second, tokens, filled_at, dice, accepted: vec![0; writers], throttled: 0 }
    }

    fn takes(&mut self, writer: usize) -> bool {
        let now = now();
        let since = (now - self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + since * self.per_second).min(burst(self.per_second));
        self.filled_at = now;
        let takes = self.tokens >= 1.0;
        if takes {
            self.tokens -= 1.0;
            self.accepted[writer] += 1;
        } else {
            self.throttled += 1;
        }
        takes
    }
}

impl Limited {
    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Half of the way, give or take a fifth.
    async fn travel(&self) {
        let part = self.bucket().dice.between(400, 600) as f64 / 1_000.0;
        sleep(self.latency.mul_f64(part)).await;
    }
}

#[async_trait]
impl Service for Limited {
    type Entry = u64;
    type Response = ();

    fn name(&self) -> &'static str {
        "limited"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(self.entries, 100 * self.entries, 100)
    }

    fn measure<'a>(&self, _: &'a u64) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(100))
    }

    async fn send(&self, batch: &Batch<u64>) -> Reply<()> {
        let entries = batch.entries();
        self.travel().await;
        let takes = self.bucket().takes(self.writer);
        self.travel().await;
        match takes {
            true => Ok(Verdicts::Each(vec![Verdict::Accepted(()); entries.len()])),
            false => Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))),
        }
    }
}

fn burst(per_second: f64) -> f64 {
    (per_second / 10.0).max(1.0)
}
