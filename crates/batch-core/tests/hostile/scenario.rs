//! One run: users of every kind, a misfortune, and the end.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use batch_core::{Duplicates, Settings, Writer};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::polls::{self, block_on};
use crate::service::{Hostile, Watching, WithHostileWaker, entry};
use crate::trap::{Deed, Prey, Trap, discard, lock, release};

/// On which kind of runtime.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavor {
    CurrentThread,
    MultiThread,
}

/// What happens while requests are in flight.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    DropHandles,
    DropReceipts,
    DropRuntime,
    Shutdown,
}

/// Far longer than any run takes: what takes so long hangs.
const HANGS: Duration = Duration::from_secs(120);

const ENTRIES: u32 = 48;

/// Plays it in a thread of its own, which must come to an end; how often the trap was sprung.
pub(crate) fn play(flavor: Flavor, end: End, prey: Prey, deed: Deed) -> usize {
    let name = format!("{prey:?} {deed:?} {flavor:?} {end:?}");
    let (ended, ends) = sync_channel(1);
    std::thread::spawn(move || {
        let outcome = std::panic::catch_unwind(move || run(flavor, end, prey, deed));
        let _ = ended.send(outcome);
    });
    match ends.recv_timeout(HANGS) {
        Ok(Ok(sprung)) => sprung,
        Ok(Err(_)) => panic!("{name} fails"),
        Err(_) => panic!("{name} hangs"),
    }
}

fn run(flavor: Flavor, end: End, prey: Prey, deed: Deed) -> usize {
    let (trap, blocks) = Trap::new(prey, deed);
    let done = Arc::new(AtomicBool::new(false));
    let releaser = std::thread::spawn({
        let (trap, done) = (Arc::clone(&trap), Arc::clone(&done));
        move || release(&trap, &blocks, &done)
    });
    let writer = build(&trap, prey);
    *lock(&trap.writer) = Some(writer.clone());
    let home = runtime(flavor);
    block_on(&home, use_it(&writer, &trap));
    meet(end, home, &writer, &trap, flavor);
    if end == End::DropHandles {
        drop(writer);
    } else {
        check_sums(&writer, flavor, &trap);
    }
    done.store(true, Ordering::SeqCst);
    releaser.join().unwrap();
    lock(&trap.writer).take();
    assert_eq!(*lock(&trap.complaints), Vec::<String>::new());
    trap.sprung()
}

fn build(trap: &Arc<Trap>, prey: Prey) -> Writer<Hostile> {
    let settings = Settings::new()
        .attempt_timeout(Duration::from_millis(200))
        .delivery_deadline(Duration::from_millis(400))
        .duplicates(Duplicates::KeepLast)
        .in_flight(2..=4)
        .max_attempts(2)
        .max_entries(24);
    let builder = Writer::builder(Hostile(Arc::clone(trap))).settings(settings).seed(1);
    let builder = if prey == Prey::Observer { builder.observer(Watching(Arc::clone(trap))) } else { builder };
    if prey != Prey::Handler {
        return builder.build().unwrap();
    }
    let own = Arc::clone(trap);
    let handler = move |item| {
        discard(item);
        own.spring(Prey::Handler);
    };
    builder.on_unprocessed(handler).build().unwrap()
}

/// Every way to submit, to wait and to collect, while requests hang for a while.
async fn use_it(writer: &Writer<Hostile>, trap: &Arc<Trap>) {
    let mut tasks = Vec::new();
    for id in 0..ENTRIES {
        let writer = writer.clone();
        let new = entry(id, Some(trap));
        match id % 5 {
            0 => discard(writer.try_submit(new)),
            1 => tasks.push(spawn(trap, async move { discard(writer.submit(new).await) })),
            2 => tasks.push(spawn(trap, async move {
                match writer.submit_tracked(new).await {
                    Ok(receipt) => discard(receipt.await),
                    Err(refused) => discard(refused),
                }
            })),
            3 => match writer.try_submit_tracked(new) {
                Ok(receipt) => lock(&trap.receipts).push(receipt),
                Err(refused) => discard(refused),
            },
            _ => tasks.push(spawn(trap, async move {
                if let Ok(permit) = writer.reserve().await {
                    discard(permit.submit(new));
                }
            })),
        }
        if id % 8 == 7 {
            tokio::task::yield_now().await;
        }
    }
    let submit = writer.submit(entry(1_000, Some(trap)));
    let mut cancelled = Box::pin(tokio::time::timeout(Duration::from_millis(1), submit));
    discard(cancelled.as_mut().await);
    // If it still waits, the entry is dropped with it.
    discard(cancelled);
    let flush = writer.flush_by(Instant::now() + Duration::from_millis(20));
    discard_each(WithHostileWaker { future: Box::pin(flush), trap: Arc::clone(trap) }.await);
    discard_each(writer.take_unprocessed());
    for task in tasks.into_iter().take(8) {
        task.abort();
    }
}

fn spawn(trap: &Arc<Trap>, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    tokio::spawn(WithHostileWaker { future: Box::pin(work), trap: Arc::clone(trap) })
}

fn meet(end: End, home: Runtime, writer: &Writer<Hostile>, trap: &Arc<Trap>, flavor: Flavor) {
    let again = |runtime: &Runtime| {
        block_on(runtime, async {
            for id in 100..112 {
                discard(writer.try_submit(entry(id, Some(trap))));
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        });
    };
    again(&home);
    match end {
        End::DropHandles => {
            lock(&trap.writer).take();
            drop_receipts(trap);
            block_on(&home, async { tokio::time::sleep(Duration::from_millis(20)).await });
        }
        End::DropReceipts => drop_receipts(trap),
        End::DropRuntime => {
            drop(home);
            discard(writer.try_submit(entry(200, Some(trap))));
            again(&runtime(flavor));
            return;
        }
        End::Shutdown => {}
    }
    block_on(&home, async {
        discard_each(writer.flush_by(Instant::now() + Duration::from_millis(30)).await);
    });
    drop(home);
}

/// Shuts down on one more runtime; then everything is answered.
fn check_sums(writer: &Writer<Hostile>, flavor: Flavor, trap: &Trap) {
    let last = runtime(flavor);
    block_on(&last, async {
        discard_each(writer.shutdown_by(Instant::now() + Duration::from_millis(50)).await);
    });
    drop(last);
    trap.disarm();
    lock(&trap.receipts).clear();
    drop(writer.take_unprocessed());
    let stats = writer.stats();
    assert_eq!((stats.inside, stats.requests_in_flight), (0, 0), "{stats:?}");
    assert_eq!(
        stats.accepted,
        stats.delivered + stats.superseded + stats.merged + stats.handed_back,
        "{stats:?}"
    );
    assert_eq!((stats.uncollected, stats.bytes), (0, 0), "{stats:?}");
}

/// Each by itself: what is in it may panic as it is dropped.
fn drop_receipts(trap: &Trap) {
    let receipts = std::mem::take(&mut *lock(&trap.receipts));
    receipts.into_iter().for_each(discard);
}

fn discard_each<T>(items: Vec<T>) {
    items.into_iter().for_each(discard);
}

fn runtime(flavor: Flavor) -> Runtime {
    let mut builder = match flavor {
        Flavor::CurrentThread => Builder::new_current_thread(),
        Flavor::MultiThread => Builder::new_multi_thread(),
    };
    polls::watch(&mut builder);
    builder.worker_threads(2).enable_all().build().unwrap()
}
