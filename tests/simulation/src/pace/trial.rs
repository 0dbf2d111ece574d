//! One run of a case: writers that always have more to send.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use batch_core::Writer;
use batchwright_simulation::Dice;

use crate::case::{Case, Figures};
use crate::clock::sleep;
use crate::limited::{Bucket, Limited};

/// A full writer, of 10,000 entries by default, is worth so many seconds at an equal share of the limit. The delivery
/// deadline of two minutes passes where the share is a third of that.
const SECONDS_INSIDE: f64 = 40.0;
const MOST_INSIDE: f64 = 10_000.0;
/// From the start of the first writer until it is measured what each gets: half a minute after the last one starts.
const SETTLING: Duration = Duration::from_secs(45);
const MEASURED: Duration = Duration::from_secs(90);

/// What comes of a case with this seed.
pub(crate) fn run(case: Case, seed: u64) -> Figures {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime needs nothing").block_on(play(case, seed))
}

async fn play(case: Case, seed: u64) -> Figures {
    let mut dice = Dice::of(seed, "pace");
    let bucket = Arc::new(Mutex::new(Bucket::new(case.limit, case.writers, dice.fork())));
    let entries = (MOST_INSIDE * case.writers as f64 / case.limit / SECONDS_INSIDE).ceil() as usize;
    let latency = Duration::from_millis(case.latency);
    let mut writers = Vec::new();
    for writer in 0..case.writers {
        let service = Limited { bucket: Arc::clone(&bucket), writer, latency, entries };
        let writer = Writer::builder(service).seed(dice.seed()).build().expect("these are defaults");
        // Every second seed starts the second writer when the first has found the limit.
        let late = dice.between(0, 500) as u64 + if seed % 2 == 1 { 15_000 } else { 0 };
        let start = Duration::from_millis(if writers.is_empty() { 0 } else { late });
        tokio::spawn(produce(writer.clone(), start));
        writers.push(writer);
    }
    sleep(SETTLING).await;
    let before = counts(&bucket);
    sleep(MEASURED).await;
    let after = counts(&bucket);
    let accepted: Vec<_> =
        after.0.iter().zip(before.0).map(|(after, before)| (after - before) as f64).collect();
    let (all, throttled) = (accepted.iter().sum::<f64>(), (after.1 - before.1) as f64);
    Figures {
        used: all / (case.usable() * MEASURED.as_secs_f64()),
        shares: accepted.iter().map(|accepted| accepted / all).collect(),
        throttled: throttled / (all + throttled),
        handed_back: writers.iter().map(|writer| writer.stats().handed_back).sum(),
    }
}

async fn produce(writer: Writer<Limited>, start: Duration) {
    sleep(start).await;
    for n in 0.. {
        if writer.submit(n).await.is_err() {
            return;
        }
    }
}

fn counts(bucket: &Mutex<Bucket>) -> (Vec<u64>, u64) {
    let bucket: MutexGuard<'_, Bucket> = bucket.lock().unwrap_or_else(PoisonError::into_inner);
    (bucket.accepted.clone(), bucket.throttled)
}
