//! Lanes: order inside of each, no waiting between them.

use batch_core::{Failure, Order, Settings, Verdict, Verdicts};

use crate::fake::{Act, Fake, item};
use crate::support::{at_once, ids, ms, peak, settle, timed, writer};

#[tokio::test(start_paused = true)]
async fn a_lane_has_one_request_in_flight_and_others_go_in_parallel() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().max_batch_entries(1));
    for id in 0..4 {
        writer.submit(item(id).lane("a")).await.unwrap();
        writer.submit(item(10 + id).lane("b")).await.unwrap();
    }
    let (_, took) = timed(writer.flush()).await;
    assert_eq!(took, ms(40), "four times one request of each lane");
    let requests = fake.requests();
    assert_eq!(peak(&requests), 2);
    let of_a: Vec<_> = fake.sent().concat().into_iter().filter(|&id| id < 10).collect();
    assert_eq!(of_a, [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_retries_holds_nobody_else_up() {
    let fake = Fake::by(|request| if request.has(1) { Act::retry() } else { Act::accept() });
    let writer = writer(&fake, Settings::new().max_attempts(100).delivery_deadline(ms(3_000)));
    writer.submit(item(1).lane("a")).await.unwrap();
    settle().await;
    for id in 2..=5 {
        let receipt = writer.submit_tracked(item(id).lane("b")).await.unwrap();
        at_once(receipt).await.unwrap();
    }
    at_once(writer.submit_tracked(item(6)).await.unwrap()).await.unwrap();
    assert_eq!(ids(&writer.flush().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_retried_entry_goes_before_later_entries_of_its_lane() {
    let fake = Fake::acts([Act::retry(), Act::ambiguous()]);
    let writer = writer(&fake, Settings::new().order(Order::Strict));
    for id in 1..=3 {
        writer.submit(item(id).lane("a")).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(fake.sent(), [[1], [1], [1], [2], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_relaxed_lane_may_share_a_request_and_a_strict_one_may_not() {
    for (order, requests) in [(Order::Relaxed, 1), (Order::Strict, 3)] {
        let fake = Fake::accepting();
        let writer = writer(&fake, Settings::new().order(order));
        for id in 1..=3 {
            writer.submit(item(id).lane("a")).await.unwrap();
        }
        drop(writer.flush().await);
        assert_eq!((fake.sent().len(), fake.sent().concat()), (requests, vec![1, 2, 3]));
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_handed_back_does_not_stop_its_lane() {
    let fake = Fake::acts([Act::reject(), Act::fatal()]);
    let writer = writer(&fake, Settings::new().order(Order::Strict));
    for id in 1..=3 {
        writer.submit(item(id).lane("a")).await.unwrap();
    }
    let (items, took) = timed(writer.flush()).await;
    assert_eq!((ids(&items), took), (vec![1, 2], ms(0)));
    assert_eq!(fake.sent(), [[1], [2], [3]]);
}

const THREE: [&str; 3] = ["a", "b", "c"];

#[tokio::test(start_paused = true)]
async fn entries_of_many_lanes_go_in_the_order_in_which_they_came() {
    let fake = Fake::accepting().of(100);
    let writer = writer(&fake, Settings::new());
    for id in 0..60 {
        writer.submit(item(id).lane(THREE[id as usize / 2 % 3])).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(fake.sent().concat(), (0..60).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn each_receipt_reads_its_own_response_where_others_of_its_request_failed() {
    let fake = Fake::by(|request| {
        let ids = request.ids();
        let failed = ids.iter().enumerate().filter(|(_, id)| *id % 4 == 1 && request.number == 0);
        let failed = failed.map(|(position, _)| (position, Verdict::Retry(Failure::new("Busy")))).collect();
        Act::Say(Ok(Verdicts::all_accepted(move |position| ids[position]).except(failed)))
    });
    let writer = writer(&fake.of(100), Settings::new());
    let mut receipts = Vec::new();
    for id in 0..60 {
        receipts.push(writer.submit_tracked(item(id).lane(THREE[id as usize % 3])).await.unwrap());
    }
    assert_eq!(writer.flush().await.len(), 0);
    for (id, receipt) in (0..).zip(receipts) {
        assert_eq!(receipt.await.unwrap().response, Some(id));
    }
}
