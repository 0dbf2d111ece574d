//! Room reserved before there is an entry to lose.

use std::panic::{AssertUnwindSafe, catch_unwind};

use batch_core::{ENTRY_OVERHEAD_BYTES, LimitPolicy, ReserveError, Settings, SubmitError};

use crate::fake::{Act, Fake, PANIC, item};
use crate::support::{at_once, begun, ms, pass, poll_once, room_of, settle, writer};

/// What a permit for `Fake` holds: room for its largest entry.
const LARGEST: u64 = 1_000 + ENTRY_OVERHEAD_BYTES as u64;

#[tokio::test(start_paused = true)]
async fn a_permit_holds_its_room_until_it_is_dropped() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let permit = at_once(writer.reserve()).await.unwrap();
    assert_eq!(writer.stats().bytes, LARGEST);
    assert!(matches!(writer.try_submit(item(1)), Err(SubmitError::Full(_))));
    drop(permit);
    assert_eq!(writer.stats().bytes, 0);
    writer.try_submit(item(1)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_submits_without_waiting_while_others_wait() {
    let fake = Fake::by(|_| Act::accept().after(50));
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1)).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    permit.submit(item(2)).unwrap();
    assert_eq!(writer.stats().accepted, 2);
    assert_eq!(waiting.await.unwrap().1, ms(50));
}

#[tokio::test(start_paused = true)]
async fn a_permit_gives_a_receipt() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let receipt = writer.reserve().await.unwrap().submit_tracked(item(7)).unwrap();
    assert_eq!(at_once(receipt).await.unwrap().response, Some(7));
    assert_eq!(writer.stats().bytes, 0, "the permit holds nothing any more");
}

#[tokio::test(start_paused = true)]
async fn a_hot_loop_of_permits_lets_responses_arrive() {
    let fake = Fake::by(|_| Act::accept_over_network()).of(200);
    let writer = writer(&fake, Settings::new());
    for id in 0..5_000 {
        writer.reserve().await.unwrap().submit(item(id)).unwrap();
    }
    assert!(writer.stats().delivered >= 1_000, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_permit_gives_its_room_to_the_first_in_the_queue() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let permit = writer.reserve().await.unwrap();
    let first = begun({
        let writer = writer.clone();
        async move { writer.reserve().await.unwrap() }
    })
    .await;
    let second = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.unwrap() }
    })
    .await;
    pass(10).await;
    drop(permit);
    let (permit, took) = first.await.unwrap();
    assert_eq!(took, ms(10));
    assert!(!second.is_finished(), "the reservation was there first");
    drop(permit);
    assert_eq!(second.await.unwrap().1, ms(10));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_reserve_leaves_the_queue() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let permit = writer.reserve().await.unwrap();
    let mut cancelled = Box::pin(writer.reserve());
    assert!(poll_once(cancelled.as_mut()).is_pending());
    drop(cancelled);
    drop(permit);
    at_once(writer.submit(item(1))).await.unwrap();
    assert_eq!(writer.stats().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_permit_of_a_closed_writer_gives_the_entry_back() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let (one, two) = (writer.reserve().await.unwrap(), writer.reserve().await.unwrap());
    drop(at_once(writer.shutdown()).await);
    let closed = one.submit(item(1)).unwrap_err();
    assert!(matches!(closed, SubmitError::Closed(_)));
    assert_eq!(closed.into_entry().id, 1);
    assert_eq!(two.submit_tracked(item(2)).unwrap_err().into_entry().id, 2);
    assert_eq!(writer.reserve().await.unwrap_err(), ReserveError::Closed);
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_permit_keeps_the_writer_open() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let permit = writer.reserve().await.unwrap();
    drop(writer);
    settle().await;
    let receipt = permit.submit_tracked(item(1)).unwrap();
    assert!(at_once(receipt).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_permit_refuses_what_submit_refuses_and_gives_its_room_back() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1).identity("x")).await.unwrap();
    let inside = writer.stats().bytes;
    let refused = [item(2).bytes(0), item(3).bytes(1_001), item(4).identity("x")];
    for (entry, is_right) in refused.into_iter().zip([
        |e: &SubmitError<_>| matches!(e, SubmitError::Invalid { .. }),
        |e: &SubmitError<_>| matches!(e, SubmitError::TooLarge { .. }),
        |e: &SubmitError<_>| matches!(e, SubmitError::Duplicate(_)),
    ]) {
        let id = entry.id;
        let error = writer.reserve().await.unwrap().submit(entry).unwrap_err();
        assert!(is_right(&error), "{error}");
        assert_eq!(error.into_entry().id, id);
        assert_eq!(writer.stats().bytes, inside);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_grows_with_an_entry_that_occupies_more_memory_if_there_is_room() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 4_976)));
    let (one, two) = (writer.reserve().await.unwrap(), writer.reserve().await.unwrap());
    one.submit(item(1).heap(3_000)).unwrap();
    assert_eq!(writer.stats().bytes, (3_000 + ENTRY_OVERHEAD_BYTES) as u64 + LARGEST);
    let full = two.submit(item(2).heap(3_000)).unwrap_err();
    assert!(matches!(full, SubmitError::Full(_)));
    assert_eq!(full.into_entry().id, 2);
    assert_eq!(writer.stats().bytes, (3_000 + ENTRY_OVERHEAD_BYTES) as u64);
}

