//! What the tests share.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::HttpClient;
use batch_core::{Batch, Reply, Service};
use batch_kinesis::{Kinesis, KinesisWriter, Record, SentRecord};
use batch_local::LocalServer;
use batchwright_kit::{Request, Response, Setup};
use serde_json::json;

pub(crate) const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/measurements";

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
}

/// A writer to the stream `measurements`, whatever responds.
pub(crate) fn writer(http: impl HttpClient + 'static) -> KinesisWriter {
    to_measurements(client(http))
}

/// A server with a stream `measurements` of so many shards, and a client of it.
pub(crate) async fn served(shards: i32) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_stream().stream_name("measurements").shard_count(shards).send().await.unwrap();
    (server, client)
}

/// A writer to the stream `measurements`.
pub(crate) fn to_measurements(client: Client) -> KinesisWriter {
    KinesisWriter::builder(Kinesis::new(client, "measurements")).build().unwrap()
}

/// What one request with these records comes to, without the writer's own retries.
pub(crate) async fn send(writer: &KinesisWriter, records: &[Record]) -> Reply<SentRecord> {
    writer.service().send(&Batch::of(records)).await
}

/// Records with keys, so that they may be sent without being submitted.
pub(crate) fn records(count: usize) -> Vec<Record> {
    (0..count).map(|n| Record::new(format!("body {n}")).partition_key(format!("key {n}"))).collect()
}

/// An error as the service sends it.
pub(crate) fn error(status: u16, code: &str) -> Response {
    Response::json_error(status, "com.amazonaws.kinesis", code)
}

/// A response that accepts every record of the request.
pub(crate) fn accept(request: &Request) -> Response {
    let records = request.json()["Records"].as_array().map_or(0, Vec::len);
    let accepted = |n: usize| json!({ "SequenceNumber": n.to_string(), "ShardId": "shardId-000000000000" });
    let records: Vec<_> = (0..records).map(accepted).collect();
    Response::ok(&json!({ "FailedRecordCount": 0, "Records": records }))
}
