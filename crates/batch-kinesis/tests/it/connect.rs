//! The limits of a stream, discovered.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{RecordDistributionStrategy, StreamMode, StreamModeDetails};
use batch_core::{LimitPolicy, Service};
use batch_kinesis::{ConfigError, ConnectError, Kinesis, KinesisWriter, Order, Record, Settings};
use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright_kit::{Canned, Keys, Response, check_sums, report, says};
use serde_json::{Value, json};

use crate::support::{ARN, client, error, served};

const MIB: usize = 1 << 20;

fn measurements(http: &Canned) -> Kinesis {
    Kinesis::new(client(http.clone()), "measurements")
}

/// A client that describes the stream like this.
fn describing(members: &Value) -> Canned {
    let mut summary = json!({
        "StreamName": "measurements",
        "StreamARN": ARN,
        "StreamStatus": "ACTIVE",
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": 1_700_000_000.0,
        "EnhancedMonitoring": [],
        "OpenShardCount": 4,
    });
    summary.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Canned::script([Response::ok(&json!({ "StreamDescriptionSummary": summary }))])
}

fn bytes(writer: &KinesisWriter) -> (usize, usize) {
    let limits: LimitPolicy = writer.service().limits().unwrap();
    (limits.request_bytes(), limits.entry_bytes())
}

/// A writer to this stream, whose limits were discovered, with these settings.
async fn connect_with(stream: Kinesis, settings: Settings) -> Result<KinesisWriter, ConnectError> {
    let stream = stream.discover_limits().await?;
    Ok(KinesisWriter::builder(stream).settings(settings).build()?)
}

async fn connect(stream: Kinesis) -> Result<KinesisWriter, ConnectError> {
    connect_with(stream, Settings::new()).await
}

