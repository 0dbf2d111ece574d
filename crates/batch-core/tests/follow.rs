//! A rate that the service knows is followed when it changes, in simulated time.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, ConfigError, Failure, Invalid, LimitPolicy, Measure, Rate, Reply, Service, Settings, Verdict,
    Verdicts, Writer,
};
use tokio::time::{Instant, sleep};

/// A service with a rate that changes. Entries are throttled if they are zero.
#[derive(Clone)]
struct Changing(Arc<Mutex<Inner>>);

struct Inner {
    began: Instant,
    now: Knows,
    /// When it was asked, in milliseconds, and whether what was asked is forgotten.
    asked: Vec<u64>,
    forgotten: usize,
    /// When how many entries were sent.
    sent: Vec<(u64, usize)>,
}

/// What the service knows of its rate.
#[derive(Clone, Copy, Debug)]
enum Knows {
    Never,
    No,
    Panics,
    Silence,
    This(Rate),
}

/// What is asked, until that is dropped.
struct Question(Changing);

impl Drop for Question {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().forgotten += 1;
    }
}

impl Changing {
    fn new(knows: Knows) -> Self {
        let (began, none) = (Instant::now(), Vec::new());
        Self(Arc::new(Mutex::new(Inner { began, now: knows, asked: none, forgotten: 0, sent: Vec::new() })))
    }

    fn writer(&self, settings: Settings) -> Writer<Self> {
        Writer::builder(self.clone()).settings(settings.max_entries(500)).seed(1).build().unwrap()
    }

    fn knows(&self, knows: Knows) {
        self.0.lock().unwrap().now = knows;
    }

    fn asked(&self) -> Vec<u64> {
        self.0.lock().unwrap().asked.clone()
    }

    /// The most that was sent within a second that began in this second or the next ones, up to the last.
    fn most(&self, seconds: &std::ops::Range<u64>) -> usize {
        let sent = self.0.lock().unwrap().sent.clone();
        let begins = sent.iter().map(|&(at, _)| at);
        let begins = begins.filter(|at| (seconds.start * 1_000..seconds.end * 1_000).contains(at));
        let within = |begin| {
            sent.iter().filter(move |&&(at, _)| (begin..begin + 1_000).contains(&at)).map(|&(_, n)| n).sum()
        };
        begins.map(within).max().unwrap_or(0)
    }

    /// How much was sent in these seconds.
    fn sent(&self, seconds: &std::ops::Range<u64>) -> usize {
        let is_in = |at: u64| (seconds.start * 1_000..seconds.end * 1_000).contains(&at);
        self.0.lock().unwrap().sent.iter().filter(|&&(at, _)| is_in(at)).map(|&(_, entries)| entries).sum()
    }
}

impl Inner {
    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }
}

#[async_trait]
impl Service for Changing {
    type Entry = usize;
    type Response = ();

    fn name(&self) -> &'static str {
        "changing"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 10_000, 10_000)
    }

    fn defaults(&self) -> Settings {
        Settings::new().rate(Rate::entries(50))
    }

    fn measure<'a>(&self, _: &'a usize) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(1))
    }

    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        let _question = Question(self.clone());
        let knows = {
            let mut inner = self.0.lock().unwrap();
            let at = inner.millis();
            inner.asked.push(at);
            inner.now
        };
        sleep(Duration::from_millis(20)).await;
        match knows {
            Knows::Never => Ok(None),
            Knows::No => Err(Failure::new("AccessDenied")),
            Knows::Panics => panic!("the service panics"),
            Knows::Silence => pending().await,
            Knows::This(rate) => Ok(Some(rate)),
        }
    }

    async fn send(&self, batch: &Batch<usize>) -> Reply<()> {
        {
            let mut inner = self.0.lock().unwrap();
            let at = inner.millis();
            inner.sent.push((at, batch.entries().len()));
        }
        sleep(Duration::from_millis(5)).await;
        let verdict = |&n: &usize| match n {
            0 => Verdict::Throttled(Failure::new("SlowDown")),
            _ => Verdict::Accepted(()),
        };
        Ok(Verdicts::Each(batch.entries().iter().map(verdict).collect()))
    }
}

