//! What the tests share.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::config::HttpClient;
use batch_core::{Batch, Reply, Service};
use batch_firehose::{Firehose, FirehoseWriter, Record, SentRecord};
use batch_local::LocalServer;
use batchwright_kit::{Request, Response, Setup};
use serde_json::json;

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
}

/// A server with a delivery stream `measurements`, and a client of it.
pub(crate) async fn served() -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_delivery_stream().delivery_stream_name("measurements").send().await.unwrap();
    (server, client)
}

/// A writer to the delivery stream `measurements`.
pub(crate) fn to_measurements(client: Client) -> FirehoseWriter {
    FirehoseWriter::builder(Firehose::new(client, "measurements")).build().unwrap()
}

/// What one request with these records comes to, without the writer's own retries.
pub(crate) async fn send(writer: &FirehoseWriter, records: &[Record]) -> Reply<SentRecord> {
    writer.service().send(&Batch::of(records)).await
}

pub(crate) fn records(count: usize) -> Vec<Record> {
    (0..count).map(|n| Record::new(format!("body {n}"))).collect()
}

/// An error as the service sends it.
pub(crate) fn error(status: u16, code: &str) -> Response {
    Response::json_error(status, "com.amazonaws.firehose", code)
}

/// A response that accepts every record of the request.
pub(crate) fn accept(request: &Request) -> Response {
    let records = request.json()["Records"].as_array().map_or(0, Vec::len);
    let accepted: Vec<_> = (0..records).map(|n| json!({ "RecordId": n.to_string() })).collect();
    Response::ok(&json!({ "Encrypted": false, "FailedPutCount": 0, "RequestResponses": accepted }))
}
