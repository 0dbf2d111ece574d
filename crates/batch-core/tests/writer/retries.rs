//! Backoff, attempts, timeouts and deadlines.

use std::time::Duration;

use batch_core::{Backoff, Cause, Order, Settings};

use crate::fake::{Act, Fake, item};
use crate::support::{ids, ms, pass, settle, timed, writer};

const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));

/// The gaps between the sendings of one entry whose requests all fail, in milliseconds.
async fn gaps(seed: u64) -> Vec<u128> {
    let fake = Fake::by(|_| Act::retry());
    let settings = Settings::new().backoff(BACKOFF).max_attempts(8);
    let writer = batch_core::Writer::builder(fake.clone()).settings(settings).seed(seed).build().unwrap();
    writer.submit(item(1)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 1);
    fake.began().windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_a_random_part_of_a_doubling_ceiling() {
    let mut longest = [0; 7];
    for seed in 0..40 {
        for (n, gap) in (0..).zip(gaps(seed).await) {
            longest[n] = longest[n].max(gap);
        }
    }
    for (retry, longest) in (1..).zip(longest) {
        let ceiling = BACKOFF.ceiling(retry).as_millis();
        assert!(longest <= ceiling, "retry {retry}: {longest} ms");
        assert!(longest >= ceiling * 3 / 4, "retry {retry}: {longest} ms of {ceiling} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_a_run_exactly() {
    assert_eq!(gaps(1).await, gaps(1).await);
    assert_ne!(gaps(1).await, gaps(2).await);
}

#[tokio::test(start_paused = true)]
async fn the_entries_of_a_failed_request_travel_together_again() {
    let fake = Fake::acts([Act::retry(), Act::retry(), Act::ambiguous()]);
    let writer = writer(&fake, Settings::new());
    for id in 1..=10 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    let all: Vec<_> = (1..=10).collect();
    assert_eq!(fake.sent(), [all.clone(), all.clone(), all.clone(), all]);
}

#[tokio::test(start_paused = true)]
async fn the_entries_of_a_lane_travel_together_again_if_each_is_known_by_an_identity() {
    let fake = Fake::acts([Act::retry()]);
    let writer = writer(&fake, Settings::new());
    for (id, identity) in (1..).zip(["a", "b", "c"]) {
        writer.submit(item(id).lane("x").identity(identity)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(fake.sent(), [[1, 2, 3], [1, 2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_handed_back_after_its_last_attempt() {
    let fake = Fake::by(|_| Act::retry());
    let writer = writer(&fake, Settings::new().max_attempts(3));
    writer.submit(item(1)).await.unwrap();
    let items = writer.flush().await;
    assert_eq!((items[0].attempts, items[0].maybe_delivered), (3, false));
    assert!(matches!(&items[0].cause, Cause::RetriesExhausted(failure) if failure.code() == "Unavailable"));
    assert_eq!(fake.sent().len(), 3);
    let stats = writer.stats();
    assert_eq!((stats.requests, stats.retries, stats.handed_back), (3, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn one_attempt_means_no_retry() {
    let fake = Fake::by(|_| Act::retry());
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    let (failed, took) = timed(receipt).await;
    assert_eq!((failed.unwrap_err().attempts, took), (1, ms(0)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_answer_ends_at_its_timeout_and_is_ambiguous() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().attempt_timeout(ms(2_000)).max_attempts(2));
    let sent = writer.submit_tracked(item(1)).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true));
    let first = &fake.requests()[0];
    assert_eq!((first.ended, first.answered), (Some(ms(2_000)), false), "it is given up");
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_timed_out_attempts_comes_back_as_maybe_delivered() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new().attempt_timeout(ms(500)).max_attempts(2));
    writer.submit(item(1)).await.unwrap();
    let items = writer.flush().await;
    assert!(items[0].maybe_delivered);
    let Cause::RetriesExhausted(failure) = &items[0].cause else { panic!("{:?}", items[0]) };
    assert_eq!(failure.to_string(), "AttemptTimeout: no response within 500ms");
    assert!(fake.requests().iter().all(|request| request.ended == Some(request.began + ms(500))));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_counts_even_at_the_last_moment() {
    let fake = Fake::acts([Act::accept().after(1_999)]);
    let writer = writer(&fake, Settings::new().attempt_timeout(ms(2_000)));
    assert!(!writer.submit_tracked(item(1)).await.unwrap().await.unwrap().maybe_duplicate);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_waits_for_its_retry_is_handed_back_at_its_deadline() {
    let fake = Fake::by(|_| Act::throttle());
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(5_000)));
    pass(100).await;
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((took, items[0].age), (ms(5_000), ms(5_000)));
    assert!(
        matches!(&items[0].cause, Cause::DeadlineExceeded(Some(failure)) if failure.code() == "SlowDown")
    );
    assert_eq!(items[0].attempts as usize, fake.sent().len());
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_was_never_sent_is_handed_back_at_its_deadline() {
    let fake = Fake::acts([Act::accept().after(5_000), Act::accept().after(5_000)]);
    let settings = Settings::new().delivery_deadline(ms(5_000)).in_flight(1..=1).max_batch_entries(1);
    let writer = writer(&fake, settings);
    for id in [0, 1] {
        writer.submit(item(id)).await.unwrap();
        settle().await;
        pass(2_000).await;
    }
    let receipt = writer.submit_tracked(item(2)).await.unwrap();
    let (failed, took) = timed(receipt).await;
    let failed = failed.unwrap_err();
    assert_eq!((took, failed.age, failed.attempts), (ms(5_000), ms(5_000), 0));
    assert!(matches!(failed.cause, Cause::DeadlineExceeded(None)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_at_the_deadline_may_finish() {
    let fake = Fake::acts([Act::retry().after(4_000), Act::accept().after(4_000)]);
    let settings = Settings::new().backoff(Backoff::new(ms(0), ms(0)));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    let (sent, took) = timed(writer.submit_tracked(item(1)).await.unwrap()).await;
    assert!(sent.is_ok());
    assert_eq!(took, ms(8_000));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_after_the_deadline_is_the_last() {
    let fake = Fake::acts([Act::retry().after(4_000), Act::ambiguous().after(4_000)]);
    let settings = Settings::new().backoff(Backoff::new(ms(0), ms(0)));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((took, items[0].age, items[0].attempts), (ms(8_000), ms(8_000), 2));
    assert!(matches!(&items[0].cause, Cause::DeadlineExceeded(Some(_))) && items[0].maybe_delivered);
    assert_eq!(fake.sent(), [[1], [1]]);
}

#[tokio::test(start_paused = true)]
async fn each_entry_has_its_own_deadline() {
    let fake = Fake::by(|_| Act::throttle());
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(1_000)));
    for id in 0..10 {
        writer.submit(item(id)).await.unwrap();
        pass(50).await;
    }
    let items = writer.flush().await;
    assert_eq!(ids(&items), (0..10).collect::<Vec<_>>());
    assert!(items.iter().all(|item| item.age == ms(1_000)));
}

#[tokio::test(start_paused = true)]
async fn an_entry_behind_one_that_is_past_its_deadline_keeps_its_own() {
    let fake = Fake::acts([Act::retry().after(900), Act::Hang]);
    let settings = Settings::new().backoff(Backoff::new(ms(0), ms(0))).order(Order::Strict);
    let writer = writer(&fake, settings.delivery_deadline(ms(1_000)));
    writer.submit(item(1).lane("a")).await.unwrap();
    pass(800).await;
    let behind = writer.submit_tracked(item(2).lane("a")).await.unwrap();
    let (failed, took) = timed(behind).await;
    assert!(matches!(failed.unwrap_err().cause, Cause::DeadlineExceeded(Some(_))));
    assert_eq!(took, ms(1_000), "long before the one in front of it is given up");
}

#[tokio::test(start_paused = true)]
async fn an_endless_deadline_and_an_endless_timeout_are_allowed() {
    let fake = Fake::acts([Act::accept().after(86_400_000)]);
    let settings = Settings::new().delivery_deadline(Duration::MAX).attempt_timeout(Duration::MAX);
    let writer = writer(&fake, settings);
    let (sent, took) = timed(writer.submit_tracked(item(1)).await.unwrap()).await;
    assert!(sent.is_ok());
    assert_eq!(took, Duration::from_secs(86_400));
}

#[tokio::test(start_paused = true)]
async fn an_endless_backoff_is_bounded_by_the_deadline() {
    let fake = Fake::by(|_| Act::retry());
    let settings = Settings::new().backoff(Backoff::new(Duration::MAX, Duration::MAX));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((ids(&items), took), (vec![1], ms(5_000)));
}
