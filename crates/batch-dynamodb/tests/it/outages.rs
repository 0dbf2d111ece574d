//! A service that cannot be reached, refuses, or does not answer, and what the writes get.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use batch_dynamodb::{Cause, ConnectError, DynamoDb, DynamoDbWriter, ScalarType, Settings};
use batch_local::{Fault, FaultPlan, LocalServer};

use crate::support::{
    bare_config, check_sums, client, codes, create_table, now, pass, puts, report, says, served, stored,
};

fn writer(client: Client, settings: Settings) -> DynamoDbWriter {
    let table = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String);
    DynamoDbWriter::builder(table).settings(settings).build().unwrap()
}

async fn submit(writer: &DynamoDbWriter, count: usize) {
    for write in puts(count) {
        writer.submit(write).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_everything_comes_back_with_advice() {
    let (server, _) = served().await;
    let client = Client::from_conf(bare_config().http_client(server.http_client()).build());
    let writer = writer(client, Settings::new());
    submit(&writer, 30).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["NoCredentials"; 30]);
    says(&unprocessed[0], &["the request cannot succeed", "the client has no credentials"]);
    check_sums(&writer, 0, 30);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_exist_is_written_to_as_soon_as_it_does() {
    let server = LocalServer::new();
    let client = client(server.http_client());
    let writer = writer(client.clone(), Settings::new());
    submit(&writer, 3).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["ResourceNotFoundException"; 3]);
    assert!(matches!(unprocessed[0].cause, Cause::Fatal(_)));
    says(&unprocessed[0], &["the table orders does not exist in region eu-west-1"]);

    create_table(&client, &[("pk", ScalarAttributeType::S)], None).await;
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 3);
    assert_eq!(stored(&server).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_exist_has_no_keys_to_discover() {
    let server = LocalServer::new();
    let table = DynamoDb::new(client(server.http_client()), "orders");
    let error = table.discover_keys().await.unwrap_err();
    assert!(matches!(error, ConnectError::NotFound(_)), "{error:?}");
    says(&report(&error), &["the table orders does not exist in region eu-west-1"]);
}

#[tokio::test(start_paused = true)]
async fn access_denied_hands_back_and_the_writer_stays_usable() {
    let (server, client) = served().await;
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    let writer = writer(client, Settings::new());
    submit(&writer, 10).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDeniedException"; 10]);
    says(&unprocessed[0], &["allow them dynamodb:BatchWriteItem"]);

    server.set_faults(FaultPlan::none());
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 10);
}

/// Two minutes without an endpoint, then it is back. Returns the codes of what came back.
async fn outage(settings: Settings) -> (DynamoDbWriter, Vec<String>) {
    let (server, client) = served().await;
    server.set_faults(FaultPlan::always(Fault::Unreachable));
    let writer = writer(client, settings);
    submit(&writer, 60).await;
    let (unprocessed, ()) = tokio::join!(writer.flush(), async {
        pass(Duration::from_secs(121)).await;
        server.set_faults(FaultPlan::none());
    });
    assert_eq!(server.dynamodb().applied_count("orders"), writer.stats().delivered, "none twice");
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
    check_sums(&writer, 60, 0);
    assert!(writer.stats().requests < 100, "it is probed, not hammered: {:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_down_beyond_the_deadline_hands_everything_back() {
    let (writer, unprocessed) = outage(Settings::new()).await;
    assert_eq!(unprocessed, ["NotConnected"; 60]);
    check_sums(&writer, 0, 60);
}

#[tokio::test(start_paused = true)]
async fn throttling_delays_and_loses_nothing() {
    let (server, client) = served().await;
    server.set_faults(FaultPlan::script((0..12).map(|_| Fault::ThrottleRequest)));
    let writer = writer(client, Settings::new());
    submit(&writer, 60).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 60, 0);
    assert!(writer.stats().throttled > 0, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs() {
    let (server, client) = served().await;
    let writer = writer(client, Settings::new());
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());

    server.set_faults(FaultPlan::always(Fault::HangAfter));
    submit(&writer, 40).await;
    let deadline = now() + Duration::from_millis(500);
    let unprocessed = writer.flush_by(deadline).await;
    assert_eq!(now(), deadline);
    assert_eq!(unprocessed.len(), 40);
    let maybe_delivered = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    assert_eq!(maybe_delivered as u64, server.dynamodb().applied_count("orders") - 10, "what was in flight");
    check_sums(&writer, 10, 40);

    server.set_faults(FaultPlan::none());
    submit(&writer, 5).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 15, 40);
}
