//! Without faults, and refused as a whole.

use batch_core::{Failure, Linger, Settings};
use batch_local::{Fault, FaultPlan};
use std::time::Duration;

use crate::ledger::Ledger;
use crate::stage::{Stage, large_entry, submit};
use batchwright_tests::{Destination, number};

/// Waits for full requests.
fn gathering() -> Settings {
    Settings::new().linger(Linger::Fixed(Duration::from_millis(100)))
}

pub(crate) async fn all_arrives_in_as_few_requests_as_the_limit_of_entries_allows<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.writer(gathering());
    let count = 20 * D::BATCH + 3;
    let receipts = submit::<D, _>(&writer, 0..count).await;
    assert!(writer.flush().await.is_empty());
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    assert_eq!((ledger.delivered(), ledger.marked()), (count, 0));
    assert_eq!((writer.stats().requests, stage.requests()), (21, 21));
    assert_eq!(stage.destination.held().len(), count);
}

pub(crate) async fn all_arrives_in_as_few_requests_as_the_limit_of_bytes_allows<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.writer(gathering());
    let (bytes, share) = D::LARGE;
    let mut receipts = Vec::new();
    for n in 0..2 * share + 1 {
        receipts.push((n, writer.submit_tracked(large_entry::<D>(n, bytes)).await.unwrap()));
    }
    assert!(writer.flush().await.is_empty());
    Ledger::of::<D, _>(receipts).await.check(&stage, &writer);
    assert_eq!((writer.stats().requests, stage.requests()), (3, 3));
    assert!(stage.destination.held().iter().all(|held| held.content.len() == bytes));
}

pub(crate) async fn access_denied_hands_back_and_the_writer_stays_usable<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.writer(Settings::new());
    stage.suffer(FaultPlan::always(Fault::access_denied()));
    let receipts = submit::<D, _>(&writer, 0..25).await;
    assert!(writer.flush().await.is_empty(), "they have receipts");
    let mut entries = Vec::new();
    for (n, receipt) in receipts {
        let item = receipt.await.err().unwrap();
        let code = item.cause.failure().map_or("", Failure::code);
        assert!(code.contains("AccessDenied") || code == "AuthorizationError", "{item:#}");
        assert_eq!((item.attempts, item.maybe_delivered), (1, false));
        assert_eq!(number(&D::content(&item.entry)), n);
        entries.push(item.entry);
    }
    assert_eq!(writer.stats().handed_back, 25);
    assert!(stage.destination.held().is_empty());

    stage.recover();
    for entry in entries {
        writer.submit(entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!((writer.stats().delivered, writer.stats().inside), (25, 0));
    let mut held: Vec<_> = stage.destination.held().iter().map(|held| number(&held.content)).collect();
    held.sort_unstable();
    assert_eq!(held, Vec::from_iter(0..25));
}