#[tokio::test(start_paused = true)]
async fn the_part_of_a_permit_that_its_entry_does_not_need_goes_to_those_who_wait() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1).max_bytes(room_of(4, 500)));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    writer.submit(item(2)).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(4)).await.unwrap() }
    })
    .await;
    pass(10).await;
    permit.submit(item(3)).unwrap();
    assert_eq!(waiting.await.unwrap().1, ms(10));
}

#[tokio::test(start_paused = true)]
async fn a_permit_refused_as_a_duplicate_makes_room_for_those_who_wait() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(item(1).identity("x")).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    pass(10).await;
    assert!(matches!(permit.submit(item(2).identity("x")), Err(SubmitError::Duplicate(_))));
    assert_eq!(waiting.await.unwrap().1, ms(10));
}

#[tokio::test(start_paused = true)]
async fn a_permit_used_outside_of_a_runtime_makes_room_for_those_who_wait() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let permit = writer.reserve().await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.reserve().await.map(drop) }
    })
    .await;
    pass(10).await;
    let refused = std::thread::spawn(move || permit.submit(item(1))).join().unwrap().unwrap_err();
    assert!(matches!(refused, SubmitError::NoRuntime(_)));
    assert_eq!(refused.into_entry().id, 1);
    assert_eq!(waiting.await.unwrap(), (Ok(()), ms(10)));
}

#[tokio::test(start_paused = true)]
async fn a_permit_gives_its_room_back_when_the_service_panics_at_its_entry() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let permit = writer.reserve().await.unwrap();
    let mut poison = item(1);
    poison.lane = Some(PANIC);
    assert!(catch_unwind(AssertUnwindSafe(|| permit.submit(poison))).is_err());
    assert_eq!(writer.stats().bytes, 0);
    at_once(writer.submit(item(2))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_for_a_service_without_limits_takes_all_the_room_there_is() {
    let endless = LimitPolicy::new(usize::MAX, usize::MAX, usize::MAX).unwrap();
    let settings = Settings::new().max_bytes(usize::MAX).max_entries(usize::MAX).in_flight(1..=usize::MAX);
    let writer = writer(&Fake::accepting().within(endless), settings);
    let permit = writer.reserve().await.unwrap();
    assert!(matches!(writer.try_submit(item(1)), Err(SubmitError::Full(_))));
    permit.submit(item(2).heap(usize::MAX)).unwrap();
    assert_eq!(writer.flush().await.len(), 0);
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.bytes), (1, 0));
}
