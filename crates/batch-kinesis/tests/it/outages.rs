//! A service that cannot be reached, refuses, or does not answer, and what the records get.

use std::time::Duration;

use aws_sdk_kinesis::Client;
use batch_kinesis::{Cause, Kinesis, KinesisWriter, Record, Settings};
use batch_local::{Fault, FaultPlan, LocalServer};

use crate::support::{bare_config, check_sums, client, codes, now, pass, says, served, to_measurements};

async fn submit(writer: &KinesisWriter, count: usize) {
    for n in 0..count {
        writer.submit(Record::new(format!("record {n}"))).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_everything_comes_back_with_advice() {
    let (server, _) = served(1).await;
    let writer = to_measurements(Client::from_conf(bare_config().http_client(server.http_client()).build()));
    submit(&writer, 12).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["NoCredentials"; 12]);
    says(&unprocessed[0], &["the request cannot succeed", "the client has no credentials"]);
    check_sums(&writer, 0, 12);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_does_not_exist_is_found_as_soon_as_it_does() {
    let server = LocalServer::new();
    let client = client(server.http_client());
    let writer = to_measurements(client.clone());
    submit(&writer, 3).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["ResourceNotFoundException"; 3]);
    assert!(matches!(unprocessed[0].cause, Cause::Fatal(_)));
    says(&unprocessed[0], &["the stream measurements does not exist in region eu-west-1"]);

    client.create_stream().stream_name("measurements").shard_count(1).send().await.unwrap();
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 3);
    assert_eq!(server.kinesis().accepted_count("measurements"), 3);
}

#[tokio::test(start_paused = true)]
async fn access_denied_hands_back_and_the_writer_stays_usable() {
    let (server, client) = served(1).await;
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    let writer = to_measurements(client);
    submit(&writer, 10).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDeniedException"; 10]);
    says(&unprocessed[0], &["allow them kinesis:PutRecords"]);

    server.set_faults(FaultPlan::none());
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 10);
}

/// Two minutes without an endpoint, then it is back. Returns how many messages came back.
async fn outage(settings: Settings) -> (KinesisWriter, Vec<String>) {
    let (server, client) = served(1).await;
    server.set_faults(FaultPlan::always(Fault::Unreachable));
    let writer =
        KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings).build().unwrap();
    submit(&writer, 25).await;
    let (unprocessed, ()) = tokio::join!(writer.flush(), async {
        pass(Duration::from_secs(121)).await;
        server.set_faults(FaultPlan::none());
    });
    assert_eq!(server.kinesis().accepted_count("measurements"), writer.stats().delivered, "none twice");
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
    let (server, client) = served(1).await;
    server.set_faults(FaultPlan::script((0..12).map(|_| Fault::ThrottleRequest)));
    let writer = to_measurements(client);
    submit(&writer, 30).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 30, 0);
    assert!(writer.stats().throttled > 0, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs() {
    let (server, client) = served(1).await;
    let writer = to_measurements(client);
    submit(&writer, 10).await;
    assert!(writer.flush().await.is_empty());

    server.set_faults(FaultPlan::always(Fault::HangAfter));
    submit(&writer, 15).await;
    let deadline = now() + Duration::from_millis(500);
    let unprocessed = writer.flush_by(deadline).await;
    assert_eq!(now(), deadline);
    assert_eq!(unprocessed.len(), 15);
    let maybe_delivered = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    assert_eq!(
        maybe_delivered as u64,
        server.kinesis().accepted_count("measurements") - 10,
        "what was in flight"
    );
    check_sums(&writer, 10, 15);

    server.set_faults(FaultPlan::none());
    submit(&writer, 5).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 15, 15);
}
