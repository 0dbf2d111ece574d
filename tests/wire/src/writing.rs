//! Sending through a writer, in each way in which entries get into it.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use batch_core::{Receipt, Service, SubmitError, Writer};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::clock;
use crate::workload::{EntryOf, Workload};

/// A writer and what it gets.
pub(crate) struct Writing<W: Workload> {
    pub(crate) workload: W,
    pub(crate) writer: Writer<W::Service>,
}

impl<W: Workload> Writing<W> {
    /// Submits the entries of these numbers from one task.
    pub(crate) async fn submit(&self, numbers: Range<u64>) -> Result<()> {
        for number in numbers {
            self.writer.submit(self.workload.entry(number)).await.map_err(refused)?;
        }
        self.finish().await
    }

    /// Submits them with receipts. The entries of two requests more than are in flight may be without an
    /// answer at a time. How long it took from submit to answer, for one entry of each request, its places
    /// taking turns.
    pub(crate) async fn tracked(&self, numbers: Range<u64>, in_flight: usize) -> Result<Vec<Duration>> {
        let permits = Arc::new(Semaphore::new(in_flight + 2));
        let size = self.workload.request_entries();
        let mut tasks = JoinSet::new();
        for (request, start) in (0..).zip(numbers.clone().step_by(usize::try_from(size)?)) {
            let permit = Arc::clone(&permits).acquire_owned().await?;
            let mut receipts = Vec::with_capacity(usize::try_from(size)?);
            let (timed, mut at) = (request % size, clock::now());
            for (place, number) in (0..).zip(start..numbers.end.min(start + size)) {
                let entry = self.workload.entry(number);
                if place == timed {
                    at = clock::now();
                }
                receipts.push(self.writer.submit_tracked(entry).await.map_err(refused)?);
            }
            tasks.spawn(async move {
                let latency = answers(receipts, timed, at).await;
                drop(permit);
                latency
            });
        }
        self.finish().await?;
        latencies(tasks).await
    }

    /// Submits them from four tasks that wait a millisecond whenever the writer is full, and let others run
    /// now and then.
    pub(crate) async fn try_submit(&self, numbers: Range<u64>) -> Result<()> {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (workload, writer) = (self.workload.clone(), self.writer.clone());
            let numbers = (numbers.start + task..numbers.end).step_by(TASKS as usize);
            tasks.spawn(async move {
                for (place, number) in (1..).zip(numbers) {
                    insist::<W>(&writer, workload.entry(number)).await?;
                    if place % BETWEEN_YIELDS == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                anyhow::Ok(())
            });
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        self.finish().await
    }

    /// Submits this many entries a second from one task. How long it took from submit to answer, for each
    /// entry or, at high rates, some.
    pub(crate) async fn at_rate(&self, numbers: Range<u64>, rate: u32) -> Result<Vec<Duration>> {
        let start = clock::now();
        let stride = if rate > TIMED { STRIDE } else { 1 };
        let mut timed = JoinSet::new();
        for (place, number) in (0..).zip(numbers) {
            let due = start + Duration::from_secs(place) / rate;
            if due > clock::now() {
                clock::sleep_until(due).await;
            }
            let (entry, at) = (self.workload.entry(number), clock::now());
            if place % stride == 0 {
                let receipt = self.writer.submit_tracked(entry).await.map_err(refused)?;
                timed.spawn(answers(vec![receipt], 0, at));
            } else {
                self.writer.submit(entry).await.map_err(refused)?;
            }
        }
        self.finish().await?;
        latencies(timed).await
    }

    /// Waits until each entry has its answer, which must be that it was delivered.
    async fn finish(&self) -> Result<()> {
        let unprocessed = self.writer.flush().await;
        let first = unprocessed.first().map(|item| format!("{item:#}"));
        ensure!(unprocessed.is_empty(), "{} handed back: {}", unprocessed.len(), first.unwrap_or_default());
        Ok(())
    }
}

/// Waits for every answer; how long the one in this place took.
async fn answers<S: Service>(receipts: Vec<Receipt<S>>, timed: u64, at: Instant) -> Result<Option<Duration>> {
    let mut latency = None;
    for (place, receipt) in (0..).zip(receipts) {
        receipt.await.map_err(|item| anyhow!("handed back: {item:#}"))?;
        if place == timed {
            latency = Some(at.elapsed());
        }
    }
    Ok(latency)
}

async fn latencies(mut tasks: JoinSet<Result<Option<Duration>>>) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(task??);
    }
    Ok(latencies)
}

async fn insist<W: Workload>(writer: &Writer<W::Service>, mut entry: EntryOf<W>) -> Result<()> {
    loop {
        match writer.try_submit(entry) {
            Err(SubmitError::Full(full)) => entry = full,
            other => return other.map_err(refused),
        }
        clock::sleep(Duration::from_millis(1)).await;
    }
}

fn refused<E>(error: SubmitError<E>) -> anyhow::Error {
    anyhow!("an entry was refused: {error}")
}

/// Tasks that submit at once.
const TASKS: u64 = 4;
/// The most entries a second of which each is timed; a receipt for each costs little then.
const TIMED: u32 = 1_000;
/// Of more, one in this many is: not always the first of those that come in the same millisecond.
const STRIDE: u64 = 7;
/// As a task would that gets its entries from somewhere.
const BETWEEN_YIELDS: u64 = 32;
