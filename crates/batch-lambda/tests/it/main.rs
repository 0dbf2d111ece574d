//! Invocations on paused time: what they wait for, what they report, and what they leave.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]
#![expect(clippy::disallowed_methods, reason = "a test reads the paused clock")]

mod fake;
mod time;
mod writers;

use std::time::Duration;

use batch_core::{Settings, Writer};
use batch_lambda::{BatchItemFailures, Invocation};
use tokio::time::Instant;

use crate::fake::{Act, Fake};

fn ids(failures: &BatchItemFailures) -> Vec<&str> {
    failures.ids().collect()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn writer(fake: &Fake) -> Writer<Fake> {
    with(fake, Settings::new())
}

fn with(fake: &Fake, settings: Settings) -> Writer<Fake> {
    Writer::builder(fake.clone()).settings(settings).seed(7).build().unwrap()
}

/// An invocation that has a second and a half.
fn invocation() -> Invocation {
    Invocation::with_remaining(ms(2_000))
}

#[tokio::test(start_paused = true)]
async fn what_was_delivered_is_not_reported_and_costs_no_time() {
    let writer = writer(&Fake::accepting());
    let (begun, invocation) = (Instant::now(), invocation());
    let scope = invocation.scope(&writer);
    for id in 0..10 {
        scope.submit(&invocation.message(id.to_string()), id).await;
    }
    let failures = invocation.finish().await;
    assert!(failures.is_empty() && failures.reasons().is_empty(), "{failures:?}");
    assert_eq!((writer.stats().delivered, begun.elapsed()), (10, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn an_item_fails_with_any_of_its_entries_and_says_why() {
    let fake = Fake::by(|id| if id % 3 == 0 { Act::Reject } else { Act::Accept });
    let writer = writer(&fake);
    let invocation = invocation();
    let scope = invocation.scope(&writer);
    for (id, entries) in [("a", [1, 2]), ("b", [4, 6]), ("c", [9, 12]), ("d", [1, -1])] {
        let item = invocation.message(id);
        for entry in entries {
            scope.submit(&item, entry).await;
        }
    }
    invocation.message("e").fail("it is no order");
    let _ = invocation.message("f");
    let failures = invocation.finish().await;
    assert_eq!(ids(&failures), ["b", "c", "d", "e"]);
    let reasons: Vec<_> = failures.reasons().iter().map(ToString::to_string).collect();
    assert!(reasons[0].starts_with("b: not delivered after 1 attempt in "), "{reasons:?}");
    assert!(reasons[0].ends_with(": the service rejected it: Unlucky"), "{reasons:?}");
    assert_eq!(reasons[2..], ["d: invalid entry: it is below 0", "e: it is no order"]);
}

#[tokio::test(start_paused = true)]
async fn the_rules_of_fifo_queues_and_streams_hold_for_failures_that_come_late() {
    let fake = Fake::by(|id| if id == 13 { Act::Reject } else { Act::Accept });
    let writer = writer(&fake);
    let fifo = invocation();
    let scope = fifo.scope(&writer);
    for (id, group, entry) in [("a", "x", 1), ("b", "y", 13), ("c", "x", 2), ("d", "y", 3), ("e", "y", 4)] {
        scope.submit(&fifo.fifo_message(id, group), entry).await;
    }
    assert_eq!(ids(&fifo.finish().await), ["b", "d", "e"]);

    let stream = invocation();
    let scope = stream.scope(&writer);
    for (sequence_number, entry) in [("9", 1), ("10", 13), ("110", 2), ("100", 13)] {
        scope.submit(&stream.record(sequence_number), entry).await;
    }
    let failures = stream.finish().await;
    assert_eq!((ids(&failures), failures.reasons().len()), (vec!["10"], 2));
}

#[tokio::test(start_paused = true)]
async fn what_will_come_again_is_not_submitted() {
    let writer = writer(&Fake::accepting());
    let invocation = invocation();
    let scope = invocation.scope(&writer);
    let items = [
        (invocation.message("a"), [-1, 1]),
        (invocation.message("b"), [2, 3]),
        (invocation.fifo_message("c", "x"), [4, -1]),
        (invocation.fifo_message("d", "x"), [5, 6]),
        (invocation.fifo_message("e", "y"), [7, 8]),
    ];
    for (item, entries) in &items {
        for &entry in entries {
            scope.submit(item, entry).await;
        }
    }
    assert_eq!(ids(&invocation.finish().await), ["a", "c", "d"]);
    assert_eq!(writer.stats().delivered, 5, "2, 3, 4, 7 and 8");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_submission_fails_its_item() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = with(&fake, Settings::new().max_entries(1));
    writer.submit(1).await.unwrap();
    let invocation = invocation();
    let scope = invocation.scope(&writer);
    let item = invocation.message("a");
    assert!(tokio::time::timeout(ms(10), scope.submit(&item, 2)).await.is_err());
    let failures = invocation.finish().await;
    assert_eq!(failures.reasons()[0].to_string(), "a: the submission of an entry was cancelled");
    assert_eq!((ids(&failures), writer.stats().accepted), (vec!["a"], 1));
}

#[tokio::test(start_paused = true)]
async fn an_invocation_that_is_dropped_leaves_its_entries_to_the_writer() {
    let writer = writer(&Fake::by(|id| if id == 1 { Act::Reject } else { Act::Accept }));
    let invocation = invocation();
    let scope = invocation.scope(&writer);
    for id in [1, 2] {
        scope.submit(&invocation.message("a"), id).await;
    }
    drop(scope);
    drop(invocation);
    assert_eq!(writer.flush().await.len(), 1);
    assert_eq!((writer.stats().delivered, writer.stats().inside), (1, 0));
}
