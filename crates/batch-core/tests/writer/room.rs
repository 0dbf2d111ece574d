//! Room: who waits for it, in what order, and what the bounds bound.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use batch_core::{ENTRY_OVERHEAD_BYTES, Settings, SubmitError};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, begun, ms, pass, room_of, settle, timed, writer};

#[tokio::test(start_paused = true)]
async fn submit_waits_only_for_room() {
    let fake = Fake::by(|_| Act::accept().after(100));
    let writer = writer(&fake, Settings::new().max_entries(3));
    for id in 1..=3 {
        at_once(writer.submit(item(id))).await.unwrap();
    }
    let (accepted, took) = timed(writer.submit(item(4))).await;
    accepted.unwrap();
    assert_eq!(took, ms(100));
    assert_eq!(fake.sent(), [[1, 2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn waiting_submits_go_on_in_the_order_in_which_they_came() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().max_entries(1));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for id in 1..=5 {
        let (writer, order) = (writer.clone(), Arc::clone(&order));
        tasks.push(
            begun(async move {
                writer.submit(item(id)).await.unwrap();
                order.lock().unwrap().push(id);
            })
            .await,
        );
    }
    for (n, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap().1, ms(10 * n), "one place is free after each answer");
    }
    drop(writer.flush().await);
    assert_eq!(*order.lock().unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(fake.sent(), [[1], [2], [3], [4], [5]]);
}

#[tokio::test(start_paused = true)]
async fn try_submit_gives_the_entry_back_when_there_is_no_room() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.try_submit(item(1)).unwrap();
    let _receipt = writer.try_submit_tracked(item(2)).unwrap();
    let full = writer.try_submit(item(3)).unwrap_err();
    assert!(matches!(full, SubmitError::Full(_)));
    assert_eq!(full.into_entry().id, 3);
    assert_eq!(writer.try_submit_tracked(item(4)).unwrap_err().into_entry().id, 4);
    assert_eq!(writer.stats().accepted, 2);
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_a_waiting_submit_even_with_a_smaller_entry() {
    let fake = Fake::acts([Act::accept().after(50), Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_bytes(room_of(2, 1_976)));
    writer.submit(item(1).bytes(1_000)).await.unwrap();
    let large = begun({
        let writer = writer.clone();
        async move { writer.submit(item(2).bytes(1_000)).await.unwrap() }
    })
    .await;
    assert!(matches!(writer.try_submit(item(3)), Err(SubmitError::Full(_))), "item 2 was there first");
    let small = begun({
        let writer = writer.clone();
        async move { writer.submit(item(4)).await.unwrap() }
    })
    .await;
    pass(49).await;
    assert_eq!(writer.stats().accepted, 1);
    assert_eq!(large.await.unwrap().1, ms(50));
    assert_eq!(small.await.unwrap().1, ms(50));
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_can_never_be_sent_is_refused_even_when_the_writer_is_full() {
    let fake = Fake::acts([Act::Hang]);
    let writer = writer(&fake, Settings::new().max_entries(1).max_bytes(5_000));
    writer.submit(item(1)).await.unwrap();
    settle().await;
    let invalid = at_once(writer.submit(item(2).bytes(0))).await.unwrap_err();
    assert_eq!(invalid.to_string(), "invalid entry: it is empty");
    let large = at_once(writer.submit(item(3).bytes(1_001))).await.unwrap_err();
    assert!(matches!(large, SubmitError::TooLarge { bytes: 1_001, limit: 1_000, .. }), "{large}");
    assert_eq!(large.into_entry().id, 3);
    let heavy = at_once(writer.submit(item(4).heap(5_000))).await.unwrap_err();
    let SubmitError::TooLarge { bytes, limit, .. } = heavy else { panic!("{heavy}") };
    assert_eq!((bytes, limit), (room_of(1, 5_000), 5_000));
    assert_eq!(writer.stats().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_charged_its_memory_until_it_is_answered() {
    let fake = Fake::acts([Act::accept().after(10)]);
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1).bytes(100).heap(300)).await.unwrap();
    assert_eq!(writer.stats().bytes, 300 + ENTRY_OVERHEAD_BYTES as u64);
    pass(11).await;
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn memory_stays_within_its_bound_while_the_service_throttles_many_submitters() {
    let fake = Fake::by(|request| match request.began {
        early if early < ms(3_000) => Act::throttle().after(5),
        _ => Act::accept().after(5),
    });
    let bound = room_of(40, 0);
    let writer = writer(&fake, Settings::new().max_bytes(bound).max_attempts(1));
    let mut submitters = Vec::new();
    for n in 0..40 {
        let writer = writer.clone();
        submitters.push(tokio::spawn(async move {
            for id in 25 * n..25 * (n + 1) {
                writer.submit(item(id).bytes(100 + id as usize % 900)).await.unwrap();
            }
        }));
    }
    let mut most = 0;
    while writer.stats().delivered < 1_000 {
        let stats = writer.stats();
        most = most.max(stats.bytes);
        assert!(stats.bytes <= bound as u64, "{stats:?}");
        assert_eq!(stats.accepted, stats.delivered + stats.handed_back + stats.inside, "{stats:?}");
        assert!(stats.in_flight <= stats.inside && stats.inside <= 39, "{stats:?}");
        pass(1).await;
    }
    assert!(most > bound as u64 * 9 / 10, "the bound is used: {most}");
    for submitter in submitters {
        submitter.await.unwrap();
    }
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_hot_loop_of_submits_lets_the_driver_work() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let mut accepted_before_first_request = None;
    for id in 0..5_000 {
        at_once(writer.submit(item(id))).await.unwrap();
        if accepted_before_first_request.is_none() && !fake.sent().is_empty() {
            accepted_before_first_request = Some(id);
        }
    }
    let accepted = accepted_before_first_request.expect("a request is sent long before the buffer is full");
    assert!(accepted < 1_000, "{accepted} entries were accepted before the first request");
}

#[tokio::test(start_paused = true)]
async fn a_hot_loop_of_submits_in_a_task_lets_the_driver_work() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let hot = writer.clone();
    tokio::spawn(async move {
        for id in 0..5_000 {
            let _receipt = hot.submit_tracked(item(id)).await.unwrap();
        }
    })
    .await
    .unwrap();
    assert!(writer.stats().delivered > 3_000, "{:?}", writer.stats());
}

/// A lane that waits for the response to its request calls no driver.
#[tokio::test(start_paused = true)]
async fn a_hot_loop_of_submits_to_a_busy_lane_lets_responses_arrive() {
    let fake = Fake::by(|_| Act::accept_over_network()).of(200);
    let writer = writer(&fake, Settings::new());
    for id in 0..5_000 {
        writer.submit(item(id).lane("a")).await.unwrap();
    }
    assert!(writer.stats().delivered >= 1_000, "{:?}", writer.stats());
}

#[tokio::test]
async fn submits_leave_a_driver_alone_that_has_nothing_to_do() {
    let fake = Fake::by(|_| Act::Hang);
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    let others = Arc::new(AtomicUsize::new(0));
    let turns = Arc::clone(&others);
    let other = tokio::spawn(async move {
        loop {
            turns.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    for id in 0..5_000 {
        writer.submit(item(id)).await.unwrap();
    }
    other.abort();
    let turns = others.load(Ordering::Relaxed);
    assert!(turns < 100, "another task had {turns} turns while 5,000 entries were submitted");
}
