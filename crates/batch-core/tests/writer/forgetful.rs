//! A service that learns the quotas of its entries from responses may forget them again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Backoff, Batch, ConfigError, Failure, Invalid, LimitPolicy, Measure, Quota, Reply, Service, Settings,
    Verdict, Verdicts, Writer,
};
use tokio::time::Instant;

/// Throttles two requests, and knows the quota of their entries when the first is answered only.
#[derive(Default)]
struct Forgetful {
    requests: AtomicUsize,
}

#[async_trait]
impl Service for Forgetful {
    type Entry = u8;
    type Response = ();

    fn name(&self) -> &'static str {
        "forgetful"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1_000, 100)
    }

    fn measure<'a>(&self, _: &'a u8) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(1))
    }

    fn quota(&self, _: &u8) -> Option<Quota> {
        (self.requests.load(Ordering::Relaxed) == 1).then(|| Quota::of("shard"))
    }

    async fn send(&self, batch: &Batch<u8>) -> Reply<()> {
        let verdict = match self.requests.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Verdict::Throttled(Failure::new("SlowDown")),
            _ => Verdict::Accepted(()),
        };
        Ok(Verdicts::Each(vec![verdict; batch.entries().len()]))
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_quota_is_forgotten_waits_for_its_retry_and_not_for_the_quota() {
    let day = Duration::from_secs(24 * 3_600);
    let settings = Settings::new().backoff(Backoff::new(day, day)).delivery_deadline(10 * day);
    let writer = Writer::builder(Forgetful::default()).settings(settings).seed(1).build().unwrap();
    let begin = Instant::now();
    writer.submit(1).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert!(begin.elapsed() > day / 100, "the third request began after {:?}", begin.elapsed());
}
