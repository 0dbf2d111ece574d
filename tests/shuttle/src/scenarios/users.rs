//! What belongs to users uses the writer, or panics: entries, responses, services, handlers and wakers.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use batch_core::{Receipt, Writer};
use tokio::exchanged::panic::{catch_unwind, scripted};
use tokio::time::Instant;

use crate::actors::{all, beside, draw, maybe_cancelled, pause, pauses, runtime};
use crate::fake::{Fake, Item, Mood, item};
use crate::world::{World, settings};

/// A writer that is known to what it was made with.
type Known = Arc<OnceLock<Writer<Fake>>>;

/// Uses every door that does not wait.
fn use_writer(writer: &Known) {
    if let Some(writer) = writer.get() {
        let _ = writer.stats();
        drop(writer.try_submit(item(90)));
        drop(writer.take_unprocessed());
        drop(pin!(writer.reserve()).poll(&mut Context::from_waker(Waker::noop())));
        drop(writer.clone());
    }
}

/// An entry that uses this writer when it is dropped.
fn using(id: u32, known: &Known) -> Item {
    let known = Arc::clone(known);
    item(id).on_drop(move || use_writer(&known))
}

pub(super) fn handler_submits() {
    let (world, dead_letters) = (World::of(&[Mood::Hang, Mood::Mixed]), World::of(&[Mood::Accept]));
    let next = dead_letters.writer(settings());
    let (seen, booked, to) = (world.clone(), dead_letters.clone(), next.clone());
    let builder = world.builder(settings().max_attempts(1)).on_unprocessed(move |item| {
        // As users do: the entry goes to another writer, which has not been used before.
        let id = item.entry.id;
        let outcome = to.try_submit(self::item(id));
        booked.submitted(id, outcome);
        seen.handed_back([item]);
    });
    let writer = builder.build().expect("the settings are coherent");
    let home = runtime();
    home.block_on(async {
        for id in 0..4 {
            world.submitted(id, writer.submit(item(id)).await);
        }
        pauses(draw(24)).await;
    });
    drop(home);
    world.settled(&writer);
    drop(writer);
    world.gone();
    dead_letters.handed_back(next.take_unprocessed());
    dead_letters.settled(&next);
}

