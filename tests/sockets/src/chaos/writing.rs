//! The program under trial: it writes entries, says what becomes of each, and ends in time when it is told to.

use std::time::Duration;

use anyhow::Result;
use batch_core::{Receipt, SubmitError, UnprocessedItem, Writer};
use clap::Args;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::lot::{Door, Lot};
use super::report::{say_accepted, say_back, say_ended, say_flushed, say_sent};
use crate::clock;
use crate::destination::{self, Destination, EntryOf, Errand, Name, at, entry};

/// Writes what a seed says to a destination, and says what becomes of it.
#[derive(Clone, Debug, Args)]
pub struct Write {
    /// What is written to.
    #[arg(long, value_enum)]
    pub service: Name,

    /// Where it is, as a URL.
    #[arg(long)]
    pub endpoint: String,

    /// Draws what is written and how.
    #[arg(long)]
    pub seed: u64,
}

/// Writes until all is written or a SIGINT or SIGTERM comes. Every line that it prints is a fact.
///
/// # Errors
///
/// When the writer cannot be built.
pub async fn write(arguments: Write) -> Result<()> {
    arguments.service.run(Writing(&arguments)).await
}

struct Writing<'a>(&'a Write);

impl Errand for Writing<'_> {
    type Output = Result<()>;

    async fn run<D: Destination>(self) -> Result<()> {
        let lot = Lot::draw(self.0.seed);
        let told = told_to_end()?;
        let writer = destination::writer(&at::<D>(&self.0.endpoint), lot.settings())?;
        match lot.door {
            Door::Flush { every, within } => by_flush::<D>(&lot, writer.clone(), told, every, within).await,
            Door::Receipt => by_receipt::<D>(&lot, writer.clone(), told).await,
        }
        say_ended(&writer.stats());
        Ok(())
    }
}

/// Turns true when a signal says that it is time to end.
fn told_to_end() -> Result<watch::Receiver<bool>> {
    let (tell, told) = watch::channel(false);
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        // Until the end somebody listens.
        let _ = tell.send(true);
        std::future::pending::<()>().await;
    });
    Ok(told)
}

async fn by_receipt<D: Destination>(lot: &Lot, writer: Writer<D::Service>, mut told: watch::Receiver<bool>) {
    let (receipts, collected) = mpsc::unbounded_channel();
    let answers = collect::<D>(collected);
    for number in 0..lot.entries {
        let submitted = async {
            let receipt = writer.submit_tracked(entry::<D>(number, lot.bytes)).await;
            accepted(number, receipt.map(|receipt| receipts.send((number, receipt))));
            clock::sleep(lot.pause).await;
        };
        tokio::select! {
            biased;
            () = until(&mut told) => break,
            () = submitted => {}
        }
    }
    drop(receipts);
    let left = end::<D>(lot, &writer, told).await;
    // They have receipts, so that a flush gives back none of them.
    back::<D>(left);
    // Every receipt is answered by now; where one is not, the checker finds its entry without an answer.
    let _ = tokio::time::timeout(lot.grace, answers).await;
}

/// Says the answers as they come, in whichever order that is.
fn collect<D: Destination>(
    mut collected: mpsc::UnboundedReceiver<(u64, Receipt<D::Service>)>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut pending = JoinSet::new();
        while let Some((number, receipt)) = collected.recv().await {
            pending.spawn(async move {
                match receipt.await {
                    Ok(sent) => say_sent(number, &sent),
                    Err(item) => say_back(number, &item),
                }
            });
        }
        pending.join_all().await;
    })
}

async fn by_flush<D: Destination>(
    lot: &Lot,
    writer: Writer<D::Service>,
    mut told: watch::Receiver<bool>,
    every: u64,
    within: Duration,
) {
    let mut next = 0;
    while next < lot.entries {
        let submitted = async {
            accepted(next, writer.submit(entry::<D>(next, lot.bytes)).await);
            clock::sleep(lot.pause).await;
        };
        tokio::select! {
            biased;
            () = until(&mut told) => break,
            () = submitted => next += 1,
        }
        if next % every == 0 {
            back::<D>(writer.flush_by(clock::now() + within).await);
            say_flushed(next);
        }
    }
    back::<D>(end::<D>(lot, &writer, told).await);
    // Also the one that was cancelled between its acceptance and its pause.
    say_flushed(lot.entries);
}

fn accepted<T, E>(number: u64, outcome: Result<T, SubmitError<E>>) {
    match outcome {
        Ok(_) => say_accepted(number),
        Err(error) => eprintln!("entry {number} was not accepted: {error}"),
    }
}

fn back<D: Destination>(items: Vec<UnprocessedItem<EntryOf<D>>>) {
    for item in items {
        // A number that no entry has, if this one was altered.
        say_back(destination::number::<D>(&item.entry).unwrap_or(u64::MAX), &item);
    }
}

/// Ends the writer: when all is answered, or in time once it is told to.
async fn end<D: Destination>(
    lot: &Lot,
    writer: &Writer<D::Service>,
    mut told: watch::Receiver<bool>,
) -> Vec<UnprocessedItem<EntryOf<D>>> {
    tokio::select! {
        biased;
        () = until(&mut told) => {}
        left = writer.shutdown() => return left,
    }
    writer.shutdown_by(clock::now() + lot.grace).await
}

/// Waits until it is time to end.
async fn until(told: &mut watch::Receiver<bool>) {
    // The guard must not be held across an await: the one who tells would wait for it.
    let _ = told.wait_for(|told| *told).await.map(drop);
}