/// Submits as much as the writer takes, for so many seconds.
async fn fill(writer: &Writer<Changing>, seconds: u64) {
    let submit = async { while writer.submit(1).await.is_ok() {} };
    let _ = tokio::time::timeout(Duration::from_secs(seconds), submit).await;
}

fn rate(per_second: usize) -> Knows {
    Knows::This(Rate::entries(per_second))
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_rises_and_falls_is_used_and_exceeded_over_no_second() {
    let service = Changing::new(rate(50));
    let writer = service.writer(Settings::new());
    fill(&writer, 40).await;
    service.knows(rate(200));
    fill(&writer, 40).await;
    service.knows(rate(20));
    fill(&writer, 40).await;
    assert_eq!(service.asked(), [0, 30_000, 60_000, 90_000]);
    for (seconds, most) in [(0..59, 50), (61..89, 200), (91..119, 20), (0..120, 200)] {
        assert!(service.most(&seconds) <= most, "{seconds:?}: {}", service.most(&seconds));
    }
    for (seconds, least) in [(0..60, 58 * 50), (61..90, 28 * 200), (92..120, 26 * 20)] {
        assert!(service.sent(&seconds) >= least, "{seconds:?}: {}", service.sent(&seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn the_service_is_asked_only_while_there_is_something_to_send_and_sooner_if_it_throttles() {
    let service = Changing::new(rate(50));
    let writer = service.writer(Settings::new().max_attempts(1));
    sleep(Duration::from_secs(100)).await;
    assert_eq!(service.asked(), [], "nothing was sent");
    let mut expected = vec![100_000];
    for _ in 0..2 {
        writer.submit(1).await.unwrap();
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(service.asked(), expected, "with the first request, and not again so soon");
    sleep(Duration::from_secs(99)).await;
    assert_eq!(service.asked(), expected, "the writer is idle");
    writer.submit(0).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    expected.push(201_000);
    assert_eq!(service.asked(), expected);
    writer.submit(1).await.unwrap();
    sleep(Duration::from_secs(9)).await;
    writer.submit(1).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    expected.push(211_000);
    assert_eq!(service.asked(), expected, "one was throttled since");
}

#[tokio::test(start_paused = true)]
async fn while_the_rate_is_not_known_the_last_one_holds() {
    for knows in [Knows::No, Knows::Panics, Knows::Silence] {
        let service = Changing::new(rate(20));
        let writer = service.writer(Settings::new().delivery_deadline(Duration::from_secs(600)));
        fill(&writer, 20).await;
        service.knows(knows);
        fill(&writer, 80).await;
        service.knows(rate(30));
        fill(&writer, 50).await;
        let [before, lost, after] = [2..20, 22..110, 132..150].map(|seconds| service.most(&seconds));
        assert_eq!((before, lost, after), (20, 20, 30), "{knows:?}");
        assert!(service.sent(&(31..110)) >= 78 * 20, "{knows:?}");
        let inner = service.0.lock().unwrap();
        assert_eq!(inner.asked, [0, 30_000, 60_000, 90_000, 120_000], "{knows:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_the_user_chose_or_that_never_changes_is_not_asked_for_again() {
    let service = Changing::new(rate(10));
    fill(&service.writer(Settings::new().rate(Rate::bytes(30))), 40).await;
    assert_eq!((service.asked().as_slice(), service.most(&(0..39))), ([].as_slice(), 30));
    let service = Changing::new(Knows::Never);
    fill(&service.writer(Settings::new()), 40).await;
    assert_eq!((service.asked().as_slice(), service.most(&(0..39))), ([0].as_slice(), 50));
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_nothing_or_of_something_else_is_ignored() {
    for ignored in [Rate::entries(0), Rate::bytes(10), Rate::units(10)] {
        let service = Changing::new(Knows::This(ignored));
        fill(&service.writer(Settings::new()), 10).await;
        assert_eq!(service.most(&(1..9)), 50, "{ignored:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_ends_with_the_writer() {
    let service = Changing::new(Knows::Silence);
    let writer = service.writer(Settings::new());
    writer.submit(1).await.unwrap();
    assert!(writer.shutdown().await.is_empty());
    sleep(Duration::from_millis(1)).await;
    let inner = service.0.lock().unwrap();
    assert_eq!((inner.asked.len(), inner.forgotten), (1, 1));
}
