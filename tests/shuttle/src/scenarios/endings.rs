//! Writers, handles and runtimes end.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use batch_core::{Cause, SubmitError, UnprocessedItem, Writer};
use tokio::exchanged::panic::{catch_unwind, scripted};
use tokio::runtime::{Flavor, Runtime};
use tokio::time::Instant;

use crate::actors::{all, beside, draw, pause, pauses, runtime};
use crate::fake::{Fake, Item, Mood, item};
use crate::world::{World, settings};

const BUSY: &[Mood] = &[Mood::Accept, Mood::AppliedAndLost, Mood::Hang, Mood::Retry, Mood::Slow];

async fn submit_three(world: &World, writer: &Writer<Fake>) {
    for id in 0..3 {
        world.submitted(id, writer.submit(item(id)).await);
    }
    pause().await;
}

pub(super) fn shutdown() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed, Mood::Retry, Mood::Slow]), runtime());
    let writer = world.writer(settings().max_entries(3));
    home.block_on(async {
        let submits = (0..4).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let outcome = writer.submit(item(id)).await;
                let is_known =
                    matches!(outcome, Ok(()) | Err(SubmitError::Closed(_) | SubmitError::Uncollected(_)));
                assert!(is_known, "{outcome:?}");
                world.submitted(id, outcome);
            })
        });
        let shutdowns = (0..2).map(|actor| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                pause().await;
                let deadline = Instant::now() + Duration::from_millis(draw(30) as u64);
                let collected = match actor {
                    0 => writer.shutdown().await,
                    _ => writer.shutdown_by(deadline).await,
                };
                world.handed_back(collected);
            })
        });
        all(submits.chain(shutdowns).collect::<Vec<_>>()).await;
        assert!(matches!(writer.submit(item(9)).await, Err(SubmitError::Closed(_))));
        world.handed_back(writer.flush().await);
        world.ended(&writer).await;
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn last_handle() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed, Mood::Retry, Mood::Slow]), runtime());
    home.block_on(async {
        let writer = world.writer(settings());
        let actors = (0..4).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                pause().await;
                drop(writer);
                world.answered(id, receipt.await);
            })
        });
        let actors: Vec<_> = actors.collect();
        drop(writer);
        all(actors).await;
        world.nothing_lost();
    });
    drop(home);
    world.gone();
}

pub(super) fn runtime_dropped() {
    let (world, home) = (World::of(BUSY), runtime());
    let writer = world.writer(settings().in_flight(2..=2));
    let receipts = home.block_on(async {
        let mut receipts = Vec::new();
        for id in 0..4 {
            let receipt = writer.submit_tracked(item(id)).await;
            receipts.push((id, world.submitted(id, receipt).expect("there is room")));
            world.submitted(id + 4, writer.submit(item(id + 4)).await);
        }
        pauses(draw(24)).await;
        receipts
    });
    let elsewhere = {
        let (world, writer) = (world.clone(), writer.clone());
        shuttle::future::spawn(async move {
            pause().await;
            match writer.try_submit(item(8)) {
                Err(refused) => assert!(matches!(refused, SubmitError::NoRuntime(_)), "{refused:?}"),
                accepted => drop(world.submitted(8, accepted)),
            }
        })
    };
    drop(home);
    shuttle::future::block_on(async {
        all([elsewhere]).await;
        for (id, receipt) in receipts {
            world.answered(id, receipt.await);
        }
        world.handed_back(writer.flush().await);
    });
    world.settled(&writer);
    drop(writer);
    world.gone();
}

pub(super) fn runtime_unwinds() {
    let world = World::of(&[Mood::Hang]);
    let writer = world.writer(settings().in_flight(2..=2).max_attempts(1));
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let home = runtime();
        home.block_on(async {
            for id in 0..4 {
                world.submitted(id, writer.submit(item(id)).await).expect("there is room");
            }
            pauses(draw(24)).await;
            scripted();
        });
    }));
    assert!(unwound.is_err());
    let items = writer.take_unprocessed();
    let panicked =
        |item: &UnprocessedItem<Item>| item.cause.failure().is_some_and(|f| f.code() == "ServicePanicked");
    assert!(!items.iter().any(panicked), "the service did not panic: {items:?}");
    world.handed_back(items);
    world.settled(&writer);
}

