//! Law 9: the delivery deadline bounds retries, and nothing else does unless the user says so.

use std::time::Duration;

use batch_core::{Cause, Settings};

use crate::fake::{Act, Fake, item};
use crate::support::{ids, ms, pass, timed, writer};

/// Fails like this for so long, then accepts everything.
fn ailing(seconds: u64, act: fn() -> Act) -> Fake {
    let well_at = Duration::from_secs(seconds);
    Fake::by(move |request| if request.began < well_at { act() } else { Act::accept() })
}

#[tokio::test(start_paused = true)]
async fn trouble_that_passes_costs_time_and_no_entry() {
    for (seconds, act) in
        [(10, Act::ambiguous as fn() -> Act), (15, Act::ambiguous), (30, Act::retry), (100, Act::retry)]
    {
        let fake = ailing(seconds, act);
        let writer = writer(&fake, Settings::new());
        for id in 0..200 {
            writer.submit(item(id)).await.unwrap();
        }
        let (items, took) = timed(writer.flush()).await;
        assert_eq!(ids(&items), [] as [u32; 0], "{seconds} s of trouble");
        assert!(took < Duration::from_secs(seconds + 12), "{seconds} s of trouble cost {took:?}");
        assert_eq!(writer.stats().delivered, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_beyond_the_deadline_brings_everything_back_at_the_deadline() {
    let fake = Fake::by(|_| Act::retry());
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert_eq!(took, Duration::from_secs(120));
    assert!(
        matches!(&items[0].cause, Cause::DeadlineExceeded(Some(failure)) if failure.code() == "Unavailable")
    );
    assert!(items[0].attempts > 12, "{} attempts in two minutes", items[0].attempts);
}

/// Stops the process for so long: no task runs, and the clock goes on.
async fn freeze(duration: Duration) {
    tokio::time::advance(duration).await;
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_fell_due_while_the_process_was_stopped_gets_one_more_attempt() {
    let fake = Fake::acts([Act::retry()]);
    let settings = Settings::new().backoff(batch_core::Backoff::new(ms(4_000), ms(4_000)));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    pass(1).await;
    assert_eq!(fake.sent().len(), 1);
    freeze(Duration::from_secs(180)).await;
    let (sent, took) = timed(receipt).await;
    assert_eq!((sent.unwrap().attempts, took), (2, ms(0)));
}

#[tokio::test(start_paused = true)]
async fn what_never_had_a_chance_before_the_process_was_stopped_has_one_after() {
    let fake = Fake::acts([Act::accept().after(2_000)]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1).delivery_deadline(ms(5_000)));
    writer.submit(item(1)).await.unwrap();
    pass(10).await;
    for id in 2..=30 {
        writer.submit(item(id)).await.unwrap();
    }
    pass(10).await;
    freeze(Duration::from_secs(600)).await;
    let (items, _) = timed(writer.flush()).await;
    assert_eq!(ids(&items), [] as [u32; 0]);
    assert_eq!(writer.stats().delivered, 30);
}

#[tokio::test(start_paused = true)]
async fn the_attempt_after_a_stop_is_the_only_one() {
    let fake = Fake::by(|_| Act::retry());
    let settings = Settings::new().backoff(batch_core::Backoff::new(ms(4_000), ms(4_000)));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    freeze(Duration::from_secs(180)).await;
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((items[0].attempts, took), (2, ms(0)));
    assert!(matches!(&items[0].cause, Cause::DeadlineExceeded(Some(_))));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_stop_interrupted_is_made_again() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(60_000)));
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    pass(1).await;
    freeze(Duration::from_secs(180)).await;
    let sent = timed(receipt).await.0.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true));
}

#[tokio::test(start_paused = true)]
async fn stops_one_after_the_other_keep_no_entry_for_ever() {
    let fake = Fake::by(|_| Act::unsent());
    let writer = writer(&fake, Settings::new().delivery_deadline(ms(5_000)).in_flight(1..=1));
    for id in 0..50 {
        writer.submit(item(id)).await.unwrap();
    }
    pass(1).await;
    for _ in 0..2 {
        freeze(Duration::from_secs(60)).await;
        pass(1).await;
    }
    assert_eq!(writer.stats().inside, 0);
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_comes_a_little_late_was_not_stopped() {
    let fake = Fake::by(|_| Act::retry());
    let settings = Settings::new().backoff(batch_core::Backoff::new(ms(4_000), ms(4_000)));
    let writer = writer(&fake, settings.delivery_deadline(ms(5_000)));
    writer.submit(item(1)).await.unwrap();
    while writer.stats().inside > 0 && fake.began().last().is_none_or(|&began| began < 3_000) {
        pass(10).await;
    }
    let sent = fake.sent().len();
    let (items, _) = timed(writer.flush()).await;
    assert!(items[0].age <= ms(5_100), "{:?}", items[0].age);
    assert!(fake.sent().len() <= sent + 2);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_delivered_comes_back_before_the_service_forgets_it() {
    // An hour of patience, and no trouble but throttling after the first response was lost.
    let acts = |number| if number == 0 { Act::ambiguous().after(2_000) } else { Act::throttle() };
    let fake = Fake::by(move |request| acts(request.number)).remembers_for(ms(300_000));
    let writer = writer(&fake, Settings::new().delivery_deadline(Duration::from_secs(3_600)));
    pass(500).await;
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert!(matches!(items[0].cause, Cause::Ambiguous(_)) && items[0].maybe_delivered, "{:?}", items[0]);
    assert_eq!(took, ms(290_000), "one attempt timeout before the five minutes since the first attempt");
    assert!(fake.began().last().unwrap() < &290_500);
}

#[tokio::test(start_paused = true)]
async fn what_was_surely_not_delivered_is_retried_for_longer_than_the_service_remembers() {
    let fake = ailing(900, Act::retry).remembers_for(ms(300_000));
    let writer = writer(&fake, Settings::new().delivery_deadline(Duration::from_secs(3_600)));
    writer.submit(item(1)).await.unwrap();
    let (items, took) = timed(writer.flush()).await;
    assert_eq!(ids(&items), [] as [u32; 0]);
    assert!(took >= Duration::from_secs(900));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_when_the_service_forgets_is_the_last() {
    let acts = |number| if number == 0 { Act::ambiguous() } else { Act::retry().after(40_000) };
    let fake = Fake::by(move |request| acts(request.number)).remembers_for(ms(300_000));
    let settings = Settings::new().attempt_timeout(ms(60_000)).delivery_deadline(Duration::from_secs(3_600));
    let writer = writer(&fake, settings);
    writer.submit(item(1)).await.unwrap();
    let items = timed(writer.flush()).await.0;
    assert!(matches!(items[0].cause, Cause::Ambiguous(_)) && items[0].maybe_delivered, "{:?}", items[0]);
    assert!(items[0].age >= ms(240_000) && items[0].age < ms(290_000), "{:?}", items[0].age);
    assert!(fake.began().last().unwrap() < &240_000);
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_the_service_remembers_brings_back_what_may_have_been_delivered() {
    let fake = Fake::acts([Act::ambiguous()]).remembers_for(ms(300_000));
    let settings = Settings::new().backoff(batch_core::Backoff::new(ms(20_000), ms(20_000)));
    let writer = writer(&fake, settings);
    writer.submit(item(1)).await.unwrap();
    pass(1).await;
    freeze(Duration::from_secs(600)).await;
    let items = timed(writer.flush()).await.0;
    assert!(items[0].maybe_delivered);
    assert_eq!(fake.sent(), [[1]]);
}
