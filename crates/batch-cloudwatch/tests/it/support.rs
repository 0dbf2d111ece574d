//! What the tests share.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Builder, Config, Credentials, HttpClient, Region};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Linger, Metric, SentMetric, Settings, UnprocessedItem};
use batch_core::{Batch, Failure, Refusal, Reply, Service, Verdicts};

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

pub(crate) fn writer(http: impl HttpClient + 'static) -> CloudWatchWriter {
    CloudWatchWriter::builder(CloudWatch::new(client(http), "Weather")).build().unwrap()
}

/// A writer that sends only full requests, until it is flushed.
pub(crate) fn gathering_writer(http: impl HttpClient + 'static) -> CloudWatchWriter {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    CloudWatchWriter::builder(CloudWatch::new(client(http), "Weather")).settings(settings).build().unwrap()
}

/// What one request with these metrics comes to, without the writer's own retries.
pub(crate) async fn send(writer: &CloudWatchWriter, metrics: &[Metric]) -> Reply<SentMetric> {
    writer.service().send(&Batch::of(metrics)).await
}

/// Metrics called `metric 0`, `metric 1` and so on, each with a dimension `Station`.
pub(crate) fn metrics(count: usize) -> Vec<Metric> {
    (0..count).map(|n| Metric::new(format!("metric {n}"), 20.5).dimension("Station", "10637")).collect()
}

pub(crate) async fn submit(writer: &CloudWatchWriter, metrics: impl IntoIterator<Item = Metric>) {
    for metric in metrics {
        writer.submit(metric).await.unwrap();
    }
}

/// A reply in short: `Fatal(AccessDenied)`, `AllAccepted`.
pub(crate) fn shown(reply: &Reply<SentMetric>) -> String {
    match reply {
        Err(Refusal { class, failure }) => format!("{class:?}({})", failure.code()),
        Ok(Verdicts::AllAccepted(_)) => "AllAccepted".to_owned(),
        Ok(Verdicts::Each(verdicts)) => panic!("CloudWatch says nothing of single metrics: {verdicts:?}"),
    }
}

/// The failure of a reply for the whole request.
pub(crate) fn failure(reply: Reply<SentMetric>) -> Failure {
    reply.unwrap_err().failure
}

/// Checks that every metric is accounted for: delivered or handed back.
#[track_caller]
pub(crate) fn check_sums(writer: &CloudWatchWriter, delivered: u64, handed_back: u64) {
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
pub(crate) fn codes(items: &[UnprocessedItem<Metric>]) -> Vec<String> {
    let code = |item: &UnprocessedItem<Metric>| item.cause.failure().map_or("", Failure::code).to_owned();
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

/// The wall clock, which is not paused.
#[expect(clippy::disallowed_methods, reason = "timestamps are compared with the real time")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// The time, which is paused.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Lets paused time pass.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}
