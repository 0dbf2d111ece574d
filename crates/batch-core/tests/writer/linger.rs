//! When a partial batch goes.

use std::time::Duration;

use batch_core::{Backoff, Linger, Settings};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ms, pass, settle, timed, writer};

/// Longer than any test should take.
const LONG: Linger = Linger::Fixed(Duration::from_secs(60));
/// The writer waits for company also while it is idle.
const PATIENT: Linger =
    Linger::Natural { idle: Duration::from_millis(5), longest: Duration::from_millis(80) };

#[tokio::test(start_paused = true)]
async fn an_idle_writer_sends_at_once() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    at_once(receipt).await.unwrap();
    pass(30).await;
    at_once(writer.submit_tracked(item(2)).await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_idle_writer_waits_for_company_from_the_acceptance_of_the_oldest_entry() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(PATIENT));
    pass(7).await;
    writer.submit(item(1)).await.unwrap();
    pass(4).await;
    writer.submit(item(2)).await.unwrap();
    pass(2).await;
    writer.submit(item(3)).await.unwrap();
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1, 2], vec![3]], vec![12, 18]));
}

#[tokio::test(start_paused = true)]
async fn a_flush_or_a_full_batch_ends_the_wait_of_an_idle_writer() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(PATIENT));
    writer.submit(item(1)).await.unwrap();
    at_once(writer.flush()).await;
    for id in 2..=11 {
        writer.submit(item(id)).await.unwrap();
    }
    settle().await;
    assert_eq!((fake.sent()[1].len(), fake.began()), (10, vec![0, 0]));
}

#[tokio::test(start_paused = true)]
async fn what_waited_as_long_as_an_idle_writer_waits_goes_when_nothing_is_in_flight_any_more() {
    async fn began(submitted_after: u64) -> u128 {
        let fake = Fake::acts([Act::accept().after(50)]);
        let writer = writer(&fake, Settings::new().linger(PATIENT));
        writer.submit(item(1)).await.unwrap();
        pass(submitted_after).await;
        writer.submit(item(2)).await.unwrap();
        pass(100).await;
        assert_eq!((fake.sent(), fake.began()[0]), (vec![vec![1], vec![2]], 5));
        fake.began()[1]
    }
    assert_eq!(began(6).await, 55, "it waited for the request");
    assert_eq!(began(50).await, 55);
    assert_eq!(began(53).await, 58, "the request ended while it waited for company");
    assert_eq!(began(60).await, 65, "nothing was in flight");
}

#[tokio::test(start_paused = true)]
async fn what_failed_waits_for_company_as_long_as_an_idle_writer_does() {
    async fn retried_after(idle: u64) -> u128 {
        let fake = Fake::acts([Act::retry()]);
        let linger = Linger::Natural { idle: ms(idle), longest: ms(80) };
        let writer = writer(&fake, Settings::new().linger(linger));
        writer.submit_tracked(item(1)).await.unwrap().await.unwrap();
        fake.began()[1] - fake.began()[0]
    }
    let at_once = retried_after(0).await;
    assert_eq!((retried_after(5).await, retried_after(80).await), (at_once + 5, at_once + 80));
}

#[tokio::test(start_paused = true)]
async fn natural_linger_gathers_while_a_request_is_in_flight_up_to_its_longest() {
    let fake = Fake::acts([Act::accept().after(1_000)]);
    let writer = writer(&fake, Settings::new().linger(Linger::Natural { idle: ms(0), longest: ms(80) }));
    writer.submit(item(1)).await.unwrap();
    pass(10).await;
    writer.submit(item(2)).await.unwrap();
    pass(79).await;
    writer.submit(item(3)).await.unwrap();
    assert_eq!(fake.sent(), [[1]]);
    pass(2).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1], vec![2, 3]], vec![0, 90]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fills_up_while_the_writer_is_slowed_down_goes_when_it_may() {
    let fake = Fake::acts([Act::throttle().after(5)]);
    let minute = Duration::from_secs(60);
    let settings = Settings::new().linger(LONG).max_batch_entries(3).in_flight(1..=1);
    let writer = writer(&fake, settings.backoff(Backoff::new(minute, minute)));
    writer.submit(item(1)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { writer.flush().await.len() }
    })
    .await;
    for id in 2..=4 {
        pass(2).await;
        writer.submit(item(id)).await.unwrap();
    }
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1], vec![2, 3, 4]], vec![0, 11]));
    drop(flush);
}

