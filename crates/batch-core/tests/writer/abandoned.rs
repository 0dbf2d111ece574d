//! Receipts that are dropped and flushes that are not polled any more: neither fills a writer for good, and nothing
//! that may still be collected is lost.

use std::pin::pin;

use batch_core::{Settings, SubmitError};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, timed, writer};

#[tokio::test(start_paused = true)]
async fn failures_of_dropped_receipts_do_not_fill_a_writer_that_nobody_flushes() {
    let fake = Fake::by(|request| if request.began < ms(30_000) { Act::retry() } else { Act::accept() });
    let settings = Settings::new().max_entries(100).delivery_deadline(ms(10_000)).attempt_timeout(ms(1_000));
    let writer = writer(&fake, settings);
    for id in 0..1_000 {
        // A client that gives up after a second, and with it the handler's future.
        let handler = async { writer.submit_tracked(item(id)).await.unwrap().await };
        assert!(tokio::time::timeout(ms(30), handler).await.is_err());
    }
    let stats = writer.stats();
    assert_eq!(stats.handed_back - stats.uncollected, stats.discarded, "{stats:?}");
    pass(10_000).await;
    let (sent, _) = timed(async { writer.submit_tracked(item(1_000)).await.unwrap().await }).await;
    assert!(sent.is_ok(), "the service is back, and so is the writer");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_may_still_collect_is_not_discarded() {
    let fake = Fake::by(|_| Act::reject());
    let writer = writer(&fake, Settings::new().max_entries(3));
    writer.submit(item(1)).await.unwrap();
    drop(writer.submit_tracked(item(2)).await.unwrap());
    let held = writer.submit_tracked(item(3)).await.unwrap();
    pass(1).await;
    assert_eq!(writer.stats().uncollected, 3);
    // Item 2 makes room, the others do not.
    at_once(writer.submit(item(4))).await.unwrap();
    pass(1).await;
    assert!(matches!(writer.try_submit(item(5)), Err(SubmitError::Uncollected(_))));
    assert_eq!(at_once(held).await.unwrap_err().entry.id, 3);
    assert_eq!(ids(&at_once(writer.flush()).await), [1, 4]);
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.discarded), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn without_need_the_failure_of_a_dropped_receipt_waits_to_be_collected() {
    let fake = Fake::by(|_| Act::reject());
    let writer = writer(&fake, Settings::new().max_entries(3));
    for id in 1..=3 {
        drop(writer.submit_tracked(item(id)).await.unwrap());
    }
    pass(60_000).await;
    assert_eq!(ids(&at_once(writer.flush()).await), [1, 2, 3]);
    assert_eq!(writer.stats().discarded, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_pending_flush_covers_is_not_discarded() {
    let fake = Fake::acts([Act::reject(), Act::reject().after(100)]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    drop(writer.submit_tracked(item(1)).await.unwrap());
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { ids(&writer.flush().await) }
    })
    .await;
    let (accepted, took) = timed(writer.submit(item(3))).await;
    accepted.unwrap();
    assert_eq!(took, ms(100), "it waits for the flush");
    assert_eq!(flush.await.unwrap().0, [1, 2]);
    assert_eq!(writer.stats().discarded, 0);
}

#[tokio::test(start_paused = true)]
async fn a_flush_that_is_not_polled_does_not_hold_a_submit_up_for_ever() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut flush = pin!(writer.flush());
    assert!(poll_once(flush.as_mut()).is_pending());
    let (refused, took) = timed(writer.submit(item(2))).await;
    assert!(matches!(refused, Err(SubmitError::Uncollected(_))));
    assert_eq!(took, ms(1_050), "a second after nothing else was inside");
    assert_eq!(ids(&at_once(flush).await), [1]);
    at_once(writer.submit(item(2))).await.unwrap();
}
