//! Entries that are merged while they wait: into which, and what becomes of both.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Backoff, Batch, Class, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, Failure, Growth, Invalid, Key,
    LimitPolicy, Linger, Measure, Refusal, Reply, Service, Settings, Stats, Verdicts, Writer,
};

use crate::support::{at_once, ms, pass, settle};

/// Values of a series: 10 bytes, and 1 for each value. Those of the series "bad" cannot be merged without a panic.
#[derive(Clone)]
struct Sample {
    series: &'static str,
    values: Vec<u32>,
    /// Asked for its counters when the sample is dropped, which needs the lock.
    writer: Option<Writer<Merging>>,
}

/// Accepts up to 3 samples of 40 bytes together, of up to 5 values each.
#[derive(Clone, Default)]
struct Merging(Arc<Seen>);

#[derive(Default)]
struct Seen {
    /// What becomes of the next requests, in turn; others are accepted at once.
    refusals: Mutex<Vec<(Duration, Option<Class>)>>,
    requests: Mutex<Vec<Vec<Vec<u32>>>>,
}

fn sample(series: &'static str, value: u32) -> Sample {
    Sample { series, values: vec![value], writer: None }
}

impl Drop for Sample {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            assert!(writer.stats().accepted > 0);
        }
    }
}

impl Merging {
    fn refusing(refusals: &[(Duration, Option<Class>)]) -> Self {
        let seen = Seen { refusals: Mutex::new(refusals.to_vec()), requests: Mutex::default() };
        Self(Arc::new(seen))
    }

    fn requests(&self) -> Vec<Vec<Vec<u32>>> {
        self.0.requests.lock().unwrap().clone()
    }

    fn writer(&self, settings: Settings) -> Writer<Self> {
        Writer::builder(self.clone()).settings(settings).seed(7).build().unwrap()
    }
}

#[async_trait]
impl Service for Merging {
    type Entry = Sample;
    type Response = ();

    fn name(&self) -> &'static str {
        "merging"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(3, 40, 15)
    }

    fn defaults(&self) -> Settings {
        let backoff = Backoff::new(ms(10), ms(10));
        Settings::new().duplicates(Duplicates::Merge).linger(Linger::Fixed(ms(100))).backoff(backoff)
    }

    fn measure<'a>(&self, sample: &'a Sample) -> Result<Measure<'a>, Invalid> {
        let bytes = 10 + sample.values.len();
        Ok(Measure::of_bytes(bytes).identity(Key::from(sample.series)))
    }

    fn absorb(&self, waiting: &mut Sample, newer: &mut Sample) -> Option<Growth> {
        assert!(newer.series != "bad", "a service that panics");
        let growth = newer.values.len();
        (waiting.values.len() + growth <= 5).then(|| {
            waiting.values.append(&mut newer.values);
            Growth::default().request_bytes(growth).heap_bytes(growth)
        })
    }

    async fn send(&self, batch: &Batch<Sample>) -> Reply<()> {
        let values = batch.entries().iter().map(|sample| sample.values.clone()).collect();
        self.0.requests.lock().unwrap().push(values);
        let next = self.0.refusals.lock().unwrap().pop();
        let (latency, class) = next.unwrap_or_default();
        tokio::time::sleep(latency).await;
        match class {
            Some(class) => Err(Refusal::new(class, Failure::new("Scripted"))),
            None => Ok(Verdicts::all_accepted(|_| ())),
        }
    }
}

/// The counters that add up to those of all entries accepted.
fn sums(stats: Stats) -> [u64; 5] {
    [stats.accepted, stats.delivered, stats.merged, stats.handed_back, stats.inside]
}

#[tokio::test(start_paused = true)]
async fn samples_of_a_series_become_one_entry_and_one_request() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    for (series, value) in [("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5)] {
        writer.submit(sample(series, value)).await.unwrap();
    }
    let stats = writer.stats();
    assert_eq!(sums(stats), [5, 0, 3, 0, 2]);
    assert_eq!((stats.duplicates, stats.bytes), (0, 2 * (ENTRY_OVERHEAD_BYTES as u64) + 25));
    pass(99).await;
    assert_eq!(service.requests().len(), 0, "the first sample has 100 ms");
    pass(2).await;
    assert_eq!(service.requests(), [[vec![1, 3, 4], vec![2, 5]]]);
    assert_eq!((sums(writer.stats()), writer.stats().bytes), ([5, 2, 3, 0, 0], 0));
}

