//! Entries come in, and their answers go out.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use batch_core::{Order, SubmitError, Writer};
use tokio::time::Instant;

use crate::actors::{all, beside, draw, maybe_cancelled, pause, pauses, runtime};
use crate::fake::{Fake, Mood, item};
use crate::world::{World, settings};

const MOODY: &[Mood] = &[
    Mood::Accept,
    Mood::AppliedAndLost,
    Mood::Mixed,
    Mood::Panic,
    Mood::Retry,
    Mood::Slow,
    Mood::Throttle,
    Mood::Unsent,
];

pub(super) fn submit_and_flush() {
    let (world, home) = (World::of(MOODY), runtime());
    let writer = world.writer(settings());
    home.block_on(async {
        let actors = (0..3).map(|actor| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                for id in [2 * actor, 2 * actor + 1] {
                    world.submitted(id, writer.submit(item(id)).await);
                    pause().await;
                }
                world.handed_back(writer.flush().await);
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        assert_eq!(writer.stats().accepted, 6);
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn scopes() {
    let (world, home) = (World::of(MOODY), runtime());
    let writer = world.writer(settings());
    home.block_on(async {
        let actors = (0..3).map(|actor| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let scope = writer.scope();
                for id in [2 * actor, 2 * actor + 1] {
                    world.submitted(id, scope.submit(item(id)).await);
                    pause().await;
                }
                let items = match draw(3) {
                    0 => scope.flush().await,
                    1 => scope.flush_by(Instant::now() + Duration::from_millis(draw(30) as u64)).await,
                    _ => Vec::new(), // What it leaves is the writer's.
                };
                let mine = |id| id == 2 * actor || id == 2 * actor + 1;
                assert!(items.iter().all(|item| mine(item.entry.id)), "{items:?} are not all of {actor}");
                world.handed_back(items);
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        world.handed_back(writer.flush().await);
        world.ended(&writer).await;
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn waiting_submits() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Retry, Mood::Slow]), runtime());
    let writer = world.writer(settings().max_entries(2).in_flight(1..=1));
    home.block_on(async {
        let actors = (0..6).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                match id % 2 {
                    // Every second one does not give up.
                    0 => patiently(&world, &writer, id).await,
                    _ => {
                        if let Some(outcome) = maybe_cancelled(writer.submit(item(id))).await {
                            world.submitted(id, outcome);
                        }
                    }
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        assert!(writer.stats().accepted >= 3, "a submit that waits gets room");
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

/// Submits, and collects what fills the writer.
async fn patiently(world: &World, writer: &Writer<Fake>, id: u32) {
    loop {
        match writer.submit(item(id)).await {
            Err(SubmitError::Uncollected(_)) => world.handed_back(writer.take_unprocessed()),
            outcome => return world.submitted(id, outcome).expect("only room was missing"),
        }
    }
}

pub(super) fn receipts() {
    let (world, home) = (World::of(MOODY), runtime());
    let writer = world.writer(settings().max_attempts(2));
    home.block_on(async {
        let actors = (0..5).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                pauses(draw(24)).await;
                match id {
                    0 | 1 => world.answered(id, receipt.await),
                    _ => {
                        if let Some(answer) = maybe_cancelled(receipt).await {
                            world.answered(id, answer);
                        }
                    }
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn handler() {
    let (world, home) = (World::of(MOODY), runtime());
    let seen = world.clone();
    let builder = world.builder(settings().max_attempts(1));
    let writer =
        builder.on_unprocessed(move |item| seen.handed_back([item])).build().expect("they are coherent");
    home.block_on(async {
        let actors = (0..5).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                if id < 2 {
                    world.submitted(id, writer.submit(item(id)).await);
                    return;
                }
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                if let Some(answer) = maybe_cancelled(receipt).await {
                    world.answered(id, answer);
                }
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        assert!(writer.flush().await.is_empty(), "the handler has had them");
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn try_submit() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Retry]), runtime());
    let writer = world.writer(settings().max_entries(3).order(Order::Strict));
    home.block_on(async {
        world.submitted(0, writer.submit(item(0)).await).expect("there is room");
        let actors = [(1, "a"), (4, "b")].map(|(first, lane)| {
            let (world, writer) = (world.clone(), writer.clone());
            // On no runtime: the writer works already.
            shuttle::future::spawn(async move {
                for id in first..first + 3 {
                    let outcome = writer.try_submit(item(id).lane(lane));
                    let is_known =
                        matches!(outcome, Ok(()) | Err(SubmitError::Full(_) | SubmitError::Uncollected(_)));
                    assert!(is_known, "only room is missing: {outcome:?}");
                    world.submitted(id, outcome);
                    pause().await;
                }
            })
        });
        all(actors).await;
        world.handed_back(writer.flush().await);
        world.settled(&writer);
        world.in_order();
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn lanes() {
    let moods = &[Mood::Accept, Mood::AppliedAndLost, Mood::Retry, Mood::Slow, Mood::Throttle];
    let (world, home) = (World::of(moods), runtime());
    let writer = world.writer(settings().order(Order::Strict));
    home.block_on(async {
        let actors = [(0, "a"), (10, "b")].map(|(first, lane)| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                for id in first..first + 4 {
                    world.submitted(id, writer.submit(item(id).lane(lane)).await);
                }
            })
        });
        all(actors).await;
        world.handed_back(writer.flush().await);
        world.settled(&writer);
        world.in_order();
    });
}

pub(super) fn permits() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed]), runtime());
    let writer = world.writer(settings().max_entries(2));
    home.block_on(async {
        let actors = (0..5).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let reserved = maybe_cancelled(writer.reserve()).await;
                // Failures may fill the writer before they are collected.
                let Some(Ok(permit)) = reserved else { return };
                pause().await;
                match id {
                    0 | 1 => world.submitted(id, permit.submit(item(id))).expect("it has room"),
                    2 => drop(permit),
                    _ => {
                        let receipt = world.submitted(id, permit.submit_tracked(item(id)));
                        world.answered(id, receipt.expect("it has room").await);
                    }
                }
            })
        });
        let (collected, writing) = (world.clone(), writer.clone());
        let is_done = Arc::new(Mutex::new(false));
        let done = Arc::clone(&is_done);
        let collector = beside(home.handle(), async move {
            while !*done.lock().expect("no holder panics") {
                collected.handed_back(writing.take_unprocessed());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        all(actors.collect::<Vec<_>>()).await;
        *is_done.lock().expect("no holder panics") = true;
        all([collector]).await;
        world.handed_back(writer.flush().await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn take_unprocessed() {
    let (world, home) = (World::of(&[Mood::Accept, Mood::Mixed, Mood::Panic, Mood::Retry]), runtime());
    let writer = world.writer(settings().max_attempts(1));
    home.block_on(async {
        let submits = (0..4).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                if let Some(answer) = maybe_cancelled(receipt).await {
                    world.answered(id, answer);
                }
            })
        });
        let takes = (0..2).map(|_| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                for _ in 0..3 {
                    world.handed_back(writer.take_unprocessed());
                    pause().await;
                }
            })
        });
        all(submits.chain(takes).collect::<Vec<_>>()).await;
        world.handed_back(writer.flush().await);
        world.handed_back(writer.take_unprocessed());
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn flush_by() {
    let moods = &[Mood::Accept, Mood::AppliedAndLost, Mood::Hang, Mood::Retry, Mood::Slow];
    let (world, home) = (World::of(moods), runtime());
    let writer = world.writer(settings());
    home.block_on(async {
        let actors = (0..3).map(|actor| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                let id = 2 * actor;
                let receipt = writer.submit_tracked(item(id)).await;
                let receipt = world.submitted(id, receipt).expect("there is room");
                world.submitted(id + 1, writer.submit(item(id + 1)).await);
                let deadline = Instant::now() + Duration::from_millis(draw(60) as u64);
                world.handed_back(writer.flush_by(deadline).await);
                world.answered(id, receipt.await);
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        let deadline = Instant::now() + Duration::from_millis(20);
        world.handed_back(writer.flush_by(deadline).await);
        world.handed_back(writer.shutdown().await);
        world.ended(&writer).await;
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn cancelled_flushes() {
    let (world, home) = (World::of(MOODY), runtime());
    let writer = world.writer(settings().max_attempts(2));
    home.block_on(async {
        let actors = (0..4).map(|id| {
            let (world, writer) = (world.clone(), writer.clone());
            beside(home.handle(), async move {
                world.submitted(id, writer.submit(item(id)).await);
                let deadline = Instant::now() + Duration::from_millis(draw(10) as u64);
                let collected = match id % 2 {
                    0 => maybe_cancelled(writer.flush()).await,
                    _ => maybe_cancelled(writer.flush_by(deadline)).await,
                };
                world.handed_back(collected.into_iter().flatten());
            })
        });
        all(actors.collect::<Vec<_>>()).await;
        world.handed_back(writer.flush().await);
        world.ended(&writer).await;
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}

pub(super) fn unpolled_flush() {
    let (world, home) = (World::of(&[Mood::Retry]), runtime());
    let writer = world.writer(settings().max_entries(1).max_attempts(1));
    home.block_on(async {
        world.submitted(0, writer.submit(item(0)).await).expect("there is room");
        let mut flush = pin!(writer.flush());
        let polled = flush.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if let std::task::Poll::Ready(items) = polled {
            world.handed_back(items);
            return;
        }
        let refused = writer.submit(item(1)).await;
        assert!(matches!(refused, Err(SubmitError::Uncollected(_))), "{refused:?}");
        world.handed_back(flush.await);
        world.settled(&writer);
    });
    drop((writer, home));
    world.gone();
}
