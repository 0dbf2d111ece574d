//! Law 6, by what is allocated: whatever entries are like, the writer stays within its memory bound, and gives the
//! memory of a burst back.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and use paused time"
)]

use std::alloc::System;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Duplicates, Failure, Invalid, Key, LimitPolicy, Linger, Measure, Receipt,
    Refusal, Reply, Service, Settings, Verdict, Verdicts, Writer,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is kept beside the entries: tasks, the runtime's own memory, the first blocks of everything.
const FIXED: usize = 128 << 10;

/// What entries of a run are like.
#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    /// How long the key of a lane is; no lane without one.
    lane: Option<usize>,
    /// How many lanes there are; one for each entry without a number.
    lanes: Option<u64>,
    identity: Option<usize>,
    receipts: bool,
    /// The bytes on the heap.
    heap: usize,
    fails: Fails,
}

const PLAIN: Kind = Kind {
    name: "plain",
    lane: None,
    lanes: None,
    identity: None,
    receipts: false,
    heap: 0,
    fails: Fails::Sometimes,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fails {
    /// Every request, for good.
    Always,
    Never,
    /// Every third request, and a retry succeeds.
    Sometimes,
}

#[derive(Clone)]
struct Entry {
    n: u64,
    kind: Kind,
    _heap: Vec<u8>,
    /// As large as the overhead covers.
    _rest: [u64; 10],
}

/// Takes its time.
struct Slow(AtomicU64);

#[async_trait]
impl Service for Slow {
    type Entry = Entry;
    type Response = u64;

    fn name(&self) -> &'static str {
        "slow"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(500, 1 << 20, 1 << 12)
    }

    fn measure<'a>(&self, entry: &'a Entry) -> Result<Measure<'a>, Invalid> {
        let key = |n: u64| move |length: usize| Key::from(format!("{n:0length$}").into_bytes());
        let lane = entry.kind.lanes.map_or(entry.n, |lanes| entry.n % lanes);
        Ok(Measure::of_bytes(100)
            .heap_bytes(entry.kind.heap)
            .lane(entry.kind.lane.map(key(lane)))
            .identity(entry.kind.identity.map(key(entry.n))))
    }

    async fn send(&self, batch: &Batch<Entry>) -> Reply<u64> {
        let entries = batch.entries();
        tokio::time::sleep(Duration::from_secs(3)).await;
        if entries[0].kind.fails == Fails::Always {
            return Err(Refusal::new(Class::Fatal, Failure::new("Denied")));
        }
        let is_third = self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        if is_third && entries[0].kind.fails == Fails::Sometimes {
            return Err(Refusal::new(Class::Retry, Failure::new("Busy")));
        }
        Ok(Verdicts::Each(entries.iter().map(|entry| Verdict::Accepted(entry.n)).collect()))
    }
}

/// One entry more than a power of two, after which everything that grows by doubling has just grown.
const ENTRIES: usize = (1 << 12) + 1;

/// The bytes allocated at most beyond what is charged at that moment, and what is left after everything is answered.
async fn burst(kind: Kind) -> (usize, usize, usize) {
    let settings = Settings::new()
        .duplicates(Duplicates::KeepLast)
        .linger(Linger::Fixed(Duration::from_secs(1)))
        .max_bytes(usize::MAX)
        .max_entries(ENTRIES);
    assert!((176..=192).contains(&size_of::<Entry>()), "{}", size_of::<Entry>());
    let region = Region::new(ALLOCATOR);
    let allocated = |receipts: &Vec<Receipt<Slow>>| {
        let change = region.change();
        let all = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
        // A receipt itself is its owner's.
        all.saturating_sub(receipts.capacity() * size_of::<Receipt<Slow>>())
    };
    let writer = Writer::builder(Slow(AtomicU64::new(0))).settings(settings).build().unwrap();
    let mut receipts = Vec::new();
    for n in 0..ENTRIES as u64 {
        let entry = Entry { n, kind, _heap: vec![0; kind.heap], _rest: [0; 10] };
        match kind.receipts {
            true => receipts.push(writer.try_submit_tracked(entry).unwrap()),
            false => writer.try_submit(entry).unwrap(),
        }
    }
    assert!(writer.try_submit(Entry { n: 0, kind, _heap: Vec::new(), _rest: [0; 10] }).is_err());
    let charged = writer.stats().bytes as usize;
    let mut peak = allocated(&receipts);
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let stats = writer.stats();
        if stats.inside + stats.uncollected == ENTRIES as u64 {
            peak = peak.max(allocated(&receipts));
        }
    }
    let items = writer.flush().await;
    assert_eq!(items.is_empty(), kind.receipts || kind.fails != Fails::Always, "{kind:?}");
    drop(items);
    receipts.clear();
    receipts.shrink_to_fit();
    drop(writer.take_unprocessed());
    tokio::time::sleep(Duration::from_secs(1)).await;
    (peak, allocated(&receipts), charged)
}

