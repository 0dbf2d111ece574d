//! A rate by choice is a ceiling: for what is sent over any second, in simulated time.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Quota, Rate, Refusal, Reply, Service,
    Settings, Verdict, Verdicts, Writer,
};
use tokio::time::Instant;

/// Remembers when which load was sent. Entries are their sizes; some requests fail, are refused or are throttled.
#[derive(Clone, Default)]
struct Recorder {
    sent: Arc<Mutex<Vec<(Instant, usize, usize)>>>,
    is_faulty: bool,
}

#[async_trait::async_trait]
impl Service for Recorder {
    type Entry = usize;
    type Response = ();

    fn name(&self) -> &'static str {
        "recorder"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 10_000, 10_000)
    }

    fn measure<'a>(&self, entry: &'a usize) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(*entry))
    }

    fn quota(&self, entry: &usize) -> Option<Quota> {
        Some(Quota::of(entry % 2))
    }

    async fn send(&self, batch: &Batch<usize>) -> Reply<()> {
        let load = batch.load();
        let number = {
            let mut sent = self.sent.lock().unwrap();
            sent.push((Instant::now(), load.entries, load.bytes));
            sent.len()
        };
        tokio::time::sleep(Duration::from_millis(7)).await;
        let entries = batch.entries();
        match number % 7 {
            3 if self.is_faulty => Err(Refusal::new(Class::Split, Failure::new("Whim"))),
            5 if self.is_faulty => Err(Refusal::new(Class::Retry, Failure::new("Busy"))),
            6 if self.is_faulty => {
                Ok(Verdicts::Each(vec![Verdict::Throttled(Failure::new("SlowDown")); entries.len()]))
            }
            _ => Ok(Verdicts::Each(vec![Verdict::Accepted(()); entries.len()])),
        }
    }
}

/// What was sent of entries of these sizes, in turn, for so long.
async fn sent(rate: Rate, sizes: &[usize], is_faulty: bool, seconds: u64) -> Vec<(Instant, usize, usize)> {
    let service = Recorder { is_faulty, ..Recorder::default() };
    let settings = Settings::new().rate(rate).max_entries(500);
    let writer = Writer::builder(service.clone()).settings(settings).seed(1).build().unwrap();
    let submit = async {
        for &size in sizes.iter().cycle() {
            writer.submit(size).await.unwrap();
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(seconds), submit).await;
    service.sent.lock().unwrap().clone()
}

/// The most that was sent within any second.
fn most(sent: &[(Instant, usize)]) -> usize {
    let within = |&(begin, _): &(Instant, usize)| {
        let second = sent.iter().filter(|(at, _)| (begin..begin + Duration::from_secs(1)).contains(at));
        second.map(|&(_, amount)| amount).sum()
    };
    sent.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_entries_is_used_and_never_exceeded_over_any_second() {
    for per_second in [1, 7, 50, 500] {
        for is_faulty in [false, true] {
            let sent = sent(Rate::entries(per_second), &[100, 101], is_faulty, 20).await;
            let sent: Vec<_> = sent.into_iter().map(|(at, entries, _)| (at, entries)).collect();
            assert!(most(&sent) <= per_second, "{per_second}: {}", most(&sent));
            let all: usize = sent.iter().map(|&(_, entries)| entries).sum();
            assert!(is_faulty || all >= 19 * per_second, "{per_second}: {all} in 20 seconds");
            let requests = 20 * (per_second / 10).clamp(1, 10) + per_second * 20 / 10;
            assert!(is_faulty || sent.len() <= requests + 20, "{per_second}: {} requests", sent.len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_bytes_is_never_exceeded_by_what_is_smaller_and_paid_off_by_what_is_larger() {
    let sent_of = |sizes: &'static [usize]| sent(Rate::bytes(1_000), sizes, false, 60);
    let bytes = |sent: Vec<(Instant, usize, usize)>| {
        sent.into_iter().map(|(at, _, bytes)| (at, bytes)).collect::<Vec<_>>()
    };
    let small = bytes(sent_of(&[90, 400]).await);
    assert!(most(&small) <= 1_000, "{}", most(&small));
    let all: usize = small.iter().map(|&(_, bytes)| bytes).sum();
    assert!(all >= 48_000, "{all} bytes in a minute");
    let large = sent_of(&[90, 3_500]).await;
    let mut all = 0;
    for (n, &(at, entries, bytes)) in large.iter().enumerate() {
        assert!(bytes <= 1_000 || entries == 1, "{entries} of {bytes} bytes");
        all += bytes;
        let next = large.get(n + 1).map(|&(next, ..)| next - at);
        assert!(bytes <= 1_000 || next.is_none_or(|next| next >= Duration::from_millis(3_500)), "{next:?}");
    }
    assert!((50_000..=64_000).contains(&all), "{all} bytes in a minute");
}

#[test]
fn a_rate_of_nothing_is_refused() {
    let error = Writer::builder(Recorder::default()).settings(Settings::new().rate(Rate::bytes(0))).build();
    assert!(error.unwrap_err().to_string().contains("Settings::rate"));
}
