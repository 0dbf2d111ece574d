//! What the tests share.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Config, Credentials, HttpClient, Region};
use aws_sdk_sqs::types::QueueAttributeName;
use batch_core::{Batch, Failure, Refusal, Reply, Service, Verdict, Verdicts};
use batch_local::LocalServer;
use batch_sqs::{Message, SentMessage, Sqs, SqsWriter, UnprocessedItem};

pub(crate) const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";

/// A configuration that lacks credentials and an HTTP client.
pub(crate) fn bare_config() -> Builder {
    Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"))
}

pub(crate) fn config(http: impl HttpClient + 'static) -> Builder {
    let credentials = Credentials::new("local", "local", None, None, "static");
    bare_config().credentials_provider(credentials).http_client(http)
}

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::from_conf(config(http).build())
}

/// A writer to a queue given by URL: nothing is looked up.
pub(crate) fn writer(http: impl HttpClient + 'static) -> SqsWriter {
    SqsWriter::builder(Sqs::new(client(http), URL)).build().unwrap()
}

/// A server with a queue, and a client of it.
pub(crate) async fn served(queue: &str, attributes: &[(QueueAttributeName, &str)]) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client(server.http_client());
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

/// A reply in short: `Fatal(AccessDenied)`, `Each[+ !InternalError]`.
pub(crate) fn shown(reply: &Reply<SentMessage>) -> String {
    match reply {
        Ok(Verdicts::AllAccepted(_)) => "AllAccepted".to_owned(),
        Ok(Verdicts::Each(verdicts)) => {
            let verdicts: Vec<_> = verdicts.iter().map(shown_verdict).collect();
            format!("Each[{}]", verdicts.join(" "))
        }
        Err(Refusal { class, failure }) => format!("{class:?}({})", failure.code()),
    }
}

fn shown_verdict(verdict: &Verdict<SentMessage>) -> String {
    match verdict {
        Verdict::Accepted(_) => "+".to_owned(),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

/// The failure of a reply for the whole request.
pub(crate) fn failure(reply: Reply<SentMessage>) -> Failure {
    reply.expect_err("the request failed").failure
}

/// Checks that every message is accounted for: so many delivered, so many handed back.
#[track_caller]
pub(crate) fn check_sums(writer: &SqsWriter, delivered: u64, handed_back: u64) {
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back), (delivered, handed_back), "{stats:?}");
    assert_eq!(
        stats.accepted,
        stats.delivered + stats.superseded + stats.handed_back + stats.inside,
        "{stats:?}"
    );
    assert_eq!(stats.inside, 0, "{stats:?}");
}

/// The code behind each item.
pub(crate) fn codes(items: &[UnprocessedItem<Message>]) -> Vec<String> {
    let code = |item: &UnprocessedItem<Message>| item.cause.failure().map_or("", Failure::code).to_owned();
    items.iter().map(code).collect()
}

/// Checks that all of these words are in the text.
#[track_caller]
pub(crate) fn says(text: &impl std::fmt::Display, words: &[&str]) {
    let shown = format!("{text:#}");
    for words in words {
        assert!(shown.contains(words), "{shown}\ndoes not contain\n{words}");
    }
}

/// The time, which is paused.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Lets paused time pass.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) async fn pass(duration: std::time::Duration) {
    tokio::time::sleep(duration).await;
}
