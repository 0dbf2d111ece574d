//! When nothing but uncollected failures fills the writer, waiting for room would be for ever:
//! those who wait are told so, unless somebody is about to collect.

use batch_core::{ReserveError, Settings, SubmitError};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, room_of, timed, writer};

fn is_uncollected<T>(result: &Result<T, SubmitError<crate::fake::Item>>) -> bool {
    matches!(result, Err(SubmitError::Uncollected(_)))
}

#[tokio::test(start_paused = true)]
async fn submit_fails_when_only_uncollected_failures_fill_the_writer() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1)).await.unwrap();
    writer.submit(item(2)).await.unwrap();
    pass(1).await;
    assert_eq!(writer.stats().uncollected, 2);
    let refused = at_once(writer.submit(item(3))).await.unwrap_err();
    assert!(matches!(refused, SubmitError::Uncollected(_)));
    assert_eq!(refused.into_entry().id, 3);
    assert!(is_uncollected(&writer.try_submit(item(3))), "it would never be accepted");
    assert_eq!(at_once(writer.reserve()).await.unwrap_err(), ReserveError::Uncollected);
    assert_eq!(ids(&writer.take_unprocessed()), [1, 2]);
    at_once(writer.submit(item(3))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn failures_at_receipts_that_nobody_awaits_count_as_uncollected() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    let one = writer.submit_tracked(item(1)).await.unwrap();
    let two = writer.submit_tracked(item(2)).await.unwrap();
    pass(1).await;
    assert!(is_uncollected(&at_once(writer.submit(item(3))).await));
    assert_eq!(at_once(one).await.unwrap_err().entry.id, 1);
    at_once(writer.submit(item(3))).await.unwrap();
    assert_eq!(at_once(two).await.unwrap_err().entry.id, 2);
}

#[tokio::test(start_paused = true)]
async fn one_failure_does_not_make_submit_fail_while_an_entry_may_still_be_delivered() {
    let fake = Fake::acts([Act::reject(), Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    let (accepted, took) = timed(writer.submit(item(3))).await;
    accepted.unwrap();
    assert_eq!(took, ms(50));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_only_uncollected_failures_are_left() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let reserving = begun({
        let writer = writer.clone();
        async move { writer.reserve().await.map(drop) }
    })
    .await;
    let (refused, took) = timed(writer.submit(item(2))).await;
    assert!(is_uncollected(&refused));
    assert_eq!(took, ms(50));
    assert_eq!(reserving.await.unwrap(), (Err(ReserveError::Uncollected), ms(50)));
}

#[tokio::test(start_paused = true)]
async fn submit_waits_while_a_flush_is_about_to_collect() {
    let fake = Fake::acts([Act::reject(), Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.is_ok() }
    })
    .await;
    let (unprocessed, took) = timed(writer.flush()).await;
    assert_eq!((ids(&unprocessed), took), (vec![1, 2], ms(50)));
    assert_eq!(waiting.await.unwrap(), (true, ms(50)));
}

#[tokio::test(start_paused = true)]
async fn submit_waits_while_a_receipt_is_about_to_collect() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.is_ok() }
    })
    .await;
    assert_eq!(timed(receipt).await.0.unwrap_err().entry.id, 1);
    assert_eq!(waiting.await.unwrap(), (true, ms(50)));
}