#[tokio::test(start_paused = true)]
async fn natural_linger_ends_when_nothing_is_in_flight_any_more() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    pass(10).await;
    writer.submit(item(2)).await.unwrap();
    writer.submit(item(3)).await.unwrap();
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1], vec![2, 3]], vec![0, 50]));
}

#[tokio::test(start_paused = true)]
async fn fixed_linger_is_exact() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(20))));
    pass(7).await;
    writer.submit(item(1)).await.unwrap();
    pass(19).await;
    writer.submit(item(2)).await.unwrap();
    pass(2).await;
    writer.submit(item(3)).await.unwrap();
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1, 2], vec![3]], vec![27, 48]));
}

#[tokio::test(start_paused = true)]
async fn a_timer_armed_for_one_batch_does_not_send_the_next() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(20))).max_batch_entries(2));
    writer.submit(item(1)).await.unwrap();
    pass(10).await;
    writer.submit(item(2)).await.unwrap();
    writer.submit(item(3)).await.unwrap();
    pass(100).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![1, 2], vec![3]], vec![10, 30]));
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_does_not_linger() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(LONG));
    for id in 0..25 {
        writer.submit(item(id)).await.unwrap();
    }
    settle().await;
    assert_eq!(fake.sent().iter().map(Vec::len).collect::<Vec<_>>(), [10, 10]);
    for id in 25..30 {
        writer.submit(item(id).bytes(1_000)).await.unwrap();
    }
    settle().await;
    assert_eq!(fake.sent()[2].len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_batch_full_of_bytes_does_not_linger() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(LONG).max_batch_bytes(2_500));
    for id in 1..=3 {
        writer.submit(item(id).bytes(1_000)).await.unwrap();
    }
    settle().await;
    assert_eq!(fake.sent(), [[1, 2]], "a third does not fit");
}

#[tokio::test(start_paused = true)]
async fn a_threshold_of_entries_sends_early() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(LONG).threshold_entries(3));
    writer.submit(item(1)).await.unwrap();
    writer.submit(item(2)).await.unwrap();
    pass(30).await;
    assert_eq!(fake.sent().len(), 0);
    at_once(writer.submit_tracked(item(3)).await.unwrap()).await.unwrap();
    assert_eq!(fake.sent(), [[1, 2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn a_threshold_of_bytes_sends_early() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().linger(LONG).threshold_bytes(500));
    writer.submit(item(1).bytes(499)).await.unwrap();
    pass(30).await;
    assert_eq!(fake.sent().len(), 0);
    at_once(writer.submit_tracked(item(2).bytes(1)).await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn more_may_join_beyond_the_threshold_while_no_request_can_be_sent() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().linger(LONG).threshold_entries(2).in_flight(1..=1));
    for id in 1..=2 {
        writer.submit(item(id)).await.unwrap();
    }
    settle().await;
    for id in 3..=8 {
        writer.submit(item(id)).await.unwrap();
    }
    pass(60).await;
    assert_eq!(fake.sent(), [vec![1, 2], vec![3, 4, 5, 6, 7, 8]]);
}

#[tokio::test(start_paused = true)]
async fn nothing_lingers_while_somebody_waits_for_room() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().linger(LONG).max_entries(3));
    for id in 1..=3 {
        writer.submit(item(id)).await.unwrap();
    }
    pass(30).await;
    assert_eq!(fake.sent().len(), 0);
    let (accepted, took) = timed(writer.submit(item(4))).await;
    accepted.unwrap();
    assert_eq!((took, fake.sent()), (ms(10), vec![vec![1, 2, 3]]));
}

#[tokio::test(start_paused = true)]
async fn an_endless_linger_waits_for_a_full_batch_or_a_flush() {
    let fake = Fake::accepting();
    let settings = Settings::new().linger(Linger::Fixed(Duration::MAX)).delivery_deadline(Duration::MAX);
    let writer = writer(&fake, settings);
    writer.submit(item(1)).await.unwrap();
    pass(1_000_000).await;
    assert_eq!(fake.sent().len(), 0);
    let flush = begun(async move { writer.flush().await.len() }).await;
    assert_eq!(flush.await.unwrap(), (0, ms(0)));
}
