//! What is dropped before it ends: nothing accepted is lost, and nothing waits for who is gone.

use batch_core::{Settings, SubmitError};
use tokio::time::Instant;

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, room_of, settle, timed, writer};

#[tokio::test(start_paused = true)]
async fn a_cancelled_submit_was_not_accepted_and_leaves_its_place_to_the_next() {
    let fake = Fake::acts([Act::accept().after(100)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut cancelled = Box::pin(writer.submit(item(2)));
    assert!(poll_once(cancelled.as_mut()).is_pending());
    let next = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    pass(10).await;
    drop(cancelled);
    assert_eq!(next.await.unwrap().1, ms(100));
    drop(writer.flush().await);
    assert_eq!(writer.stats().accepted, 2);
    assert_eq!(fake.sent(), [[1], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_tracked_submit_was_not_accepted() {
    let fake = Fake::acts([Act::accept().after(100)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    let cancelled = tokio::time::timeout(ms(10), writer.submit_tracked(item(2))).await;
    assert!(cancelled.is_err());
    assert_eq!(timed(receipt).await.0.unwrap().response, Some(1));
    drop(at_once(writer.flush()).await);
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.bytes), (1, 0));
    assert_eq!(fake.sent(), [[1]]);
}

#[tokio::test(start_paused = true)]
async fn a_submit_cancelled_when_its_room_has_come_passes_it_on() {
    let fake = Fake::acts([Act::accept().after(50), Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut cancelled = Box::pin(writer.submit(item(2)));
    assert!(poll_once(cancelled.as_mut()).is_pending());
    let next = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    pass(60).await;
    assert!(!next.is_finished(), "the room is for item 2");
    assert!(matches!(writer.try_submit(item(4)), Err(SubmitError::Full(_))));
    drop(cancelled);
    assert_eq!(next.await.unwrap().1, ms(60));
    settle().await;
    assert_eq!(fake.sent(), [[1], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_submit_lets_a_smaller_one_behind_it_go_at_once() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 1_976)));
    writer.submit(item(1).bytes(1_000)).await.unwrap();
    let mut large = Box::pin(writer.submit(item(2).bytes(1_000)));
    assert!(poll_once(large.as_mut()).is_pending());
    let small = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    pass(10).await;
    drop(large);
    assert_eq!(small.await.unwrap().1, ms(10));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submit_goes_on_in_the_task_that_polled_it_last() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut waiting = Box::pin(writer.submit(item(2)));
    assert!(poll_once(waiting.as_mut()).is_pending());
    let (accepted, took) = timed(waiting).await;
    accepted.unwrap();
    assert_eq!(took, ms(50));
}

#[tokio::test(start_paused = true)]
async fn a_submit_with_a_time_limit_is_accepted_or_not_but_never_both() {
    let fake = Fake::by(|_| Act::accept().after(7));
    let writer = writer(&fake, Settings::new().max_entries(3));
    let mut accepted = 0;
    for id in 0..300 {
        let limit = ms(u64::from(id % 5));
        accepted += u64::from(tokio::time::timeout(limit, writer.submit(item(id))).await.is_ok());
    }
    drop(writer.flush().await);
    let stats = writer.stats();
    assert!(accepted > 100 && accepted < 300, "{accepted}");
    assert_eq!((stats.accepted, stats.delivered, stats.bytes), (accepted, accepted, 0));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_flush_leaves_the_failures_to_the_next() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    assert!(tokio::time::timeout(ms(10), writer.flush()).await.is_err());
    pass(10).await;
    let (unprocessed, took) = timed(writer.flush()).await;
    assert_eq!((ids(&unprocessed), took), (vec![1], ms(30)));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_flush_does_not_hold_up_those_who_wait_for_room() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut flush = Box::pin(writer.flush());
    assert!(poll_once(flush.as_mut()).is_pending());
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.unwrap_err() }
    })
    .await;
    pass(60).await;
    assert!(!waiting.is_finished(), "the flush would collect");
    drop(flush);
    let (refused, took) = waiting.await.unwrap();
    assert!(matches!(refused, SubmitError::Uncollected(_)));
    assert_eq!((refused.into_entry().id, took), (2, ms(60)));
}

#[tokio::test(start_paused = true)]
async fn a_flush_by_cancelled_before_its_deadline_withdraws_nothing() {
    let fake = Fake::acts([Act::accept().after(500)]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    let deadline = Instant::now() + ms(100);
    assert!(tokio::time::timeout(ms(50), writer.flush_by(deadline)).await.is_err());
    let (sent, took) = timed(receipt).await;
    assert!(!sent.unwrap().maybe_duplicate);
    assert_eq!(took, ms(450));
}

#[tokio::test(start_paused = true)]
async fn a_submit_cancelled_by_its_task_was_not_accepted() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.is_ok() }
    })
    .await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    drop(writer.flush().await);
    at_once(writer.submit(item(3))).await.unwrap();
    drop(at_once(writer.flush()).await);
    assert_eq!(fake.sent(), [[1], [3]]);
}