pub(super) fn second_runtime() {
    let world = World::of(&[Mood::Accept, Mood::Slow]);
    let (home, other) = (runtime(), runtime());
    let writer = world.writer(settings());
    home.block_on(submit_three(&world, &writer));
    other.block_on(async {
        let submits = {
            let (world, writer) = (world.clone(), writer.clone());
            beside(other.handle(), async move {
                for id in 3..7 {
                    world.submitted(id, writer.submit(item(id)).await).expect("there is room");
                    pause().await;
                }
            })
        };
        let dropping = shuttle::thread::spawn(move || drop(home));
        all([submits]).await;
        dropping.join().expect("it only drops");
        // Nothing is left of the first runtime now.
        world.submitted(7, writer.submit(item(7)).await).expect("there is room");
        let items = writer.flush().await;
        let is_given_up = items.iter().any(|item| item.entry.id == 7 && is_stopped(item));
        assert!(!is_given_up, "the second runtime is alive: {items:?}");
        world.handed_back(items);
        world.settled(&writer);
    });
    drop((writer, other));
    world.gone();
}

pub(super) fn restart() {
    let world = World::of(&[Mood::Hang]);
    let (home, other) = (runtime(), runtime());
    // The first request hangs, and the second entry waits behind it.
    let writer = world.writer(settings().in_flight(1..=1).max_batch_entries(1));
    let waiting = home.block_on(async {
        world.submitted(0, writer.submit(item(0)).await).expect("there is room");
        let receipt = world.submitted(1, writer.submit_tracked(item(1)).await);
        pauses(draw(24)).await;
        receipt
    });
    let dropping = shuttle::thread::spawn(move || drop(home));
    other.block_on(async {
        let waiting = waiting.expect("there is room");
        let back = waiting.await.err().expect("the service never answers");
        // It was never sent and was given up with its runtime: the writer has left that one.
        let has_left = matches!(back.cause, Cause::RuntimeStopped(None)) && back.attempts == 0;
        world.handed_back([back]);
        let receipt = world.submitted(2, writer.submit_tracked(item(2)).await).expect("there is room");
        pauses(draw(24)).await;
        let outcome = tokio::time::timeout(Duration::from_secs(5), receipt).await;
        if let Ok(Err(back)) = outcome {
            assert!(
                !has_left || !is_stopped(&back),
                "what the second runtime owns came back with the first: {back:?}"
            );
            world.handed_back([back]);
        }
        world.handed_back(writer.flush_by(Instant::now()).await);
    });
    dropping.join().expect("it only drops");
    other.block_on(async {
        world.handed_back(writer.shutdown_by(Instant::now()).await);
        world.ended(&writer).await;
        world.settled(&writer);
    });
}

pub(super) fn flush_elsewhere() {
    let world = World::of(BUSY);
    let (home, other) = (runtime(), runtime());
    let writer = world.writer(settings());
    home.block_on(submit_three(&world, &writer));
    let dropping = shuttle::thread::spawn(move || drop(home));
    other.block_on(async { world.handed_back(writer.flush().await) });
    dropping.join().expect("it only drops");
    world.settled(&writer);
    drop((writer, other));
    world.gone();
}

pub(super) fn idle_runtime() {
    let world = World::of(BUSY);
    let (home, other) = (Runtime::new(Flavor::CurrentThread), runtime());
    let writer = world.writer(settings());
    home.block_on(submit_three(&world, &writer));
    other.block_on(async {
        let deadline = Instant::now() + Duration::from_millis(20);
        world.handed_back(writer.flush_by(deadline).await);
        assert_eq!(writer.stats().inside, 0);
    });
    drop(home);
    world.handed_back(writer.take_unprocessed());
    world.settled(&writer);
}

pub(super) fn waits_elsewhere() {
    let world = World::of(BUSY);
    let (home, other) = (runtime(), runtime());
    let writer = world.writer(settings().max_entries(1));
    home.block_on(async {
        world.submitted(0, writer.submit(item(0)).await).expect("there is room");
        pause().await;
    });
    let dropping = shuttle::thread::spawn(move || {
        shuttle::future::block_on(pause());
        drop(home);
    });
    other.block_on(async {
        let outcome = writer.submit(item(1)).await;
        if !matches!(outcome, Err(SubmitError::Uncollected(_))) {
            world.submitted(1, outcome).expect("it may wait for room");
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        world.handed_back(writer.flush_by(deadline).await);
        world.ended(&writer).await;
    });
    dropping.join().expect("it only drops");
    world.handed_back(writer.take_unprocessed());
    world.settled(&writer);
}

fn is_stopped(item: &UnprocessedItem<Item>) -> bool {
    matches!(item.cause, Cause::RuntimeStopped(_))
}
