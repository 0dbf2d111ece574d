//! A request refused as a whole is split until the culprit is alone; its mates are delivered.

use std::collections::BTreeSet;

use batch_core::{Backoff, Cause, Class, Failure, Order, Refusal, Settings, Verdict, Writer};

use crate::fake::{Act, Fake, Request, item};
use crate::support::{at_once, ids, ms, settle, timed, writer};

/// Refuses whole requests that carry one of the poisonous entries, for the reason given.
fn poisoned(poison: impl Into<BTreeSet<u32>>, reason: fn(&Request) -> String) -> Fake {
    let poison = poison.into();
    let script = move |request: &Request| {
        if request.items.iter().any(|item| poison.contains(&item.id)) {
            Act::Say(Err(Refusal::new(Class::Split, Failure::new(reason(request)))))
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
async fn nothing_but_the_culprits_of_a_full_request_comes_back_whatever_their_share() {
    for share in [0.01, 0.3, 0.5, 0.7, 1.0] {
        for count in [10, 25, 500, 1_000] {
            let mut random = fastrand::Rng::with_seed(u64::from(count));
            check_culprits(count, (0..count).filter(|_| random.f64() < share).collect()).await;
            let run = (f64::from(count) * share) as u32;
            for first in [0, (count - run) / 2, count - run] {
                check_culprits(count, (first..first + run).collect()).await;
            }
        }
    }
}

/// Checks that of one request the culprits come back, each refused alone, and all else is delivered.
async fn check_culprits(count: u32, culprits: BTreeSet<u32>) {
    let fake = poisoned(culprits.clone(), malformed).of(count as usize);
    let writer = writer(&fake, Settings::new());
    assert_eq!(send_all(&writer, count).await, culprits.iter().copied().collect::<Vec<_>>());
    let requests = fake.sent();
    let alone: BTreeSet<u32> = requests.iter().filter(|ids| ids.len() == 1).flatten().copied().collect();
    assert!(alone.is_superset(&culprits), "one of {count} is called a culprit without a request of its own");
    let most = budget(count as usize).min(2 * culprits.len() * levels(count) + 1);
    assert!(requests.len() <= most, "{} requests for {} of {count}", requests.len(), culprits.len());
}

/// The requests that the isolation of so many entries may take, as the documentation has it.
fn budget(entries: usize) -> usize {
    entries * 3 / 2 + 25
}

fn levels(entries: u32) -> usize {
    entries.next_power_of_two().ilog2() as usize
}

#[tokio::test(start_paused = true)]
async fn where_all_are_culprits_each_takes_about_one_request() {
    let fake = poisoned(BTreeSet::from_iter(0..1_000), malformed).of(1_000);
    let writer = writer(&fake, Settings::new());
    assert_eq!(send_all(&writer, 1_000).await, (0..1_000).collect::<Vec<_>>());
    assert_eq!(fake.requests().len(), 1_010, "ten to find the first, and one for each");
}

#[tokio::test(start_paused = true)]
async fn what_is_left_when_the_budget_is_spent_may_be_submitted_again() {
    // The last is refused, and the first is throttled by itself as often as it is tried.
    let fake = Fake::by(|request| match request.has(29) {
        true => Act::split(),
        false => Act::each(|item| match item.id {
            0 => Verdict::Throttled(Failure::new("SlowDown")),
            id => Verdict::Accepted(id),
        }),
    });
    let fake = fake.of(30);
    let settings = Settings::new().order(Order::Relaxed).backoff(Backoff::new(ms(1), ms(1)));
    let writer = writer(&fake, settings);
    for id in 0..30 {
        writer.try_submit(item(id).lane("a")).unwrap();
    }
    let items = writer.flush().await;
    assert_eq!((ids(&items), writer.stats().delivered), (vec![0, 29], 28));
    for item in items {
        assert!(
            matches!(&item.cause, Cause::Unisolated(failure) if failure.code() == "Malformed"),
            "{item:?}"
        );
    }
    assert_eq!(fake.requests().len(), budget(30));
    fake.requests().iter().for_each(|request| assert_ne!(request.ids(), [29], "it was never alone"));
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
            Ok(sent) => assert!(sent.attempts > 1 && !sent.maybe_duplicate),
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
