//! Flush is a watermark: it ends lingers, never backoffs, and waits for what came before it only.

use std::pin::pin;
use std::time::Duration;

use batch_core::{Backoff, Linger, Settings};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, settle, timed, writer};

/// Longer than any test should take.
const LINGER: Linger = Linger::Fixed(Duration::from_secs(60));

#[tokio::test(start_paused = true)]
async fn an_empty_flush_is_immediate() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    assert_eq!(ids(&at_once(writer.flush()).await), [0; 0]);
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    assert_eq!(ids(&at_once(writer.flush()).await), [0; 0], "everything is answered");
}

#[tokio::test(start_paused = true)]
async fn a_flush_ends_the_linger() {
    let fake = Fake::by(|_| Act::accept().after(5));
    let writer = writer(&fake, Settings::new().linger(LINGER));
    writer.submit(item(1)).await.unwrap();
    pass(100).await;
    writer.submit(item(2)).await.unwrap();
    let (_, took) = timed(writer.flush()).await;
    assert_eq!(took, ms(5));
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1, 2]], vec![100]));
}

#[tokio::test(start_paused = true)]
async fn a_flush_does_not_end_the_linger_of_later_entries() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(40))));
    writer.submit(item(1)).await.unwrap();
    drop(at_once(writer.flush()).await);
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1], vec![2]], vec![0, 41]));
}

#[tokio::test(start_paused = true)]
async fn a_flush_never_cuts_a_backoff_short() {
    async fn retry_began(flushed: bool) -> u128 {
        let fake = Fake::acts([Act::retry()]);
        let minute = Duration::from_secs(60);
        let writer = writer(&fake, Settings::new().backoff(Backoff::new(minute, minute)));
        writer.submit(item(1)).await.unwrap();
        pass(1).await;
        if flushed {
            let (_, took) = timed(writer.flush()).await;
            assert_eq!(fake.began(), [0, 1 + took.as_millis()], "it waits for the retry");
        }
        pass(100_000).await;
        fake.began()[1]
    }
    let began = retry_began(true).await;
    assert!(began > 1_000, "the seed gives a real backoff: {began} ms");
    assert_eq!(began, retry_began(false).await);
}

#[tokio::test(start_paused = true)]
async fn a_flush_ends_the_wait_for_company_after_a_backoff() {
    async fn retry_began(flushed: bool) -> u128 {
        let fake = Fake::acts([Act::retry(), Act::Hang]);
        let second = Duration::from_secs(1);
        let settings = Settings::new().backoff(Backoff::new(second, second));
        let writer = writer(&fake, settings.linger(Linger::Natural { idle: ms(0), longest: ms(90) }));
        let receipt = writer.submit_tracked(item(1)).await.unwrap();
        pass(1).await;
        writer.submit(item(2)).await.unwrap();
        settle().await;
        if flushed {
            assert!(poll_once(pin!(writer.flush())).is_pending(), "it counts although it is cancelled");
        }
        receipt.await.unwrap();
        fake.began()[2]
    }
    let (alone, flushed) = (retry_began(false).await, retry_began(true).await);
    assert_eq!(flushed + 90, alone, "no wait for company, but all of the backoff");
}

#[tokio::test(start_paused = true)]
async fn a_flush_waits_only_for_what_was_accepted_before_it() {
    let fake = Fake::acts([Act::accept().after(50), Act::Hang]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { writer.flush().await.len() }
    })
    .await;
    writer.submit(item(2)).await.unwrap();
    assert_eq!(flush.await.unwrap(), (0, ms(50)));
    assert_eq!(writer.stats().inside, 1);
}

#[tokio::test(start_paused = true)]
async fn a_flush_ends_under_steady_traffic() {
    let fake = Fake::by(|_| Act::accept().after(30));
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    let traffic = tokio::spawn({
        let writer = writer.clone();
        async move {
            for id in 0.. {
                writer.submit(item(id)).await.unwrap();
                pass(5).await;
            }
        }
    });
    pass(1_000).await;
    for _ in 0..20 {
        let (_, took) = timed(writer.flush()).await;
        assert!(took <= ms(60), "at most the request in flight and the next: {took:?}");
        assert!(writer.stats().inside > 0, "the traffic goes on");
    }
    traffic.abort();
}

#[tokio::test(start_paused = true)]
async fn a_flush_waits_for_every_batch_before_it() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().in_flight(1..=1).linger(LINGER));
    for id in 0..25 {
        writer.submit(item(id)).await.unwrap();
    }
    let (_, took) = timed(writer.flush()).await;
    assert_eq!(took, ms(30));
    assert_eq!(fake.began(), [0, 10, 20]);
    assert_eq!(writer.stats().delivered, 25);
}

#[tokio::test(start_paused = true)]
async fn a_flush_covers_what_other_handles_submitted() {
    let fake = Fake::acts([Act::reject().after(10)]);
    let writer = writer(&fake, Settings::new().linger(LINGER));
    let other = writer.clone();
    tokio::spawn(async move { other.submit(item(1)).await.unwrap() }).await.unwrap();
    let (unprocessed, took) = timed(writer.flush()).await;
    assert_eq!((ids(&unprocessed), took), (vec![1], ms(10)));
}

#[tokio::test(start_paused = true)]
async fn many_callers_may_flush_at_once_at_different_watermarks() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().in_flight(1..=1).max_batch_entries(1));
    let mut flushes = Vec::new();
    for id in 1..=10 {
        writer.submit(item(id)).await.unwrap();
        let writer = writer.clone();
        flushes.push(begun(async move { writer.flush().await.len() }).await);
    }
    for (n, flush) in (1..).zip(flushes) {
        assert_eq!(flush.await.unwrap(), (0, ms(10 * n)));
    }
}
