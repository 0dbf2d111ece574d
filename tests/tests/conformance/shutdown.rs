//! The end of a writer.

use std::time::Duration;

use batch_core::{Settings, SubmitError};
use batch_local::{Fault, FaultPlan};
use tokio::task::JoinSet;

use crate::ledger::Ledger;
use crate::stage::{Stage, entry, now, pass, run_out, submit};
use batchwright_tests::{Destination, number};

pub(crate) async fn a_shutdown_under_load_answers_for_all_that_was_accepted<D: Destination>() {
    for seed in 0..3 {
        let stage = Stage::<D>::open().await;
        let latency = Duration::from_millis(5)..Duration::from_millis(20);
        stage.suffer(FaultPlan::random(0.3, seed).latency(latency));
        let writer = stage.seeded(Settings::new().max_entries(60), seed);
        let mut submitters = JoinSet::new();
        for first in 0..4 {
            let (writer, entries) = (writer.clone(), (0..200).map(move |n| 4 * n + first));
            let entries: Vec<_> = entries.map(|n| (n, entry::<D>(n))).collect();
            submitters.spawn(async move {
                let mut receipts = Vec::new();
                for (n, entry) in entries {
                    match writer.submit_tracked(entry).await {
                        Ok(receipt) => receipts.push((n, tokio::spawn(receipt))),
                        Err(SubmitError::Closed(entry)) => {
                            assert_eq!(number(&D::content(&entry)), n, "it comes back as it is");
                            break;
                        }
                        Err(error) => panic!("entry {n}: {error}"),
                    }
                }
                receipts
            });
        }
        pass(Duration::from_millis(60)).await;
        assert!(writer.shutdown().await.is_empty(), "they have receipts");
        let closed = writer.try_submit(entry::<D>(9_999));
        assert!(matches!(closed, Err(SubmitError::Closed(_))), "{closed:?}");
        assert!(writer.shutdown().await.is_empty(), "twice does no harm");

        let mut ledger = Ledger::default();
        for (n, receipt) in submitters.join_all().await.into_iter().flatten() {
            ledger.enter::<D, D::Service>(n, receipt.await.unwrap());
        }
        ledger.check(&stage, &writer);
        let accepted = writer.stats().accepted;
        assert!((1..800).contains(&accepted), "in the middle: {accepted}");
    }
}

pub(crate) async fn a_shutdown_with_a_deadline_hands_back_what_hangs<D: Destination>() {
    let stage = Stage::<D>::open().await;
    stage.suffer(FaultPlan::always(Fault::HangAfter));
    let writer = stage.writer(Settings::new());
    let receipts = submit::<D, _>(&writer, 0..50).await;
    let deadline = now() + Duration::from_secs(3);
    assert!(writer.shutdown_by(deadline).await.is_empty(), "they have receipts");
    assert_eq!(now(), deadline);
    let ledger = Ledger::of::<D, _>(receipts).await;
    run_out(&writer).await;
    ledger.check(&stage, &writer);
    assert_eq!(ledger.handed_back(), Vec::from_iter(0..50));
}