#[tokio::test(start_paused = true)]
async fn the_streams_limit_of_a_record_is_the_writers_and_raises_that_of_a_request_if_it_must() {
    for (members, expected) in [
        (json!({}), (5 * MIB, MIB)),
        (json!({ "MaxRecordSizeInKiB": 1_024 }), (5 * MIB, MIB)),
        (json!({ "MaxRecordSizeInKiB": 2_048 }), (5 * MIB, 2 * MIB)),
        (json!({ "MaxRecordSizeInKiB": 10_240 }), (10 * MIB, 10 * MIB)),
        (json!({ "MaxRecordSizeInKiB": 6_000 }), (6_000 << 10, 6_000 << 10)),
        // No stream has these; whoever says so is not believed.
        (json!({ "MaxRecordSizeInKiB": 0 }), (5 * MIB, MIB)),
        (json!({ "MaxRecordSizeInKiB": -1 }), (5 * MIB, MIB)),
        (json!({ "MaxRecordSizeInKiB": 20_480 }), (10 * MIB, 10 * MIB)),
        (json!({ "RecordDistributionStrategy": "USER_PARTITION_KEY" }), (5 * MIB, MIB)),
        (json!({ "RecordDistributionStrategy": "SOMETHING_NEW" }), (5 * MIB, MIB)),
    ] {
        let http = describing(&members);
        let writer = connect(measurements(&http)).await.unwrap();
        assert_eq!(bytes(&writer), expected, "{members}");
        let [request] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
        assert_eq!(request.operation(), "DescribeStreamSummary");
        assert_eq!(request.json(), json!({ "StreamName": "measurements" }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_given_by_arn_is_described_by_it() {
    let http = describing(&json!({}));
    connect(Kinesis::new(client(http.clone()), ARN)).await.unwrap();
    assert_eq!(http.requests()[0].json(), json!({ "StreamARN": ARN }));
}

#[tokio::test(start_paused = true)]
async fn limits_that_were_set_lie_within_those_of_the_stream() {
    let http = describing(&json!({ "MaxRecordSizeInKiB": 4_096 }));
    let lower = measurements(&http).max_record_bytes(2 * MIB).max_request_bytes(3 * MIB);
    assert_eq!(bytes(&connect(lower).await.unwrap()), (3 * MIB, 2 * MIB));

    let error = connect(measurements(&http).max_record_bytes(4 * MIB + 1)).await.unwrap_err();
    says(
        &report(&error),
        &["the options are invalid: Kinesis::max_record_bytes: 4194305 is above the limit of 4194304"],
    );
    let error = connect(measurements(&http).max_request_bytes(3 * MIB)).await.unwrap_err();
    says(
        &report(&error),
        &[
            "Kinesis::max_request_bytes: 3145728 is below the minimum of 4194304, the size that one record may have",
        ],
    );
}

#[tokio::test(start_paused = true)]
async fn options_that_no_stream_allows_are_refused_without_a_request() {
    let http = describing(&json!({}));
    for stream in [
        Kinesis::new(client(http.clone()), "no stream"),
        measurements(&http).max_record_bytes(1),
        measurements(&http).max_request_bytes(1),
        measurements(&http).partition_key_from(""),
        measurements(&http).partition_key_from("/user/~2"),
    ] {
        let error = stream.discover_limits().await.unwrap_err();
        assert!(matches!(error, ConnectError::Config(_)), "{error}");
    }
    assert_eq!(http.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn order_by_key_is_refused_for_a_stream_that_distributes_by_itself() {
    let http = describing(&json!({ "RecordDistributionStrategy": "AUTO" }));
    let strict = Settings::new().order(Order::Strict);
    let keyed = measurements(&http).partition_key_from("station");
    for (stream, settings, request) in [
        (keyed, Settings::new(), "partition keys from the member \"station\""),
        (measurements(&http), strict, "strict order"),
    ] {
        let error = connect_with(stream, settings).await.unwrap_err();
        let ConnectError::Config(ConfigError::Unsupported(_)) = error else { panic!("{error}") };
        says(&report(&error), &[request, "measurements distributes records itself", "USER_PARTITION_KEY"]);
    }
    connect_with(measurements(&http), Settings::new().order(Order::Relaxed)).await.unwrap();
}

/// Checks the error that this answer leads to.
async fn check(answer: Response, expected: fn(&ConnectError) -> bool, words: &[&str]) {
    let error = connect(measurements(&Canned::script([answer.clone()]))).await.unwrap_err();
    assert!(expected(&error), "{answer:?}: {error:?}");
    says(&report(&error), words);
    assert!(!report(&error).contains("words of the service"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_cannot_be_described_is_a_clear_error() {
    let unknown = |error: &ConnectError| matches!(error, ConnectError::NotFound(_));
    check(
        error(400, "ResourceNotFoundException"),
        unknown,
        &["the destination was not found: ", "measurements does not exist in region us-east-1"],
    )
    .await;

    let unanswered = |error: &ConnectError| matches!(error, ConnectError::Unanswered(_));
    for (answer, words) in [
        (error(400, "AccessDeniedException"), "allow them kinesis:DescribeStreamSummary"),
        (
            Response::Refused,
            "the client could not connect to the service; check the network, the region and the endpoint",
        ),
        (error(400, "LimitExceededException"), "LimitExceededException"),
        (error(500, "InternalFailure"), "InternalFailure"),
        (Response::ok(&json!({})), "UnreadableResponse"),
        (Response::page(200, "<html>"), "UnreadableResponse"),
        (Response::page(403, "<html>"), "HTTP 403"),
    ] {
        check(answer, unanswered, &["the destination could not be looked up: ", words]).await;
    }
}

/// A server with a stream that distributes records itself, and one with larger records.
async fn streams() -> (LocalServer, aws_sdk_kinesis::Client) {
    let (server, client) = served(1).await;
    let on_demand = StreamModeDetails::builder().stream_mode(StreamMode::OnDemand).build().unwrap();
    let auto = client.create_stream().stream_name("auto").stream_mode_details(on_demand);
    auto.record_distribution_strategy(RecordDistributionStrategy::Auto).send().await.unwrap();
    let large = client.create_stream().stream_name("large").shard_count(1);
    large.max_record_size_in_kib(2_048).send().await.unwrap();
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn a_record_that_only_a_larger_limit_takes_is_delivered() {
    let (server, client) = streams().await;
    let writer = connect(Kinesis::new(client, "large")).await.unwrap();
    writer.submit(Record::new(vec![7; 2 * MIB - 3]).partition_key("key")).await.unwrap();
    let error = writer.submit(Record::new(vec![7; 2 * MIB - 2]).partition_key("key")).await.unwrap_err();
    says(&error, &["2097153 bytes, above the limit of 2097152"]);
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1, 0);
    assert_eq!(server.kinesis().accepted("large")[0].bytes, 2 * MIB);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_distributes_by_itself_takes_records_without_keys_and_is_given_no_others() {
    let (server, client) = streams().await;
    let writer = connect(Kinesis::new(client, "auto")).await.unwrap();
    for n in 0..40 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    for (record, words) in [
        (Record::new("x").partition_key("EWR"), "has a partition key, but the stream distributes"),
        (Record::new("x").explicit_hash_key(0_u128), "has an explicit hash key, but the stream distributes"),
    ] {
        let error = writer.submit(record).await.unwrap_err();
        says(&report(&error), &[words, "USER_PARTITION_KEY"]);
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 40, 0);
    assert_eq!(server.kinesis().accepted_count("auto"), 40);
}

#[tokio::test(start_paused = true)]
async fn describing_uses_the_retries_of_the_client() {
    let (server, client) = served(1).await;
    let throttled = FaultPlan::script([Fault::error_before(400, "LimitExceededException")]);
    server.set_faults(throttled.only("DescribeStreamSummary"));
    connect(Kinesis::new(client, "measurements")).await.unwrap();
    assert_eq!(server.requests().count("DescribeStreamSummary"), 2);
}

#[tokio::test(start_paused = true)]
async fn limits_are_discovered_with_other_keys_if_those_at_hand_are_refused() {
    let (server, _) = served(1).await;
    let keys = Keys::default();
    let config = server.sdk_config().into_builder().credentials_provider(keys.shared());
    let refused = Fault::refuse_keys(|key| Keys::number(key) == Some(0), 403, "ExpiredToken");
    server.set_faults(FaultPlan::always(refused).only("DescribeStreamSummary").only("PutRecords"));
    let writer = connect(Kinesis::new(Client::new(&config.build()), "measurements")).await.unwrap();
    assert_eq!(keys.asked(), 2);
    writer.submit(Record::new("record")).await.unwrap();
    assert!(writer.flush().await.is_empty());
}
