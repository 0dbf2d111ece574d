//! A shard that throttles does not hold back the others, in paused time.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{
    Batch, Buffer, ConfigError, Failure, Invalid, Key, LimitPolicy, Measure, Output, Reply, Service,
    Settings, Verdict, Verdicts, Writer,
};
use tokio::time::{Instant, sleep, timeout};

type Stations = &'static [&'static str];

/// Records a second that a shard takes.
const PER_SECOND: u32 = 100;

#[derive(Clone, Debug)]
struct Entry {
    shard: usize,
    station: Option<&'static str>,
    submitted: Instant,
}

/// Four shards that take so much each and throttle the rest, record by record.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<[Shard; 4]>>);

#[derive(Default)]
struct Shard {
    tokens: f64,
    filled_at: Option<Instant>,
    waits: Vec<Duration>,
}

impl Shard {
    fn take(&mut self, entry: &Entry) -> Verdict<()> {
        let (now, most) = (Instant::now(), f64::from(PER_SECOND));
        let since = self.filled_at.map_or(most, |at| (now - at).as_secs_f64() * most);
        self.tokens = (self.tokens + since).min(most);
        self.filled_at = Some(now);
        if self.tokens < 1.0 {
            return throttled();
        }
        self.tokens -= 1.0;
        self.waits.push(now - entry.submitted);
        Verdict::Accepted(())
    }
}

fn throttled() -> Verdict<()> {
    Verdict::Throttled(Failure::new("ProvisionedThroughputExceededException"))
}

#[async_trait::async_trait]
impl Service for Stream {
    type Entry = Entry;
    type Response = ();

    fn name(&self) -> &'static str {
        "stream"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(50, 1 << 20, 1 << 20)
    }

    fn measure<'a>(&self, entry: &'a Entry) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(100).lane(entry.station.map(Key::from)))
    }

    async fn send(&self, batch: &Batch<Entry>) -> Reply<()> {
        let entries = batch.entries();
        sleep(Duration::from_millis(100)).await;
        let mut shards = self.0.lock().unwrap();
        Ok(Verdicts::Each(entries.iter().map(|entry| shards[entry.shard].take(entry)).collect()))
    }
}

async fn submit(writer: &Writer<Stream>, shard: usize, stations: Stations, n: usize) {
    let station = (!stations.is_empty()).then(|| stations[n % stations.len()]);
    writer.submit(Entry { shard, station, submitted: Instant::now() }).await.unwrap();
}

/// Keeps 1,000 records of these stations for the first shard inside: ten seconds' worth.
async fn hammer(writer: &Writer<Stream>, stream: &Stream, stations: Stations) {
    let mut submitted = 0;
    loop {
        let wanted = 1_000 + stream.0.lock().unwrap()[0].waits.len();
        while submitted < wanted {
            submit(writer, 0, stations, submitted).await;
            submitted += 1;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Submits 240 records a second for the other shards, for ten seconds.
async fn go_on(writer: &Writer<Stream>) {
    for n in 0..2_400 {
        submit(writer, 1 + n % 3, &[], n).await;
        if n % 3 == 2 {
            sleep(Duration::from_micros(12_500)).await;
        }
    }
}

/// How long the records of the other shards took while these stations hammer the first, in order.
async fn waits(stations: Option<Stations>) -> Vec<Duration> {
    let stream = Stream::default();
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600));
    let writer = Writer::builder(stream.clone()).settings(settings).seed(1).build().unwrap();
    let ten_seconds = Duration::from_secs(10);
    let _ = timeout(3 * ten_seconds, async {
        tokio::join!(
            async {
                match stations {
                    None => pending().await,
                    Some(stations) => hammer(&writer, &stream, stations).await,
                }
            },
            async {
                sleep(ten_seconds).await;
                go_on(&writer).await;
            }
        )
    })
    .await;
    let shards = stream.0.lock().unwrap();
    let taken = shards[0].waits.len();
    assert!(stations.is_none() || taken >= 2_800, "{taken} of the 3,100 that the hammered shard could take");
    let mut waits: Vec<_> = shards[1..].iter().flat_map(|shard| shard.waits.iter().copied()).collect();
    waits.sort_unstable();
    waits
}

#[tokio::test(start_paused = true)]
async fn a_hammered_shard_does_not_hold_back_the_others() {
    let undisturbed = waits(None).await;
    for (case, stations) in [("two stations", &["EWR", "JFK"] as Stations), ("no station", &[])] {
        let waits = waits(Some(stations)).await;
        assert_eq!(waits.len(), 2_400, "{case}: everything for the others is taken");
        for permille in [500, 990, 999] {
            let [now, before] = [&waits, &undisturbed].map(|waits| waits[2_400 * permille / 1_000]);
            assert!(
                now <= before.mul_f64(1.1),
                "{case}: {permille} of 1,000 waited {now:?}, else {before:?}"
            );
        }
    }
}

type OfNumbers = Buffer<u32, (), u32>;

fn put(buffer: &mut OfNumbers, now: std::time::Instant) {
    let measure = Measure::of_bytes(1);
    let admission = buffer.admit(&measure).unwrap();
    let grant = buffer.try_grant(admission.charge()).unwrap();
    buffer.place(grant, admission).expect("it is no duplicate").put(0, 0, now);
}

/// Throttles all entries of the next request, so many; the requests that may be in flight then.
fn throttle(buffer: &mut OfNumbers, entries: usize, now: std::time::Instant) -> u64 {
    let batch = loop {
        match buffer.poll(now) {
            Output::Drop(_) => {}
            Output::Send(batch) => break batch,
            other => panic!("nothing is in flight: {other:?}"),
        }
    };
    assert_eq!(batch.entries().len(), entries);
    buffer.complete(batch, Ok(Verdicts::Each(vec![throttled(); entries])), now, 0.5);
    buffer.stats().in_flight_limit
}

#[test]
fn what_is_throttled_again_does_not_slow_the_writer_again() {
    let limits = LimitPolicy::new(2, 100, 100).unwrap();
    let mut buffer = OfNumbers::new(&Settings::new().in_flight(20..=20), limits).unwrap();
    let began = std::time::Instant::now();
    let minute = Duration::from_secs(60);

    put(&mut buffer, began);
    assert_eq!(throttle(&mut buffer, 1, began), 18, "a tenth of 20 less");
    assert_eq!(throttle(&mut buffer, 1, began + minute), 18, "it is the same entry");
    put(&mut buffer, began + minute);
    assert_eq!(throttle(&mut buffer, 2, began + minute + minute / 2), 18, "one of them is");
    put(&mut buffer, began + minute + minute / 2);
    assert_eq!(throttle(&mut buffer, 1, began + minute + minute / 2), 17, "this one is new");
}