#[tokio::test(start_paused = true)]
async fn no_number_of_series_is_a_reason_to_go_unless_it_is_set() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    for (settings, early) in [(Settings::new(), 0), (Settings::new().threshold_entries(3), 2)] {
        let service = Merging::default();
        let writer = service.writer(settings);
        for name in names {
            writer.submit(sample(name, 1)).await.unwrap();
            settle().await;
        }
        assert_eq!(service.requests().len(), early);
        pass(101).await;
        assert_eq!(service.requests().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn samples_that_outgrow_a_request_go_with_the_next_one() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    for value in 0..5 {
        for series in ["a", "b", "c"] {
            writer.submit(sample(series, value)).await.unwrap();
        }
    }
    assert!(writer.flush().await.is_empty());
    let all = vec![0, 1, 2, 3, 4];
    assert_eq!(service.requests(), [vec![all.clone(), all.clone()], vec![all]]);
}

#[tokio::test(start_paused = true)]
async fn a_sample_that_cannot_be_absorbed_absorbs_those_that_the_first_cannot() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    for value in 0..4 {
        writer.submit(sample("a", value)).await.unwrap();
    }
    writer.submit(Sample { series: "a", values: vec![4, 5], writer: None }).await.unwrap();
    for value in 6..9 {
        writer.submit(sample("a", value)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests(), [[vec![0, 1, 2, 3, 6], vec![4, 5, 7, 8]]]);
}

#[tokio::test(start_paused = true)]
async fn samples_that_none_absorbs_are_lost_nowhere() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    let full = |value| Sample { series: "a", values: vec![value; 5], writer: None };
    for value in 0..12 {
        writer.submit(full(value)).await.unwrap();
    }
    assert_eq!(sums(writer.stats()), [12, 0, 0, 0, 12]);
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests().concat(), (0..12).map(|value| vec![value; 5]).collect::<Vec<_>>());
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_ninth_sample_absorbs_in_the_place_of_the_eighth_which_is_sent_before_it() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    let full = |value| Sample { series: "a", values: vec![value; 5], writer: None };
    for value in 0..8 {
        writer.submit(full(value)).await.unwrap();
    }
    pass(50).await;
    writer.submit(sample("a", 8)).await.unwrap();
    pass(51).await;
    assert_eq!(service.requests().concat().len(), 8, "the ninth has 50 ms left");
    for value in 10..17 {
        writer.submit(full(value)).await.unwrap();
    }
    writer.submit(sample("a", 9)).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests().concat()[8], [8, 9]);
}

#[tokio::test(start_paused = true)]
async fn samples_are_merged_only_within_their_scope() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    let scope = writer.scope();
    for value in 0..3 {
        writer.submit(sample("a", value)).await.unwrap();
        scope.submit(sample("a", 10 + value)).await.unwrap();
    }
    assert!(scope.flush().await.is_empty());
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests().concat(), [vec![0, 1, 2], vec![10, 11, 12]]);
}

