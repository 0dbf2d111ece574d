//! What the writer makes of answers, wrong answers, panics and no answer.

use batch_core::{Cause, Failure, OnAmbiguous, Settings, Verdict, Verdicts};

use crate::fake::{Act, Fake, Item, accepted, item};
use crate::support::{at_once, ids, ms, pass, timed, writer};

/// As many acceptances, whatever the request carries.
fn verdicts(count: u32) -> Act {
    Act::Say(Ok(Verdicts::Each((0..count).map(Verdict::Accepted).collect())))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_sends_only_what_failed_again() {
    let fussy = |item: &Item| match item.id {
        2 => Verdict::Retry(Failure::new("Busy")),
        3 => Verdict::Reject(Failure::new("Refused")),
        4 => Verdict::Throttled(Failure::new("SlowDown")),
        5 => Verdict::Ambiguous(Failure::new("NotMentioned")),
        _ => accepted(item),
    };
    let fake = Fake::acts([Act::each(fussy)]);
    let writer = writer(&fake, Settings::new());
    for id in 1..=6 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(ids(&writer.flush().await), [3]);
    let mut again: Vec<_> = fake.sent()[1..].concat();
    again.sort_unstable();
    assert_eq!(again, [2, 4, 5]);
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back, stats.retries, stats.ambiguous), (5, 1, 3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_panicking_service_is_ambiguous_and_loses_nothing() {
    let fake = Fake::acts([Act::Panic, Act::Panic.after(20)]);
    let writer = writer(&fake, Settings::new());
    let mut receipts = Vec::new();
    for id in 1..=5 {
        receipts.push(writer.submit_tracked(item(id)).await.unwrap());
    }
    for receipt in receipts {
        let sent = receipt.await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (3, true));
    }
    assert_eq!(writer.stats().requests_in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_always_panics_hands_the_entries_back() {
    let fake = Fake::by(|_| Act::Panic);
    let writer = writer(&fake, Settings::new().max_attempts(3).in_flight(1..=1));
    writer.submit(item(1).lane("a")).await.unwrap();
    let items = writer.flush().await;
    assert!(matches!(&items[0].cause, Cause::RetriesExhausted(f) if f.code() == "ServicePanicked"));
    assert_eq!((items[0].attempts, items[0].maybe_delivered), (3, true));
    assert_eq!(items[0].entry.lane, Some("a"));
}

#[tokio::test(start_paused = true)]
async fn a_panic_frees_the_lane_and_the_place_in_flight() {
    let fake = Fake::acts([Act::Panic]);
    let writer = writer(&fake, Settings::new().max_attempts(1).in_flight(1..=1));
    writer.submit(item(1).lane("a")).await.unwrap();
    assert_eq!(ids(&writer.flush().await), [1]);
    at_once(writer.submit_tracked(item(2).lane("a")).await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_number_of_verdicts_makes_the_whole_request_ambiguous() {
    for wrong in [0, 2, 4, 100] {
        let fake = Fake::acts([verdicts(wrong)]);
        let writer = writer(&fake, Settings::new());
        let mut receipts = Vec::new();
        for id in 1..=3 {
            receipts.push(writer.submit_tracked(item(id)).await.unwrap());
        }
        for (id, receipt) in (1..=3).zip(receipts) {
            let sent = receipt.await.unwrap();
            assert_eq!((sent.response, sent.attempts, sent.maybe_duplicate), (Some(id), 2, true), "{wrong}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_miscounted_answer_names_both_numbers() {
    let fake = Fake::by(|_| verdicts(2));
    let writer = writer(&fake, Settings::new().max_attempts(1));
    writer.submit(item(1)).await.unwrap();
    let items = writer.flush().await;
    let failure = items[0].cause.failure().unwrap();
    assert_eq!(
        failure.to_string(),
        "VerdictsMiscounted: the number of verdicts is 2, but that of entries is 1"
    );
    assert!(items[0].maybe_delivered);
}

#[tokio::test(start_paused = true)]
async fn ambiguous_entries_are_handed_back_where_the_user_asked_for_it() {
    let unsure = |item: &Item| match item.id {
        1 => Verdict::Ambiguous(Failure::new("NotMentioned")),
        _ => accepted(item),
    };
    let acts = [Act::each(unsure), Act::ambiguous(), Act::Hang, Act::Panic, verdicts(7), Act::retry()];
    let fake = Fake::acts(acts);
    let writer = writer(&fake, Settings::new().on_ambiguous(OnAmbiguous::HandBack));
    let codes = ["NotMentioned", "Reset", "AttemptTimeout", "ServicePanicked", "VerdictsMiscounted"];
    for (id, code) in (1..).zip(codes) {
        writer.submit(item(id)).await.unwrap();
        let items = writer.flush().await;
        assert_eq!(ids(&items), [id], "{code}");
        assert!(matches!(&items[0].cause, Cause::Ambiguous(failure) if failure.code() == code));
        assert_eq!((items[0].attempts, items[0].maybe_delivered), (1, true));
    }
    writer.submit(item(6)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 0, "what is not ambiguous is sent again");
    assert_eq!(fake.sent().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_answer_hands_back_that_request_only() {
    let fake = Fake::acts([Act::fatal().after(10), Act::accept().after(20)]);
    let writer = writer(&fake, Settings::new().max_batch_entries(2));
    for id in 1..=4 {
        writer.submit(item(id)).await.unwrap();
    }
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((ids(&items), took), (vec![1, 2], ms(20)));
    assert!(items.iter().all(|item| !item.maybe_delivered && item.attempts == 1));
    assert!(matches!(&items[0].cause, Cause::Fatal(failure) if failure.code() == "AccessDenied"));
    at_once(writer.submit_tracked(item(5)).await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rejected_entry_is_handed_back_at_once_with_the_services_reason() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let failed = at_once(writer.submit_tracked(item(1)).await.unwrap()).await.unwrap_err();
    assert!(matches!(&failed.cause, Cause::Rejected(failure) if failure.code() == "Refused"));
    pass(60_000).await;
    assert_eq!(fake.sent(), [[1]]);
}
