//! Every limit of names, records and requests: exactly at it, and one beyond. And what is read back.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::error::ProvideErrorMetadata;
use aws_sdk_firehose::types::{DeliveryStreamType, Record};
use batch_local::LocalServer;

use super::support::{client_of, outcome, put, record, with_stream};

const MIB: usize = 1 << 20;
const RECORD: usize = 1_024_000;
const INVALID: &str = "whole InvalidArgumentException";
const VALIDATION: &str = "whole ValidationException";

/// Puts records into a new delivery stream, and compares what becomes of them, as told and as accepted.
async fn check(records: Vec<Record>, expected: &str) {
    let (server, client) = with_stream().await;
    let count = if expected == "ok" { records.len() } else { 0 };
    assert_eq!(outcome(put(&client, records).await), expected);
    assert_eq!(server.firehose().accepted_count("s"), count as u64);
}

async fn create(client: &Client, name: &str) -> String {
    match client.create_delivery_stream().delivery_stream_name(name).send().await {
        Ok(output) => output.delivery_stream_arn.unwrap(),
        Err(error) => error.code().unwrap().to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_has_1_to_500_records() {
    check(vec![], VALIDATION).await;
    check(vec![record("x"); 1], "ok").await;
    check(vec![record("x"); 500], "ok").await;
    check(vec![record("x"); 501], VALIDATION).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_has_0_to_1_024_000_bytes() {
    check(vec![record("")], "ok").await;
    check(vec![record(vec![7; RECORD]), record("x")], "ok").await;
    check(vec![record("x"), record(vec![7; RECORD + 1])], VALIDATION).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_has_up_to_4_mib_before_base64() {
    check(vec![record(vec![7; MIB / 2]); 8], "ok").await;
    let mut records = vec![record(vec![7; MIB / 2]); 8];
    records.push(record("x"));
    check(records, INVALID).await;
}

#[tokio::test(start_paused = true)]
async fn a_name_has_1_to_64_plain_characters_and_is_no_others() {
    let client = client_of(&LocalServer::new()).await;
    assert_eq!(
        create(&client, "aZ0._-").await,
        "arn:aws:firehose:us-east-1:000000000000:deliverystream/aZ0._-"
    );
    assert!(create(&client, &"n".repeat(64)).await.starts_with("arn:"));
    for name in ["", "a b", "a/b", "ä", &"n".repeat(65)] {
        assert_eq!(create(&client, name).await, "ValidationException", "{name}");
    }
    assert_eq!(create(&client, "s").await, "ResourceInUseException");
}

#[tokio::test(start_paused = true)]
async fn only_streams_that_exist_and_have_no_other_source_take_records() {
    let (server, client) = with_stream().await;
    let fed = client.create_delivery_stream().delivery_stream_name("fed");
    fed.delivery_stream_type(DeliveryStreamType::KinesisStreamAsSource).send().await.unwrap();
    let bad =
        client.create_delivery_stream().delivery_stream_name("bad").delivery_stream_type("Other".into());
    assert_eq!(bad.send().await.unwrap_err().code(), Some("ValidationException"));
    for (name, code) in [("nowhere", "ResourceNotFoundException"), ("fed", "InvalidArgumentException")] {
        let batch = client.put_record_batch().delivery_stream_name(name).records(record("x")).send().await;
        assert_eq!(batch.unwrap_err().code(), Some(code));
        let single = client.put_record().delivery_stream_name(name).record(record("x")).send().await;
        assert_eq!(single.unwrap_err().code(), Some(code));
    }
    assert_eq!((server.firehose().accepted("fed"), server.firehose().accepted("nowhere")), (vec![], vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_is_read_back_in_order_with_its_ids() {
    let (server, client) = with_stream().await;
    let output = put(&client, vec![record("a"), record(vec![0, 255])]).await.unwrap();
    let single = client.put_record().delivery_stream_name("s").record(record("c")).send().await.unwrap();
    let ids = output.request_responses.into_iter().map(|result| result.record_id.unwrap());
    let ids: Vec<_> = ids.chain([single.record_id]).collect();
    let accepted = server.firehose().accepted("s");
    let read: Vec<_> = accepted.iter().map(|record| (&record.data[..], record.record_id.clone())).collect();
    assert_eq!(read, [(&b"a"[..], ids[0].clone()), (&[0, 255], ids[1].clone()), (b"c", ids[2].clone())]);
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    let batches = server.firehose().batches("s");
    assert_eq!(batches.iter().map(|batch| (batch.entries, batch.bytes)).collect::<Vec<_>>(), [(2, 3)]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_discards_counts_and_one_that_is_full_is_unavailable() {
    let server = LocalServer::builder().discard(true).build();
    let client = client_of(&server).await;
    assert_eq!(outcome(put(&client, vec![record("x"); 3]).await), "ok");
    assert_eq!((server.firehose().accepted_count("s"), server.firehose().accepted("s")), (3, vec![]));

    let server = LocalServer::builder().capacity(100_000).build();
    let client = client_of(&server).await;
    let error = put(&client, vec![record(vec![7; 100_001])]).await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(server.firehose().accepted_count("s"), 0);
}
