//! A service that cannot be reached, refuses, or does not answer, and what the messages get.

use std::time::Duration;

use aws_sdk_sqs::Client;
use batch_local::{Fault, FaultPlan};
use batch_sqs::{Cause, Message, Queue, Settings, Sqs, SqsWriter};

use crate::support::{bare_config, check_sums, codes, now, pass, says, served};

fn writer(client: Client) -> SqsWriter {
    SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap()
}

async fn submit(writer: &SqsWriter, count: usize) {
    for n in 0..count {
        writer.submit(Message::new(format!("message {n}"))).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_everything_comes_back_with_advice() {
    let (server, _) = served("orders", &[]).await;
    let writer = writer(Client::from_conf(bare_config().http_client(server.http_client()).build()));
    submit(&writer, 12).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["NoCredentials"; 12]);
    says(&unprocessed[0], &["the request cannot succeed", "the client has no credentials"]);
    check_sums(&writer, 0, 12);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_exist_is_found_as_soon_as_it_does() {
    let (server, client) = served("others", &[]).await;
    let writer = writer(client.clone());
    submit(&writer, 3).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["NonExistentQueue"; 3]);
    assert!(matches!(unprocessed[0].cause, Cause::Fatal(_)));
    says(&unprocessed[0], &["the queue orders does not exist in region eu-west-1"]);
    assert_eq!(server.requests().count("SendMessageBatch"), 0);

    client.create_queue().queue_name("orders").send().await.unwrap();
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 3);
    assert_eq!(server.sqs().accepted_count("orders"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_url_of_a_queue_that_does_not_exist_is_named() {
    let (_server, client) = served("others", &[]).await;
    let queue = Queue::new("https://sqs.us-east-1.amazonaws.com/000000000000/orders");
    let writer = SqsWriter::builder(Sqs::new(client, queue)).build().unwrap();
    submit(&writer, 1).await;
    says(&writer.flush().await[0], &["000000000000/orders does not exist in region eu-west-1"]);
    check_sums(&writer, 0, 1);
}

#[tokio::test(start_paused = true)]
async fn access_denied_hands_back_and_the_writer_stays_usable() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    let writer = writer(client);
    submit(&writer, 10).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDenied"; 10]);
    says(&unprocessed[0], &["allow them sqs:SendMessage"]);

    server.set_faults(FaultPlan::none());
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 10);
}

#[tokio::test(start_paused = true)]
async fn access_denied_to_the_lookup_hands_back_without_sending() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(Fault::access_denied()).only("GetQueueUrl"));
    let writer = writer(client);
    submit(&writer, 3).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDenied"; 3]);
    says(&unprocessed[0], &["sqs:GetQueueUrl to find it by name"]);
    assert!(!unprocessed[0].maybe_delivered);
    assert_eq!(server.requests().count("SendMessageBatch"), 0);
    check_sums(&writer, 0, 3);
}

/// Two minutes without an endpoint, then it is back. Returns how many messages came back.
async fn outage(settings: Settings) -> (SqsWriter, Vec<String>) {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(Fault::Unreachable));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).settings(settings).build().unwrap();
    submit(&writer, 25).await;
    let (unprocessed, ()) = tokio::join!(writer.flush(), async {
        pass(Duration::from_secs(121)).await;
        server.set_faults(FaultPlan::none());
    });
    assert_eq!(server.sqs().accepted_count("orders"), writer.stats().delivered, "none twice");
    for item in &unprocessed {
        assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
    }
    let codes = codes(&unprocessed);
    (writer, codes)
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_down_for_two_minutes_costs_nothing_with_a_longer_deadline() {
    let (writer, unprocessed) = outage(Settings::new().delivery_deadline(Duration::from_secs(600))).await;
    assert!(unprocessed.is_empty());
    check_sums(&writer, 25, 0);
    assert!(writer.stats().requests < 100, "it is probed, not hammered: {:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_down_beyond_the_deadline_hands_everything_back() {
    let (writer, unprocessed) = outage(Settings::new()).await;
    assert_eq!(unprocessed, ["NotConnected"; 25]);
    check_sums(&writer, 0, 25);
}

#[tokio::test(start_paused = true)]
async fn throttling_delays_and_loses_nothing() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::script((0..12).map(|_| Fault::ThrottleRequest)));
    let writer = writer(client);
    submit(&writer, 30).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 30, 0);
    assert!(writer.stats().throttled > 0, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs() {
    let (server, client) = served("orders", &[]).await;
    let writer = writer(client);
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());

    server.set_faults(FaultPlan::always(Fault::HangAfter));
    submit(&writer, 15).await;
    let deadline = now() + Duration::from_millis(500);
    let unprocessed = writer.flush_by(deadline).await;
    assert_eq!(now(), deadline);
    assert_eq!(unprocessed.len(), 15);
    let maybe_delivered = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    assert_eq!(maybe_delivered as u64, server.sqs().accepted_count("orders") - 10, "what was in flight");
    check_sums(&writer, 10, 15);

    server.set_faults(FaultPlan::none());
    submit(&writer, 5).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 15, 15);
}
