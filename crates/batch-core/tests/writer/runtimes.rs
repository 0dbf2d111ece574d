//! Runtimes: none, one, one that is dropped, the next.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use batch_core::{Backoff, Cause, OnAmbiguous, Receipt, Settings, SubmitError, UnprocessedItem, Writer};
use tokio::runtime::{Builder, Runtime};
use tracing::Level;

use crate::fake::{Act, Fake, Item, item};
use crate::support::{at_once, capture_logs, ids, logged, ms, poll_once, settle, writer};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// The answer that must be there.
fn answer(receipt: Receipt<Fake>) -> Result<batch_core::Sent<u32>, UnprocessedItem<Item>> {
    match poll_once(pin!(receipt)) {
        std::task::Poll::Ready(answer) => answer,
        std::task::Poll::Pending => panic!("it should be answered"),
    }
}

#[test]
fn a_writer_is_built_outside_of_a_runtime_and_works_on_the_first_that_uses_it() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let sent = runtime().block_on(async { writer.submit_tracked(item(1)).await.unwrap().await });
    assert!(sent.is_ok());
}

#[test]
fn outside_of_a_runtime_the_entry_comes_back() {
    let writer = writer(&Fake::accepting(), Settings::new());
    let submit = poll_once(pin!(writer.submit(item(1))));
    assert!(matches!(submit, std::task::Poll::Ready(Err(SubmitError::NoRuntime(item))) if item.id == 1));
    let refused = writer.try_submit(item(2)).unwrap_err();
    assert!(matches!(refused, SubmitError::NoRuntime(_)));
    assert_eq!(refused.into_entry().id, 2);
    let reserved = poll_once(pin!(writer.reserve()));
    let std::task::Poll::Ready(Ok(permit)) = reserved else { panic!("room needs no runtime") };
    assert!(matches!(permit.submit(item(3)), Err(SubmitError::NoRuntime(item)) if item.id == 3));
    assert_eq!((writer.stats().accepted, writer.stats().bytes), (0, 0));
}

#[test]
fn a_writer_with_a_runtime_of_its_own_takes_entries_from_threads_that_have_none() {
    let multi = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let fake = std::thread::scope(|scope| {
        let handle = multi.handle();
        scope
            .spawn(move || {
                // The script's clock begins in a runtime.
                let fake = handle.block_on(async { Fake::accepting() });
                let writer = Writer::builder(fake.clone()).runtime(handle.clone()).build().unwrap();
                writer.try_submit(item(1)).unwrap();
                let receipt = writer.try_submit_tracked(item(2)).unwrap();
                assert!(handle.block_on(receipt).is_ok());
                assert!(handle.block_on(writer.shutdown()).is_empty());
                fake
            })
            .join()
            .unwrap()
    });
    assert_eq!(fake.sent().concat().len(), 2);
}

#[test]
fn a_chosen_runtime_does_the_work_whichever_runtime_submits() {
    let chosen = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let fake = runtime().block_on(async { Fake::accepting() });
    let writer = Writer::builder(fake.clone()).runtime(chosen.handle().clone()).build().unwrap();
    let receipt = runtime().block_on(writer.submit_tracked(item(1))).unwrap();
    assert!(chosen.block_on(receipt).is_ok(), "the runtime that submitted it is gone");
    drop(chosen);
    let refused = runtime().block_on(async { writer.submit(item(2)).await.unwrap_err() });
    assert!(matches!(refused, SubmitError::NoRuntime(_)), "{refused}");
}

#[test]
fn a_chosen_runtime_without_a_timer_is_refused() {
    let bare = Builder::new_current_thread().build().unwrap();
    let fake = runtime().block_on(async { Fake::accepting() });
    let writer = Writer::builder(fake).runtime(bare.handle().clone()).build().unwrap();
    let refused = runtime().block_on(async { writer.submit(item(1)).await.unwrap_err() });
    assert!(matches!(refused, SubmitError::NoRuntime(_)), "{refused}");
}

