//! Entries for which the service refuses the whole request.

use batch_core::{Cause, Linger, Settings};
use batch_local::{Fault, FaultPlan};
use std::time::Duration;

use crate::ledger::Ledger;
use crate::order::check_order;
use crate::stage::{Stage, submit};
use batchwright_simulation::Dice;
use batchwright_tests::{Destination, name};

pub(crate) async fn one_poison_in_a_full_batch_comes_back_alone<D: Destination>() {
    for poison in [0, D::BATCH / 2, D::BATCH - 1] {
        let requests = check::<D>(D::BATCH, &[poison]).await;
        let halvings = u64::from(D::BATCH.next_power_of_two().ilog2());
        assert!(requests <= 2 * halvings + 1, "{requests} requests to find one of {}", D::BATCH);
    }
}

pub(crate) async fn several_poisons_come_back_alone<D: Destination>() {
    let count = (30 * D::BATCH).min(2_500);
    check::<D>(count, &[1, 2, 17, count / 2, count - 1]).await;
}

pub(crate) async fn nothing_but_the_poison_comes_back_whatever_its_share<D: Destination>() {
    // About a request for each entry, over the whole SDK: the tests of the core have requests of 1,000.
    let count = D::BATCH.min(100);
    for share in [0.01, 0.3, 0.5, 0.7] {
        let mut dice = Dice::of(count as u64, "poison");
        let at_random: Vec<_> = (0..count).filter(|_| dice.chance(share)).collect();
        let in_a_run: Vec<_> = (0..(count as f64 * share) as usize).collect();
        for poisons in [at_random, in_a_run] {
            let requests = check::<D>(count, &poisons).await;
            let budget = (count + count / 2 + 25) as u64;
            assert!(requests <= budget, "{requests} requests for {} of {count}", poisons.len());
        }
    }
}

pub(crate) async fn where_all_is_poison_all_comes_back<D: Destination>() {
    let count = (3 * D::BATCH).min(300);
    let requests = check::<D>(count, &Vec::from_iter(0..count)).await;
    assert!(requests < 2 * count as u64, "{requests} requests for {count} entries");
}

/// Returns the number of requests.
async fn check<D: Destination>(count: usize, poisons: &[usize]) -> u64 {
    let stage = Stage::<D>::open().await;
    let (status, code) = D::REFUSAL;
    let names: Vec<_> = poisons.iter().map(|&n| name(n)).collect();
    let is_poison = move |body: &str| names.iter().any(|name| body.contains(name));
    stage.suffer(FaultPlan::always(Fault::reject_request_where(is_poison, status, code)));

    let gathering = Settings::new().linger(Linger::Fixed(Duration::from_millis(100)));
    let writer = stage.writer(gathering);
    let receipts = submit::<D, _>(&writer, 0..count).await;
    drop(writer.flush().await);
    let mut ledger = Ledger::default();
    for (n, receipt) in receipts {
        let answer = receipt.await;
        if let Err(item) = &answer {
            assert!(matches!(&item.cause, Cause::Rejected(failure) if failure.code() == code), "{item:#}");
            assert!(!item.maybe_delivered);
        }
        ledger.enter::<D, D::Service>(n, answer);
    }
    assert_eq!(ledger.handed_back(), poisons);
    assert_eq!(ledger.marked(), 0);
    ledger.check(&stage, &writer);
    check_order(&stage);
    stage.requests()
}
