//! What a shutdown closes, and what goes on after the last handle is gone.

use std::time::Duration;

use batch_core::{Failure, Linger, ReserveError, Settings, SubmitError, Verdict};
use tokio::runtime::Handle;
use tracing::Level;

use crate::fake::{Act, Fake, Item, accepted, item};
use crate::support::{at_once, begun, capture_logs, ids, logged, ms, pass, settle, timed, writer};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_delivers_what_is_inside_without_lingering() {
    let refuses_two = |item: &Item| match item.id {
        2 => Verdict::Reject(Failure::new("Even")),
        _ => accepted(item),
    };
    let fake = Fake::acts([Act::each(refuses_two).after(10)]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(60_000))));
    for id in 1..=3 {
        writer.submit(item(id)).await.unwrap();
    }
    let (unprocessed, took) = timed(writer.shutdown()).await;
    assert_eq!((ids(&unprocessed), took), (vec![2], ms(10)));
    assert_eq!((fake.sent(), writer.stats().delivered), (vec![vec![1, 2, 3]], 2));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_closes_every_handle() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let other = writer.clone();
    drop(at_once(writer.shutdown()).await);
    let closed = at_once(other.submit(item(1))).await.unwrap_err();
    assert!(matches!(closed, SubmitError::Closed(_)));
    assert_eq!(closed.into_entry().id, 1);
    assert!(matches!(other.try_submit(item(2)), Err(SubmitError::Closed(_))));
    assert!(matches!(other.submit_tracked(item(3)).await, Err(SubmitError::Closed(_))));
    assert_eq!(other.reserve().await.unwrap_err(), ReserveError::Closed);
    assert_eq!(other.stats().accepted, 0);
    assert_eq!(ids(&at_once(other.shutdown()).await), [0; 0], "a second shutdown has nothing to do");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_room_get_their_entries_back_at_a_shutdown() {
    let fake = Fake::acts([Act::accept().after(100)]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let submit = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.unwrap_err() }
    })
    .await;
    let reserve = begun({
        let writer = writer.clone();
        async move { writer.reserve().await.unwrap_err() }
    })
    .await;
    pass(10).await;
    let (_, took) = timed(writer.shutdown()).await;
    assert_eq!(took, ms(90), "what was accepted is delivered");
    let (closed, took) = submit.await.unwrap();
    assert!(matches!(closed, SubmitError::Closed(_)));
    assert_eq!((closed.into_entry().id, took), (2, ms(10)));
    assert_eq!(reserve.await.unwrap(), (ReserveError::Closed, ms(10)));
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_shutdown_leaves_the_writer_closed_and_loses_nothing() {
    let fake = Fake::acts([Act::reject().after(50)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    assert!(tokio::time::timeout(ms(10), writer.shutdown()).await.is_err());
    assert!(matches!(writer.submit(item(2)).await, Err(SubmitError::Closed(_))));
    assert_eq!(ids(&writer.shutdown().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_writer_s_task_ends_when_it_is_closed_and_empty() {
    let before = tasks();
    let fake = Fake::acts([Act::accept().after(10)]);
    let writer = writer(&fake, Settings::new());
    assert_eq!(tasks(), before, "it starts on first use");
    writer.submit(item(1)).await.unwrap();
    settle().await;
    assert_eq!(tasks(), before + 2, "the driver and one request");
    pass(20).await;
    assert_eq!(tasks(), before + 1);
    drop(writer.shutdown().await);
    settle().await;
    assert_eq!(tasks(), before);
}

#[tokio::test(start_paused = true)]
async fn delivery_goes_on_after_the_last_handle_is_dropped() {
    capture_logs();
    let before = tasks();
    let fake = Fake::acts([Act::retry().after(10), Act::throttle(), Act::ambiguous()]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(60_000))));
    writer.submit(item(1)).await.unwrap();
    drop(writer.clone());
    settle().await;
    assert_eq!(fake.sent().len(), 0, "a handle is left");
    drop(writer);
    settle().await;
    assert_eq!(fake.sent().len(), 1, "nobody can add company any more");
    pass(10_000).await;
    assert_eq!(fake.sent(), [[1], [1], [1], [1]]);
    assert_eq!(tasks(), before, "then nothing of it is left");
    assert_eq!(logged(Level::ERROR), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_fails_after_the_last_handle_is_counted_in_one_error() {
    capture_logs();
    let fake = Fake::by(|request| match request.number {
        0 => Act::reject(),
        _ => Act::fatal().after(request.number as u64),
    });
    let writer = writer(&fake, Settings::new().max_batch_entries(2));
    for id in 1..=7 {
        writer.submit(item(id)).await.unwrap();
    }
    drop(writer.submit_tracked(item(8)).await.unwrap());
    drop(writer);
    pass(100).await;
    let errors = logged(Level::ERROR);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("batch_core ") && errors[0].contains("entries=8"), "{errors:?}");
    assert!(errors[0].contains("\"fake\""), "it names the service: {errors:?}");
}

#[tokio::test(start_paused = true)]
async fn delivery_without_handles_ends_at_the_delivery_deadline() {
    capture_logs();
    let before = tasks();
    let fake = Fake::by(|_| Act::throttle());
    let writer = writer(&fake, Settings::new().delivery_deadline(Duration::from_secs(30)));
    writer.submit(item(1)).await.unwrap();
    drop(writer);
    pass(29_999).await;
    assert_eq!((tasks(), logged(Level::ERROR).len()), (before + 1, 0));
    pass(2).await;
    assert_eq!((tasks(), logged(Level::ERROR).len()), (before, 1));
}

#[tokio::test(start_paused = true)]
async fn receipts_are_answered_after_the_last_handle_is_dropped() {
    capture_logs();
    let fake = Fake::acts([Act::accept().after(10), Act::reject().after(20), Act::reject().after(30)]);
    let writer = writer(&fake, Settings::new().max_batch_entries(1));
    let one = writer.submit_tracked(item(1)).await.unwrap();
    let two = writer.submit_tracked(item(2)).await.unwrap();
    let three = writer.submit_tracked(item(3)).await.unwrap();
    drop(writer);
    assert_eq!(timed(one).await.0.unwrap().response, Some(1));
    assert_eq!(timed(two).await.0.unwrap_err().entry.id, 2);
    pass(100).await;
    assert_eq!(logged(Level::ERROR), [""; 0]);
    drop(three);
    assert!(logged(Level::ERROR)[0].contains("entries=1"), "nobody is left to collect item 3");
}
