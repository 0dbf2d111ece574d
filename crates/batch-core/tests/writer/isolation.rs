//! A request refused as a whole is split until the culprit is alone; its mates are delivered.

use std::collections::BTreeSet;

use batch_core::{Cause, Failure, Reply, Settings, Writer};

use crate::fake::{Act, Fake, Request, item};
use crate::support::{at_once, ids, ms, settle, timed, writer};

/// Refuses whole requests that carry one of the poisonous entries, for the reason given.
fn poisoned(poison: impl Into<BTreeSet<u32>>, reason: fn(&Request) -> String) -> Fake {
    let poison = poison.into();
    let script = move |request: &Request| {
        if request.items.iter().any(|item| poison.contains(&item.id)) {
            Act::Say(Reply::Split(Failure::new(reason(request))))
        } else {
            Act::accept()
        }
    };
    Fake::by(script).of(32)
}

fn malformed(_: &Request) -> String {
    "Malformed".to_owned()
}

/// Submits `0..count` in one request; what comes back.
async fn send_all(writer: &Writer<Fake>, count: u32) -> Vec<u32> {
    for id in 0..count {
        writer.try_submit(item(id)).unwrap();
    }
    let items = writer.flush().await;
    assert!(items.iter().all(|item| matches!(item.cause, Cause::Rejected(_)) && !item.maybe_delivered));
    ids(&items)
}

#[tokio::test(start_paused = true)]
async fn one_poisonous_entry_comes_back_alone_wherever_it_stands() {
    for culprit in 0..16 {
        let fake = poisoned([culprit], malformed);
        let writer = writer(&fake, Settings::new());
        assert_eq!(send_all(&writer, 16).await, [culprit]);
        assert_eq!(writer.stats().delivered, 15);
        let requests = fake.requests().len();
        assert!(requests <= 2 * 4 + 1, "{requests} requests for culprit {culprit} of 16");
    }
}

#[tokio::test(start_paused = true)]
async fn several_poisonous_entries_come_back_after_a_bounded_number_of_requests() {
    for culprits in [vec![0, 31], vec![5, 6], vec![1, 9, 17, 25], vec![0, 1, 2, 3, 4, 5, 6]] {
        let fake = poisoned(BTreeSet::from_iter(culprits.clone()), malformed);
        let writer = writer(&fake, Settings::new());
        assert_eq!(send_all(&writer, 32).await, culprits);
        assert_eq!(writer.stats().delivered as usize, 32 - culprits.len());
        let (requests, most) = (fake.requests().len(), 2 * culprits.len() * 5 + 1);
        assert!(requests <= most, "{requests} requests for {culprits:?} of 32");
    }
}

#[tokio::test(start_paused = true)]
async fn after_eight_alone_for_the_same_reason_the_rest_is_tried_once_and_handed_back() {
    let fake = poisoned(BTreeSet::from_iter(0..32), malformed);
    let writer = writer(&fake, Settings::new());
    assert_eq!(send_all(&writer, 32).await, (0..32).collect::<Vec<_>>());
    let requests = fake.requests();
    let alone = requests.iter().filter(|request| request.items.len() == 1).count();
    assert_eq!((alone, requests.last().unwrap().items.len()), (8, 24));
}

#[tokio::test(start_paused = true)]
async fn after_eight_alone_a_rest_that_is_good_is_delivered_together() {
    let fake = poisoned(BTreeSet::from_iter(0..8), malformed);
    let writer = writer(&fake, Settings::new());
    assert_eq!(send_all(&writer, 32).await, (0..8).collect::<Vec<_>>());
    assert_eq!(fake.sent().last().unwrap().len(), 24);
}

#[tokio::test(start_paused = true)]
async fn eight_alone_for_different_reasons_prove_nothing() {
    let fake = poisoned(BTreeSet::from_iter(0..31), |request| format!("Reason{}", request.items[0].id));
    let writer = writer(&fake, Settings::new());
    assert_eq!(send_all(&writer, 32).await, (0..31).collect::<Vec<_>>());
    assert_eq!(writer.stats().delivered, 1, "the last one is good");
}

#[tokio::test(start_paused = true)]
async fn splitting_uses_up_no_attempt_and_no_time() {
    let fake = poisoned([3], malformed);
    let writer = writer(&fake, Settings::new().max_attempts(1));
    let mut receipts = Vec::new();
    for id in 0..8 {
        receipts.push(writer.try_submit_tracked(item(id)).unwrap());
    }
    drop(at_once(writer.flush()).await);
    for (id, receipt) in (0..8).zip(receipts) {
        match receipt.await {
            Ok(sent) => assert!(sent.attempts > 1 && !sent.maybe_doubled),
            Err(culprit) => assert_eq!((culprit.entry.id, id), (3, 3)),
        }
    }
    assert!(writer.stats().splits > 0);
}

#[tokio::test(start_paused = true)]
async fn an_entry_refused_alone_is_the_culprit_at_once() {
    let fake = Fake::acts([Act::split()]);
    let writer = writer(&fake, Settings::new());
    let failed = at_once(writer.submit_tracked(item(1)).await.unwrap()).await.unwrap_err();
    assert!(matches!(&failed.cause, Cause::Rejected(failure) if failure.code() == "Malformed"));
    assert_eq!((failed.attempts, writer.stats().splits), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_halves_of_a_lane_go_one_after_the_other_in_order() {
    let fake = Fake::by(|request| match request.has(5) {
        true => Act::split().after(10),
        false => Act::accept().after(10),
    });
    let writer = writer(&fake, Settings::new());
    for id in 0..10 {
        writer.submit(item(id).lane("a")).await.unwrap();
    }
    for id in 10..13 {
        writer.submit(item(id).lane("a")).await.unwrap();
    }
    assert_eq!(ids(&writer.flush().await), [5]);
    let accepted = fake.requests().into_iter().filter(|request| !request.has(5));
    let order: Vec<_> = accepted.flat_map(|request| request.ids()).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]);
}

#[tokio::test(start_paused = true)]
async fn an_isolation_holds_nobody_else_up() {
    let fake = Fake::by(|request| match request.items[0].id {
        0..10 => Act::split().after(1_000),
        _ => Act::accept(),
    });
    let writer = writer(&fake, Settings::new());
    for id in 0..10 {
        writer.submit(item(id)).await.unwrap();
    }
    settle().await;
    for id in 10..30 {
        writer.submit(item(id)).await.unwrap();
    }
    let (_, took) = timed(async {
        while writer.stats().delivered < 20 {
            crate::support::pass(1).await;
        }
    })
    .await;
    assert!(took <= ms(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_fails_otherwise_meanwhile_is_sent_again() {
    let fake = Fake::acts([Act::split(), Act::retry(), Act::throttle(), Act::ambiguous(), Act::unsent()]);
    let writer = writer(&fake, Settings::new());
    for id in 0..10 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!((writer.stats().delivered, writer.stats().splits), (10, 1));
}
