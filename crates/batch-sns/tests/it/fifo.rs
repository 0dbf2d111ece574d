//! FIFO topics, from `submit` to the topic.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use batch_local::{Chosen, Fault, FaultPlan, LocalServer};
use batch_sns::{Message, Order, Settings, Sns, SnsWriter, SubmitError};
use batchwright_kit::{Canned, Response, check_sums, codes};

use crate::support::{accept, arn, client, error, served};

const TOPIC: &str = "alerts.fifo";

async fn fifo() -> (LocalServer, SnsWriter) {
    let (server, client) = served(TOPIC, &[]).await;
    (server, SnsWriter::builder(Sns::new(client, arn(TOPIC))).build().unwrap())
}

/// What arrived, by group, in the order of arrival.
fn arrived(server: &LocalServer) -> BTreeMap<String, Vec<String>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for message in server.sns().accepted(TOPIC) {
        groups.entry(message.group_id.unwrap()).or_default().push(message.body);
    }
    groups
}

#[tokio::test(start_paused = true)]
async fn each_group_keeps_its_order_through_lost_responses_and_throttling() {
    let (server, writer) = fifo().await;
    let kinds = [
        (Fault::ThrottleRequest, 2),
        (Fault::ResetAfter, 1),
        (Fault::ResetBefore, 1),
        (Fault::Unreachable, 1),
    ];
    server.set_faults(FaultPlan::random(0.3, 7).kinds(&kinds));
    for n in 0..200 {
        writer.submit(Message::new(format!("{n}")).group(format!("group-{}", n % 7))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 200, 0);
    let arrived = arrived(&server);
    for (group, bodies) in &arrived {
        let numbers: Vec<u32> = bodies.iter().map(|body| body.parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{group}: {numbers:?}");
    }
    assert_eq!(arrived.values().map(Vec::len).sum::<usize>(), 200, "each exactly once");
}

#[tokio::test(start_paused = true)]
async fn strict_order_holds_through_partial_failures() {
    let (server, client) = served(TOPIC, &[]).await;
    let settings = Settings::new().order(Order::Strict).max_attempts(50);
    let writer = SnsWriter::builder(Sns::new(client, arn(TOPIC))).settings(settings).build().unwrap();
    let kinds = [(Fault::partial_failure(Chosen::Rate(0.5), "InternalError", false), 1)];
    server.set_faults(FaultPlan::random(0.5, 3).kinds(&kinds));
    for n in 0..60 {
        writer.submit(Message::new(format!("{n:02}")).group(format!("group-{}", n % 6))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert!(arrived(&server).values().all(|bodies| bodies.is_sorted()), "{:?}", arrived(&server));
    check_sums(&writer, 60, 0);
}

#[tokio::test(start_paused = true)]
async fn a_retry_keeps_the_deduplication_id() {
    let http = Canned::new({
        let count = std::sync::atomic::AtomicUsize::new(0);
        move |request| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Response::Reset,
            1 => error(500, "InternalError"),
            _ => accept(request),
        }
    });
    let writer = SnsWriter::builder(Sns::new(client(http.clone()), arn(TOPIC))).build().unwrap();
    let tracked = writer.submit_tracked(Message::new("generated").group("all")).await.unwrap();
    tracked.await.unwrap();
    let field = "PublishBatchRequestEntries.member.1.MessageDeduplicationId";
    let ids: BTreeSet<_> = http.requests().iter().map(|request| request.form()[field].clone()).collect();
    assert_eq!(http.requests().len(), 3);
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(ids.iter().all(|id| id.len() > 32));
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_response_is_lost_arrives_once() {
    let (server, writer) = fifo().await;
    server.set_faults(FaultPlan::script([Fault::ResetAfter, Fault::error_after(500, "InternalError")]));
    for message in
        [Message::new("generated").group("g"), Message::new("given").group("g").deduplication_id("once")]
    {
        writer.submit(message).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived(&server)["g"], ["generated", "given"]);
    check_sums(&writer, 2, 0);
}

#[tokio::test(start_paused = true)]
async fn generated_ids_are_distinct_and_given_ones_are_sent() {
    let (server, writer) = fifo().await;
    for body in ["same", "same", "same"] {
        writer.submit(Message::new(body).group("g")).await.unwrap();
    }
    writer.submit(Message::new("same").group("g").deduplication_id("mine")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let accepted = server.sns().accepted(TOPIC);
    let ids: BTreeSet<_> =
        accepted.iter().filter_map(|message| message.deduplication_id.as_deref()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.contains("mine"));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_tells_the_sequence_number() {
    let (server, writer) = fifo().await;
    let receipt = writer.submit_tracked(Message::new("x").group("g")).await.unwrap();
    let sent = receipt.await.unwrap().response.unwrap();
    let stored = server.sns().accepted(TOPIC).remove(0);
    assert_eq!(sent.message_id(), stored.message_id);
    assert!(stored.sequence_number.is_some());
    assert_eq!(sent.sequence_number(), stored.sequence_number.as_deref());
}

#[tokio::test(start_paused = true)]
async fn a_message_handed_back_keeps_its_id_and_is_not_doubled_when_submitted_again() {
    let (server, writer) = fifo().await;
    server.set_faults(FaultPlan::always(Fault::error_after(500, "InternalError")));
    writer.submit(Message::new("x").group("g")).await.unwrap();
    let mut unprocessed = writer.flush().await;
    assert!(unprocessed[0].maybe_delivered);
    let message = unprocessed.remove(0).entry;
    let id = message.get_deduplication_id().unwrap().to_owned();

    server.set_faults(FaultPlan::none());
    writer.submit(message.clone()).await.unwrap();
    let error = writer.submit(message).await.unwrap_err();
    assert!(matches!(error, SubmitError::Duplicate(_)), "{error}");
    assert!(writer.flush().await.is_empty());
    let accepted = server.sns().accepted(TOPIC);
    assert_eq!(accepted.len(), 1, "the topic took it the first time");
    assert_eq!(accepted[0].deduplication_id.as_deref(), Some(id.as_str()));
    check_sums(&writer, 1, 1);
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_told_by_group_and_deduplication_id() {
    let (server, writer) = fifo().await;
    server.set_faults(FaultPlan::none().latency(Duration::from_secs(1)..Duration::from_secs(1)));
    let message = |group: &str, id: &str| Message::new("x").group(group).deduplication_id(id);
    writer.submit(message("g", "1")).await.unwrap();
    writer.submit(message("g", "2")).await.unwrap();
    writer.submit(message("h", "1")).await.unwrap();
    let error = writer.submit(message("g", "1")).await.unwrap_err();
    assert!(matches!(error, SubmitError::Duplicate(_)), "{error}");
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 0);
    assert_eq!(writer.stats().duplicates, 1);
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_deduplicates_by_content_gets_no_generated_ids() {
    let (server, client) = served(TOPIC, &[("ContentBasedDeduplication", "true")]).await;
    let topic = Sns::new(client, arn(TOPIC)).content_based_deduplication(true);
    let writer = SnsWriter::builder(topic).build().unwrap();
    for body in ["same", "same", "other"] {
        writer.submit(Message::new(body).group("g")).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived(&server)["g"], ["same", "other"]);
    check_sums(&writer, 3, 0);
}

#[tokio::test(start_paused = true)]
async fn content_based_deduplication_that_the_topic_has_not_is_named_as_a_likely_reason() {
    let (_server, client) = served(TOPIC, &[]).await;
    let topic = Sns::new(client, arn(TOPIC)).content_based_deduplication(true);
    let writer = SnsWriter::builder(topic).build().unwrap();
    writer.submit(Message::new("message").group("all")).await.unwrap();
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidParameter"]);
    let words = "with `content_based_deduplication` probably because the topic has none";
    assert!(format!("{:#}", unprocessed[0]).contains(words), "{:#}", unprocessed[0]);
}
