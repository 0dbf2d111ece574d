//! What the server tells without the wire.

use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::primitives::Blob;
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use super::support::{
    FIRST, SECOND, client_of, hashed, many, outcome, plain, put, read, record, with_stream,
};

#[tokio::test(start_paused = true)]
async fn accepted_records_are_told_in_their_order_over_all_shards() {
    let (server, client) = with_stream(2).await;
    let last = u128::MAX.to_string();
    put(&client, vec![hashed(&last), hashed("0")]).await.unwrap();
    put(&client, vec![hashed(&last)]).await.unwrap();
    let accepted = server.kinesis().accepted("s");
    let shards: Vec<&str> = accepted.iter().map(|record| &*record.shard_id).collect();
    assert_eq!(shards, [SECOND, FIRST, SECOND]);
    assert!(accepted.is_sorted_by(|a, b| a.sequence_number < b.sequence_number));
    assert_eq!(server.kinesis().accepted_count("s"), 3);
    assert!(server.kinesis().accepted("other").is_empty());
    assert_eq!(server.kinesis().stream_names(), ["s"]);
}

#[tokio::test(start_paused = true)]
async fn a_stored_record_shows_everything_that_was_sent() {
    let (server, client) = with_stream(1).await;
    let confirmed = put(&client, vec![hashed("7"), record("é", "data")]).await.unwrap().records;
    let read = read(&client, FIRST).await;
    let accepted = server.kinesis().accepted("s");
    assert_eq!(accepted[0].explicit_hash_key.as_deref(), Some("7"));
    assert_eq!(accepted[1].explicit_hash_key, None);
    assert_eq!(accepted[1].partition_key.as_deref(), Some("é"));
    assert_eq!((accepted[1].data.as_ref(), accepted[1].bytes), (&b"data"[..], 6));
    assert_eq!(confirmed[1].sequence_number(), Some(&*accepted[1].sequence_number));
    let arrived = read[1].approximate_arrival_timestamp.unwrap().as_secs_f64();
    assert_eq!((arrived * 1_000.0).round() as u64, accepted[1].arrived_millis);
}

#[tokio::test(start_paused = true)]
async fn the_sizes_of_requests_are_remembered_with_their_failed_records() {
    let (server, client) = with_stream(1).await;
    server.set_faults(FaultPlan::script([Fault::throttle_entries(Chosen::At(vec![0]))]));
    put(&client, vec![record("k", "12345"), record("key", "678")]).await.unwrap();
    put(&client, vec![record("", "x")]).await.unwrap_err();
    put(&client, vec![plain("c")]).await.unwrap();
    let single = client.put_record().stream_name("s").partition_key("k").data(Blob::new("single"));
    single.send().await.unwrap();
    let sizes: Vec<(usize, usize)> =
        server.kinesis().batches("s").iter().map(|batch| (batch.entries, batch.bytes)).collect();
    assert_eq!(sizes, [(2, 12), (1, 2)]);
    assert_eq!(server.requests().count("PutRecords"), 3);
    assert_eq!(server.requests().count("PutRecord"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_discarding_server_validates_and_counts_but_holds_nothing() {
    let server = LocalServer::builder().discard(true).build();
    let client = client_of(&server);
    client.create_stream().stream_name("s").shard_count(1).send().await.unwrap();
    assert_eq!(outcome(put(&client, vec![record("", "x")]).await), "whole ValidationException");
    let confirmed = put(&client, vec![plain("a"), plain("b")]).await.unwrap().records;
    assert!(confirmed[0].sequence_number < confirmed[1].sequence_number);
    assert!(read(&client, FIRST).await.is_empty());
    let view = server.kinesis();
    assert_eq!(view.accepted_count("s"), 2);
    assert!(view.accepted("s").is_empty() && view.batches("s").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_full_server_refuses_until_a_stream_is_deleted() {
    let server = LocalServer::builder().capacity(10_000).build();
    let client = client_of(&server);
    let create = async || client.create_stream().stream_name("s").shard_count(1).send().await.unwrap();
    create().await;
    put(&client, many(1, true, 6_000)).await.unwrap();
    let error = put(&client, many(1, true, 6_000)).await.unwrap_err();
    assert_eq!(error.code(), Some("ServiceUnavailableException"));
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(server.kinesis().accepted("s").len(), 1);
    client.delete_stream().stream_name("s").send().await.unwrap();
    create().await;
    put(&client, many(1, true, 6_000)).await.unwrap();
}
