//! The pace of a writer against services that allow only so much, in paused time.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Refusal, Reply, Service, Settings,
    Verdict, Verdicts, Writer,
};
use tokio::time::Instant;

/// Takes some requests a second, with a burst of a tenth of that or of three, and throttles the others; or cannot be
/// reached at all for a while. Clones of what it saw share the limit.
struct Bounded {
    per_second: f64,
    latency: Duration,
    /// Throttles a request as a whole, or each of its entries.
    whole: bool,
    down_until: Option<Instant>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    tokens: f64,
    filled_at: Option<Instant>,
    accepted: usize,
    refused: usize,
    unsent: usize,
    first_accepted_at: Option<Instant>,
    /// The limit that holds instead from now on.
    changed: Option<f64>,
}

impl Bounded {
    fn answer(&self) -> Result<(), bool> {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap();
        if self.down_until.is_some_and(|until| now < until) {
            seen.unsent += 1;
            return Err(true);
        }
        let per_second = seen.changed.unwrap_or(self.per_second);
        let burst = (per_second / 10.0).max(3.0);
        let since = seen.filled_at.map_or(burst, |at| (now - at).as_secs_f64() * per_second);
        seen.tokens = (seen.tokens + since).min(burst);
        seen.filled_at = Some(now);
        if seen.tokens < 1.0 {
            seen.refused += 1;
            return Err(false);
        }
        seen.tokens -= 1.0;
        seen.accepted += 1;
        seen.first_accepted_at.get_or_insert(now);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Service for Bounded {
    type Entry = u64;
    type Response = ();

    fn name(&self) -> &'static str {
        "bounded"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1_000, 100)
    }

