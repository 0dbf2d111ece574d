//! What the tests share.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::HttpClient;
use aws_sdk_sqs::types::QueueAttributeName;
use batch_core::{Batch, Reply, Service};
use batch_local::LocalServer;
use batch_sqs::{Message, SentMessage, Sqs, SqsWriter};
use batchwright_kit::{Request, Response, Setup};
use serde_json::{Value, json};

pub(crate) const URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
}

/// A writer to a queue given by URL: nothing is looked up.
pub(crate) fn writer(http: impl HttpClient + 'static) -> SqsWriter {
    SqsWriter::builder(Sqs::new(client(http), URL)).build().unwrap()
}

/// A server with a queue, and a client of it.
pub(crate) async fn served(queue: &str, attributes: &[(QueueAttributeName, &str)]) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let mut create = client.create_queue().queue_name(queue);
    if queue.ends_with(".fifo") {
        create = create.attributes(QueueAttributeName::FifoQueue, "true");
    }
    for (name, value) in attributes {
        create = create.attributes(name.clone(), *value);
    }
    create.send().await.unwrap();
    (server, client)
}

/// What one request with these messages comes to, without the writer's own retries.
pub(crate) async fn send(writer: &SqsWriter, messages: &[Message]) -> Reply<SentMessage> {
    writer.service().send(&Batch::of(messages)).await
}

pub(crate) fn messages(count: usize) -> Vec<Message> {
    (0..count).map(|n| Message::new(format!("body {n}"))).collect()
}

/// An error as the service sends it: the code in header and body.
pub(crate) fn error(status: u16, code: &str) -> Response {
    plain_error(status, code).with_query_error(code)
}

/// An error without the header, as other servers send it.
pub(crate) fn plain_error(status: u16, code: &str) -> Response {
    Response::json_error(status, "com.amazonaws.sqs", code)
}

/// A response that accepts every message of the request.
pub(crate) fn accept(request: &Request) -> Response {
    let request = request.json();
    let entries = request["Entries"].as_array().into_iter().flatten();
    let sent = |entry: &Value| json!({ "Id": entry["Id"], "MessageId": format!("m-{}", entry["Id"].as_str().unwrap()), "MD5OfMessageBody": "" });
    Response::ok(&json!({ "Successful": entries.map(sent).collect::<Vec<_>>(), "Failed": [] }))
}