#[test]
fn collecting_from_an_idle_writer_needs_no_runtime() {
    let writer = writer(&Fake::accepting(), Settings::new());
    assert!(poll_once(pin!(writer.flush())).is_ready());
    assert_eq!(writer.take_unprocessed().len(), 0);
    assert!(poll_once(pin!(writer.shutdown())).is_ready());
}

#[test]
fn a_writer_at_work_takes_entries_from_threads_without_a_runtime() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    runtime().block_on(async {
        writer.submit(item(1)).await.unwrap();
        let other = writer.clone();
        std::thread::spawn(move || other.try_submit(item(2)).unwrap()).join().unwrap();
        drop(writer.flush().await);
    });
    assert_eq!(writer.stats().delivered, 2);
}

#[test]
fn a_dropped_runtime_answers_every_receipt_and_leaves_the_rest_to_collect() {
    let fake = Fake::acts([Act::Hang, Act::retry(), Act::Hang]);
    let hour = Backoff::new(ms(3_600_000), ms(3_600_000));
    let writer = writer(&fake, Settings::new().in_flight(2..=2).max_batch_entries(2).backoff(hour));
    let runtime = runtime();
    let receipts = runtime.block_on(async {
        let mut receipts = Vec::new();
        for id in 0..6 {
            receipts.push(writer.submit_tracked(item(id)).await.unwrap());
        }
        for id in 6..10 {
            writer.submit(item(id)).await.unwrap();
        }
        settle().await;
        receipts
    });
    let untouched = fake.sent().len();
    drop(runtime);
    let mut back: Vec<_> = receipts.into_iter().map(|receipt| answer(receipt).unwrap_err()).collect();
    assert_eq!(ids(&back), (0..6).collect::<Vec<_>>());
    let rest = writer.take_unprocessed();
    assert_eq!(ids(&rest), (6..10).collect::<Vec<_>>());
    back.extend(rest);
    assert!(back.iter().all(|item| matches!(item.cause, Cause::RuntimeStopped(_))), "{back:?}");
    let in_flight = [0, 1, 4, 5];
    assert!(back.iter().all(|item| item.maybe_delivered == in_flight.contains(&item.entry.id)), "{back:?}");
    let stats = writer.stats();
    assert_eq!((stats.inside, stats.uncollected, stats.bytes), (0, 0, 0));
    assert_eq!(fake.sent().len(), untouched, "nothing is sent any more");
}

#[test]
fn a_request_in_flight_at_the_drop_of_its_runtime_has_the_same_cause_under_any_rule() {
    let rules = [
        Settings::new().max_attempts(1),
        Settings::new().on_ambiguous(OnAmbiguous::HandBack),
        Settings::new().delivery_deadline(ms(100)),
    ];
    // A runtime drops its tasks in any order: the writer's and those of its requests.
    for settings in rules.iter().flat_map(|rule| std::iter::repeat_n(rule, 20)) {
        let fake = Fake::by(|_| Act::Hang);
        let writer = writer(&fake, settings.clone().max_batch_entries(1));
        runtime().block_on(async {
            for id in 0..4 {
                writer.submit(item(id)).await.unwrap();
            }
            settle().await;
        });
        let items = writer.take_unprocessed();
        assert_eq!(ids(&items), [0, 1, 2, 3]);
        assert!(items.iter().all(|item| matches!(item.cause, Cause::RuntimeStopped(_))), "{items:?}");
        assert!(items.iter().all(|item| item.maybe_delivered));
    }
}

#[test]
fn a_runtime_dropped_before_the_writer_could_work_loses_nothing() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let runtime = runtime();
    let receipt = {
        let _entered = runtime.enter();
        writer.try_submit(item(1)).unwrap();
        writer.try_submit_tracked(item(2)).unwrap()
    };
    drop(runtime);
    assert_eq!(ids(&writer.take_unprocessed()), [1]);
    let failed = answer(receipt).unwrap_err();
    assert!(matches!(failed.cause, Cause::RuntimeStopped(None)) && !failed.maybe_delivered);
}

