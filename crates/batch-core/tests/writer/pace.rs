//! How the writer slows down for a service that throttles or is gone, and comes back.

use batch_core::{Backoff, Duplicates, Failure, Settings, Verdict, Writer};

use crate::fake::{Act, Fake, Item, accepted, item};
use crate::support::{ids, ms, pass, peak, settle, timed, writer};

async fn submit_all(writer: &Writer<Fake>, count: u32) {
    for id in 0..count {
        writer.submit(item(id)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_uses_up_no_attempt() {
    let fake = Fake::acts((0..6).map(|_| Act::throttle()));
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let sent = writer.submit_tracked(item(1)).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (7, false));
    assert_eq!(writer.stats().throttled, 6);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_entry_of_an_accepted_request_uses_up_no_attempt() {
    let slow = |item: &Item| match item.id {
        1 => Verdict::Throttled(Failure::new("SlowDown")),
        _ => accepted(item),
    };
    let fake = Fake::acts((0..6).map(|_| Act::each(slow)));
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    writer.submit(item(2)).await.unwrap();
    assert_eq!(receipt.await.unwrap().attempts, 7);
}

#[tokio::test(start_paused = true)]
async fn what_was_throttled_alone_slows_nobody_down_when_it_is_throttled_again() {
    let slow = |item: &Item| match item.id {
        1 => Verdict::Throttled(Failure::new("SlowDown")),
        _ => accepted(item),
    };
    let fake = Fake::acts((0..3).map(|_| Act::each(slow)));
    let writer = writer(&fake, Settings::new().in_flight(20..=64));
    submit_all(&writer, 3).await;
    assert_eq!(ids(&writer.flush().await), [0; 0]);
    assert_eq!(fake.sent(), [vec![0, 1, 2], vec![1], vec![1], vec![1]]);
    assert_eq!(writer.stats().in_flight_limit, 20, "the others were taken: its shard may be full");
}

#[tokio::test(start_paused = true)]
async fn an_entry_in_the_place_of_one_that_failed_otherwise_is_not_throttled_again() {
    let throttled = |_: &Item| Verdict::Throttled(Failure::new("SlowDown"));
    let fake = Fake::acts([Act::retry(), Act::each(throttled)]);
    let writer = writer(&fake, Settings::new().duplicates(Duplicates::KeepLast).in_flight(20..=64));
    writer.submit(item(1).identity("twin")).await.unwrap();
    settle().await;
    writer.submit(item(2).identity("twin")).await.unwrap();
    assert_eq!(ids(&writer.flush().await), [0; 0]);
    assert_eq!(fake.sent(), [[1], [2], [2]]);
    assert_eq!(writer.stats().in_flight_limit, 18, "nothing of it was throttled before");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_left_uses_up_no_attempt() {
    let fake = Fake::acts((0..6).map(|_| Act::unsent()));
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let sent = writer.submit_tracked(item(1)).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (7, false));
    assert_eq!(writer.stats().throttled, 0);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_probed_by_one_request_at_a_time_and_ends_at_full_rate() {
    let fake = Fake::by(|request| match request.began {
        early if early < ms(3_000) => Act::unsent().after(20),
        _ => Act::accept().after(50),
    });
    let writer = writer(&fake, Settings::new().in_flight(8..=8).max_attempts(1));
    submit_all(&writer, 200).await;
    assert_eq!(writer.flush().await.len(), 0);
    let requests = fake.requests();
    let (before, after) = requests.split_at(requests.iter().position(|r| r.began >= ms(3_000)).unwrap());
    assert_eq!((before[..8].len(), peak(&before[..8])), (8, 8), "nobody knew");
    assert!(
        before[8].began <= ms(20 + 100 + 1),
        "eight failures at once are one sign: {:?}",
        before[8].began
    );
    assert_eq!(peak(&before[8..]), 1, "one probe at a time");
    assert!((3..30).contains(&before[8..].len()), "{} probes in 3 s", before[8..].len());
    assert_eq!(peak(&after[1..]), 8);
    let served = after.last().unwrap().began - after[0].began;
    assert_eq!(served, ms(50 * 3), "the probe, then 19 requests, 8 at a time");
    assert_eq!(writer.stats().in_flight_limit, 8);
}

#[tokio::test(start_paused = true)]
async fn an_outage_lasts_up_to_the_delivery_deadline() {
    let fake = Fake::by(|_| Act::unsent());
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(20_000)));
    submit_all(&writer, 30).await;
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((items.len(), took), (30, ms(20_000)));
    assert!(items.iter().all(|item| !item.maybe_delivered));
    assert!(fake.requests().len() < 60, "{} requests", fake.requests().len());
}

#[tokio::test(start_paused = true)]
async fn each_request_throttled_as_a_whole_takes_a_tenth_of_the_window() {
    let fake = Fake::by(|request| match request.number {
        0..12 => Act::throttle().after(10),
        _ => Act::accept().after(10),
    });
    let writer = writer(&fake, Settings::new().in_flight(8..=8));
    submit_all(&writer, 160).await;
    pass(9).await;
    assert_eq!((writer.stats().requests_in_flight, writer.stats().in_flight_limit), (8, 8));
    pass(2).await;
    assert_eq!(writer.stats().in_flight_limit, 4, "8 x 0.9^8, rounded up");
    assert_eq!(writer.flush().await.len(), 0);
    let requests = fake.requests();
    assert!(peak(&requests[8..12]) <= 4);
    let began: Vec<_> = requests[8..13].iter().map(|request| request.began).collect();
    assert!(began.windows(2).all(|pair| pair[1] - pair[0] >= ms(2)), "they are spread: {began:?}");
    assert_eq!(writer.stats().throttled, 12);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_every_entry_is_throttled_counts_as_throttled_as_a_whole() {
    let fake = Fake::acts([Act::each(|_| Verdict::Throttled(Failure::new("SlowDown"))).after(10)]);
    let writer = writer(&fake, Settings::new().in_flight(20..=64));
    submit_all(&writer, 3).await;
    pass(11).await;
    assert_eq!(writer.stats().in_flight_limit, 18);
    assert_eq!(writer.flush().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_never_throttled_soon_has_the_most_requests_in_flight_and_no_pauses() {
    for (latency, in_flight) in [(50, (8, 64)), (10, (1, 5))] {
        let fake = Fake::by(move |_| Act::accept().after(latency));
        let settings = Settings::new().in_flight(in_flight.0..=in_flight.1).max_batch_entries(1);
        let writer = writer(&fake, settings);
        tokio::spawn({
            let writer = writer.clone();
            async move { submit_all(&writer, 20_000).await }
        });
        pass(1_000).await;
        let before = writer.stats();
        assert_eq!(
            (before.requests_in_flight, before.in_flight_limit),
            (in_flight.1 as u64, in_flight.1 as u64)
        );
        pass(1_000).await;
        let served = writer.stats().delivered - before.delivered;
        assert!(served >= in_flight.1 as u64 * (1_000 / latency - 1), "{latency} ms: {served} a second");
        assert!(peak(&fake.requests()) <= in_flight.1, "and never beyond its most");
    }
}

#[tokio::test(start_paused = true)]
async fn a_writer_recovers_within_seconds_of_the_last_throttled_request() {
    let fake = Fake::by(|request| match request.began {
        early if early < ms(5_000) => Act::throttle().after(10),
        _ => Act::accept().after(50),
    });
    let writer = writer(&fake, Settings::new().in_flight(8..=16).max_batch_entries(1));
    tokio::spawn({
        let writer = writer.clone();
        async move { submit_all(&writer, 20_000).await }
    });
    pass(5_000).await;
    assert_eq!(writer.stats().in_flight_limit, 1);
    pass(20_000).await;
    assert_eq!(writer.stats().requests_in_flight, 16);
}

#[tokio::test(start_paused = true)]
async fn the_in_flight_limit_does_not_grow_without_need() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().in_flight(2..=64));
    for id in 0..100 {
        writer.submit(item(id)).await.unwrap();
        pass(20).await;
    }
    assert_eq!(writer.stats().in_flight_limit, 2);
}

#[tokio::test(start_paused = true)]
async fn partial_throttling_slows_nobody_else_down() {
    let fussy = |item: &Item| match item.id % 10 {
        3 => Verdict::Throttled(Failure::new("SlowDown")),
        _ => accepted(item),
    };
    let fake = Fake::by(move |request| match request.number {
        0..20 => Act::each(fussy).after(10),
        _ => Act::accept().after(10),
    });
    let writer = writer(&fake, Settings::new().in_flight(8..=8));
    submit_all(&writer, 160).await;
    pass(21).await;
    assert_eq!(writer.stats().delivered, 16 * 9, "two rounds of eight requests");
    assert_eq!(writer.stats().in_flight_limit, 8);
    assert_eq!(writer.flush().await.len(), 0);
    let stats = writer.stats();
    assert_eq!(stats.retries, stats.throttled, "each entry was held back alone");
}

#[tokio::test(start_paused = true)]
async fn at_one_request_at_a_time_throttling_spreads_them_out() {
    let fake = Fake::by(|request| match request.began {
        early if early < ms(20_000) => Act::throttle(),
        _ => Act::accept(),
    });
    let settings = Settings::new().in_flight(1..=64).max_batch_entries(1).backoff(Backoff::new(ms(1), ms(1)));
    let writer = writer(&fake, settings);
    submit_all(&writer, 1_000).await;
    pass(20_000).await;
    let throttled = fake.requests().len();
    assert!((20..100).contains(&throttled), "a tenth fewer each time, then one a second: {throttled}");
    let began = fake.began();
    let gaps: Vec<_> = began.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|&gap| gap <= 1_001), "{gaps:?}");
    assert!(gaps.iter().rev().take(5).all(|&gap| gap >= 995), "{gaps:?}");
    let (items, took) = timed(writer.flush()).await;
    assert_eq!(ids(&items), [0; 0]);
    assert!(took < ms(60_000), "it speeds up again: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_leaves_others_in_flight_alone() {
    let fake = Fake::acts([Act::throttle().after(10), Act::accept().after(40)]);
    let writer = writer(&fake, Settings::new().max_batch_entries(1));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    let (sent, took) = timed(writer.submit_tracked(item(2)).await.unwrap()).await;
    assert_eq!((sent.unwrap().attempts, took), (1, ms(40)));
}

#[tokio::test(start_paused = true)]
async fn the_counters_tell_what_waits_from_what_is_in_flight() {
    let fake = Fake::by(|_| Act::accept().after(20));
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    for id in 1..=3 {
        writer.submit(item(id)).await.unwrap();
        pass(1).await;
    }
    let stats = writer.stats();
    assert_eq!((stats.inside, stats.in_flight, stats.requests_in_flight), (3, 1, 1));
    pass(20).await;
    let stats = writer.stats();
    assert_eq!((stats.inside, stats.in_flight, stats.requests_in_flight), (2, 2, 1));
}
