use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use async_trait::async_trait;
use batchwright::Receipt;
use batchwright::core::Writer;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::args::Kind;
use crate::destination::{Delivery, Destination, Lines};
use crate::input::Line;
use crate::outcome::{Fate, Outcome, Verdict};
use crate::progress::Progress;

/// So many lines may wait for a destination that is slower than the others.
const QUEUE: usize = 1_000;

/// Lines on their way to one destination, at its own speed.
pub(crate) struct Sending<D: Destination> {
    kind: Kind,
    destination: Arc<D>,
    writer: Writer<D::Service>,
    started: Instant,
    pending: Mutex<Option<Pending>>,
}

/// The way in, and the two tasks behind it.
struct Pending {
    lines: mpsc::Sender<Line>,
    submitting: JoinHandle<()>,
    answers: JoinHandle<BTreeMap<usize, Fate>>,
}

/// What became of a line when it was submitted.
enum Submitted<D: Destination> {
    Accepted(Receipt<D::Service>),
    Answered(Fate),
}

impl<D: Destination> Sending<D> {
    pub(crate) fn start(kind: Kind, destination: D, writer: Writer<D::Service>, progress: &Progress) -> Self {
        let destination = Arc::new(destination);
        let (lines, incoming) = mpsc::channel(QUEUE);
        let (receipts, submitted) = mpsc::unbounded_channel();
        let submitting =
            tokio::spawn(submit_all(Arc::clone(&destination), writer.clone(), incoming, receipts));
        let answers = tokio::spawn(await_answers::<D>(submitted, progress.clone()));
        let pending = Mutex::new(Some(Pending { lines, submitting, answers }));
        Self { kind, destination, writer, started: Instant::now(), pending }
    }

    fn way_in(&self) -> Option<mpsc::Sender<Line>> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.as_ref().map(|pending| pending.lines.clone())
    }
}

#[async_trait]
impl<D: Destination> Delivery for Sending<D> {
    fn kind(&self) -> Kind {
        self.kind
    }

    async fn take(&self, line: Line) {
        if let Some(lines) = self.way_in() {
            // It is taken: the task behind it listens until the last sender is gone.
            let _ = lines.send(line).await;
        }
    }

    async fn stop_within(&self, time: Duration) {
        drop(self.writer.shutdown_by(Instant::now() + time).await);
    }

    async fn finish(&self) -> anyhow::Result<Outcome> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Pending { lines, submitting, answers } = pending.context("a run is finished once")?;
        drop(lines);
        submitting.await?;
        drop(self.writer.shutdown().await);
        let time = self.started.elapsed();
        let fates = answers.await?;
        let billed = D::billed(self.writer.service());
        Ok(Outcome { fates, stats: self.writer.stats(), time, billed })
    }

    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict> {
        let mut verdict = self.destination.verify(outcome, lines).await?;
        verdict.faults.extend(outcome.check_answers(lines.keys()));
        Ok(verdict)
    }

    async fn remove(&self) {
        if let Err(error) = self.destination.remove().await {
            eprintln!("cannot remove what was created for {}, please do: {error:#}", self.kind.name());
        }
    }
}

/// Hands every line to the writer, which may wait for room.
async fn submit_all<D: Destination>(
    destination: Arc<D>,
    writer: Writer<D::Service>,
    mut lines: mpsc::Receiver<Line>,
    submitted: mpsc::UnboundedSender<(usize, Submitted<D>)>,
) {
    while let Some(line) = lines.recv().await {
        let what = match destination.entry(&line) {
            Ok(Some(entry)) => match writer.submit_tracked(entry).await {
                Ok(receipt) => Submitted::Accepted(receipt),
                Err(error) => Submitted::Answered(Fate::refused(error)),
            },
            Ok(None) => Submitted::Answered(Fate::Skipped),
            Err(reason) => Submitted::Answered(Fate::refused(reason)),
        };
        // Whoever gathers the answers listens to the end.
        let _ = submitted.send((line.number, what));
    }
}

async fn await_answers<D: Destination>(
    mut submitted: mpsc::UnboundedReceiver<(usize, Submitted<D>)>,
    progress: Progress,
) -> BTreeMap<usize, Fate> {
    let mut fates = BTreeMap::new();
    while let Some((number, what)) = submitted.recv().await {
        let fate = match what {
            Submitted::Accepted(receipt) => Fate::of(receipt.await),
            Submitted::Answered(fate) => fate,
        };
        fates.insert(number, fate);
        progress.answered();
    }
    fates
}
