//! A scope is flushed, withdrawn and collected by itself.

use std::collections::BTreeSet;

use batch_core::{Cause, Duplicates, Linger, Settings};
use tokio::time::Instant;

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ids, ms, pass, room_of, settle, timed, writer};

fn in_ms(millis: u64) -> Instant {
    Instant::now() + ms(millis)
}

#[tokio::test(start_paused = true)]
async fn two_scopes_that_flush_with_different_deadlines_touch_only_their_own() {
    let fake = Fake::acts([Act::accept().after(800)]);
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    let (soon, late) = (writer.scope(), writer.scope());
    writer.submit(item(1)).await.unwrap();
    settle().await;
    for id in [10, 11] {
        soon.submit(item(id)).await.unwrap();
        late.submit(item(id + 10)).await.unwrap();
    }
    let late_flush = tokio::spawn(async move { timed(late.flush_by(in_ms(2_000))).await });
    let (items, took) = timed(soon.flush_by(in_ms(300))).await;
    assert_eq!((ids(&items), took), (vec![10, 11], ms(300)));
    assert!(items.iter().all(|item| matches!(item.cause, Cause::Withdrawn(None))));
    let (items, took) = late_flush.await.unwrap();
    assert_eq!(
        (ids(&items), took),
        (vec![], ms(800)),
        "it waits for the request before it, and is delivered"
    );
    assert_eq!(fake.sent(), [vec![1], vec![20, 21]]);
    assert!(at_once(writer.flush()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_flush_waits_for_nothing_of_others_and_gives_back_nothing_of_theirs() {
    let fake = Fake::acts([Act::reject(), Act::Hang]);
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(60_000))).max_batch_entries(2));
    let scope = writer.scope();
    scope.submit(item(1)).await.unwrap();
    writer.submit(item(2)).await.unwrap();
    settle().await;
    writer.submit(item(3)).await.unwrap();
    assert_eq!(ids(&at_once(scope.flush()).await), [1], "it ends its own linger, and others' with it");
    settle().await;
    assert_eq!(fake.sent(), [vec![1, 2], vec![3]]);
    assert!(at_once(scope.flush()).await.is_empty());
    assert_eq!(ids(&writer.take_unprocessed()), [2]);
    assert!(scope.take_unprocessed().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_scope_leaves_is_the_writers() {
    let fake = Fake::acts([Act::reject(), Act::reject().after(100), Act::reject().after(100)]);
    let writer = writer(&fake, Settings::new());
    let scope = writer.scope();
    scope.submit(item(1)).await.unwrap();
    pass(1).await;
    scope.submit(item(2)).await.unwrap();
    let receipt = scope.submit_tracked(item(3)).await.unwrap();
    settle().await;
    assert!(writer.take_unprocessed().is_empty());
    let permit = scope.reserve().await.unwrap();
    drop(scope);
    assert_eq!(ids(&writer.take_unprocessed()), [1]);
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((ids(&items), took), (vec![2], ms(100)));
    drop(receipt);
    permit.submit(item(4)).unwrap();
    let mut items = ids(&writer.flush().await);
    items.sort_unstable();
    assert_eq!(items, [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_withdrew_what_flies_may_be_dropped_meanwhile() {
    let fake = Fake::acts([Act::accept().after(500)]);
    let writer = writer(&fake, Settings::new());
    let scope = writer.scope();
    scope.submit(item(1)).await.unwrap();
    settle().await;
    assert_eq!(ids(&scope.flush_by(in_ms(100)).await), [1]);
    drop(scope);
    assert!(at_once(writer.flush()).await.is_empty(), "its copy was given back");
    pass(1_000).await;
    let stats = writer.stats();
    assert_eq!((stats.inside, stats.late, stats.bytes), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_all_scopes_and_leaves_them_their_failures() {
    let fake = Fake::acts([Act::reject().after(50), Act::reject().after(90)]);
    let writer = writer(&fake, Settings::new().max_batch_entries(1));
    let scope = writer.scope();
    writer.submit(item(1)).await.unwrap();
    scope.submit(item(2)).await.unwrap();
    let (items, took) = timed(writer.shutdown()).await;
    assert_eq!((ids(&items), took), (vec![1], ms(90)));
    assert_eq!(ids(&at_once(scope.flush()).await), [2]);
    assert!(scope.submit(item(3)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_with_a_deadline_withdraws_from_all_scopes() {
    let writer = writer(&Fake::by(|_| Act::Hang), Settings::new().in_flight(1..=1));
    let scope = writer.scope();
    writer.submit(item(1)).await.unwrap();
    settle().await;
    scope.submit(item(2)).await.unwrap();
    let (items, took) = timed(writer.shutdown_by(in_ms(200))).await;
    assert_eq!((ids(&items), took), (vec![1], ms(200)));
    assert_eq!(ids(&at_once(scope.flush()).await), [2]);
}

#[tokio::test(start_paused = true)]
async fn failures_of_a_live_scope_are_not_discarded_for_room() {
    let fake = Fake::by(|_| Act::reject());
    let writer = writer(&fake, Settings::new().max_entries(2).max_bytes(room_of(2, 2_000)));
    let scope = writer.scope();
    for id in [1, 2] {
        drop(scope.submit_tracked(item(id)).await.unwrap());
    }
    settle().await;
    let waiting = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.is_ok() }
    })
    .await;
    settle().await;
    assert_eq!(writer.stats().discarded, 0);
    assert!(!waiting.await.unwrap().0, "nothing is about to collect them");
    drop(scope);
    writer.try_submit(item(4)).unwrap();
    assert_eq!(writer.stats().discarded, 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_superseded_by_another_scope_keeps_no_flush_waiting() {
    let settings = Settings::new().duplicates(Duplicates::KeepLast).linger(Linger::Fixed(ms(1_000)));
    let writer = writer(&Fake::acts([Act::reject()]), settings);
    let (older, newer) = (writer.scope(), writer.scope());
    let first = older.submit_tracked(item(1).identity("same")).await.unwrap();
    newer.submit(item(2).identity("same")).await.unwrap();
    assert!(at_once(first).await.unwrap().is_superseded());
    assert!(at_once(older.flush()).await.is_empty());
    assert_eq!(ids(&newer.flush().await), [2]);
}

#[tokio::test(start_paused = true)]
async fn concurrent_invocations_get_back_exactly_what_is_theirs() {
    let mut requests = 0;
    let fake = Fake::by(move |_| {
        requests += 1;
        match requests % 7 {
            0 => Act::Hang,
            1 => Act::retry().after(requests % 50),
            2 => Act::reject().after(requests % 90),
            _ => Act::accept().after(requests % 130),
        }
    });
    let writer = writer(&fake, Settings::new().attempt_timeout(ms(2_000)));
    let invocation = |n: u32| {
        let writer = writer.clone();
        async move {
            pass(u64::from(n * 37 % 1_000)).await;
            let scope = writer.scope();
            let mine = n * 100..n * 100 + n % 30;
            for id in mine.clone() {
                scope.submit(item(id)).await.unwrap();
            }
            let failed = scope.flush_by(in_ms(u64::from(50 + n * 13 % 400))).await;
            let failed: BTreeSet<u32> = ids(&failed).into_iter().collect();
            assert!(failed.iter().all(|id| mine.contains(id)), "{failed:?} are not all of {mine:?}");
            (mine.len(), failed.len())
        }
    };
    let invocations: Vec<_> = (1..200).map(|n| tokio::spawn(invocation(n))).collect();
    let (mut submitted, mut failed) = (0, 0);
    for invocation in invocations {
        let (mine, back) = invocation.await.unwrap();
        (submitted, failed) = (submitted + mine, failed + back);
    }
    assert!(writer.flush().await.is_empty(), "each has its own");
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.handed_back), (submitted as u64, failed as u64));
    assert_eq!(stats.delivered + stats.handed_back, stats.accepted);
    assert!(failed > 100 && submitted - failed > 100, "{failed} of {submitted}");
}
