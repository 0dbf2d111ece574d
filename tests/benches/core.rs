//! What the core costs an entry: from `submit` to the batch, and to the answer.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant};

use batch_core::{
    Batch, Buffer, ConfigError, Duplicates, EntriesAnswered, Failure, Growth, Invalid, Key, LimitPolicy,
    Linger, Measure, Observer, Output, Rate, Reply, RequestFinished, RequestStarted, ScopeId, Service,
    Settings, Verdict, Verdicts, Writer, WriterBuilder,
};
use count::Case;

/// How many identities entries are merged by.
const SERIES: u64 = 1_000;
const MINUTE: Duration = Duration::from_secs(60);

/// An entry as small as they come, so that nothing hides the core.
type Entry = u64;

fn main() {
    let case = |name, run, entries| Case { name, run, entries, against: None };
    count::main(&[
        case("buffer", |n| through_buffer(n, no_lane), 200_000),
        case("buffer, 3 lanes", |n| through_buffer(n, few_lanes), 200_000),
        case("buffer, a lane each", |n| through_buffer(n, many_lanes), 200_000),
        case("buffer, an identity each", |n| through_buffer(n, many_identities), 200_000),
        case("submit to answer", |n| to_answer(n, false, By::Nothing), 400_000),
        case("with a receipt", |n| to_answer(n, true, By::Nothing), 400_000),
        case("with an observer", observed, 400_000),
        case("with a lane", |n| to_answer(n, false, By::Lane), 400_000),
        case("with an identity", |n| to_answer(n, false, By::Identity), 400_000),
        case("with a rate", |n| limited(n, Rate::entries(usize::MAX)), 400_000),
        case("with a rate in units", |n| limited(n, Rate::units(usize::MAX)), 400_000),
        case("a merged sample", |n| to_answer(n, false, By::Series), 400_000),
        case("absorb", absorb, 4_000_000),
        case("10,000 in 1,000 lanes", |n| inside(10_000, 1_000, n), 4_000_000),
        case("1,000,000 in 100,000", |n| inside(1_000_000, 100_000, n), 4_000_000),
    ]);
}

fn limits() -> LimitPolicy {
    LimitPolicy::new(500, 5 << 20, 1 << 20).unwrap()
}

fn no_lane(_: u64, _: &mut [u8; 8]) -> Measure<'_> {
    Measure::of_bytes(8)
}

fn few_lanes(n: u64, _: &mut [u8; 8]) -> Measure<'_> {
    let lane = Key::from(["EWR", "JFK", "LGA"][n as usize % 3]);
    Measure::of_bytes(8).lane(lane)
}

fn many_lanes(n: u64, bytes: &mut [u8; 8]) -> Measure<'_> {
    *bytes = n.to_le_bytes();
    Measure::of_bytes(8).lane(Key::from(&bytes[..]))
}

fn many_identities(n: u64, bytes: &mut [u8; 8]) -> Measure<'_> {
    *bytes = n.to_le_bytes();
    Measure::of_bytes(8).identity(Key::from(&bytes[..]))
}

/// Entries into a buffer, out in batches, and their answers: all but the clock, the lock and the
/// tasks of a writer.
fn through_buffer(entries: u64, measure: fn(u64, &mut [u8; 8]) -> Measure<'_>) {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let mut buffer: Buffer<Entry, (), ()> = Buffer::new(&settings, limits()).unwrap();
    let now = Instant::now();
    for n in 0..entries {
        let mut bytes = [0; 8];
        submit(&mut buffer, n, &measure(n, &mut bytes), now);
        if buffer.wants_poll() {
            while let Some(batch) = next_batch(&mut buffer, now) {
                let reply = Ok(Verdicts::Each(vec![Verdict::Accepted(()); batch.entries().len()]));
                buffer.complete(batch, reply, now, 0.5);
            }
        }
    }
}

#[inline(never)]
fn submit(buffer: &mut Buffer<Entry, (), ()>, n: u64, measure: &Measure<'_>, now: Instant) {
    let admission = buffer.admit(measure).unwrap();
    let grant = buffer.try_grant(admission.charge()).unwrap();
    buffer.place(grant, admission).unwrap().put(n, (), now);
}

fn next_batch(buffer: &mut Buffer<Entry, (), ()>, now: Instant) -> Option<Batch<Entry>> {
    loop {
        match buffer.poll(now) {
            Output::Drop(_) | Output::Resolve(_) => {}
            Output::Send(batch) => return Some(batch),
            _ => return None,
        }
    }
}

/// Entries that are merged into those that wait in a buffer, in turn.
fn absorb(entries: u64) {
    let settings = Settings::new().duplicates(Duplicates::Merge).linger(Linger::Fixed(MINUTE));
    let mut buffer: Buffer<Entry, (), ()> = Buffer::new(&settings, limits()).unwrap();
    let now = Instant::now();
    let mut bytes = [[0; 8]; SERIES as usize];
    let admissions: Vec<_> = (0..)
        .zip(&mut bytes)
        .map(|(n, bytes)| {
            let measure = many_identities(n, bytes);
            submit(&mut buffer, n, &measure, now);
            buffer.admit(&measure).unwrap()
        })
        .collect();
    for (admission, n) in admissions.iter().cycle().zip(0..entries) {
        let add = |waiting: &mut Entry, newer: &mut Entry| {
            *waiting += *newer;
            Some(Growth::default().request_bytes(1).heap_bytes(1))
        };
        assert!(buffer.absorb(ScopeId::OWN, admission, &mut black_box(n), add));
    }
}

