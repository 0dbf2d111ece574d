//! A steady load, and who waits for its answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use batch_core::{Receipt, Writer};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::arguments::Soak;
use super::tally::Tally;
use crate::clock;
use crate::destination::{Destination, entry};

/// Entries on their way.
pub(super) struct Load<D: Destination> {
    shared: Arc<Shared<D>>,
    collector: JoinHandle<()>,
}

struct Shared<D: Destination> {
    writer: Writer<D::Service>,
    rate: u32,
    bytes: usize,
    seed: u64,
    submitted: AtomicU64,
    entered: mpsc::UnboundedSender<Entered<D>>,
    tally: Arc<Mutex<Tally>>,
}

/// An entry that was accepted.
struct Entered<D: Destination> {
    number: u64,
    at: Instant,
    receipt: Receipt<D::Service>,
}

impl<D: Destination> Load<D> {
    /// Nothing yet, but somebody waits for answers.
    pub(super) fn start(writer: Writer<D::Service>, arguments: &Soak) -> Self {
        let (entered, receipts) = mpsc::unbounded_channel();
        let tally = Arc::new(Mutex::new(Tally::new()));
        let collector = tokio::spawn(collect::<D>(receipts, Arc::clone(&tally)));
        let Soak { rate, bytes, seed, .. } = *arguments;
        let submitted = AtomicU64::new(0);
        Self { shared: Arc::new(Shared { writer, rate, bytes, seed, submitted, entered, tally }), collector }
    }

    /// Submits until told to stop.
    pub(super) fn submit(&self, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut submitters = JoinSet::new();
        for n in 0..SUBMITTERS {
            submitters.spawn(Arc::clone(&self.shared).submit_until(stop.clone(), n));
        }
        submitters
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        lock(&self.shared.tally)
    }

    /// How many entries were submitted, those that still wait for room included.
    pub(super) fn submitted(&self) -> u64 {
        self.shared.submitted.load(Ordering::Acquire)
    }

    /// The answers, when the last one has come; they must come within this time.
    pub(super) async fn finish(self, patience: Duration) -> Option<Tally> {
        let tally = Arc::clone(&self.shared.tally);
        drop(self.shared);
        tokio::time::timeout(patience, self.collector).await.ok()?.ok()?;
        Some(std::mem::replace(&mut *lock(&tally), Tally::new()))
    }
}

impl<D: Destination> Shared<D> {
    async fn submit_until(self: Arc<Self>, mut stop: watch::Receiver<bool>, submitter: u32) {
        let mut sizes = fastrand::Rng::with_seed(self.seed ^ u64::from(submitter));
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let each = f64::from(self.rate) * TICK.as_secs_f64() / f64::from(SUBMITTERS);
        let mut due = 0.0;
        loop {
            tokio::select! {
                biased;
                _ = stop.changed() => return,
                _ = ticks.tick() => due += each,
            }
            while due >= 1.0 {
                due -= 1.0;
                self.submit_one(sizes.usize(self.bytes / 16..=self.bytes)).await;
            }
        }
    }

    async fn submit_one(&self, bytes: usize) {
        let number = self.submitted.fetch_add(1, Ordering::AcqRel);
        let at = clock::now();
        match self.writer.submit_tracked(entry::<D>(number, bytes)).await {
            Ok(receipt) => {
                // It is there as long as this is.
                let _ = self.entered.send(Entered { number, at, receipt });
            }
            Err(error) => {
                let mut tally = lock(&self.tally);
                tally.refused += 1;
                if !tally.is_ending {
                    tally.faults.push(format!("entry {number} was not accepted: {error}"));
                }
            }
        }
    }
}

async fn collect<D: Destination>(
    mut receipts: mpsc::UnboundedReceiver<Entered<D>>,
    tally: Arc<Mutex<Tally>>,
) {
    let mut pending = FuturesUnordered::new();
    let mut may_come = true;
    while may_come || !pending.is_empty() {
        tokio::select! {
            entered = receipts.recv(), if may_come => match entered {
                Some(Entered { number, at, receipt }) => pending.push(async move { (number, at, receipt.await) }),
                None => may_come = false,
            },
            Some((number, at, answer)) = pending.next(), if !pending.is_empty() => {
                let now = clock::now();
                lock(&tally).enter(number, now - at, answer, now);
            }
        }
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

const SUBMITTERS: u32 = 4;
const TICK: Duration = Duration::from_millis(10);
