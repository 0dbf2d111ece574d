//! How long a service takes to name the quotas of entries concerns no flush.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use batch_core::{
    Batch, ConfigError, Failure, Invalid, LimitPolicy, Measure, Quota, Reply, Service, Verdict, Verdicts,
    Writer,
};
use tokio::time::Instant;

/// Throttles every entry, and names a quota at once the first time; later it waits until it is told to go on.
#[derive(Clone, Default)]
struct Slow {
    asked: Arc<AtomicUsize>,
    goes_on: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl Service for Slow {
    type Entry = u32;
    type Response = ();

    fn name(&self) -> &'static str {
        "slow"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1_000, 100)
    }

    fn measure<'a>(&self, _: &'a u32) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(1))
    }

    fn quota(&self, _: &u32) -> Option<Quota> {
        let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        while !is_first && !self.goes_on.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        Some(Quota::of("all"))
    }

    async fn send(&self, batch: &Batch<u32>) -> Reply<()> {
        Ok(Verdicts::Each(vec![Verdict::Throttled(Failure::new("SlowDown")); batch.entries().len()]))
    }
}

impl Slow {
    /// Waits until a quota was asked for so many times.
    async fn asked(&self, times: usize) {
        while self.asked.load(Ordering::SeqCst) < times {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn a_flush_ends_at_its_deadline_while_an_entry_is_asked_for_its_quota() {
    let elsewhere = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build();
    let elsewhere = elsewhere.expect("a runtime needs nothing");
    let service = Slow::default();
    let writer = Writer::builder(service.clone()).runtime(elsewhere.handle().clone()).build().unwrap();
    writer.submit(1).await.unwrap();
    service.asked(1).await;
    writer.submit(2).await.unwrap();
    service.asked(2).await;
    let mut items = writer.flush_by(Instant::now() + Duration::from_millis(20)).await;
    items.sort_by_key(|item| item.entry);
    let seen: Vec<_> = items.iter().map(|item| (item.entry, item.attempts, item.maybe_delivered)).collect();
    assert_eq!(seen, [(1, 1, false), (2, 0, false)]);
    service.goes_on.store(true, Ordering::SeqCst);
    assert!(writer.shutdown().await.is_empty());
    while writer.stats().bytes > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.late), (2, 0));
    elsewhere.shutdown_background();
}
