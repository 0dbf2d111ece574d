//! The deadline of `submit_by` bounds the wait for capacity and nothing else.

use batch_core::{Settings, SubmitError};
use tokio::time::Instant;

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, settle, timed, writer};

fn in_ms(millis: u64) -> Instant {
    Instant::now() + ms(millis)
}

#[tokio::test(start_paused = true)]
async fn an_entry_waits_for_capacity_until_the_deadline_and_comes_back() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let (full, took) = timed(writer.submit_by(item(2), in_ms(300))).await;
    let full = full.unwrap_err();
    assert!(matches!(full, SubmitError::TimedOut(_)), "{full}");
    assert!(full.to_string().starts_with("the writer was full until the deadline"), "{full}");
    assert_eq!((full.into_entry().id, took), (2, ms(300)));
    let (full, took) = timed(writer.submit_tracked_by(item(3), in_ms(10))).await;
    assert_eq!((full.unwrap_err().into_entry().id, took), (3, ms(10)));
    assert_eq!(writer.stats().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn capacity_that_comes_before_the_deadline_is_used() {
    let fake = Fake::by(|_| Act::accept().after(100));
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let (accepted, took) = timed(writer.submit_by(item(2), in_ms(101))).await;
    accepted.unwrap();
    assert_eq!(took, ms(100));
    let receipt = timed(writer.submit_tracked_by(item(3), in_ms(101))).await.0.unwrap();
    assert_eq!(timed(receipt).await.0.unwrap().response, Some(3));
    assert_eq!(fake.sent(), [[1], [2], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_does_not_stop_an_entry_that_need_not_wait() {
    let fake = Fake::by(|_| Act::accept().after(1_000));
    let writer = writer(&fake, Settings::new().max_entries(2));
    let past = Instant::now();
    pass(50).await;
    at_once(writer.submit_by(item(1), past)).await.unwrap();
    let receipt = at_once(writer.submit_tracked_by(item(2), past)).await.unwrap();
    let full = at_once(writer.submit_by(item(3), past)).await.unwrap_err();
    assert!(matches!(full, SubmitError::TimedOut(_)), "{full}");
    // Nor does it bound the delivery.
    assert_eq!(timed(receipt).await.0.unwrap().response, Some(2));
    assert!(writer.flush().await.is_empty());
    assert_eq!(writer.stats().delivered, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_gave_up_or_was_cancelled_leaves_its_place_to_the_next() {
    let fake = Fake::acts([Act::accept().after(100)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut cancelled = Box::pin(writer.submit_by(item(2), in_ms(500)));
    assert!(poll_once(cancelled.as_mut()).is_pending());
    let waiting = |id, millis| {
        let writer = writer.clone();
        async move { writer.submit_by(item(id), in_ms(millis)).await.map_err(SubmitError::into_entry) }
    };
    let gave_up = begun(waiting(3, 20)).await;
    let next = begun(waiting(4, 500)).await;
    pass(50).await;
    drop(cancelled);
    assert_eq!(gave_up.await.unwrap().0.unwrap_err().id, 3);
    assert_eq!(next.await.unwrap(), (Ok(()), ms(100)));
    drop(writer.flush().await);
    assert_eq!(fake.sent(), [[1], [4]]);
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn other_errors_come_as_from_submit() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    let invalid = at_once(writer.submit_by(item(2).bytes(0), in_ms(100))).await.unwrap_err();
    assert!(matches!(invalid, SubmitError::Invalid { .. }), "{invalid}");
    let closed = begun({
        let writer = writer.clone();
        async move { writer.submit_by(item(3), in_ms(10_000)).await.unwrap_err() }
    })
    .await;
    pass(10).await;
    let shutdown = begun({
        let writer = writer.clone();
        async move { writer.shutdown_by(in_ms(100)).await.len() }
    })
    .await;
    let (closed, took) = closed.await.unwrap();
    assert!(matches!(closed, SubmitError::Closed(_)), "{closed}");
    assert_eq!(took, ms(10));
    assert_eq!(shutdown.await.unwrap().0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_scope_has_its_own_entries_by_a_deadline_too() {
    let fake = Fake::by(|_| Act::reject().after(100));
    let writer = writer(&fake, Settings::new().max_entries(1));
    let scope = writer.scope();
    at_once(scope.submit_by(item(1), in_ms(10))).await.unwrap();
    let full = timed(scope.submit_tracked_by(item(2), in_ms(10))).await.0.unwrap_err();
    assert!(matches!(full, SubmitError::TimedOut(_)), "{full}");
    assert!(at_once(writer.flush()).await.is_empty());
    assert_eq!(ids(&timed(scope.flush()).await.0), [1]);
    assert!(timed(scope.submit_tracked_by(item(3), in_ms(10))).await.0.is_ok());
}

#[test]
fn without_a_timer_nothing_waits_and_nothing_panics() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let fake = Fake::acts([Act::Hang]);
    let service = fake.clone();
    let writer = batch_core::Writer::builder(service)
        .settings(Settings::new().max_entries(1))
        .runtime(runtime.handle().clone())
        .build()
        .unwrap();
    let deadline = in_ms(1);
    let mut first = Box::pin(writer.submit_by(item(1), deadline));
    assert!(poll_once(first.as_mut()).is_ready());
    let mut second = Box::pin(writer.submit_by(item(2), deadline));
    let std::task::Poll::Ready(Err(refused)) = poll_once(second.as_mut()) else { panic!("it waits") };
    assert!(matches!(refused, SubmitError::NoRuntime(_)), "{refused}");
}
