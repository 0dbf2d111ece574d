//! Each failure has exactly one owner: the live receipt, else the handler, else whoever collects
//! first.

use std::sync::{Arc, Mutex, OnceLock, mpsc};

use batch_core::{Linger, Settings, UnprocessedItem, Writer};
use tracing::Level;

use crate::fake::{Act, Fake, Item, item};
use crate::support::{at_once, begun, capture_logs, ids, logged, ms, pass, poll_once, settle, timed, writer};

type Seen = Arc<Mutex<Vec<u32>>>;

/// A writer whose handler keeps the ids that it is given.
fn with_handler(fake: &Fake, settings: Settings) -> (Writer<Fake>, Seen) {
    let seen = Seen::default();
    let keep = {
        let seen = Arc::clone(&seen);
        move |item: UnprocessedItem<Item>| seen.lock().unwrap().push(item.entry.id)
    };
    let builder = Writer::builder(fake.clone()).settings(settings).on_unprocessed(keep);
    (builder.build().unwrap(), seen)
}

#[tokio::test(start_paused = true)]
async fn a_failure_waits_for_the_next_flush() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    assert_eq!(writer.stats().uncollected, 1);
    assert_eq!(ids(&at_once(writer.flush()).await), [1]);
    assert_eq!(writer.stats().uncollected, 0);
    assert_eq!(ids(&at_once(writer.flush()).await), [0; 0], "it is given back once");
}

#[tokio::test(start_paused = true)]
async fn a_failure_waits_for_the_shutdown() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    assert_eq!(ids(&at_once(writer.shutdown()).await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_waits_for_the_next_flush_by() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    let deadline = tokio::time::Instant::now() + ms(100);
    assert_eq!(ids(&at_once(writer.flush_by(deadline)).await), [1]);
}

#[tokio::test(start_paused = true)]
async fn take_unprocessed_gives_the_failures_so_far_without_waiting() {
    let fake = Fake::acts([Act::reject(), Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    assert_eq!(ids(&writer.take_unprocessed()), [1]);
    assert_eq!(ids(&writer.take_unprocessed()), [0; 0]);
    pass(60).await;
    assert_eq!(ids(&writer.take_unprocessed()), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_flush_leaves_the_failures_of_later_entries_to_the_next() {
    let fake = Fake::acts([Act::reject().after(50), Act::reject()]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(0))));
    writer.submit(item(1)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { ids(&writer.flush().await) }
    })
    .await;
    writer.submit(item(2)).await.unwrap();
    settle().await;
    assert_eq!(writer.stats().uncollected, 1, "item 2 has failed");
    assert_eq!(flush.await.unwrap(), (vec![1], ms(50)));
    assert_eq!(ids(&at_once(writer.flush()).await), [2]);
}

#[tokio::test(start_paused = true)]
async fn concurrent_flushes_share_out_the_failures() {
    let fake = Fake::by(|_| Act::reject().after(20));
    let writer = writer(&fake, Settings::new());
    for id in 0..50 {
        writer.submit(item(id)).await.unwrap();
    }
    let mut flushes = Vec::new();
    for _ in 0..8 {
        let writer = writer.clone();
        flushes.push(begun(async move { ids(&writer.flush().await) }).await);
    }
    let mut all = Vec::new();
    for flush in flushes {
        let (some, took) = flush.await.unwrap();
        assert_eq!(took, ms(20));
        all.extend(some);
    }
    all.sort_unstable();
    assert_eq!(all, (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn the_handler_gets_failures_as_they_happen_and_flush_none() {
    let fake = Fake::acts([Act::reject().after(50), Act::accept().after(200)]);
    let (writer, seen) = with_handler(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    pass(60).await;
    assert_eq!(*seen.lock().unwrap(), [1]);
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.uncollected), (1, 0), "it takes no room any more");
    assert_eq!(ids(&writer.flush().await), [0; 0]);
    assert_eq!(ids(&writer.take_unprocessed()), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_live_receipt_comes_before_the_handler() {
    let fake = Fake::acts([Act::reject()]);
    let (writer, seen) = with_handler(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert_eq!(at_once(receipt).await.unwrap_err().entry.id, 1);
    assert_eq!(*seen.lock().unwrap(), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_receipt_hands_its_failure_to_the_handler() {
    let fake = Fake::by(|_| Act::reject());
    let (writer, seen) = with_handler(&fake, Settings::new().max_entries(1));
    drop(writer.submit_tracked(item(1)).await.unwrap());
    pass(1).await;
    assert_eq!(*seen.lock().unwrap(), [1], "dropped before it failed");
    let receipt = writer.submit_tracked(item(2)).await.unwrap();
    pass(1).await;
    assert_eq!(*seen.lock().unwrap(), [1]);
    drop(receipt);
    assert_eq!(*seen.lock().unwrap(), [1, 2], "dropped after it failed");
    assert_eq!(writer.stats().uncollected, 0);
    at_once(writer.submit(item(3))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_a_handler_takes_makes_room_for_those_who_wait() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let (writer, seen) = with_handler(&fake, Settings::new().max_entries(1));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.is_ok() }
    })
    .await;
    pass(10).await;
    drop(receipt);
    assert_eq!(waiting.await.unwrap(), (true, ms(50)));
    assert_eq!(*seen.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_is_logged_and_does_not_stop_the_writer() {
    capture_logs();
    let fake = Fake::by(|request| if request.has(3) { Act::accept() } else { Act::reject() });
    let builder = Writer::builder(fake).on_unprocessed(|_| panic!("the handler is broken"));
    let writer = builder.build().unwrap();
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    let receipt = writer.submit_tracked(item(2)).await.unwrap();
    pass(1).await;
    drop(receipt);
    assert!(at_once(writer.submit_tracked(item(3)).await.unwrap()).await.is_ok());
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.uncollected, stats.bytes), (2, 0, 0));
    let errors = logged(Level::ERROR);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("the handler for unprocessed items panicked"), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_submit_the_entry_again() {
    let fake = Fake::acts([Act::reject(), Act::reject()]);
    let again = Arc::new(OnceLock::<Writer<Fake>>::new());
    let handle = {
        let again = Arc::clone(&again);
        move |item: UnprocessedItem<Item>| again.get().unwrap().try_submit(item.entry).unwrap()
    };
    let writer = Writer::builder(fake.clone()).on_unprocessed(handle).build().unwrap();
    again.set(writer.clone()).unwrap();
    for id in 1..=3 {
        writer.submit(item(id)).await.unwrap();
    }
    let (_, took) = timed(async {
        while writer.stats().delivered < 3 {
            pass(1).await;
        }
    })
    .await;
    assert!(took < ms(500), "{took:?}");
    assert_eq!(fake.requests().iter().filter(|request| request.has(1)).count(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flush_ends_after_the_handler_has_got_what_it_covers() {
    let (enter, entered) = mpsc::channel();
    let (leave, left) = mpsc::channel();
    let (enter, left) = (Mutex::new(enter), Mutex::new(left));
    let handle = move |_| {
        enter.lock().unwrap().send(()).unwrap();
        left.lock().unwrap().recv().unwrap();
    };
    let builder = Writer::builder(Fake::acts([Act::reject()])).on_unprocessed(handle);
    let writer = builder.build().unwrap();
    writer.submit(item(1)).await.unwrap();
    tokio::task::block_in_place(|| entered.recv().unwrap());
    let mut flush = Box::pin(writer.flush());
    let is_pending = poll_once(flush.as_mut()).is_pending();
    leave.send(()).unwrap();
    assert!(is_pending, "the handler has not returned yet");
    assert_eq!(ids(&flush.await), [0; 0]);
}
