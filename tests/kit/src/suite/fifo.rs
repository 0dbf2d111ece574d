//! FIFO queues and topics: order, deduplication ids, and duplicates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batch_core::{Order, Settings, SubmitError};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use crate::{Canned, Fifo, Fixture, Response, check_sums, codes};

/// What arrived, by group, in the order of arrival.
#[must_use]
pub fn arrived<F: Fifo>(server: &LocalServer) -> BTreeMap<String, Vec<String>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for message in F::accepted(server) {
        groups.entry(message.group.unwrap()).or_default().push(message.body);
    }
    groups
}

/// And each message arrives once.
pub async fn each_group_keeps_its_order_through_lost_responses_and_throttling<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    let kinds = [
        (Fault::ThrottleRequest, 2),
        (Fault::ResetAfter, 1),
        (Fault::ResetBefore, 1),
        (Fault::Unreachable, 1),
    ];
    server.set_faults(FaultPlan::random(0.3, 7).kinds(&kinds));
    for n in 0..200 {
        writer.submit(F::message(format!("{n}"), format!("group-{}", n % 7))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 200, 0);
    let arrived = arrived::<F>(&server);
    for (group, bodies) in &arrived {
        let numbers: Vec<u32> = bodies.iter().map(|body| body.parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{group}: {numbers:?}");
    }
    assert_eq!(arrived.values().map(Vec::len).sum::<usize>(), 200, "each exactly once");
}

/// Where half of a request's messages fail.
pub async fn strict_order_holds_through_partial_failures<F: Fifo>() {
    let (server, writer) = F::served(Settings::new().order(Order::Strict).max_attempts(50)).await;
    let kinds = [(Fault::partial_failure(Chosen::Rate(0.5), "InternalError", false), 1)];
    server.set_faults(FaultPlan::random(0.5, 3).kinds(&kinds));
    for n in 0..60 {
        writer.submit(F::message(format!("{n:02}"), format!("group-{}", n % 6))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    let arrived = arrived::<F>(&server);
    assert!(arrived.values().all(|bodies| bodies.is_sorted()), "{arrived:?}");
    check_sums(&writer, 60, 0);
}

/// One that the writer generated, through a lost response and an error.
pub async fn a_retry_keeps_the_deduplication_id<F: Fifo>() {
    let count = AtomicUsize::new(0);
    let http = Canned::new(move |request| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Response::Reset,
        1 => F::Standard::error(500, "InternalError"),
        _ => F::Standard::accept(request),
    });
    let writer = F::through(http.clone());
    writer.submit_tracked(F::message("generated", "all")).await.unwrap().await.unwrap();
    let ids: BTreeSet<_> = http.requests().iter().map(F::sent_id).collect();
    assert_eq!((http.requests().len(), ids.len()), (3, 1), "{ids:?}");
    assert!(ids.iter().all(|id| id.len() > 32), "{ids:?}");
}

/// Whether its deduplication id was generated or given.
pub async fn a_message_whose_response_is_lost_arrives_once<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    server.set_faults(FaultPlan::script([Fault::ResetAfter, Fault::error_after(500, "InternalError")]));
    writer.submit(F::message("generated", "g")).await.unwrap();
    writer.submit(F::with_id(F::message("given", "g"), "once")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived::<F>(&server)["g"], ["generated", "given"]);
    check_sums(&writer, 2, 0);
}

/// Equal messages without a deduplication id are different messages.
pub async fn generated_ids_are_distinct_and_given_ones_are_sent<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    for body in ["same", "same", "same"] {
        writer.submit(F::message(body, "g")).await.unwrap();
    }
    writer.submit(F::with_id(F::message("same", "g"), "mine")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let accepted = F::accepted(&server).into_iter();
    let ids: BTreeSet<_> = accepted.filter_map(|message| message.deduplication_id).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.contains("mine"));
}

/// That of the destination.
pub async fn a_receipt_tells_the_sequence_number<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    let receipt = writer.submit_tracked(F::message("x", "g")).await.unwrap();
    let sent = F::receipt(&receipt.await.unwrap().response.unwrap());
    assert!(sent.sequence_number.is_some());
    assert_eq!(sent, F::accepted(&server).remove(0).ids);
}

/// Even if nobody knows whether it arrived.
pub async fn a_message_handed_back_keeps_its_id_and_is_not_doubled_when_submitted_again<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    server.set_faults(FaultPlan::always(Fault::error_after(500, "InternalError")));
    writer.submit(F::message("x", "g")).await.unwrap();
    let mut unprocessed = writer.flush().await;
    assert!(unprocessed[0].maybe_delivered);
    let message = unprocessed.remove(0).entry;
    let id = F::id(&message).unwrap().to_owned();

    server.set_faults(FaultPlan::none());
    writer.submit(message.clone()).await.unwrap();
    let error = writer.submit(message).await.unwrap_err();
    assert!(matches!(error, SubmitError::Duplicate(_)), "{error}");
    assert!(writer.flush().await.is_empty());
    let accepted = F::accepted(&server);
    assert_eq!(accepted.len(), 1, "the destination took it the first time");
    assert_eq!(accepted[0].deduplication_id.as_ref(), Some(&id));
    check_sums(&writer, 1, 1);
}

/// Not by the body.
pub async fn duplicates_are_told_by_group_and_deduplication_id<F: Fifo>() {
    let (server, writer) = F::served(Settings::new()).await;
    server.set_faults(FaultPlan::none().latency(Duration::from_secs(1)..Duration::from_secs(1)));
    let message = |group: &str, id: &str| F::with_id(F::message("x", group), id);
    for (group, id) in [("g", "1"), ("g", "2"), ("h", "1")] {
        writer.submit(message(group, id)).await.unwrap();
    }
    let error = writer.submit(message("g", "1")).await.unwrap_err();
    assert!(matches!(error, SubmitError::Duplicate(_)), "{error}");
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 0);
    assert_eq!(writer.stats().duplicates, 1);
}

/// So that it recognises equal messages, as it was told to.
pub async fn a_destination_that_deduplicates_by_content_gets_no_generated_ids<F: Fifo>() {
    let (server, writer) = F::deduplicating_by_content(true).await;
    for body in ["same", "same", "other"] {
        writer.submit(F::message(body, "g")).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived::<F>(&server)["g"], ["same", "other"]);
    check_sums(&writer, 3, 0);
}

/// Its error does not say so.
pub async fn content_based_deduplication_that_the_destination_has_not_is_named_as_a_likely_reason<F: Fifo>() {
    let (_server, writer) = F::deduplicating_by_content(false).await;
    writer.submit(F::message("message", "all")).await.unwrap();
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), [F::WITHOUT_ID]);
    let report = format!("{:#}", unprocessed[0]);
    assert!(report.contains(F::ADVICE), "{report}");
}
