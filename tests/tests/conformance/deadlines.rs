//! Requests without an answer.

use std::time::Duration;

use batch_core::Settings;
use batch_local::{Fault, FaultPlan};

use crate::ledger::Ledger;
use crate::stage::{Stage, entry, now, run_out, submit};
use batchwright_tests::{Copies, Destination};

pub(crate) async fn a_request_that_hangs_is_given_up_and_sent_again<D: Destination>() {
    let stage = Stage::<D>::open().await;
    stage.suffer(FaultPlan::script([Fault::HangBefore, Fault::HangAfter]));
    let writer = stage.writer(Settings::new().attempt_timeout(Duration::from_secs(2)));
    let started = now();
    let receipts = submit::<D, _>(&writer, 0..3 * D::BATCH).await;
    assert!(writer.flush().await.is_empty());
    let took = (now() - started).as_secs_f64();
    assert!((2.0..5.0).contains(&took), "two timeouts of 2 s, one after the other at worst: {took} s");
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    assert_eq!(ledger.delivered(), 3 * D::BATCH);
    assert!(ledger.marked() > 0, "what hung may have been delivered");
}

pub(crate) async fn a_flush_in_the_middle_of_hanging_requests_returns_at_its_deadline<D: Destination>() {
    for fault in [Fault::HangBefore, Fault::HangAfter] {
        let stage = Stage::<D>::open().await;
        let writer = stage.writer(Settings::new());
        let mut receipts = submit::<D, _>(&writer, 0..25).await;
        assert!(writer.flush().await.is_empty());

        stage.suffer(FaultPlan::always(fault));
        receipts.extend(submit::<D, _>(&writer, 25..60).await);
        let deadline = now() + Duration::from_millis(700);
        assert!(writer.flush_by(deadline).await.is_empty(), "they have receipts");
        assert_eq!(now(), deadline);

        stage.recover();
        receipts.extend(submit::<D, _>(&writer, 60..80).await);
        assert!(writer.flush().await.is_empty());
        let ledger = Ledger::of::<D, _>(receipts).await;
        run_out(&writer).await;
        ledger.check(&stage, &writer);
        assert_eq!(ledger.handed_back(), Vec::from_iter(25..60));
        assert!(ledger.marked() > 0, "what was in flight may have been delivered");
    }
}

pub(crate) async fn what_a_flush_gave_up_can_be_submitted_again<D: Destination>() {
    let stage = Stage::<D>::open().await;
    let writer = stage.writer(Settings::new());
    stage.suffer(FaultPlan::always(Fault::HangAfter));
    for n in 0..40 {
        writer.submit(entry::<D>(n)).await.unwrap();
    }
    let unprocessed = writer.flush_by(now() + Duration::from_secs(1)).await;
    assert_eq!(unprocessed.len(), 40);

    stage.recover();
    let marked = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    let copies = match D::COPIES {
        Copies::IfMarked => marked,
        Copies::Never => 0,
    };
    assert_eq!(stage.destination.held().len(), 40 + copies);
    assert_eq!((writer.stats().delivered, writer.stats().handed_back), (40, 40));
}