/// One after the other: all that runs at the same time allocates from the same allocator.
#[tokio::test(start_paused = true)]
async fn what_is_allocated_is_charged_and_falls_after_a_burst() {
    the_allocated_bytes_stay_within_what_is_charged_and_fall_after_a_burst().await;
    a_waiting_entry_allocates_little_beside_itself();
}

async fn the_allocated_bytes_stay_within_what_is_charged_and_fall_after_a_burst() {
    let mut worst = 0.0_f64;
    for kind in [
        PLAIN,
        Kind { name: "large", heap: 4_096, ..PLAIN },
        Kind { name: "lanes", lane: Some(128), ..PLAIN },
        Kind { name: "entries in one lane", lane: Some(128), lanes: Some(1), ..PLAIN },
        Kind { name: "entries in lanes", lane: Some(128), lanes: Some(100), ..PLAIN },
        Kind { name: "identities", identity: Some(3_000), ..PLAIN },
        Kind { name: "lanes and identities", lane: Some(128), identity: Some(128), ..PLAIN },
        Kind { name: "receipts", receipts: true, ..PLAIN },
        Kind { name: "all", lane: Some(128), identity: Some(128), receipts: true, ..PLAIN },
    ] {
        for fails in [Fails::Always, Fails::Never, Fails::Sometimes] {
            let kind = Kind { fails, ..kind };
            let (peak, left, charged) = burst(kind).await;
            let each = |bytes: usize| bytes / ENTRIES;
            println!(
                "{} {fails:?}: {} of {} bytes each, {left} after it",
                kind.name,
                each(peak),
                each(charged)
            );
            assert!(peak <= charged + FIXED, "{kind:?}: {peak} bytes are allocated, {charged} charged");
            if kind.heap == 0 {
                worst = worst.max(peak as f64 / charged as f64);
            }
            assert!(left <= peak / 10, "{kind:?}: {left} bytes are left of {peak}");
        }
    }
    assert!(worst >= 1.0 / 1.15, "no entry takes more than {worst:.2} of what it is charged");
}

/// What `entries` entries that wait allocate together.
fn waiting(kind: Kind, entries: usize) -> usize {
    let settings = Settings::new()
        .linger(Linger::Fixed(Duration::from_secs(60)))
        .in_flight(1..=1)
        .max_bytes(usize::MAX)
        .max_entries(entries);
    let region = Region::new(ALLOCATOR);
    let writer = Writer::builder(Slow(AtomicU64::new(0))).settings(settings).build().unwrap();
    for n in 0..entries as u64 {
        writer.try_submit(Entry { n, kind, _heap: Vec::new(), _rest: [0; 10] }).unwrap();
    }
    let change = region.change();
    change.bytes_allocated - change.bytes_deallocated
}

/// In both cases the requests are full and a table of the lanes has just grown; what both have in common is no entry's.
fn a_waiting_entry_allocates_little_beside_itself() {
    let lanes = Kind { name: "a lane each", lane: Some(12), ..PLAIN };
    let shared = Kind { name: "a hundred lanes", lanes: Some(100), ..lanes };
    for (kind, most) in [(PLAIN, 48), (lanes, 112), (shared, 160)] {
        let (few, many) = (4_000, 29_000);
        let each = (waiting(kind, many) - waiting(kind, few)) as f64 / f64::from(many as u32 - few as u32);
        let beside = each - size_of::<Entry>() as f64;
        println!("{}: {beside:.1} bytes beside each entry", kind.name);
        assert!(beside <= f64::from(most), "{}: {beside} bytes beside each entry", kind.name);
    }
}
