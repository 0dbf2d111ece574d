//! Clients, queues and messages for the tests.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry as Entry,
};
use batch_local::{FaultPlan, LocalServer};
use tokio::time::Instant;

pub(crate) type Batch = Result<SendMessageBatchOutput, SdkError<SendMessageBatchError>>;

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
    aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://localhost:9324")
        .retry_config(RetryConfig::disabled())
}

/// A server with these faults, a client, and the URL of a standard queue `q`.
pub(crate) async fn faulty(plan: FaultPlan) -> (LocalServer, Client, String) {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    server.set_faults(plan);
    (server, client, url)
}

pub(crate) async fn queue(client: &Client, name: &str, attributes: &[(&str, &str)]) -> String {
    let mut request = client.create_queue().queue_name(name);
    if name.ends_with(".fifo") {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    for (name, value) in attributes {
        request = request.attributes(QueueAttributeName::from(*name), *value);
    }
    request.send().await.unwrap().queue_url.unwrap()
}

/// A message whose id is `id`.
pub(crate) fn entry(id: &str, body: &str) -> Entry {
    Entry::builder().id(id).message_body(body).build().unwrap()
}

/// A message of a FIFO group, whose id and deduplication id are `id`.
pub(crate) fn grouped(group: &str, id: &str) -> Entry {
    with(plain(id), |entry| {
        entry.message_group_id = Some(group.into());
        entry.message_deduplication_id = Some(id.into());
    })
}

/// The message with a change.
pub(crate) fn with(mut entry: Entry, change: impl FnOnce(&mut Entry)) -> Entry {
    change(&mut entry);
    entry
}

/// The message under another id.
pub(crate) fn named(id: &str, entry: Entry) -> Entry {
    with(entry, |entry| entry.id = id.into())
}

/// A message whose id is its body, with a delay.
pub(crate) fn delayed(id: &str, seconds: i32) -> Entry {
    with(plain(id), |entry| entry.delay_seconds = Some(seconds))
}

/// A message whose id is its body.
pub(crate) fn plain(id: &str) -> Entry {
    entry(id, id)
}

pub(crate) fn text(data_type: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).string_value(value).build().unwrap()
}

pub(crate) async fn send(client: &Client, url: &str, entries: Vec<Entry>) -> Batch {
    client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await
}

/// What became of a batch: `ok`, the code of the whole request (`whole X`), or those of its failed
/// entries (`id X`).
pub(crate) fn outcome(batch: Batch) -> String {
    match batch {
        Err(error) => format!("whole {}", error.code().unwrap_or("without a code")),
        Ok(output) if output.failed.is_empty() => "ok".to_owned(),
        Ok(output) => {
            let failed: Vec<String> = output
                .failed
                .iter()
                .map(|entry| {
                    format!(
                        "{} {}{}",
                        entry.id,
                        entry.code,
                        if entry.sender_fault { "" } else { " of the service" }
                    )
                })
                .collect();
            failed.join(", ")
        }
    }
}

/// Sends a batch to a new queue and compares what becomes of it, as told and as accepted.
pub(crate) async fn check(
    queue_name: &str,
    attributes: &[(&str, &str)],
    entries: Vec<Entry>,
    expected: &str,
) {
    let (server, client) = local();
    let url = queue(&client, queue_name, attributes).await;
    let count = entries.len();
    let shown = format!("{entries:.300?}");
    assert_eq!(outcome(send(&client, &url, entries).await), expected, "{shown}");
    let accepted = server.sqs().accepted(queue_name).len();
    let failed = if expected == "ok" { 0 } else { expected.split(", ").count() };
    let expected_count = if expected.starts_with("whole") { 0 } else { count - failed };
    assert_eq!(accepted, expected_count, "accepted of {shown}");
}

/// How the connection broke that a request was sent over.
pub(crate) fn io_kind<T, E: Error + 'static>(met: &Result<T, E>) -> Option<io::ErrorKind> {
    let mut source: Option<&(dyn Error + 'static)> = met.as_ref().err().map(|error| error as _);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

/// Up to `most` messages, without waiting, with everything that can be shown.
pub(crate) async fn receive(client: &Client, url: &str, most: i32) -> Vec<Message> {
    let request = client.receive_message().queue_url(url).max_number_of_messages(most);
    let request = request.message_system_attribute_names("All".into()).message_attribute_names("All");
    request.send().await.unwrap().messages.unwrap_or_default()
}

pub(crate) async fn delete(client: &Client, url: &str, message: &Message) {
    let handle = message.receipt_handle().unwrap();
    client.delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
}

/// The bodies of everything that can be received, deleted on the way.
pub(crate) async fn drain(client: &Client, url: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        let messages = receive(client, url, 10).await;
        if messages.is_empty() {
            return bodies;
        }
        for message in messages {
            delete(client, url, &message).await;
            bodies.push(message.body.unwrap());
        }
    }
}

pub(crate) fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body().unwrap()).collect()
}

/// The time of the paused clock.
#[expect(clippy::disallowed_methods, reason = "tests measure virtual time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits in virtual time.
#[expect(clippy::disallowed_methods, reason = "tests wait in virtual time")]
pub(crate) async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Lets virtual time pass at once, without waking anybody in between.
pub(crate) async fn pass(seconds: f64) {
    tokio::time::advance(Duration::from_secs_f64(seconds)).await;
}
