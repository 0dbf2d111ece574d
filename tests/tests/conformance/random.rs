//! Faults at random, from seeds.

use batch_core::{Order, Settings, Stats};
use batch_local::FaultPlan;
use std::time::Duration;

use crate::ledger::Ledger;
use crate::stage::{Stage, entry, small_requests, submit};
use batchwright_tests::{Destination, Held};

const SEEDS: std::ops::Range<u64> = 0..3;

pub(crate) async fn every_entry_is_answered_once_and_the_answer_is_true<D: Destination>() {
    for seed in SEEDS {
        for order in [Order::Relaxed, Order::Strict] {
            run::<D>(small_requests::<D>().order(order), 0.3, seed).await;
        }
        let (ledger, ..) = run::<D>(small_requests::<D>().max_attempts(2), 0.7, seed).await;
        assert!(!ledger.handed_back().is_empty(), "faults so frequent use up two attempts");
        assert!(ledger.marked() > 0 && ledger.delivered() > 0);
    }
}

pub(crate) async fn what_has_no_receipt_comes_back_by_flush_once<D: Destination>() {
    for seed in SEEDS {
        let stage = Stage::<D>::open().await;
        stage.suffer(FaultPlan::random(0.7, seed));
        let writer = stage.seeded(small_requests::<D>().max_attempts(2), seed);
        for n in 0..100 {
            writer.submit(entry::<D>(n)).await.unwrap();
        }
        let mut ledger = Ledger::default();
        for item in writer.flush().await {
            ledger.hand_back::<D>(item);
        }
        let handed_back = ledger.handed_back();
        assert!(writer.flush().await.is_empty(), "each failure has one owner");
        let stats = writer.stats();
        assert_eq!(stats.handed_back, handed_back.len() as u64, "{stats:?}");
        assert_eq!(stats.delivered, 100 - stats.handed_back, "{stats:?}");
        assert_eq!((stats.inside, stats.uncollected, stats.bytes), (0, 0, 0), "{stats:?}");
        let delivered = (0..100).filter(|n| handed_back.binary_search(n).is_err());
        ledger.deliver_without_receipt(delivered);
        ledger.check_held(&stage.destination);
    }
}

pub(crate) async fn the_same_seeds_give_the_same_run<D: Destination>() {
    for seed in SEEDS {
        let settings = || small_requests::<D>().max_attempts(3);
        let once = run::<D>(settings(), 0.5, seed).await;
        assert!(once == run::<D>(settings(), 0.5, seed).await, "seed {seed}: two runs differ");
        assert!(once != run::<D>(settings(), 0.5, seed + 100).await, "the seed makes no difference");
    }
}

async fn run<D: Destination>(settings: Settings, rate: f64, seed: u64) -> (Ledger, Stats, Vec<Held>) {
    let stage = Stage::<D>::open().await;
    let latency = Duration::from_millis(1)..Duration::from_millis(50);
    stage.suffer(FaultPlan::random(rate, seed).latency(latency));
    let writer = stage.seeded(settings, seed);
    let receipts = submit::<D, _>(&writer, 0..150).await;
    assert!(writer.flush().await.is_empty(), "they have receipts");
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    assert_eq!(writer.stats().requests, stage.requests());
    (ledger, writer.stats(), stage.destination.held())
}
