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
    Buffer, Invalid, Key, LimitPolicy, Linger, Measure, Output, Reply, Service, Settings, Verdict, Writer,
};
use count::Case;

/// An entry as small as they come, so that nothing hides the core.
type Entry = u64;

fn main() {
    count::main(&[
        Case { name: "to batch", run: |n| to_batch(n, no_lane), entries: 200_000, against: None },
        Case { name: "to batch, 3 lanes", run: |n| to_batch(n, few_lanes), entries: 200_000, against: None },
        Case {
            name: "to batch, a lane each",
            run: |n| to_batch(n, many_lanes),
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

fn no_lane(_: u64, _: &mut [u8; 8]) -> Option<Key<'_>> {
    None
}

fn few_lanes(n: u64, _: &mut [u8; 8]) -> Option<Key<'_>> {
    Some(Key::from(["EWR", "JFK", "LGA"][n as usize % 3]))
}

fn many_lanes(n: u64, bytes: &mut [u8; 8]) -> Option<Key<'_>> {
    *bytes = n.to_le_bytes();
    Some(Key::from(&bytes[..]))
}

/// Entries into a buffer and out again in batches, without the answers: those are sent to a
/// buffer that is thrown away.
fn to_batch(entries: u64, lane: fn(u64, &mut [u8; 8]) -> Option<Key<'_>>) {
    let now = Instant::now();
    let mut measured = Buffers::default();
    for n in 0..entries {
        let mut bytes = [0; 8];
        let measure = Measure { lane: lane(n, &mut bytes), ..Measure::of_bytes(8) };
        let buffer = measured.current(n);
        let charge = buffer.charge(&measure).unwrap();
        let grant = buffer.try_grant(charge).unwrap();
        let place = buffer.place(grant, &measure).unwrap();
        buffer.put(place, n, (), now);
        if buffer.wants_poll(now) {
            while let Output::Send(batch) = buffer.poll(now) {
                std::mem::forget(black_box(batch));
            }
        }
    }
    std::mem::forget(measured);
}

/// A new buffer every 2,000 entries, so that its memory is as warm as in real use.
#[derive(Default)]
struct Buffers(Vec<Buffer<Entry, (), ()>>);

impl Buffers {
    fn current(&mut self, n: u64) -> &mut Buffer<Entry, (), ()> {
        if n.is_multiple_of(2_000) {
            let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1))).in_flight(64, 64);
            self.0.push(Buffer::new(&settings, limits()).unwrap());
        }
        self.0.last_mut().unwrap()
    }
}

/// A service that takes everything at once.
struct Null;

#[async_trait::async_trait]
impl Service for Null {
    type Entry = Entry;
    type Sent = ();

    fn name(&self) -> &'static str {
        "null"
    }

    fn limits(&self) -> LimitPolicy {
        limits()
    }

    fn measure<'a>(&self, _: &'a Entry) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(8))
    }

    async fn send(&self, entries: &[Entry]) -> Reply<()> {
        Reply::Each(vec![Verdict::Accepted(()); black_box(entries).len()])
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