#[tokio::test(start_paused = true)]
async fn submit_waits_while_a_permit_may_give_its_room_back() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1)).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    pass(1).await;
    assert!(matches!(writer.try_submit(item(2)), Err(SubmitError::Full(_))));
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.is_ok() }
    })
    .await;
    pass(10).await;
    drop(permit);
    assert_eq!(waiting.await.unwrap(), (true, ms(10)));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_flush_collected_too_little_for_them() {
    let fake = Fake::acts([Act::reject().after(50), Act::reject()]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 1_500)));
    writer.submit(item(1)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { ids(&writer.flush().await) }
    })
    .await;
    writer.submit(item(2).bytes(1_000)).await.unwrap();
    let (refused, took) = timed(writer.submit(item(3).bytes(1_000))).await;
    assert!(is_uncollected(&refused), "item 2 failed after the flush and leaves no room for item 3");
    assert_eq!(took, ms(50));
    assert_eq!(flush.await.unwrap().0, [1]);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_receipt_collected_too_little_for_them() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 1_500)));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    writer.submit(item(2).bytes(1_000)).await.unwrap();
    let awaiting = begun(receipt).await;
    let (refused, took) = timed(writer.submit(item(3).bytes(1_000))).await;
    assert!(is_uncollected(&refused), "item 2 failed too and leaves no room for item 3");
    assert_eq!(took, ms(50));
    assert_eq!(awaiting.await.unwrap().0.unwrap_err().entry.id, 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_whose_receipt_is_dropped_makes_room_for_a_waiter() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut receipt = Box::pin(writer.submit_tracked(item(1)).await.unwrap());
    assert!(poll_once(receipt.as_mut()).is_pending(), "it is awaited");
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.unwrap() }
    })
    .await;
    pass(60).await;
    drop(receipt);
    assert_eq!(waiting.await.unwrap(), ((), ms(60)));
    let stats = writer.stats();
    assert_eq!((stats.handed_back, stats.discarded), (1, 1));
    assert_eq!(ids(&writer.flush().await), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_receipt_is_kept_but_not_awaited_any_more() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert!(tokio::time::timeout(ms(10), &mut receipt).await.is_err());
    let (refused, _) = timed(writer.submit(item(2))).await;
    assert!(is_uncollected(&refused), "the task that would collect is the one that waits for room");
    assert_eq!(at_once(receipt).await.unwrap_err().entry.id, 1);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_flush_ends_and_the_receipt_is_not_awaited_any_more() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert!(tokio::time::timeout(ms(10), &mut receipt).await.is_err());
    let flush = begun({
        let writer = writer.clone();
        async move { ids(&writer.flush().await) }
    })
    .await;
    let (refused, took) = timed(writer.submit(item(2))).await;
    assert!(is_uncollected(&refused), "the flush did not collect what is at the receipt");
    assert_eq!(took, ms(40 + 1_000));
    assert_eq!(flush.await.unwrap(), (vec![], ms(40)));
    assert_eq!(at_once(receipt).await.unwrap_err().entry.id, 1);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_permit_is_dropped_and_the_receipt_is_not_awaited_any_more() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 1_976)));
    let mut receipt = Box::pin(writer.submit_tracked(item(1).bytes(500)).await.unwrap());
    assert!(poll_once(receipt.as_mut()).is_pending());
    let permit = writer.reserve().await.unwrap();
    pass(1).await;
    let waiting = begun({
        let writer = writer.clone();
        async move { is_uncollected(&writer.submit(item(2).heap(2_000)).await) }
    })
    .await;
    pass(10).await;
    drop(permit);
    assert_eq!(waiting.await.unwrap(), (true, ms(10 + 1_000)));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_dropped_permit_leaves_too_little_for_them() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 3_976)));
    writer.submit(item(1).bytes(1_000)).await.unwrap();
    pass(1).await;
    let permit = writer.reserve().await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { is_uncollected(&writer.submit(item(2).heap(3_000)).await) }
    })
    .await;
    pass(10).await;
    drop(permit);
    assert_eq!(waiting.await.unwrap(), (true, ms(10)));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_a_cancelled_submit_leaves_too_little_for_them() {
    let fake = Fake::acts([Act::reject(), Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 3_976)));
    writer.submit(item(1).bytes(1_000)).await.unwrap();
    pass(1).await;
    writer.submit(item(2).heap(2_900)).await.unwrap();
    let mut first = Box::pin(writer.submit(item(3)));
    assert!(poll_once(first.as_mut()).is_pending());
    let waiting = begun({
        let writer = writer.clone();
        async move { is_uncollected(&writer.submit(item(4).heap(3_000)).await) }
    })
    .await;
    pass(60).await;
    drop(first);
    assert_eq!(waiting.await.unwrap(), (true, ms(60)), "only the failure of item 1 is left");
}
