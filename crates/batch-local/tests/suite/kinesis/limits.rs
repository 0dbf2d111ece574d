//! Every limit of a record and of a request: exactly at it, and one beyond.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry as Entry, RecordDistributionStrategy, StreamMode};
use batch_local::LocalServer;

use super::support::{arn, create_auto, hashed, local, mode, outcome, plain, put, record, with_stream};

const MIB: usize = 1 << 20;
const INVALID: &str = "whole InvalidArgumentException";
const VALIDATION: &str = "whole ValidationException";

/// Puts records into a new stream with this maximum size of records, and compares what becomes of
/// them, as told and as accepted.
async fn check(max_record_size_in_kib: i32, entries: Vec<Entry>, expected: &str) {
    let (server, client) = local();
    let create = client.create_stream().stream_name("s").shard_count(500);
    create.max_record_size_in_kib(max_record_size_in_kib).send().await.unwrap();
    check_in(&server, &client, entries, expected).await;
}

async fn check_in(server: &LocalServer, client: &Client, entries: Vec<Entry>, expected: &str) {
    let count = if expected == "ok" { entries.len() } else { 0 };
    let shown = format!("{entries:.200?}");
    let before = server.kinesis().accepted_count("s");
    assert_eq!(outcome(put(client, entries).await), expected, "{shown}");
    assert_eq!(server.kinesis().accepted_count("s") - before, count as u64, "{shown}");
}

