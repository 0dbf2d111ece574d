//! Records that the service would refuse, and what they get.

use std::time::Duration;

use batch_kinesis::{Cause, Kinesis, KinesisWriter, Linger, Record, Settings, SubmitError};
use batchwright_kit::{Canned, Request, Response, check_sums, codes, says};

use crate::support::{accept, error, served, to_measurements, writer};

const MIB: usize = 1 << 20;

/// Checks that the record is refused when it is submitted, comes back as it was, and is not
/// counted.
async fn check_refused(set: impl FnOnce(Kinesis) -> Kinesis, record: Record, words: &[&str]) {
    let (server, client) = served(1).await;
    let writer = KinesisWriter::builder(set(Kinesis::new(client, "measurements"))).build().unwrap();
    let error = writer.submit(record.clone()).await.unwrap_err();
    says(&error, words);
    assert_eq!(error.into_entry(), record);
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 0, 0);
    assert_eq!(server.requests().count("PutRecords"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_partition_key_that_kinesis_does_not_take_is_refused_at_submit() {
    for (key, words) in [
        (String::new(), "invalid entry: the partition key is empty"),
        (
            "k".repeat(257),
            "257 characters in the partition key are above the limit of 256; shorten it, or hash it",
        ),
    ] {
        check_refused(|stream| stream, Record::new("x").partition_key(key), &[words]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_hash_key_that_kinesis_does_not_take_is_refused_at_submit() {
    let two_to_the_128 = "340282366920938463463374607431768211456";
    for (key, words) in [
        (two_to_the_128, "is above the limit of 2^128 - 1"),
        ("abc", "is not a decimal integer"),
        ("007", "begins with a zero"),
    ] {
        let record = Record::new("x").partition_key("k").explicit_hash_key(key);
        check_refused(|stream| stream, record, &["invalid entry: the explicit hash key ", words]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn data_without_a_value_for_its_key_is_refused_at_submit() {
    for (data, words) in [
        (r#"{"celsius":21.5}"#, "has no member \"station\""),
        (r#"{"station":null}"#, "the member \"station\" of the data is null"),
        (r#"{"station":""}"#, "the member \"station\" of the data is empty"),
        (r#"{"station":"\ud800"}"#, "the member \"station\" of the data contains half a surrogate pair"),
        ("21.5 °C", "is not a JSON object"),
        ("", "is not a JSON object"),
    ] {
        let words = ["invalid entry: no partition key: ", words, "set one with `Record::partition_key`"];
        check_refused(|stream| stream.partition_key_from("station"), Record::new(data), &words).await;
    }
}

#[tokio::test(start_paused = true)]
async fn data_without_a_value_at_a_pointer_is_refused_at_submit() {
    for (data, words) in [
        (r#"{"user":{"name":"a"}}"#, "the data has no value at \"/user/id\""),
        (r#"{"user":{"id":null}}"#, "the value at \"/user/id\" of the data is null"),
        ("°C", "is not JSON, so it has no value at \"/user/id\""),
    ] {
        let words = ["invalid entry: no partition key: ", words, "set one with `Record::partition_key`"];
        check_refused(|stream| stream.partition_key_from("/user/id"), Record::new(data), &words).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_of_exactly_the_limit_is_delivered_and_one_byte_more_is_refused() {
    let (server, client) = served(2).await;
    let writer = to_measurements(client);
    let largest = Record::new(vec![7; MIB - 6]).partition_key("äöü").explicit_hash_key(0_u128);
    writer.submit(largest).await.unwrap();
    writer.submit(Record::new(vec![7; MIB - 8])).await.unwrap(); // a random key has 8

    let error = writer.submit(Record::new(vec![7; MIB - 5]).partition_key("äöü")).await.unwrap_err();
    says(&error, &["1048577 bytes", "1048576"]);
    let SubmitError::TooLarge { entry, .. } = error else { panic!("{error}") };
    assert_eq!(entry.data().len(), MIB - 5);

    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert!(server.kinesis().accepted("measurements").iter().all(|record| record.bytes == MIB));
}

#[tokio::test(start_paused = true)]
async fn an_empty_record_is_delivered() {
    let (server, client) = served(1).await;
    let writer = to_measurements(client);
    writer.submit(Record::new("")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.kinesis().accepted("measurements")[0].data.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_batch_is_larger_than_the_service_takes() {
    let (server, client) = served(100).await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let builder = KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    for n in 0..40_usize {
        writer.submit(Record::new(vec![7; 1 + n * 90_001 % 300_000])).await.unwrap();
    }
    for n in 0..1_000 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_040, 0);
    let batches = server.kinesis().batches("measurements");
    assert!(batches.iter().all(|batch| batch.entries <= 500 && batch.bytes <= 5 * MIB), "{batches:?}");
    assert!(batches.iter().any(|batch| batch.entries == 500), "{batches:?}");
    assert!(batches.iter().any(|batch| batch.bytes > 5 * MIB - 300_000), "{batches:?}");
    assert_eq!(server.requests().count("PutRecords"), batches.len() as u64, "none was refused");
}

/// Refuses requests that count more than this, as the service once did below its own limit.
fn strict_about(request: &Request, bytes: usize) -> Response {
    let size = |text: &serde_json::Value| text.as_str().map_or(0, str::len);
    let body = request.json();
    let records = body["Records"].as_array().unwrap().iter();
    let counted: usize =
        records.map(|record| size(&record["Data"]) / 4 * 3 + size(&record["PartitionKey"])).sum();
    if counted > bytes { error(400, "InvalidArgumentException") } else { accept(request) }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_service_finds_too_large_all_the_same_is_split_and_delivered() {
    let http = Canned::new(|request| strict_about(request, 5 * MIB - 108));
    let writer = writer(http.clone());
    for _ in 0..10 {
        writer.submit(Record::new(vec![7; MIB / 2 - 8])).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 0);
    assert!(writer.stats().splits > 0, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_record_above_the_streams_own_limit_fails_alone() {
    let (server, client) = served(4).await;
    let stream = Kinesis::new(client, "measurements").max_record_bytes(2 * MIB);
    let writer = KinesisWriter::builder(stream).build().unwrap();
    for bytes in [10, MIB + 1, 1_000, 20] {
        writer.submit(Record::new(vec![7; bytes])).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["ValidationException"]);
    assert_eq!(unprocessed[0].entry.data().len(), MIB + 1);
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    check_sums(&writer, 3, 1);
    assert_eq!(server.kinesis().accepted_count("measurements"), 3);
}

#[tokio::test(start_paused = true)]
async fn the_same_record_twice_is_delivered_twice() {
    let (server, client) = served(1).await;
    let writer = to_measurements(client);
    for _ in 0..2 {
        writer.submit(Record::new("21.5 °C").partition_key("EWR")).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert_eq!(server.kinesis().accepted_count("measurements"), 2);
}
