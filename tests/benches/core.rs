//! What the core costs an entry: from `submit` to the batch, and to the answer.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::hint::black_box;
use std::time::{Duration, Instant};

use batch_core::{
    Batch, Buffer, ConfigError, Invalid, Key, LimitPolicy, Linger, Measure, Output, Reply, Service, Settings,
    Verdict, Verdicts, Writer,
};
use count::Case;

/// An entry as small as they come, so that nothing hides the core.
type Entry = u64;

fn main() {
    count::main(&[
        Case { name: "buffer", run: |n| through_buffer(n, no_lane), entries: 200_000, against: None },
        Case {
            name: "buffer, 3 lanes",
            run: |n| through_buffer(n, few_lanes),
            entries: 200_000,
            against: None,
        },
        Case {
            name: "buffer, a lane each",
            run: |n| through_buffer(n, many_lanes),
            entries: 200_000,
            against: None,
        },
        Case {
            name: "buffer, an identity each",
            run: |n| through_buffer(n, many_identities),
            entries: 200_000,
            against: None,
        },
        Case { name: "submit to answer", run: |n| to_answer(n, false), entries: 400_000, against: None },
        Case { name: "with a receipt", run: |n| to_answer(n, true), entries: 400_000, against: None },
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

/// A service that takes everything at once.
struct Null;

#[async_trait::async_trait]
impl Service for Null {
    type Entry = Entry;
    type Response = ();

    fn name(&self) -> &'static str {
        "null"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        Ok(limits())
    }

    fn measure<'a>(&self, _: &'a Entry) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(8))
    }

    async fn send(&self, batch: &Batch<Entry>) -> Reply<()> {
        black_box(batch.entries());
        Ok(Verdicts::all_accepted(|_| ()))
    }
}

fn to_answer(entries: u64, tracked: bool) {
    block_on(async {
        let writer = Writer::builder(Null).build().unwrap();
        let mut receipts = Vec::new();
        for n in 0..entries {
            if tracked {
                receipts.push(writer.submit_tracked(n).await.unwrap());
                if receipts.len() == 1_000 {
                    for receipt in receipts.drain(..) {
                        let _ = black_box(receipt.await);
                    }
                }
            } else {
                writer.submit(n).await.unwrap();
            }
        }
        assert!(writer.shutdown().await.is_empty());
    });
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
}
