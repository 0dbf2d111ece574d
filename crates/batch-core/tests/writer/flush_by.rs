//! A flush with a deadline ends in time: what is covered and not answered then is withdrawn.

use std::time::Duration;

use batch_core::{Backoff, Cause, Duplicates, Linger, Settings};
use tokio::time::Instant;

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, settle, timed, writer};

fn in_ms(millis: u64) -> Instant {
    Instant::now() + ms(millis)
}

#[tokio::test(start_paused = true)]
async fn flush_by_ends_early_when_everything_is_answered() {
    let fake = Fake::acts([Act::reject().after(20)]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(5_000))));
    writer.submit(item(1)).await.unwrap();
    let (unprocessed, took) = timed(writer.flush_by(in_ms(500))).await;
    assert_eq!((ids(&unprocessed), took), (vec![1], ms(20)));
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)));
}

#[tokio::test(start_paused = true)]
async fn flush_by_ends_at_its_deadline_with_what_waits_and_what_is_in_flight() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    writer.submit(item(2)).await.unwrap();
    let (mut items, took) = timed(writer.flush_by(in_ms(500))).await;
    assert_eq!(took, ms(500));
    items.sort_by_key(|item| item.entry.id);
    assert_eq!(ids(&items), [1, 2]);
    assert!(items.iter().all(|item| matches!(item.cause, Cause::Withdrawn(_)) && item.age == ms(500)));
    assert_eq!((items[0].attempts, items[0].maybe_delivered), (1, true), "it is in flight");
    assert_eq!((items[1].attempts, items[1].maybe_delivered), (0, false), "it was never sent");
    assert!(items[1].cause.failure().is_none());
    let books = || {
        let stats = writer.stats();
        (stats.inside, stats.in_flight, stats.requests_in_flight, stats.late, stats.bytes > 0)
    };
    assert_eq!(books(), (0, 0, 1, 0, true), "the request runs on");
    pass(10_000).await;
    assert_eq!(books(), (0, 0, 0, 1, false));
}

#[tokio::test(start_paused = true)]
async fn flush_by_withdraws_what_waits_for_its_retry_with_its_last_failure() {
    let fake = Fake::by(|_| Act::retry());
    let minute = Duration::from_secs(60);
    let writer = writer(&fake, Settings::new().backoff(Backoff::new(minute, minute)));
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush_by(in_ms(100))).await;
    assert_eq!(took, ms(100));
    assert!(matches!(&items[0].cause, Cause::Withdrawn(Some(failure)) if failure.code() == "Unavailable"));
    assert!(!items[0].maybe_delivered);
    pass(100_000).await;
    assert_eq!(fake.sent(), [[1]], "it is not sent any more");
}

