//! Each shard takes 1,000 records and 1 MiB a second.

use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::primitives::Blob;
use batch_local::LocalServer;

use super::support::{FIRST, THROTTLED, accepted, client_of, many, outcome, put, record, with_stream};
use crate::support::pass;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

#[tokio::test(start_paused = true)]
async fn a_shard_takes_a_thousand_records_a_second() {
    let (server, client) = with_stream(1).await;
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 500);
    assert_eq!(accepted(put(&client, many(499, true, 1)).await), 499);
    assert_eq!(outcome(put(&client, many(2, true, 1)).await), format!("1 {THROTTLED}"));
    pass(1.0).await;
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 500);
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 500);
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 0);
    assert_eq!(server.kinesis().accepted_count("s"), 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_shard_takes_a_mebibyte_a_second_with_partition_keys() {
    let (_, client) = with_stream(1).await;
    assert_eq!(outcome(put(&client, many(9, true, 128 * KIB)).await), format!("8 {THROTTLED}"));
    pass(0.25).await;
    // Small records still go where a large one does not.
    let mixed = [many(3, true, 128 * KIB), many(1, true, 1)].concat();
    assert_eq!(outcome(put(&client, mixed).await), format!("2 {THROTTLED}, 3 {THROTTLED}"));
    pass(0.125).await;
    let mixed = [many(1, true, 129 * KIB), many(1, true, 128 * KIB)].concat();
    assert_eq!(outcome(put(&client, mixed).await), format!("0 {THROTTLED}"));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_shard_leaves_the_others_alone() {
    let (server, client) = with_stream(2).await;
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 500);
    assert_eq!(accepted(put(&client, many(500, true, 1)).await), 500);
    let mixed = [many(2, true, 1), many(2, false, 1), many(1, true, 1)].concat();
    let output = put(&client, mixed).await.unwrap();
    assert_eq!(output.failed_record_count, Some(3));
    let failed: Vec<bool> = output.records.iter().map(|record| record.error_code.is_some()).collect();
    assert_eq!(failed, [true, true, false, false, true]);
    let first = &output.records[0];
    assert_eq!(first.error_code(), Some(THROTTLED));
    let message = format!("Rate exceeded for shard {FIRST} in stream s under account 000000000000.");
    assert_eq!(first.error_message(), Some(&*message));
    assert!(first.shard_id.is_none() && first.sequence_number.is_none());
    assert_eq!(server.kinesis().accepted_count("s"), 1_002);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_every_record_is_throttled_is_a_success() {
    let (_, client) = with_stream(1).await;
    put(&client, many(500, true, 1)).await.unwrap();
    put(&client, many(500, true, 1)).await.unwrap();
    let output = put(&client, many(2, true, 1)).await.unwrap();
    assert_eq!(output.failed_record_count, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_single_record_that_is_throttled_is_refused() {
    let (_, client) = with_stream(1).await;
    put(&client, many(500, true, 1)).await.unwrap();
    put(&client, many(500, true, 1)).await.unwrap();
    let single = client.put_record().stream_name("s").partition_key("k").data(Blob::new("x"));
    let error = single.clone().send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert!(error.message().unwrap().contains(FIRST));
    assert!(error.into_service_error().is_provisioned_throughput_exceeded_exception());
    pass(0.001).await;
    single.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_large_record_bursts_beyond_the_rate_and_is_paid_for_afterwards() {
    let (server, client) = with_stream(1).await;
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    client.update_max_record_size().stream_arn(arn).max_record_size_in_kib(2_048).send().await.unwrap();
    let large = || vec![record("k", vec![0; 2 * MIB - 1])];
    assert_eq!(outcome(put(&client, large()).await), "ok");
    pass(1.0).await;
    assert_eq!(outcome(put(&client, many(1, true, 1)).await), format!("0 {THROTTLED}"));
    pass(1.0).await;
    assert_eq!(outcome(put(&client, large()).await), "ok");
    assert_eq!(server.kinesis().accepted_count("s"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_discarding_server_does_not_throttle() {
    let server = LocalServer::builder().discard(true).build();
    let client = client_of(&server);
    client.create_stream().stream_name("s").shard_count(1).send().await.unwrap();
    for _ in 0..5 {
        assert_eq!(outcome(put(&client, many(500, true, KIB)).await), "ok");
    }
    assert_eq!(server.kinesis().accepted_count("s"), 2_500);
}