#[tokio::test(start_paused = true)]
async fn a_sample_with_a_receipt_neither_absorbs_nor_is_absorbed() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    let receipt = writer.submit_tracked(sample("a", 1)).await.unwrap();
    writer.submit(sample("a", 2)).await.unwrap();
    writer.submit(sample("a", 3)).await.unwrap();
    let other = writer.submit_tracked(sample("a", 4)).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests().concat(), [vec![1], vec![2, 3], vec![4]]);
    assert!(receipt.await.is_ok() && other.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_a_request_has_carried_is_never_changed() {
    let service = Merging::refusing(&[(ms(0), None), (ms(5), Some(Class::Ambiguous))]);
    let writer = service.writer(Settings::new().linger(Linger::Fixed(ms(50))));
    writer.submit(sample("a", 1)).await.unwrap();
    pass(51).await;
    writer.submit(sample("a", 2)).await.unwrap();
    pass(5).await;
    assert_eq!(writer.stats().in_flight, 0, "it waits for its retry");
    writer.submit(sample("a", 3)).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests().concat(), [vec![1], vec![2, 3], vec![1]]);
    assert_eq!(sums(writer.stats()), [3, 2, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_back_is_complete_and_can_be_submitted_again() {
    let service = Merging::refusing(&[(ms(0), None), (ms(0), Some(Class::Fatal))]);
    let writer = service.writer(Settings::new());
    for value in 0..3 {
        writer.submit(sample("a", value)).await.unwrap();
    }
    let mut back = writer.flush().await;
    assert_eq!(sums(writer.stats()), [3, 0, 2, 1, 0]);
    let back = back.pop().unwrap();
    assert_eq!(back.entry.values, [0, 1, 2]);
    writer.submit(sample("a", 3)).await.unwrap();
    writer.submit(back.entry).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests()[1], [[3, 0, 1, 2]]);
}

#[tokio::test(start_paused = true)]
async fn a_full_writer_absorbs_what_needs_no_entry_and_its_permits_are_given_back() {
    let service = Merging::refusing(&[(Duration::MAX, None)]);
    let writer = service.writer(Settings::new().max_entries(3));
    writer.submit(sample("a", 1)).await.unwrap();
    drop(writer.flush());
    let flight = tokio::spawn({
        let writer = writer.clone();
        async move { writer.flush_by(tokio::time::Instant::now() + ms(1)).await.len() }
    });
    assert_eq!(flight.await.unwrap(), 1, "its room is taken while its request runs");
    writer.submit(sample("a", 2)).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    assert!(writer.try_submit(sample("b", 3)).unwrap_err().to_string().contains("the writer is full"));
    at_once(writer.submit(sample("a", 4))).await.unwrap();
    permit.submit(sample("a", 5)).unwrap();
    assert_eq!((writer.stats().inside, writer.stats().merged), (1, 2));
    writer.try_submit(sample("b", 6)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_waiter_for_bytes_gets_in_however_much_is_absorbed_meanwhile() {
    // Each request takes a second. Beside two entries there is room for a small one, but not for a large one.
    let service = Merging::refusing(&[(ms(1_000), None); 20]);
    let room = 2 * (ENTRY_OVERHEAD_BYTES + 11) + ENTRY_OVERHEAD_BYTES + 14;
    let writer = service.writer(Settings::new().max_bytes(room).in_flight(1..=1));
    for series in ["a", "b"] {
        writer.submit(sample(series, 0)).await.unwrap();
    }
    let waiter = tokio::spawn({
        let (writer, large) = (writer.clone(), Sample { series: "c", values: vec![1; 5], writer: None });
        async move { writer.submit(large).await.unwrap() }
    });
    let absorbed = tokio::spawn(async move {
        for value in 1.. {
            let _ = writer.try_submit(sample(["a", "b"][value as usize % 2], value));
            pass(10).await;
        }
    });
    tokio::time::timeout(ms(5_000), waiter).await.expect("it waits for one request").unwrap();
    absorbed.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_merged_sample_is_dropped_when_the_lock_is_free() {
    let service = Merging::default();
    let writer = service.writer(Settings::new());
    for series in ["a", "bad"] {
        writer.submit(sample(series, 1)).await.unwrap();
    }
    let probing = |series| Sample { series, values: vec![2], writer: Some(writer.clone()) };
    writer.submit(probing("a")).await.unwrap();
    writer.reserve().await.unwrap().submit(probing("a")).unwrap();
    let (plain, permit) = (writer.clone(), writer.reserve().await.unwrap());
    let [one, two] = [probing("bad"), probing("bad")];
    let panics = tokio::spawn(async move { drop(plain.submit(one).await) }).await.unwrap_err();
    let other = tokio::spawn(async move { drop(permit.submit(two)) }).await.unwrap_err();
    assert!(panics.is_panic() && other.is_panic(), "a panic ends the call that caused it");
    assert_eq!(sums(writer.stats()), [4, 0, 2, 0, 2]);
    assert_eq!(writer.stats().bytes, 2 * (ENTRY_OVERHEAD_BYTES as u64) + 24, "the permit is given back");
    assert!(writer.flush().await.is_empty());
    assert_eq!(service.requests(), [[vec![1, 2, 2], vec![1]]]);
}

#[test]
fn only_a_service_that_merges_is_asked_to() {
    let keeps_first = Settings::new().duplicates(Duplicates::KeepFirst);
    let error = Writer::builder(Merging::default()).settings(keeps_first).build().unwrap_err();
    assert!(error.to_string().contains("\"merging\" merges entries"), "{error}");
    let fake = crate::fake::Fake::accepting();
    let merges = Settings::new().duplicates(Duplicates::Merge);
    let error = Writer::builder(fake).settings(merges).build().unwrap_err();
    assert!(error.to_string().contains("does not merge entries"), "{error}");
}
