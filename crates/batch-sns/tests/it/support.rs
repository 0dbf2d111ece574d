//! What the tests share.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::HttpClient;
use batch_core::{Batch, Reply, Service};
use batch_local::LocalServer;
use batch_sns::{Message, SentMessage, Sns, SnsWriter};
use batchwright_kit::{Request, Response, Setup};

/// The ARN that the local server gives a topic of this name.
pub(crate) fn arn(topic: &str) -> String {
    format!("arn:aws:sns:us-east-1:000000000000:{topic}")
}

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
}

/// A writer to a standard topic.
pub(crate) fn writer(http: impl HttpClient + 'static) -> SnsWriter {
    SnsWriter::builder(Sns::new(client(http), arn("alerts"))).build().unwrap()
}

/// A server with a topic, and a client of it.
pub(crate) async fn served(topic: &str, attributes: &[(&str, &str)]) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let mut create = client.create_topic().name(topic);
    if topic.ends_with(".fifo") {
        create = create.attributes("FifoTopic", "true");
    }
    for (name, value) in attributes {
        create = create.attributes(*name, *value);
    }
    let created = create.send().await.unwrap();
    assert_eq!(created.topic_arn(), Some(&*arn(topic)));
    (server, client)
}

/// What one request with these messages comes to, without the writer's own retries.
pub(crate) async fn send(writer: &SnsWriter, messages: &[Message]) -> Reply<SentMessage> {
    writer.service().send(&Batch::of(messages)).await
}

pub(crate) fn messages(count: usize) -> Vec<Message> {
    (0..count).map(|n| Message::new(format!("body {n}"))).collect()
}

/// An error as the service sends it.
pub(crate) fn error(status: u16, code: &str) -> Response {
    let blamed = if status < 500 { "Sender" } else { "Receiver" };
    let inner = format!("<Type>{blamed}</Type><Code>{code}</Code><Message>words of the service</Message>");
    let body = format!("<ErrorResponse xmlns=\"{NAMESPACE}\"><Error>{inner}</Error></ErrorResponse>");
    Response::with(status, "text/xml", body)
}

/// A response with these entries.
pub(crate) fn batch(successful: &str, failed: &str) -> Response {
    let result = format!("<Failed>{failed}</Failed><Successful>{successful}</Successful>");
    let result = format!("<PublishBatchResult>{result}</PublishBatchResult>");
    let body = format!("<PublishBatchResponse xmlns=\"{NAMESPACE}\">{result}</PublishBatchResponse>");
    Response::with(200, "text/xml", body)
}

/// An entry that was accepted.
pub(crate) fn sent(id: &str) -> String {
    format!("<member><Id>{id}</Id><MessageId>m{id}</MessageId></member>")
}

/// A response that accepts every message of the request.
pub(crate) fn accept(request: &Request) -> Response {
    let ids = request.form().into_iter().filter(|(name, _)| name.ends_with(".Id"));
    batch(&ids.map(|(_, id)| sent(&id)).collect::<String>(), "")
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