/// Entries through a buffer that always has so many inside, in so many lanes at random.
fn inside(inside: u64, lanes: u64, entries: u64) {
    let settings = Settings::new()
        .linger(Linger::Fixed(Duration::from_secs(1)))
        .max_entries(inside as usize + 4_000)
        .max_bytes(usize::MAX)
        .in_flight(8..=8);
    let mut buffer: Buffer<Entry, (), ()> = Buffer::new(&settings, limits()).unwrap();
    let now = Instant::now();
    let mut random = fastrand::Rng::with_seed(7);
    let mut put = |buffer: &mut Buffer<Entry, (), ()>| {
        let mut bytes = [0; 8];
        submit(buffer, 0, &many_lanes(random.u64(..lanes), &mut bytes), now);
    };
    (0..inside).for_each(|_| put(&mut buffer));
    let mut in_flight = VecDeque::new();
    let mut answered = 0;
    while answered < entries {
        in_flight.extend(std::iter::from_fn(|| next_batch(&mut buffer, now)));
        let batch = in_flight.pop_front().unwrap();
        let sent = batch.entries().len();
        buffer.complete(batch, Ok(Verdicts::all_accepted(|_| ())), now, 0.5);
        (0..sent).for_each(|_| put(&mut buffer));
        answered += sent as u64;
    }
}

/// A service that accepts everything at once, and whose entries have a lane or an identity each, or neither.
struct Null {
    by: By,
    /// One that is never reached, and that the writer asks for again.
    rate: Option<Rate>,
}

#[derive(Clone, Copy)]
enum By {
    Identity,
    Lane,
    Nothing,
    /// Entries of a thousand identities, each merged into the one of its identity that waits.
    Series,
}

#[async_trait::async_trait]
impl Service for Null {
    type Entry = [u8; 8];
    type Response = ();

    fn name(&self) -> &'static str {
        "null"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        Ok(limits())
    }

    fn defaults(&self) -> Settings {
        let settings = match self.by {
            By::Series => Settings::new().duplicates(Duplicates::Merge).linger(Linger::Fixed(MINUTE)),
            _ => Settings::new(),
        };
        self.rate.map_or(settings.clone(), |rate| settings.rate(rate))
    }

    fn measure<'a>(&self, entry: &'a [u8; 8]) -> Result<Measure<'a>, Invalid> {
        let measure = Measure::of_bytes(8);
        Ok(match self.by {
            By::Series => measure.identity(Key::from(&entry[..2])),
            By::Identity => measure.identity(Key::from(&entry[..])),
            By::Lane => measure.lane(Key::from(&entry[..])),
            By::Nothing => measure,
        })
    }

    fn absorb(&self, waiting: &mut [u8; 8], newer: &mut [u8; 8]) -> Option<Growth> {
        waiting[7] |= newer[7];
        Some(Growth::default())
    }

    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        Ok(self.rate)
    }

    async fn send(&self, batch: &Batch<[u8; 8]>) -> Reply<()> {
        black_box(batch.entries());
        Ok(Verdicts::all_accepted(|_| ()))
    }
}

/// Looks at everything that it is shown.
struct Looks;

impl Observer for Looks {
    fn request_started(&self, request: &RequestStarted<'_>) {
        black_box(request);
    }

    fn request_finished(&self, request: &RequestFinished<'_>) {
        black_box(request);
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        black_box(answered);
    }
}

fn observed(entries: u64) {
    let service = Null { by: By::Nothing, rate: None };
    through(entries, false, By::Nothing, Writer::builder(service).observer(Looks));
}

fn limited(entries: u64, rate: Rate) {
    let service = Null { by: By::Nothing, rate: Some(rate) };
    through(entries, false, By::Nothing, Writer::builder(service));
}

fn to_answer(entries: u64, tracked: bool, by: By) {
    through(entries, tracked, by, Writer::builder(Null { by, rate: None }));
}

fn through(entries: u64, tracked: bool, by: By, builder: WriterBuilder<Null>) {
    block_on(async {
        let writer = builder.build().unwrap();
        let mut receipts = Vec::new();
        for n in 0..entries {
            let entry = if let By::Series = by { n % SERIES } else { n }.to_le_bytes();
            if tracked {
                receipts.push(writer.submit_tracked(entry).await.unwrap());
                if receipts.len() == 1_000 {
                    for receipt in receipts.drain(..) {
                        let _ = black_box(receipt.await);
                    }
                }
            } else {
                writer.submit(entry).await.unwrap();
            }
        }
        assert!(writer.shutdown().await.is_empty());
    });
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
}