#[test]
fn a_writer_starts_again_on_another_runtime() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new());
    for round in 0..3 {
        let runtime = runtime();
        runtime.block_on(async {
            writer.submit(item(round)).await.unwrap();
            settle().await;
        });
        drop(runtime);
    }
    assert_eq!(ids(&writer.take_unprocessed()), [0], "the request that hung");
    assert_eq!(writer.stats().delivered, 2);
    let unprocessed = runtime().block_on(async {
        writer.submit(item(9)).await.unwrap();
        writer.shutdown().await
    });
    assert_eq!((ids(&unprocessed), writer.stats().delivered), (vec![], 3));
}

#[test]
fn a_flush_on_another_runtime_ends_when_the_writer_s_runtime_is_dropped() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new());
    let home = runtime();
    home.block_on(async {
        writer.submit(item(1)).await.unwrap();
        settle().await;
    });
    let (begun, begins) = mpsc::channel();
    let other = writer.clone();
    let flush = std::thread::spawn(move || {
        Builder::new_current_thread().build().unwrap().block_on(async {
            let mut flush = pin!(other.flush());
            assert!(poll_once(flush.as_mut()).is_pending());
            begun.send(()).unwrap();
            ids(&flush.await)
        })
    });
    begins.recv().unwrap();
    drop(home);
    assert_eq!(flush.join().unwrap(), [1]);
}

#[test]
fn a_submit_that_waits_on_another_runtime_learns_that_the_failures_must_be_collected() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let home = runtime();
    home.block_on(async {
        writer.submit(item(1)).await.unwrap();
        settle().await;
    });
    runtime().block_on(async {
        let mut waiting = pin!(writer.submit(item(2)));
        assert!(poll_once(waiting.as_mut()).is_pending());
        std::thread::spawn(move || drop(home)).join().unwrap();
        assert!(matches!(at_once(waiting).await, Err(SubmitError::Uncollected(item)) if item.id == 2));
        assert_eq!(ids(&writer.take_unprocessed()), [1]);
        at_once(writer.submit_tracked(item(2)).await.unwrap()).await.unwrap();
    });
}

#[test]
fn a_submit_that_waits_on_another_runtime_goes_on_there() {
    let fake = Fake::acts([Act::Hang]);
    let builder = Writer::builder(fake.clone()).settings(Settings::new().max_entries(1));
    let writer = builder.on_unprocessed(drop).build().unwrap();
    let home = runtime();
    home.block_on(async {
        writer.submit(item(1)).await.unwrap();
        settle().await;
    });
    runtime().block_on(async {
        let mut waiting = pin!(writer.submit_tracked(item(2)));
        assert!(poll_once(waiting.as_mut()).is_pending());
        std::thread::spawn(move || drop(home)).join().unwrap();
        let receipt = at_once(waiting).await.unwrap();
        assert_eq!(at_once(receipt).await.unwrap().response, Some(2));
    });
}

#[test]
fn a_writer_and_its_runtime_may_go_in_any_order() {
    for runtime_first in [false, true] {
        capture_logs();
        let fake = Fake::by(|_| Act::Hang);
        let writer = writer(&fake, Settings::new().in_flight(1..=1).max_batch_entries(2));
        let runtime = runtime();
        runtime.block_on(async {
            for id in 0..5 {
                writer.submit(item(id)).await.unwrap();
            }
            settle().await;
        });
        if runtime_first {
            drop(runtime);
            drop(writer);
        } else {
            drop(writer);
            drop(runtime);
        }
        let errors = logged(Level::ERROR);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains("entries=5"), "{errors:?}");
    }
}

