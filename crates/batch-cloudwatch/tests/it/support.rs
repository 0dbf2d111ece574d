//! What the tests share.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{Builder, HttpClient};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Linger, Metric, SentMetric, Settings};
use batch_core::{Batch, Reply, Service};
use batchwright_kit::Setup;

pub(crate) fn config(http: impl HttpClient + 'static) -> Builder {
    Builder::from(&Setup::through(http).config)
}

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
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

/// The wall clock, which is not paused.
#[expect(clippy::disallowed_methods, reason = "timestamps are compared with the real time")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}
