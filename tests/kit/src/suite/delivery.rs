//! From `submit` to the destination.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{Cause, Linger, Settings, Writer};
use batch_local::{Fault, FaultPlan};

use super::{entry, submit};
use crate::{Fixture, Mounted, check_sums, codes, content, now};

/// Waits for full requests until it is flushed.
fn gathering() -> Settings {
    Settings::new().linger(Linger::Fixed(Duration::from_secs(1)))
}

/// What it took, without copies.
fn held<F: Fixture>(stage: &Mounted<F>) -> BTreeSet<String> {
    stage.held().into_iter().map(|held| held.content).collect()
}

/// Three full requests, and one for what is left.
pub async fn all_arrives_as_it_was_in_full_batches<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let writer = stage.writer(gathering());
    let count = 3 * F::BATCH + 1;
    submit::<F>(&writer, 0..count).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, count as u64, 0);
    assert_eq!(held(&stage), (0..count).map(|n| content(n, 0)).collect());
    assert_eq!(stage.server.requests().count(F::OPERATION), 4);
}

/// It may have arrived the first time, and did.
pub async fn a_request_whose_answer_is_lost_is_sent_again_and_marked<F: Fixture>() {
    for fault in [
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::error_after(500, F::INTERNAL),
        Fault::HangAfter,
    ] {
        let stage = Mounted::<F>::alone().await;
        stage.server.set_faults(FaultPlan::script([fault.clone()]).only(F::OPERATION));
        let writer = stage.writer(Settings::new());
        let sent = writer.submit_tracked(entry::<F>(0)).await.unwrap().await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true), "{fault:?}");
        assert_eq!(stage.taken(), 2, "{fault:?}");
        check_sums(&writer, 1, 0);
    }
}

/// To its receipt, or to the handler.
pub async fn an_entry_that_is_rejected_is_handed_back_to_its_owner<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let (status, code) = F::REFUSAL;
    let is_bad = |entry: &str| !entry.contains(&content(0, 0));
    stage.server.set_faults(FaultPlan::always(Fault::reject_request_where(is_bad, status, code)));
    let handled = Arc::new(Mutex::new(Vec::new()));
    let handler = Arc::clone(&handled);
    let builder = Writer::builder(stage.service());
    let builder = builder.on_unprocessed(move |item| handler.lock().unwrap().push(item));
    let writer = builder.build().unwrap();
    submit::<F>(&writer, 0..2).await;
    let tracked = writer.submit_tracked(entry::<F>(2)).await.unwrap();

    let item = tracked.await.unwrap_err();
    assert_eq!((F::content(&item.entry), item.maybe_delivered), (content(2, 0), false));
    assert!(writer.flush().await.is_empty(), "the handler has it");
    let handled = handled.lock().unwrap();
    assert_eq!(F::content(&handled[0].entry), content(1, 0));
    assert_eq!(codes(&handled), [code]);
    check_sums(&writer, 1, 2);
}

/// And as long as the service's defaults say, but for a flush.
pub async fn an_idle_writer_waits_for_company_where_requests_are_billed<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let writer = stage.writer(Settings::new());
    let start = now();
    let receipts = [writer.submit_tracked(entry::<F>(0)).await, writer.submit_tracked(entry::<F>(1)).await];
    for receipt in receipts {
        receipt.unwrap().await.unwrap();
    }
    let waited = start.elapsed();
    assert!((F::IDLE..=F::IDLE + Duration::from_millis(1)).contains(&waited), "{waited:?}");
    assert_eq!(stage.server.requests().count(F::OPERATION), 1);

    writer.submit(entry::<F>(2)).await.unwrap();
    let start = now();
    assert!(writer.flush().await.is_empty());
    assert_eq!((start.elapsed(), stage.taken()), (Duration::ZERO, 3));
    check_sums(&writer, 3, 0);
}

/// In few requests.
pub async fn one_entry_that_spoils_a_full_batch_is_found_and_handed_back_alone<F: Fixture>() {
    let culprit = F::BATCH * 2 / 3;
    for &(status, code) in F::SPOILT {
        let stage = Mounted::<F>::alone().await;
        let is_poison = move |entry: &str| entry.contains(&content(culprit, 0));
        stage.server.set_faults(FaultPlan::always(Fault::reject_request_where(is_poison, status, code)));
        let writer = stage.writer(gathering());
        submit::<F>(&writer, 0..F::BATCH).await;
        let unprocessed = writer.flush().await;
        assert_eq!(codes(&unprocessed), [code]);
        assert_eq!(F::content(&unprocessed[0].entry), content(culprit, 0));
        assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
        check_sums(&writer, F::BATCH as u64 - 1, 1);
        let expected = (0..F::BATCH).filter(|&n| n != culprit).map(|n| content(n, 0)).collect();
        assert_eq!(held(&stage), expected);
        assert_eq!(stage.taken(), F::BATCH as u64 - 1, "none twice");
        let most = 2 * F::BATCH.next_power_of_two().ilog2() + 1;
        assert!(stage.server.requests().count(F::OPERATION) <= u64::from(most), "{:?}", writer.stats());
    }
}

/// An entry arrives twice only where an attempt left doubt, and says so.
pub async fn nothing_is_lost_whatever_goes_wrong<F: Fixture>() {
    for seed in 0..5 {
        let stage = Mounted::<F>::alone().await;
        let plan = FaultPlan::random(0.4, seed).latency(Duration::ZERO..Duration::from_millis(50));
        stage.server.set_faults(plan);
        let settings = Settings::new().max_attempts(20).max_batch_entries(F::BATCH.min(10));
        let writer = stage.writer(settings);
        let mut receipts = Vec::new();
        for n in 0..200 {
            receipts.push(writer.submit_tracked(entry::<F>(n)).await.unwrap());
        }
        let mut marked = BTreeSet::new();
        for (n, receipt) in receipts.into_iter().enumerate() {
            if receipt.await.unwrap().maybe_duplicate {
                marked.insert(content(n, 0));
            }
        }
        check_sums(&writer, 200, 0);
        let mut once = BTreeSet::new();
        for held in stage.held() {
            let is_new = once.insert(held.content.clone());
            assert!(is_new || marked.contains(&held.content), "seed {seed}: {} twice", held.content);
        }
        assert_eq!(once, (0..200).map(|n| content(n, 0)).collect(), "seed {seed}");
        assert!(stage.taken() - 200 <= writer.stats().retries, "seed {seed}: {:?}", writer.stats());
    }
}
