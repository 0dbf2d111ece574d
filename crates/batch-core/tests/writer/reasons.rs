//! What comes back says why, also where it was never sent itself.

use batch_core::{Failure, Settings, UnprocessedItem, Writer};
use tokio::time::Instant;

use crate::fake::{Act, Fake, Item, item};
use crate::support::{ids, ms, pass, settle, timed, writer};

fn code(item: &UnprocessedItem<Item>) -> Option<&str> {
    item.cause.failure().map(Failure::code)
}

/// A writer whose service cannot be reached, with one entry of half a minute ago and 29 new ones.
async fn thirty_in_an_outage() -> Writer<Fake> {
    let fake = Fake::by(|_| Act::unsent());
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    writer.submit(item(0)).await.unwrap();
    pass(30_000).await;
    for id in 1..30 {
        writer.submit(item(id)).await.unwrap();
    }
    writer
}

#[tokio::test(start_paused = true)]
async fn what_waited_in_an_outage_says_what_the_outage_was() {
    for (act, expected) in [
        (Act::unsent as fn() -> Act, "ConnectionRefused"),
        (Act::throttle, "SlowDown"),
        (Act::ambiguous, "Reset"),
        (Act::retry, "Unavailable"),
    ] {
        let fake = Fake::by(move |_| act().after(100)).of(1);
        let writer = writer(&fake, Settings::new().delivery_deadline(ms(5_000)).in_flight(1..=1));
        for id in 0..200 {
            writer.submit(item(id)).await.unwrap();
        }
        let items = writer.flush().await;
        assert_eq!(items.len(), 200);
        assert!(items.iter().any(|item| item.attempts == 0), "{expected}: some were never sent");
        for item in &items {
            assert_eq!(code(item), Some(expected), "{} attempts: {:?}", item.attempts, item.cause);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_waited_behind_its_lane_says_why_the_lane_did_not_move() {
    // The other lane goes on, so that the writer as a whole is in no trouble.
    let is_good = |item: &Item| item.lane == Some("good");
    let fake = Fake::by(move |_| {
        Act::each(move |item| {
            if is_good(item) {
                batch_core::Verdict::Accepted(item.id)
            } else {
                batch_core::Verdict::Throttled(Failure::new("ShardIsFull"))
            }
        })
    })
    .of(1);
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(5_000)));
    for id in 0..5 {
        writer.submit(item(id).lane("full")).await.unwrap();
    }
    for id in 5..60 {
        writer.submit(item(id).lane("good")).await.unwrap();
        pass(100).await;
    }
    let items = writer.flush().await;
    assert_eq!(ids(&items), [0, 1, 2, 3, 4]);
    assert!(items.iter().any(|item| item.attempts == 0));
    for item in &items {
        assert_eq!(code(item), Some("ShardIsFull"), "{:?}", item.cause);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_withdrawn_in_an_outage_says_what_the_outage_was() {
    let writer = thirty_in_an_outage().await;
    let items = writer.flush_by(Instant::now() + ms(1)).await;
    assert!(items.iter().any(|item| item.attempts == 0));
    for item in &items {
        assert_eq!(code(item), Some("ConnectionRefused"), "{:?}", item.cause);
    }
}

#[test]
fn what_a_runtime_leaves_behind_in_an_outage_says_what_the_outage_was() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let writer = runtime.block_on(thirty_in_an_outage());
    drop(runtime);
    let items = writer.take_unprocessed();
    assert_eq!(items.len(), 30);
    for item in &items {
        assert_eq!(code(item), Some("ConnectionRefused"), "{:?}", item.cause);
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_that_is_over_is_no_reason() {
    // It is over when a request succeeded, and long over when nothing was sent since.
    let fake = Fake::acts([Act::retry(), Act::accept(), Act::Hang]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1).attempt_timeout(ms(120_000)));
    writer.submit(item(0)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 0);
    writer.submit(item(1)).await.unwrap();
    settle().await;
    writer.submit(item(2)).await.unwrap();
    let items = timed(writer.flush_by(Instant::now() + ms(10))).await.0;
    let unsent = items.iter().find(|item| item.attempts == 0).unwrap();
    assert_eq!(code(unsent), None);
}

#[tokio::test(start_paused = true)]
async fn trouble_of_long_ago_is_no_reason() {
    let fake = Fake::acts([Act::fatal(), Act::retry(), Act::Hang]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1).attempt_timeout(ms(120_000)).max_attempts(1));
    writer.submit(item(0)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 1);
    writer.submit(item(1)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 1);
    pass(3_600_000).await;
    writer.submit(item(2)).await.unwrap();
    settle().await;
    writer.submit(item(3)).await.unwrap();
    let items = timed(writer.flush_by(Instant::now() + ms(10))).await.0;
    let unsent = items.iter().find(|item| item.attempts == 0).unwrap();
    assert_eq!(code(unsent), None);
}
