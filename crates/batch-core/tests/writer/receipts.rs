//! Receipts: one answer to one entry.

use std::task::Poll;
use std::time::Duration;

use batch_core::{Cause, Failure, Linger, Receipt, Sent, Settings, UnprocessedItem, Verdict, Verdicts};

use crate::fake::{Act, Fake, Item, Request, accepted, item};
use crate::support::{at_once, ids, ms, pass, poll_once, settle, timed, writer};

fn odd_refused(item: &Item) -> Verdict<u32> {
    if item.id % 2 == 1 { Verdict::Reject(Failure::new("Odd")) } else { accepted(item) }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_gives_the_answer_of_its_own_entry() {
    let fake = Fake::by(|request| Act::each(odd_refused).after(request.number as u64 * 7 % 20));
    let writer = writer(&fake, Settings::new());
    let mut receipts = Vec::new();
    for id in 0..200 {
        receipts.push(writer.submit_tracked(item(id)).await.unwrap());
    }
    for (id, receipt) in (0..200).zip(receipts).rev() {
        match receipt.await {
            Ok(sent) => assert_eq!((sent.response, id % 2), (Some(id), 0)),
            Err(item) => assert_eq!((item.entry.id, id % 2), (id, 1)),
        }
    }
}

/// Whatever part of the receipts that were made one after the other a request answers, and whether they are
/// awaited, polled or dropped before it does.
#[tokio::test(start_paused = true)]
async fn receipts_get_their_own_answers_whatever_parts_of_them_requests_answer() {
    for (entries, seed) in [1, 2, 7, 64, 100].into_iter().flat_map(|n| (0..12).map(move |seed| (n, seed))) {
        let mut random = fastrand::Rng::with_seed(seed);
        let fake = Fake::by(move |request| {
            let act = match random.u8(..6) {
                0 => Act::each(odd_refused),
                1 => Act::retry(),
                _ => Act::accept_lazily(request),
            };
            act.after(random.u64(..30))
        });
        let writer = writer(&fake.of(entries), Settings::new().in_flight(3..=3));
        // In many lanes, which come back to a block of receipts again and again, or in none.
        let item = |id| match seed % 2 {
            0 => item(id),
            _ => item(id).lane((id % 50).to_string().leak()),
        };
        let mut random = fastrand::Rng::with_seed(seed);
        let mut receipts: Vec<Option<(u32, Receipt<Fake>)>> = Vec::new();
        let mut dropped = 0;
        for id in 0..300 {
            match random.u8(..8) {
                0 => writer.submit(item(id * 2)).await.unwrap(),
                1 => drop(writer.submit_tracked(item(id * 2)).await.unwrap()),
                _ => receipts.push(Some((id, writer.submit_tracked(item(id)).await.unwrap()))),
            }
            if random.u8(..20) == 0 {
                pass(random.u64(..20)).await;
            }
            let chosen = random.usize(..receipts.len().max(1));
            match receipts.get_mut(chosen).filter(|_| random.bool()) {
                Some(receipt) if random.u8(..4) == 0 => dropped += usize::from(receipt.take().is_some()),
                Some(Some((id, receipt))) => match poll_once(std::pin::Pin::new(receipt)) {
                    Poll::Ready(answer) => {
                        assert_eq!(id_of(answer), *id);
                        receipts[chosen] = None;
                    }
                    Poll::Pending => {}
                },
                _ => {}
            }
        }
        for (id, receipt) in receipts.into_iter().flatten() {
            assert_eq!(id_of(receipt.await), id, "{entries} entries a request, seed {seed}");
        }
        let unprocessed = writer.flush().await;
        assert!(unprocessed.len() <= dropped && unprocessed.iter().all(|item| item.entry.id % 2 == 1));
        assert_eq!((writer.stats().inside, writer.stats().uncollected), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn receipts_of_one_block_may_be_answered_by_as_many_requests_as_there_are() {
    let fake = Fake::by(|request| Act::accept_lazily(request).after(20)).of(64);
    let settings = Settings::new().in_flight(64..=64).linger(Linger::Fixed(Duration::ZERO));
    let writer = writer(&fake, settings);
    let mut receipts = Vec::new();
    for id in 0..64 {
        receipts.push(writer.submit_tracked(item(id)).await.unwrap());
        settle().await;
    }
    assert_eq!(fake.requests().len(), 64);
    let mut waiting = Box::pin(receipts.pop().unwrap());
    assert!(poll_once(waiting.as_mut()).is_pending());
    pass(20).await;
    assert_eq!(id_of(at_once(waiting).await), 63);
    for (id, receipt) in (0..).zip(receipts) {
        assert_eq!(id_of(at_once(receipt).await), id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_reads_its_response_wherever_it_stands_in_the_request() {
    const ENTRIES: u32 = 9_000;
    let fake = Fake::by(|request| Act::accept_lazily(request).after(20)).of(ENTRIES as usize);
    let settings = Settings::new().in_flight(1..=1).linger(Linger::Fixed(ms(1)));
    let writer = writer(&fake, settings);
    let mut receipts = Vec::new();
    for id in 0..ENTRIES {
        receipts.push(writer.submit_tracked(item(id)).await.unwrap());
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(fake.requests().len(), 1);
    for (id, receipt) in (0..).zip(receipts) {
        assert_eq!(id_of(at_once(receipt).await), id);
    }
}

fn id_of(answer: Result<Sent<u32>, UnprocessedItem<Item>>) -> u32 {
    match answer {
        Ok(sent) => sent.response.unwrap(),
        Err(item) => item.entry.id,
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_tells_how_often_its_entry_was_sent_and_that_it_may_be_doubled() {
    let fake = Fake::acts([Act::retry(), Act::accept(), Act::retry(), Act::ambiguous()]);
    let writer = writer(&fake, Settings::new());
    let sent = writer.submit_tracked(item(1)).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (2, false));
    let sent = writer.submit_tracked(item(2)).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (3, true));
    assert!(!sent.is_superseded());
    assert_eq!(writer.stats().ambiguous, 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_comes_with_the_entry_as_submitted_its_cause_attempts_and_age() {
    let fake = Fake::acts([Act::retry().after(10), Act::reject().after(10)]);
    let writer = writer(&fake, Settings::new());
    let entry = item(1).lane("lane").bytes(77);
    let receipt = writer.submit_tracked(entry.clone()).await.unwrap();
    let (failed, took) = timed(receipt).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.entry, Item { stamp: Some(1), ..entry }, "with what submit generated for it");
    assert!(matches!(&failed.cause, Cause::Rejected(failure) if failure.code() == "Refused"));
    assert_eq!((failed.attempts, failed.age, failed.maybe_delivered), (2, took, false));
    assert_eq!(writer.submit_tracked(failed.entry).await.unwrap().await.unwrap().response, Some(1));
    assert_eq!(fake.requests()[2].items[0].stamp, Some(1), "submitted again, it is the same");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_receipt_hands_its_failure_to_flush() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new());
    drop(writer.submit_tracked(item(1)).await.unwrap());
    let (unprocessed, took) = timed(writer.flush()).await;
    assert_eq!((ids(&unprocessed), took), (vec![1], ms(50)));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_dropped_after_its_failure_hands_it_to_take_unprocessed() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    pass(1).await;
    assert_eq!(writer.take_unprocessed().len(), 0);
    drop(receipt);
    assert_eq!(ids(&writer.take_unprocessed()), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_dropped_after_its_failure_hands_it_to_the_next_flush() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert_eq!(ids(&at_once(writer.flush()).await), [0; 0]);
    drop(receipt);
    assert_eq!(ids(&at_once(writer.flush()).await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_live_receipt_keeps_its_failure_from_flush() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert_eq!(ids(&writer.flush().await), [0; 0]);
    assert_eq!(writer.stats().uncollected, 1);
    assert_eq!(at_once(receipt).await.unwrap_err().entry.id, 1);
    assert_eq!(writer.stats().uncollected, 0);
    assert_eq!(ids(&writer.shutdown().await), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_receipt_does_not_withdraw_its_entry() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    drop(writer.submit_tracked(item(1)).await.unwrap());
    pass(1).await;
    assert_eq!(fake.sent(), [[1]]);
    assert_eq!(writer.stats().delivered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_needs_no_runtime() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let mut receipt = Box::pin(writer.submit_tracked(item(1)).await.unwrap());
    pass(1).await;
    let answer = std::thread::spawn(move || poll_once(receipt.as_mut())).join().unwrap();
    assert!(matches!(answer, Poll::Ready(Ok(_))));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_wakes_the_task_that_polled_it_last() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new());
    let mut receipt = Box::pin(writer.submit_tracked(item(1)).await.unwrap());
    assert!(poll_once(receipt.as_mut()).is_pending());
    let (mover, moved) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        assert!(tokio::time::timeout(ms(10), receipt.as_mut()).await.is_err());
        assert!(mover.send(receipt).is_ok());
    });
    let receipt = moved.await.unwrap();
    let (answer, took) = timed(receipt).await;
    assert!(answer.is_ok());
    assert_eq!(took, ms(40));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_cancelled_in_a_select_still_gives_its_answer_later() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new());
    let mut receipt = writer.submit_tracked(item(1)).await.unwrap();
    tokio::select! {
        _ = &mut receipt => panic!("it has no answer yet"),
        () = pass(50 - 1) => {}
    }
    pass(10).await;
    assert_eq!(at_once(receipt).await.unwrap_err().entry.id, 1);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_polled_after_its_answer_panics_and_harms_nobody() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let mut receipt = Box::pin(writer.submit_tracked(item(1)).await.unwrap());
    receipt.as_mut().await.unwrap();
    let again = tokio::spawn(async move { receipt.as_mut().await.is_ok() }).await;
    assert!(again.unwrap_err().is_panic());
    at_once(writer.submit_tracked(item(2)).await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn many_tasks_may_await_receipts_of_one_batch() {
    let fake = Fake::by(|_| Act::each(odd_refused).after(20));
    let writer = writer(&fake, Settings::new());
    let mut tasks = Vec::new();
    for id in 0..100 {
        let receipt = writer.submit_tracked(item(id)).await.unwrap();
        tasks.push(tokio::spawn(answer_of(id, receipt)));
    }
    settle().await;
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(writer.stats().uncollected, 0);
}

async fn answer_of(id: u32, receipt: Receipt<Fake>) {
    match receipt.await {
        Ok(sent) => assert_eq!(sent.response, Some(id)),
        Err(item) => assert_eq!(item.entry.id, id),
    }
}

/// What drops with a bang.
struct Bang;

impl Drop for Bang {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "bang");
    }
}

/// An answer that holds something for as long as it can be read.
fn holding<T: Send + Sync + 'static>(request: &Request, held: impl Fn() -> T) -> Act {
    let (ids, held) = (request.ids(), held());
    Act::Say(Ok(Verdicts::all_accepted(move |position| {
        let _held = &held;
        ids[position]
    })))
}

#[tokio::test(start_paused = true)]
async fn an_answer_survives_what_it_is_read_from() {
    let mut is_first = true;
    let fake = Fake::by(
        move |request| {
            if std::mem::take(&mut is_first) { Act::retry() } else { holding(request, || Bang) }
        },
    );
    let writer = writer(&fake, Settings::new());
    let (read, dropped) =
        (writer.submit_tracked(item(1)).await.unwrap(), writer.submit_tracked(item(2)).await);
    pass(1_000).await;
    drop(dropped);
    assert_eq!(id_of(read.await), 1);
}

#[tokio::test(start_paused = true)]
async fn responses_whose_drops_panic_are_dropped_one_by_one() {
    let fake = Fake::by(|request| holding(request, || Bang));
    let writer = writer(&fake.of(100), Settings::new());
    let first = writer.submit_tracked(item(1)).await.unwrap();
    pass(1).await;
    let second = writer.submit_tracked(item(2)).await.unwrap();
    pass(1).await;
    drop((first, second, writer));
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn a_writer_keeps_the_responses_of_two_requests_at_most_for_receipts_to_come() {
    let held = std::sync::Arc::new(());
    let of_requests = std::sync::Arc::clone(&held);
    let fake = Fake::by(move |request| holding(request, || std::sync::Arc::clone(&of_requests)));
    let writer = writer(&fake.of(100), Settings::new());
    for id in 0..60 {
        assert_eq!(writer.submit_tracked(item(id)).await.unwrap().await.unwrap().response, Some(id));
    }
    pass(1).await;
    // This one, and the script's.
    assert!(std::sync::Arc::strong_count(&held) <= 2 + 2, "{}", std::sync::Arc::strong_count(&held));
}