pub(super) fn entry_drops() {
    let (world, home, known) =
        (World::of(&[Mood::Accept, Mood::Mixed, Mood::Panic]), runtime(), Known::default());
    let writer = world.writer(settings().max_attempts(2).max_entries(20));
    known.set(writer.clone()).unwrap_or_else(|_| unreachable!("it is set once"));
    let receipts = home.block_on(async {
        let actors = (0..4).map(|id| {
            let (known, writer) = (Arc::clone(&known), writer.clone());
            beside(home.handle(), async move {
                match id % 2 {
                    0 => drop(maybe_cancelled(writer.submit(using(id, &known))).await),
                    _ => drop(maybe_cancelled(writer.submit_tracked(using(id, &known))).await),
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        let mut receipts = Vec::new();
        for id in 10..13 {
            receipts.push(writer.submit_tracked(using(id, &known)).await);
            pause().await;
        }
        receipts
    });
    drop(home);
    shuttle::future::block_on(async {
        for receipt in receipts.into_iter().flatten() {
            drop(receipt.await);
        }
        drop(writer.flush().await);
    });
    balanced(&writer);
}

pub(super) fn response_drops() {
    let known = Known::default();
    let writing = Arc::clone(&known);
    // Each use submits an entry, whose response would use the writer again, for ever.
    let uses = AtomicUsize::new(30);
    let world = World::of(&[Mood::Accept, Mood::AppliedAndLost]).on_drop(move || {
        let is_left = |uses: usize| uses.checked_sub(1);
        if uses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_left).is_ok() {
            use_writer(&writing);
        }
    });
    let (home, writer) = (runtime(), world.writer(settings().max_entries(20)));
    known.set(writer.clone()).unwrap_or_else(|_| unreachable!("it is set once"));
    home.block_on(async {
        let actors = (0..4).map(|id| {
            let writer = writer.clone();
            beside(home.handle(), async move {
                match id % 2 {
                    0 => drop(writer.submit(item(id)).await),
                    _ => {
                        let receipt = writer.submit_tracked(item(id)).await.expect("there is room");
                        drop(maybe_cancelled(receipt).await);
                    }
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        drop(writer.flush().await);
    });
    drop(home);
    shuttle::future::block_on(async { drop(writer.flush().await) });
    balanced(&writer);
}

/// Checks that everything is answered and collected, whatever users did in between.
fn balanced(writer: &Writer<Fake>) {
    drop(writer.take_unprocessed());
    let stats = writer.stats();
    assert_eq!(stats.inside, 0, "{stats:?}");
    assert_eq!(stats.accepted, stats.delivered + stats.superseded + stats.merged + stats.handed_back, "{stats:?}");
}

/// Panics, except while a panic unwinds already: a second one would end the process.
fn panic_once() {
    if !tokio::exchanged::thread::panicking() {
        scripted();
    }
}

pub(super) fn entry_drop_panics() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Retry]), runtime());
    let writer = world.writer(settings());
    home.block_on(async {
        let harmless = world.submitted(0, writer.submit_tracked(item(0)).await).expect("there is room");
        for id in 1..4 {
            let entry = item(id).on_drop(panic_once);
            // What refuses it must not drop it here: it would panic in this task.
            let outcome = writer.try_submit(entry);
            assert!(outcome.is_ok(), "there is room");
            world.submitted::<()>(id, Ok(()));
        }
        let last = world.submitted(4, writer.submit_tracked(item(4)).await).expect("there is room");
        world.answered(0, harmless.await);
        world.answered(4, last.await);
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
}

pub(super) fn entry_clones() {
    let (world, home, known) =
        (World::of(&[Mood::Accept, Mood::Hang, Mood::Slow]), runtime(), Known::default());
    let writer = world.writer(settings().max_entries(20));
    known.set(writer.clone()).unwrap_or_else(|_| unreachable!("it is set once"));
    home.block_on(async {
        let actors = (0..4).map(|id| {
            let (world, writer, known) = (world.clone(), writer.clone(), Arc::clone(&known));
            beside(home.handle(), async move {
                let entry = match id % 2 {
                    0 => item(id).on_clone(move || use_writer(&known)),
                    _ => item(id).on_clone(|| scripted()),
                };
                let receipt = writer.submit_tracked(entry).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                let deadline = Instant::now() + Duration::from_millis(draw(40) as u64);
                drop(writer.flush_by(deadline).await);
                // A copy that cannot be made is no answer: then the request's own is waited for.
                world.answered(id, receipt.await);
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        drop(writer.flush().await);
        world.ended(&writer).await;
    });
    drop(home);
    world.nothing_lost();
    balanced(&writer);
}

pub(super) fn response_drop_panics() {
    let world = World::of(&[Mood::Accept]).on_drop(panic_once);
    let (home, writer) = (runtime(), world.writer(settings()));
    home.block_on(async {
        for id in 0..4 {
            world.submitted(id, writer.submit(item(id)).await).expect("there is room");
        }
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
}

pub(super) fn service_panics() {
    let (world, home) = (World::of(&[Mood::Panic, Mood::Panic, Mood::Accept]), runtime());
    let writer = world.writer(settings().max_attempts(2));
    home.block_on(async {
        let actors = (0..4).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                world.answered(id, receipt.await);
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn handler_panics() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed, Mood::Retry]), runtime());
    let seen = world.clone();
    let builder = world.builder(settings().max_attempts(1)).on_unprocessed(move |item| {
        seen.handed_back([item]);
        scripted();
    });
    let writer = builder.build().expect("the settings are coherent");
    home.block_on(async {
        for id in 0..3 {
            world.submitted(id, writer.submit(item(id)).await);
            let receipt = writer.submit_tracked(item(id + 3)).await;
            drop(world.submitted(id + 3, receipt));
            pause().await;
        }
        assert!(writer.flush().await.is_empty(), "the handler has had them");
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

/// Panics when it is woken.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        scripted();
    }
}

/// Polls a future once with a waker of the scenario's, and then no more. The waker may panic in that poll, too.
async fn polled_with<F: Future>(waker: Waker, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let first = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker))));
    drop(waker);
    match first {
        Ok(Poll::Ready(output)) => Some(output),
        _ => {
            pauses(draw(24)).await;
            None
        }
    }
}

pub(super) fn waker_panics() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed, Mood::Slow]), runtime());
    let writer = world.writer(settings().max_entries(3));
    home.block_on(async {
        let harmful = (0..3).map(|actor| {
            let writer = writer.clone();
            beside(home.handle(), async move {
                let waker = Waker::from(Arc::new(Panics));
                // Tasks that answer, make room or end a request wake it: none of them may be harmed.
                match actor {
                    0 => drop(polled_with(waker, writer.flush()).await),
                    1 => drop(polled_with(waker, writer.submit(item(90))).await),
                    _ => {
                        let receipt = writer.submit_tracked(item(91)).await;
                        drop(polled_with(waker, receipt.expect("failures are collected")).await);
                    }
                }
            })
        });
        let others = writer.clone();
        let harmless = beside(home.handle(), async move {
            for id in 0..4 {
                if let Ok(receipt) = others.submit_tracked(item(id)).await {
                    drop(receipt.await);
                }
                drop(others.flush().await);
            }
        });
        let actors: Vec<_> = harmful.collect();
        all(actors).await;
        all([harmless]).await;
        drop(writer.flush().await);
        assert_eq!(writer.stats().inside, 0);
    });
}

/// Uses the writer when it is woken, and holds a receipt that is dropped with it.
struct Uses {
    known: Known,
    receipt: Mutex<Option<Receipt<Fake>>>,
}

impl Wake for Uses {
    fn wake(self: Arc<Self>) {
        use_writer(&self.known);
        let receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(receipt);
    }
}

impl Drop for Uses {
    fn drop(&mut self) {
        use_writer(&self.known);
    }
}

pub(super) fn waker_uses_writer() {
    let (world, home, known) = (World::of(&[Mood::Accept, Mood::Mixed]), runtime(), Known::default());
    let writer = world.writer(settings().max_attempts(1).max_entries(20));
    known.set(writer.clone()).unwrap_or_else(|_| unreachable!("it is set once"));
    home.block_on(async {
        let actors = (0..4).map(|actor| {
            let (known, writer) = (Arc::clone(&known), writer.clone());
            beside(home.handle(), async move {
                let held = writer.submit_tracked(item(actor)).await.expect("there is room");
                let wakes = Arc::new(Uses { known, receipt: Mutex::new(Some(held)) });
                let waker = Waker::from(wakes);
                match actor {
                    0 => drop(polled_with(waker, writer.flush()).await),
                    1 => drop(polled_with(waker, writer.submit(item(91))).await),
                    _ => {
                        // The next poll brings another waker, and the first is dropped.
                        let mut receipt =
                            Box::pin(writer.submit_tracked(item(92)).await.expect("there is room"));
                        let first = receipt.as_mut().poll(&mut Context::from_waker(&waker));
                        drop(waker);
                        if first.is_pending() {
                            drop(maybe_cancelled(receipt).await);
                        }
                    }
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        drop(writer.flush().await);
    });
    drop(home);
    balanced(&writer);
}
