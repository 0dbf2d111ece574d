//! The order within a lane.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use batch_core::Order;
use batch_local::{Chosen, Fault, FaultPlan};

use crate::ledger::Ledger;
use crate::stage::{Stage, small_requests, submit};
use batchwright_tests::{Destination, Held, number};

pub(crate) async fn strict_lanes_keep_their_order_through_any_fault<D: Destination>() {
    let kinds: Vec<_> = in_part().into_iter().chain(as_a_whole()).collect();
    for seed in 0..3 {
        check::<D>(Order::Strict, FaultPlan::random(0.3, seed).kinds(&kinds), seed).await;
    }
}

pub(crate) async fn relaxed_lanes_keep_their_order_without_faults<D: Destination>() {
    check::<D>(Order::Relaxed, FaultPlan::none(), 0).await;
}

pub(crate) async fn relaxed_lanes_keep_their_order_unless_a_request_fails_in_part<D: Destination>() {
    for seed in 0..3 {
        check::<D>(Order::Relaxed, FaultPlan::random(0.3, seed).kinds(&as_a_whole()), seed).await;
    }
}

/// Submits while time passes, so that requests of many sizes overlap.
async fn check<D: Destination>(order: Order, plan: FaultPlan, seed: u64) {
    let stage = Stage::<D>::open().await;
    stage.suffer(plan.latency(Duration::from_millis(1)..Duration::from_millis(40)));
    let settings = small_requests::<D>().order(order).attempt_timeout(Duration::from_secs(1)).max_entries(60);
    let writer = stage.seeded(settings, seed);
    let receipts = submit::<D, _>(&writer, 0..200).await;
    drop(writer.flush().await);
    Ledger::of::<D, _>(receipts).await.check(&stage, &writer);
    match order {
        Order::Relaxed => check_order_of(first_copies(stage.destination.held())),
        Order::Strict => check_order(&stage),
    }
}

/// Within a lane nothing comes after a later entry, be it a second copy.
#[track_caller]
pub(crate) fn check_order<D: Destination>(stage: &Stage<D>) {
    check_order_of(stage.destination.held());
}

#[track_caller]
fn check_order_of(held: Vec<Held>) {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for held in held {
        let Some(lane) = held.lane else { continue };
        let n = number(&held.content);
        let earlier = last.insert(lane, n);
        assert!(earlier.is_none_or(|earlier| earlier <= n), "entry {n} came after {earlier:?}");
    }
}

/// A request whose answer was lost is sent again as it was: where it is taken twice, the second
/// copies of its entries come after the first.
fn first_copies(mut held: Vec<Held>) -> Vec<Held> {
    let mut seen = BTreeSet::new();
    held.retain(|held| seen.insert(held.content.clone()));
    held
}

fn in_part() -> Vec<(Fault, u32)> {
    vec![
        (Fault::partial_failure(Chosen::Rate(0.5), "InternalError", false), 4),
        (Fault::partial_failure(Chosen::Rate(0.2), "InvalidParameterValue", true), 1),
        (Fault::throttle_entries(Chosen::Rate(0.5)), 3),
    ]
}

fn as_a_whole() -> Vec<(Fault, u32)> {
    let refused = Fault::reject_request_where(|body| body.contains("7"), 400, "BatchRequestTooLong");
    vec![
        (Fault::ThrottleRequest, 3),
        (Fault::error_before(500, "InternalError"), 2),
        (Fault::error_after(500, "InternalError"), 2),
        (Fault::ResetBefore, 1),
        (Fault::ResetAfter, 1),
        (Fault::HangBefore, 1),
        (Fault::HangAfter, 1),
        (Fault::Unreachable, 1),
        (Fault::Truncated, 1),
        (Fault::Malformed, 1),
        (refused, 2),
    ]
}
