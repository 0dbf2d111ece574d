//! What the tests share.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Builder, Config, Credentials, HttpClient, Region};
use batch_core::{Batch, Failure, Reply, Service, Verdict, Verdicts};
use batch_kinesis::{Kinesis, KinesisWriter, Record, SentRecord, UnprocessedItem};
use batch_local::LocalServer;

pub(crate) const ARN: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/measurements";

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

/// A writer to the stream `measurements`, whoever answers.
pub(crate) fn writer(http: impl HttpClient + 'static) -> KinesisWriter {
    to_measurements(client(http))
}

/// A server with a stream `measurements` of so many shards, and a client of it.
pub(crate) async fn served(shards: i32) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client(server.http_client());
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

/// A reply in short: `Fatal(AccessDenied)`, `Each[+ !InternalError]`.
pub(crate) fn shown(reply: &Reply<SentRecord>) -> String {
    match reply {
        Ok(Verdicts::AllAccepted(_)) => "AllAccepted".to_owned(),
        Ok(Verdicts::Each(verdicts)) => {
            let verdicts: Vec<_> = verdicts.iter().map(shown_verdict).collect();
            format!("Each[{}]", verdicts.join(" "))
        }
        Err(refusal) => format!("{:?}({})", refusal.class, refusal.failure.code()),
    }
}

fn shown_verdict(verdict: &Verdict<SentRecord>) -> String {
    match verdict {
        Verdict::Accepted(_) => "+".to_owned(),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

/// The failure of a reply for the whole request.
pub(crate) fn failure(reply: Reply<SentRecord>) -> Failure {
    reply.expect_err("the request failed as a whole").failure
}

/// Checks that every record is accounted for: so many delivered, so many handed back.
#[track_caller]
pub(crate) fn check_sums(writer: &KinesisWriter, delivered: u64, handed_back: u64) {
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
pub(crate) fn codes(items: &[UnprocessedItem<Record>]) -> Vec<String> {
    let code = |item: &UnprocessedItem<Record>| item.cause.failure().map_or("", Failure::code).to_owned();
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

/// What a report of an error and its sources says.
pub(crate) fn report(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
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