/// Puts records whose data has these sizes, and whose partition keys have one byte, into shards of
/// their own. Written by hand: the SDK takes a second for ten mebibytes when it is not optimized.
async fn large(max_record_size_in_kib: i32, sizes: &[usize], expected: &str) {
    let (server, client) = local();
    let create = client.create_stream().stream_name("s").shard_count(500);
    create.max_record_size_in_kib(max_record_size_in_kib).send().await.unwrap();
    let records: Vec<String> = sizes
        .iter()
        .enumerate()
        .map(|(index, size)| {
            let end = ["", "AA==", "AAA="][size % 3];
            let (data, hash) = ("AAAA".repeat(size / 3), u128::MAX / 500 * index as u128);
            format!(r#"{{"Data":"{data}{end}","PartitionKey":"k","ExplicitHashKey":"{hash}"}}"#)
        })
        .collect();
    let body = format!(r#"{{"StreamName":"s","Records":[{}]}}"#, records.join(","));
    let answer = super::wire::answer(&server, "PutRecords", body).await;
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let met = match body["__type"].as_str() {
        Some(code) => format!("{code}: {}", body["message"].as_str().unwrap()),
        None => format!("ok with {} failed", body["FailedRecordCount"]),
    };
    let expected_start = if expected == "ok" { "ok with 0 failed" } else { expected };
    assert!(met.starts_with(expected_start), "{met}");
    let count = if expected == "ok" { sizes.len() } else { 0 };
    assert_eq!(server.kinesis().accepted_count("s"), count as u64);
}

fn keyless() -> Entry {
    Entry::builder().data(Blob::new("x")).build().unwrap()
}

fn spread(count: usize, data: usize) -> Vec<Entry> {
    (0..count).map(|index| record(&format!("{index:04}"), vec![b'x'; data])).collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_has_1_to_500_records() {
    check(1_024, vec![], VALIDATION).await;
    check(1_024, spread(1, 1), "ok").await;
    check(1_024, spread(500, 1), "ok").await;
    check(1_024, spread(501, 1), VALIDATION).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_has_up_to_one_mebibyte_with_its_partition_key() {
    check(1_024, vec![record("key", vec![b'x'; MIB - 3])], "ok").await;
    check(1_024, vec![record("key", vec![b'x'; MIB - 2]), plain("good")], INVALID).await;
    check(1_024, vec![record("key", vec![b'x'; MIB]), plain("good")], INVALID).await;
    check(1_024, vec![record("key", vec![b'x'; MIB + 1]), plain("good")], VALIDATION).await;
    // Bytes count, not characters.
    check(1_024, vec![record("é", vec![b'x'; MIB - 2])], "ok").await;
    check(1_024, vec![record("é", vec![b'x'; MIB - 1])], INVALID).await;
    check(1_024, vec![record("k", "")], "ok").await;
}

#[tokio::test(start_paused = true)]
async fn a_record_keeps_the_maximum_of_its_stream() {
    check(2_048, vec![record("k", vec![0; 2 * MIB - 1])], "ok").await;
    check(2_048, vec![record("k", vec![0; 2 * MIB])], INVALID).await;
    large(10_240, &[10 * MIB - 1], "ok").await;
    large(10_240, &[10 * MIB], "InvalidArgumentException").await;
}

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_large_record_names_its_position_and_the_limit() {
    let (_, client) = with_stream(1).await;
    let large = record("k", vec![b'x'; MIB + 1]);
    let error = put(&client, vec![plain("good"), large]).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some(
            "1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_has_up_to_ten_mebibytes_with_its_partition_keys() {
    // Ten records of one mebibyte each, partition keys included.
    let mut sizes = [MIB - 1; 10];
    large(2_048, &sizes, "ok").await;
    sizes[9] += 1;
    large(2_048, &sizes, "InvalidArgumentException: Records size exceeds 10 MB limit").await;
}

#[tokio::test(start_paused = true)]
async fn explicit_hash_keys_do_not_count() {
    let data = vec![b'x'; MIB - 1];
    let entry = Entry::builder().partition_key("k").explicit_hash_key("1234567890").data(Blob::new(data));
    check(1_024, vec![entry.build().unwrap()], "ok").await;
}

#[tokio::test(start_paused = true)]
async fn a_partition_key_has_1_to_256_characters() {
    for good in ["k", &"x".repeat(256), &"é".repeat(256), &"\u{1F600}".repeat(256), "\0"] {
        check(1_024, vec![plain(good)], "ok").await;
    }
    for bad in ["", &"x".repeat(257), &"é".repeat(257)] {
        check(1_024, vec![record(bad, "x"), plain("good")], VALIDATION).await;
    }
    check(1_024, vec![keyless(), plain("good")], VALIDATION).await;
}

#[tokio::test(start_paused = true)]
async fn an_explicit_hash_key_is_a_decimal_number_below_2_to_the_128() {
    for good in ["0", "1", "340282366920938463463374607431768211455"] {
        check(1_024, vec![hashed(good)], "ok").await;
    }
    for bad in ["", "00", "01", "-1", "+1", " 1", "1.0", "abc", "0x10", &"1".repeat(40)] {
        check(1_024, vec![hashed(bad), plain("good")], VALIDATION).await;
    }
    for bad in ["340282366920938463463374607431768211456", &"9".repeat(39)] {
        check(1_024, vec![hashed(bad), plain("good")], INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_stream_that_distributes_its_records_itself_needs_no_partition_key() {
    let (server, client) = local();
    create_auto(&client, "s").await;
    check_in(&server, &client, vec![keyless(), plain("k")], "ok").await;
    check_in(&server, &client, vec![record("", "x")], VALIDATION).await;
    let strategy = RecordDistributionStrategy::UserPartitionKey;
    let update = client.update_stream_record_distribution_strategy().stream_arn(arn("s"));
    update.record_distribution_strategy(strategy).send().await.unwrap();
    check_in(&server, &client, vec![keyless()], VALIDATION).await;
}

#[tokio::test(start_paused = true)]
async fn a_provisioned_stream_cannot_distribute_its_records_itself() {
    let (_, client) = with_stream(1).await;
    let auto = RecordDistributionStrategy::Auto;
    let update = client.update_stream_record_distribution_strategy().stream_arn(arn("s"));
    let error = update.record_distribution_strategy(auto.clone()).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidArgumentException"));
    let create = client.create_stream().stream_name("t").shard_count(1).record_distribution_strategy(auto);
    let error = create.stream_mode_details(mode(StreamMode::Provisioned)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidArgumentException"));
}

#[tokio::test(start_paused = true)]
async fn the_maximum_size_of_records_can_be_changed() {
    let (server, client) = with_stream(1).await;
    let large = || vec![record("k", vec![0; MIB])];
    check_in(&server, &client, large(), INVALID).await;
    let update =
        |kib| client.update_max_record_size().stream_arn(arn("s")).max_record_size_in_kib(kib).send();
    update(1_025).await.unwrap();
    check_in(&server, &client, large(), "ok").await;
    for kib in [1_023, 10_241, -1] {
        assert_eq!(update(kib).await.unwrap_err().code(), Some("ValidationException"));
    }
    update(10_240).await.unwrap();
    update(1_024).await.unwrap();
    check_in(&server, &client, large(), INVALID).await;
}

#[tokio::test(start_paused = true)]
async fn a_single_record_is_refused_for_the_same_reasons() {
    let (server, client) = with_stream(1).await;
    let put = || client.put_record().stream_name("s").data(Blob::new("x"));
    for (request, code) in [
        (put(), "ValidationException"),
        (put().partition_key(""), "ValidationException"),
        (put().partition_key("k").explicit_hash_key("x"), "ValidationException"),
        (put().partition_key("k").explicit_hash_key("9".repeat(39)), "InvalidArgumentException"),
        (put().partition_key("k").data(Blob::new(vec![0; MIB + 1])), "ValidationException"),
        (put().partition_key("k").data(Blob::new(vec![0; MIB])), "InvalidArgumentException"),
        (put().partition_key("k").sequence_number_for_ordering("7"), "InvalidArgumentException"),
        (put().partition_key("k").stream_name("other"), "ResourceNotFoundException"),
        (put().partition_key("k").dry_run(true), "DryRunOperationException"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    assert_eq!(server.kinesis().accepted_count("s"), 0);
    put().partition_key("k").data(Blob::new(vec![0; MIB - 1])).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn records_are_ordered_by_an_earlier_sequence_number_unless_the_stream_distributes_them() {
    let (_, client) = with_stream(1).await;
    let put = |stream: &str| client.put_record().stream_name(stream).partition_key("k").data(Blob::new("x"));
    let first = put("s").send().await.unwrap();
    let second = put("s").sequence_number_for_ordering(&first.sequence_number).send().await.unwrap();
    assert!(second.sequence_number > first.sequence_number);
    create_auto(&client, "auto").await;
    let first = put("auto").send().await.unwrap();
    let refused = put("auto").sequence_number_for_ordering(&first.sequence_number).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgumentException"));
}