#[tokio::test(start_paused = true)]
async fn flush_by_withdraws_what_is_being_isolated() {
    let fake = Fake::acts([Act::split(), Act::Hang]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(0))));
    for id in 1..=8 {
        writer.submit(item(id)).await.unwrap();
    }
    let (items, took) = timed(writer.flush_by(in_ms(100))).await;
    assert_eq!((ids(&items), took), ((1..=8).collect(), ms(100)));
    assert!(items.iter().all(|item| item.maybe_delivered == (item.entry.id <= 4)));
    at_once(writer.submit_tracked(item(9)).await.unwrap()).await.unwrap();
    assert_eq!(fake.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_withdraws_everything_at_once() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(10).await;
    writer.submit(item(2)).await.unwrap();
    assert_eq!(ids(&at_once(writer.flush_by(Instant::now() - ms(5))).await), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_a_withdrawn_entry_is_ignored() {
    let fake = Fake::acts([Act::accept().after(800)]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert_eq!(ids(&writer.flush_by(in_ms(500)).await), [0; 0], "the receipt has it");
    let withdrawn = at_once(receipt).await.unwrap_err();
    assert!(matches!(withdrawn.cause, Cause::Withdrawn(_)) && withdrawn.maybe_delivered);
    pass(1_000).await;
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back, stats.ambiguous, stats.late), (0, 1, 1, 1));
    let request = &fake.requests()[0];
    assert_eq!((request.ended, request.answered), (Some(ms(800)), true), "nothing cancels a request");
}

#[tokio::test(start_paused = true)]
async fn the_next_entry_of_a_lane_waits_for_the_request_of_a_withdrawn_one() {
    for (first, second) in [
        (item(1).lane("a"), item(2).lane("a")),
        (item(1).identity("a"), item(2).identity("a")),
        (item(1).lane("a").identity("b"), item(2).lane("a").identity("b")),
    ] {
        for duplicates in [Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast] {
            let fake = Fake::acts([Act::accept().after(300)]);
            let writer = writer(&fake, Settings::new().duplicates(duplicates));
            writer.submit(first.clone()).await.unwrap();
            assert_eq!(ids(&writer.flush_by(in_ms(100)).await), [1]);
            let receipt = writer.submit_tracked(second.clone()).await.unwrap();
            let (sent, took) = timed(receipt).await;
            assert_eq!((sent.unwrap().attempts, took), (1, ms(200)), "{duplicates:?}");
            assert_eq!(writer.stats().late, 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn flush_by_leaves_later_entries_alone() {
    let fake = Fake::acts([Act::Hang, Act::accept().after(300)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        let deadline = in_ms(100);
        async move { ids(&writer.flush_by(deadline).await) }
    })
    .await;
    let receipt = writer.submit_tracked(item(2)).await.unwrap();
    assert_eq!(flush.await.unwrap(), (vec![1], ms(100)));
    let sent = receipt.await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
}

#[tokio::test(start_paused = true)]
async fn later_entries_in_the_request_of_a_withdrawn_one_get_its_answer() {
    let fake = Fake::acts([Act::accept().after(50), Act::accept().after(500)]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1).max_attempts(1));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    writer.submit(item(2)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        let deadline = in_ms(200);
        async move { writer.flush_by(deadline).await }
    })
    .await;
    let later = writer.submit_tracked(item(3)).await.unwrap();
    let (items, took) = flush.await.unwrap();
    assert_eq!((ids(&items), took), (vec![2], ms(200)));
    assert_eq!(fake.sent()[1], [2, 3]);
    let sent = later.await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
    assert_eq!(writer.stats().late, 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_deadline_ends_every_flush_that_its_call_covers() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(0))));
    let mut flushes = Vec::new();
    for (id, deadline) in [(1, 300), (2, 200), (3, 100)] {
        writer.submit(item(id)).await.unwrap();
        let (writer, deadline) = (writer.clone(), in_ms(deadline));
        flushes.push(begun(async move { ids(&writer.flush_by(deadline).await) }).await);
    }
    let mut all = Vec::new();
    for flush in flushes {
        let (some, took) = flush.await.unwrap();
        assert_eq!(took, ms(100), "the last call covers everything, and its deadline is the first");
        all.extend(some);
    }
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3], "each is given back once");
}

#[tokio::test(start_paused = true)]
async fn a_writer_stays_usable_after_a_withdrawal() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new());
    for id in 1..=20 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush_by(in_ms(10)).await.len() + writer.stats().delivered as usize, 20);
    for id in 21..=40 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(ids(&at_once(writer.flush()).await), [0; 0]);
    assert_eq!(writer.stats().inside, 0);
}

#[tokio::test(start_paused = true)]
async fn shutdown_by_ends_at_its_deadline_and_closes_the_writer() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2)).await.unwrap_err().into_entry().id }
    })
    .await;
    let (items, took) = timed(writer.shutdown_by(in_ms(100))).await;
    assert_eq!((ids(&items), took), (vec![1], ms(100)));
    assert_eq!(waiting.await.unwrap(), (2, ms(0)));
    assert_eq!(writer.submit(item(3)).await.unwrap_err().into_entry().id, 3);
}