#[test]
fn flush_by_ends_at_its_deadline_while_the_runtime_of_the_writer_is_idle() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    let idle = runtime();
    idle.block_on(async {
        writer.submit(item(1)).await.unwrap();
        settle().await;
        writer.submit(item(2)).await.unwrap();
    });
    let items = runtime().block_on(async { writer.flush_by(tokio::time::Instant::now() + ms(2_000)).await });
    assert_eq!(ids(&items), [1, 2]);
    assert!(items.iter().all(|item| item.maybe_delivered == (item.entry.id == 1)));
    assert_eq!((writer.stats().inside, writer.stats().requests_in_flight), (0, 1), "it is frozen there");
    drop(idle);
    let stats = writer.stats();
    assert_eq!((stats.requests_in_flight, stats.late, stats.bytes), (0, 1, 0));
}

#[test]
fn a_runtime_without_a_timer_gives_the_entry_back() {
    let writer = writer(&Fake::accepting(), Settings::new());
    let timeless = Builder::new_current_thread().build().unwrap();
    let refused = timeless.block_on(writer.submit(item(1))).unwrap_err();
    assert!(matches!(&refused, SubmitError::NoRuntime(item) if item.id == 1));
    assert!(refused.to_string().contains("enable_all"), "{refused}");
    let sent = runtime().block_on(async { writer.submit_tracked(item(2)).await.unwrap().await });
    assert!(sent.is_ok(), "the next runtime has one");
}

#[test]
fn a_runtime_dropped_while_its_thread_unwinds_is_named_as_the_cause() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let home = runtime();
        home.block_on(async {
            writer.submit(item(1)).await.unwrap();
            settle().await;
        });
        std::panic::resume_unwind(Box::new("something else failed"));
    }));
    assert!(unwound.is_err());
    let items = writer.take_unprocessed();
    assert!(matches!(&items[0].cause, Cause::RuntimeStopped(Some(last)) if last.code() == "AttemptDropped"));
    assert!(items[0].maybe_delivered);
}

#[test]
fn a_request_whose_task_never_began_does_not_count() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let home = runtime();
    home.block_on(async {
        writer.submit(item(1)).await.unwrap();
        // The driver hands the request to its task, which does not begin any more.
        tokio::task::yield_now().await;
    });
    drop(home);
    let items = writer.take_unprocessed();
    let stats = writer.stats();
    if fake.sent().is_empty() {
        assert_eq!((items[0].attempts, items[0].maybe_delivered), (0, false));
        assert!(matches!(items[0].cause, Cause::RuntimeStopped(_)));
        assert_eq!((stats.requests, stats.entries_sent), (0, 0));
    } else {
        assert_eq!(stats.delivered, 1);
    }
}

#[test]
fn a_response_that_came_while_the_thread_was_blocked_is_read() {
    let (sender, response) = tokio::sync::oneshot::channel::<()>();
    let response = std::sync::Arc::new(std::sync::Mutex::new(Some(response)));
    let fake = Fake::by(move |_| Act::accept().when(response.lock().unwrap().take().unwrap()));
    let writer = writer(&fake, Settings::new().attempt_timeout(ms(2_000)).max_attempts(1));
    runtime().block_on(async {
        let receipt = writer.submit_tracked(item(1)).await.unwrap();
        settle().await;
        // What reads the socket runs after the timer has fired.
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            sender.send(()).unwrap();
        });
        tokio::time::advance(ms(5_000)).await;
        assert!(!receipt.await.unwrap().maybe_duplicate);
    });
}

/// As many executors do that know nothing of tokio.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_thread_of_a_runtime_may_be_blocked_on_each_call_in_a_loop() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let task = runtime.spawn(async {
        let writer = writer(&Fake::accepting().of(100), Settings::new());
        for id in 0..1_000 {
            block_on(writer.submit(item(id).lane("a"))).unwrap();
            block_on(writer.reserve()).unwrap().submit(item(id).lane("a")).unwrap();
        }
        writer
    });
    let writer = runtime.block_on(task).unwrap();
    assert_eq!(runtime.block_on(writer.flush()).len(), 0);
    assert_eq!(writer.stats().delivered, 2_000);
}
