//! The end comes in the middle of everything, on a real runtime with several threads: nothing here depends on the time,
//! only on the sums.

use std::future::pending;
use std::sync::Arc;

use batch_core::{Receipt, SubmitError};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::fake::{Fake, Request, item};
use crate::fickle::fickle_writer;
use crate::stress::{Book, check, check_answers, submit, unique};
use crate::support::ms;

const ROUNDS: u64 = 12;
const SUBMITTERS: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_shutdowns_amid_submissions_answer_for_all_that_was_accepted() {
    for round in 0..ROUNDS {
        let (writer, fake) = fickle_writer(round);
        let book = Arc::new(Book::default());
        let mut submitters = JoinSet::new();
        for n in 0..SUBMITTERS {
            submitters.spawn(submit(writer.clone(), Arc::clone(&book), n, 10_000));
        }
        let mut shutdowns = JoinSet::new();
        for n in 0..3 {
            let writer = writer.clone();
            shutdowns.spawn(async move {
                tokio::time::sleep(ms(round % 6)).await;
                match n {
                    0 => writer.shutdown().await,
                    1 => writer.shutdown_by(Instant::now() + ms(2)).await,
                    _ => writer.flush_by(Instant::now()).await,
                }
            });
        }
        shutdowns.join_all().await.into_iter().for_each(|items| book.hand_back(items));
        for receipts in submitters.join_all().await {
            receipts.join_all().await;
        }
        book.hand_back(writer.take_unprocessed());
        check(&writer, &fake, &book);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn handles_dropped_on_all_threads_leave_every_receipt_its_answer() {
    for round in 0..ROUNDS {
        let (writer, fake) = fickle_writer(round);
        let book = Arc::new(Book::default());
        let mut submitters = JoinSet::new();
        for n in 0..SUBMITTERS {
            let (writer, book) = (writer.clone(), Arc::clone(&book));
            submitters.spawn(async move {
                let mut answers = JoinSet::new();
                for id in n * 100..(n + 1) * 100 {
                    let mine = writer.clone();
                    let receipt = mine.submit_tracked(item(id)).await.unwrap();
                    book.accepted.lock().unwrap().push(id);
                    let book = Arc::clone(&book);
                    answers.spawn(async move {
                        book.answer(receipt, id).await;
                        drop(mine);
                    });
                }
                answers
            });
        }
        drop(writer);
        for answers in submitters.join_all().await {
            answers.join_all().await;
        }
        let accepted = unique(&book.accepted);
        assert_eq!((accepted.len(), book.answered()), (400, accepted));
        assert!(fake.requests().iter().flat_map(Request::ids).all(|id| id < 400));
    }
}

#[test]
fn a_runtime_dropped_under_the_hands_of_other_threads_leaves_every_entry_its_answer() {
    for round in 0..ROUNDS {
        let (writer, fake) = fickle_writer(round);
        let book = Arc::new(Book::default());
        let (started, starts) = oneshot::channel();
        let home = runtime();
        home.spawn({
            let writer = writer.clone();
            async move {
                writer.submit(item(0)).await.unwrap();
                let _ = started.send(());
                pending::<()>().await;
            }
        });
        starts.blocking_recv().unwrap();
        book.accepted.lock().unwrap().push(0);
        let receipts: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=SUBMITTERS)
                .map(|n| {
                    let (writer, book) = (&writer, &book);
                    scope.spawn(move || submit_until_it_is_gone(writer, book, n * 10_000))
                })
                .collect();
            home.block_on(async { tokio::time::sleep(ms(round % 4)).await });
            home.shutdown_background();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        runtime().block_on(async {
            for (id, receipt) in receipts {
                book.answer(receipt, id).await;
            }
        });
        while writer.stats().inside > 0 {
            std::thread::yield_now();
        }
        book.hand_back(writer.take_unprocessed());
        check_answers(&writer, &fake, &book);
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// Submits from a thread that has no runtime, with every second receipt kept.
fn submit_until_it_is_gone(
    writer: &batch_core::Writer<Fake>,
    book: &Book,
    first: u32,
) -> Vec<(u32, Receipt<Fake>)> {
    let mut receipts = Vec::new();
    for id in first..first + 10_000 {
        match writer.try_submit_tracked(item(id)) {
            Ok(receipt) => {
                book.accepted.lock().unwrap().push(id);
                if id % 2 == 0 {
                    receipts.push((id, receipt));
                }
            }
            Err(SubmitError::NoRuntime(_)) => break,
            Err(SubmitError::Full(_)) => std::thread::yield_now(),
            Err(SubmitError::Uncollected(_)) => book.hand_back(writer.take_unprocessed()),
            Err(refused) => panic!("{refused:?}"),
        }
    }
    receipts
}