    fn measure<'a>(&self, _: &'a u64) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(8))
    }

    async fn send(&self, batch: &Batch<u64>) -> Reply<()> {
        let entries = batch.entries();
        tokio::time::sleep(self.latency).await;
        match self.answer() {
            Ok(()) => Ok(Verdicts::Each(vec![Verdict::Accepted(()); entries.len()])),
            Err(false) if self.whole => Err(Refusal::new(Class::Throttled, Failure::new("Throttled"))),
            Err(false) => {
                Ok(Verdicts::Each(vec![Verdict::Throttled(Failure::new("Throttled")); entries.len()]))
            }
            Err(true) => Err(Refusal::new(Class::Unsent, Failure::new("Refused"))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn under_throttling_the_writer_uses_what_the_service_allows() {
    let services = [(5.0, 100, true), (20.0, 5, true), (20.0, 5, false), (50.0, 5, true), (200.0, 20, true)];
    for (per_second, latency_ms, whole) in services {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let latency = Duration::from_millis(latency_ms);
        let service = Bounded { per_second, latency, whole, down_until: None, seen: Arc::clone(&seen) };
        let settings = Settings::new().delivery_deadline(Duration::from_secs(3_600));
        let writer = Writer::builder(service).settings(settings).seed(1).build().unwrap();
        let minute = Duration::from_secs(60);
        let _ = tokio::time::timeout(minute, async {
            for n in 0.. {
                writer.submit(n).await.unwrap();
            }
        })
        .await;
        let seen = seen.lock().unwrap();
        let allowed = per_second * minute.as_secs_f64();
        let used = seen.accepted as f64 / allowed;
        assert!(used >= 0.95, "{per_second}/s: {used:.3} of what is allowed");
        let asked = (seen.accepted + seen.refused) as f64 / allowed;
        // The first second is spent on finding the limit; from then on two in a hundred are throttled at 20 a second.
        let most = if per_second < 20.0 { 1.3 } else { 1.08 };
        assert!(asked <= most, "{per_second}/s: {asked:.3} times what is allowed is asked for");
        let stats = writer.stats();
        assert_eq!(stats.handed_back, 0);
        assert_eq!(stats.accepted, stats.delivered + stats.inside);
    }
}

/// A full writer of 2,000 entries takes 20 seconds to pass a service that takes 100 a second. Some requests are
/// throttled on the way: if its entries had to queue up behind all that came after them, they would take twice as long.
#[tokio::test(start_paused = true)]
async fn an_entry_that_was_throttled_goes_before_those_that_came_later() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let latency = Duration::from_millis(20);
    let service = Bounded { per_second: 10.0, latency, down_until: None, whole: true, seen };
    let settings = Settings::new().max_entries(2_000).delivery_deadline(Duration::from_secs(35));
    let writer = Writer::builder(service).settings(settings).seed(1).on_unprocessed(drop).build().unwrap();
    let _ = tokio::time::timeout(Duration::from_secs(180), async {
        for n in 0.. {
            writer.submit(n).await.unwrap();
        }
    })
    .await;
    let stats = writer.stats();
    assert!(stats.throttled > 100, "{stats:?}");
    assert_eq!(stats.handed_back, 0, "by their deadline: {stats:?}");
}

/// A writer that always has more to send.
fn busy(service: Bounded, seed: u64) -> Writer<Bounded> {
    let settings = Settings::new().delivery_deadline(Duration::from_secs(3_600));
    let writer = Writer::builder(service).settings(settings).seed(seed).build().unwrap();
    tokio::spawn({
        let writer = writer.clone();
        async move {
            for n in 0.. {
                writer.submit(n).await.unwrap();
            }
        }
    });
    writer
}

#[tokio::test(start_paused = true)]
async fn two_writers_share_a_limit_that_neither_knows() {
    for (per_second, latency_ms) in [(20.0, 10), (50.0, 50)] {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let latency = Duration::from_millis(latency_ms);
        let service =
            || Bounded { per_second, latency, whole: true, down_until: None, seen: Arc::clone(&seen) };
        let first = busy(service(), 1);
        tokio::time::sleep(Duration::from_secs(20)).await;
        let second = busy(service(), 2);
        tokio::time::sleep(Duration::from_secs(40)).await;
        let delivered = || [&first, &second].map(|writer| writer.stats().delivered);
        let before = delivered();
        tokio::time::sleep(Duration::from_secs(120)).await;
        let [first, second] = [0, 1].map(|n| (delivered()[n] - before[n]) as f64);
        let share = first.min(second) / (first + second);
        assert!(share >= 0.4, "{per_second}/s: one of them keeps {share:.3}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_doubles_or_halves_is_followed_within_seconds() {
    for (before, after) in [(20.0, 40.0), (100.0, 200.0), (100.0, 50.0), (40.0, 20.0)] {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let latency = Duration::from_millis(10);
        let service =
            Bounded { per_second: before, latency, whole: true, down_until: None, seen: Arc::clone(&seen) };
        let _writer = busy(service, 1);
        tokio::time::sleep(Duration::from_secs(30)).await;
        seen.lock().unwrap().changed = Some(after);
        tokio::time::sleep(Duration::from_secs(8)).await;
        let counts = || {
            let seen = seen.lock().unwrap();
            [seen.accepted, seen.refused]
        };
        let early = counts();
        tokio::time::sleep(Duration::from_secs(10)).await;
        let [accepted, refused] = [0, 1].map(|n| (counts()[n] - early[n]) as f64);
        assert!(accepted >= 0.93 * 10.0 * after, "{before}/s to {after}/s: {accepted} in ten seconds");
        assert!(refused <= 0.1 * accepted, "{before}/s to {after}/s: {refused} are throttled");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_few_probes_and_ends_soon_after_the_service_is_back() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let outage = Duration::from_secs(120);
    let back_at = Instant::now() + outage;
    let latency = Duration::from_millis(5);
    let service =
        Bounded { per_second: 1e6, latency, whole: true, down_until: Some(back_at), seen: Arc::clone(&seen) };
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600));
    let writer = Writer::builder(service).settings(settings).seed(1).build().unwrap();
    for n in 0..5_000 {
        writer.submit(n).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    let seen = seen.lock().unwrap();
    assert!(seen.unsent <= 60, "{} requests into the void", seen.unsent);
    let noticed = seen.first_accepted_at.unwrap() - back_at;
    assert!(noticed <= Duration::from_secs(11), "noticed after {noticed:?}");
    assert_eq!(writer.stats().delivered, 5_000);
}
