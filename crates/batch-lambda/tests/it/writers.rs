//! Several invocations on one writer, and several writers in one invocation.

use std::time::Duration;

use batch_core::{Settings, Writer};
use batch_lambda::Invocation;
use tokio::time::Instant;

use crate::fake::{Act, Fake};
use crate::{ids, invocation, ms, with, writer};

async fn invoke(writer: Writer<Fake>, remaining: Duration, entries: [i64; 2]) -> (Vec<String>, Duration) {
    let (begun, invocation) = (Instant::now(), Invocation::with_remaining(remaining));
    let scope = invocation.scope(&writer);
    for entry in entries {
        scope.submit(&invocation.message(entry.to_string()), entry).await;
    }
    let failures = invocation.finish().await;
    (failures.ids().map(str::to_owned).collect(), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn concurrent_invocations_neither_wait_for_nor_report_each_others_entries() {
    let fake = Fake::by(|id| match id {
        1 | 2 => Act::Hang,
        3 => Act::Reject,
        _ => Act::Accept,
    });
    // Each entry is a request of its own.
    let writer = with(&fake, Settings::new().max_batch_entries(1));
    let long = tokio::spawn(invoke(writer.clone(), ms(8_000), [1, 4]));
    let short = tokio::spawn(invoke(writer.clone(), ms(4_000), [2, 5]));
    let quick = tokio::spawn(invoke(writer.clone(), ms(8_000), [3, 6]));
    assert_eq!(quick.await.unwrap(), (vec!["3".to_owned()], Duration::ZERO));
    assert_eq!(short.await.unwrap(), (vec!["2".to_owned()], ms(3_500)));
    assert_eq!(long.await.unwrap(), (vec!["1".to_owned()], ms(7_500)));
    assert!(writer.take_unprocessed().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_item_fails_if_any_of_several_writers_does_not_deliver_its_entry() {
    let good = writer(&Fake::accepting());
    let slow = writer(&Fake::by(|id| if id == 2 { Act::Hang } else { Act::Accept }));
    let (begun, invocation) = (Instant::now(), invocation());
    let (one, other) = (invocation.scope(&good), invocation.scope(&slow));
    for id in 1..=3 {
        let item = invocation.fifo_message(id.to_string(), "group");
        one.submit(&item, id).await;
        other.submit(&item, id).await;
        tokio::time::sleep(ms(1)).await;
    }
    let failures = invocation.finish().await;
    assert_eq!((ids(&failures), begun.elapsed()), (vec!["2", "3"], ms(1_500)));
    assert_eq!((good.stats().delivered, slow.stats().delivered), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn an_item_and_a_scope_of_different_invocations_deliver_nothing_and_lose_nothing() {
    let writer = writer(&Fake::accepting());
    let (one, other) = (invocation(), invocation());
    let scope = one.scope(&writer);
    scope.submit(&other.message("a"), 1).await;
    assert!(one.finish().await.is_empty());
    assert_eq!(ids(&other.finish().await), ["a"]);
    assert_eq!(writer.stats().accepted, 0);
}
