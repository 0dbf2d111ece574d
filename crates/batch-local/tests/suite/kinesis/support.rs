//! Clients, streams and records for the tests.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::operation::put_records::{PutRecordsError, PutRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{
    PutRecordsRequestEntry as Entry, Record, RecordDistributionStrategy, ShardIteratorType, StreamMode,
    StreamModeDetails,
};
use batch_local::{FaultPlan, LocalServer};

pub(crate) type Put = Result<PutRecordsOutput, SdkError<PutRecordsError>>;

pub(crate) const FIRST: &str = "shardId-000000000000";
pub(crate) const SECOND: &str = "shardId-000000000001";
pub(crate) const THROTTLED: &str = "ProvisionedThroughputExceededException";

/// A server and a client that does not retry.
pub(crate) fn local() -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client_of(&server);
    (server, client)
}

pub(crate) fn client_of(server: &LocalServer) -> Client {
    Client::from_conf(config().http_client(server.http_client()).build())
}

pub(crate) fn config() -> Builder {
    aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://localhost:4567")
        .retry_config(RetryConfig::disabled())
}

/// A server with a stream `s` of so many shards, and a client.
pub(crate) async fn with_stream(shards: i32) -> (LocalServer, Client) {
    let (server, client) = local();
    client.create_stream().stream_name("s").shard_count(shards).send().await.unwrap();
    (server, client)
}

/// The same with these faults.
pub(crate) async fn faulty(plan: FaultPlan) -> (LocalServer, Client) {
    let (server, client) = with_stream(1).await;
    server.set_faults(plan);
    (server, client)
}

/// An on-demand stream that distributes its records itself.
pub(crate) async fn create_auto(client: &Client, name: &str) {
    let request = client.create_stream().stream_name(name).stream_mode_details(mode(StreamMode::OnDemand));
    request.record_distribution_strategy(RecordDistributionStrategy::Auto).send().await.unwrap();
}

pub(crate) fn mode(mode: StreamMode) -> StreamModeDetails {
    StreamModeDetails::builder().stream_mode(mode).build().unwrap()
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:kinesis:us-east-1:000000000000:stream/{name}")
}

pub(crate) fn record(key: &str, data: impl Into<Vec<u8>>) -> Entry {
    Entry::builder().partition_key(key).data(Blob::new(data)).build().unwrap()
}

/// A record whose partition key is its data.
pub(crate) fn plain(key: &str) -> Entry {
    record(key, key)
}

/// A record with this explicit hash key.
pub(crate) fn hashed(hash: &str) -> Entry {
    Entry::builder().partition_key("k").explicit_hash_key(hash).data(Blob::new("x")).build().unwrap()
}

/// So many records that go to the first or the last of several shards, of so many bytes each.
pub(crate) fn many(count: usize, first_shard: bool, bytes: usize) -> Vec<Entry> {
    let hash = if first_shard { "0".to_owned() } else { u128::MAX.to_string() };
    let data = vec![b'x'; bytes - 1];
    let entry = Entry::builder().partition_key("k").explicit_hash_key(hash).data(Blob::new(data)).build();
    vec![entry.unwrap(); count]
}

pub(crate) async fn put(client: &Client, entries: Vec<Entry>) -> Put {
    client.put_records().stream_name("s").set_records(Some(entries)).send().await
}

/// What became of a request: `ok`, the code of the whole request (`whole X`), or those of its
/// failed records (`0 X`).
pub(crate) fn outcome(put: Put) -> String {
    match put {
        Err(error) => format!("whole {}", error.code().unwrap_or("without a code")),
        Ok(output) => {
            let failed = output.records.iter().enumerate().filter_map(|(index, record)| {
                record.error_code.as_ref().map(|code| format!("{index} {code}"))
            });
            let failed: Vec<String> = failed.collect();
            assert_eq!(output.failed_record_count, i32::try_from(failed.len()).ok());
            if failed.is_empty() { "ok".to_owned() } else { failed.join(", ") }
        }
    }
}

/// How many records of a request were accepted.
pub(crate) fn accepted(put: Put) -> usize {
    put.unwrap().records.iter().filter(|record| record.sequence_number.is_some()).count()
}

pub(crate) async fn iterator(client: &Client, shard: &str, kind: ShardIteratorType) -> String {
    let request = client.get_shard_iterator().stream_name("s").shard_id(shard).shard_iterator_type(kind);
    request.send().await.unwrap().shard_iterator.unwrap()
}

/// Everything in a shard.
pub(crate) async fn read(client: &Client, shard: &str) -> Vec<Record> {
    let mut iterator = iterator(client, shard, ShardIteratorType::TrimHorizon).await;
    let mut records = Vec::new();
    loop {
        let read = client.get_records().shard_iterator(&iterator).send().await.unwrap();
        records.extend(read.records);
        if read.millis_behind_latest == Some(0) {
            return records;
        }
        iterator = read.next_shard_iterator.unwrap();
    }
}

pub(crate) fn texts(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| str::from_utf8(record.data.as_ref()).unwrap()).collect()
}
