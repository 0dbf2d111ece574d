//! What CloudWatch costs a datum through the writer, against perfect batches made by hand on the
//! raw SDK: the same datums, the same requests in flight, the same answers.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression, Merge, Metric, Series, Settings};
use batch_core::Service;
use count::Case;
use tokio::sync::Semaphore;

const IN_FLIGHT: usize = 8;
const REQUEST: u64 = 1_000;
/// Distinct values of a series in a minute.
const DISTINCT: u64 = 49;
const STATION: &str = "station-10637";

fn main() {
    count::main(&[
        Case {
            name: "raw SDK, uncompressed",
            run: |n| by_hand(n, Compression::Off),
            entries: 400_000,
            against: None,
        },
        Case {
            name: "writer, uncompressed",
            run: |n| by_writer(n, Compression::Off),
            entries: 400_000,
            against: Some("raw SDK, uncompressed"),
        },
        Case {
            name: "raw SDK, gzip",
            run: |n| by_hand(n, Compression::Gzip),
            entries: 80_000,
            against: None,
        },
        Case {
            name: "writer, gzip",
            run: |n| by_writer(n, Compression::Gzip),
            entries: 80_000,
            against: Some("raw SDK, gzip"),
        },
        Case { name: "absorb", run: absorb, entries: 1_000_000, against: None },
        Case { name: "a merged sample", run: merged, entries: 400_000, against: None },
        Case { name: "a sample of a series", run: recorded, entries: 4_000_000, against: None },
    ]);
}

/// Hand-made batches of a thousand, which move into the request.
fn by_hand(entries: u64, compression: Compression) {
    block_on(async {
        let client = client(compression);
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        for _ in 0..entries / REQUEST {
            let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
            let datums = (0..REQUEST).map(|_| {
                let datum = MetricDatum::builder().metric_name("Temperature");
                let station = Dimension::builder().name("Station").value(STATION).build();
                let datum = datum.dimensions(station).timestamp(SystemTime::now().into());
                datum.value(21.5).unit(StandardUnit::Count).build()
            });
            let request = client.put_metric_data().namespace("Bench").set_metric_data(Some(datums.collect()));
            tokio::spawn(async move {
                request.send().await.unwrap();
                drop(slot);
            });
        }
        let _all = slots.acquire_many(IN_FLIGHT as u32).await.unwrap();
    });
}

fn by_writer(entries: u64, compression: Compression) {
    block_on(async {
        let settings = Settings::new().in_flight(IN_FLIGHT..=IN_FLIGHT);
        let namespace = CloudWatch::new(client(Compression::Client), "Bench").compression(compression);
        let writer = CloudWatchWriter::builder(namespace).settings(settings).build().unwrap();
        for _ in 0..entries {
            let metric = Metric::new("Temperature", 21.5).dimension("Station", STATION);
            writer.submit(metric.unit(StandardUnit::Count)).await.unwrap();
        }
        assert!(writer.shutdown().await.is_empty());
        assert_eq!(writer.stats().delivered, entries);
    });
}

/// Merging alone: what a writer calls under its lock.
fn absorb(entries: u64) {
    let namespace = CloudWatch::new(client(Compression::Off), "Bench").merge(Merge::Lossless);
    let prepared = |n| {
        let mut metric = sample(n);
        namespace.prepare(&mut metric).unwrap();
        metric
    };
    let (mut waiting, mut newer) = (prepared(0), (0..DISTINCT).map(prepared).collect::<Vec<_>>());
    for n in 0..entries {
        let growth = namespace.absorb(&mut waiting, &mut newer[(n % DISTINCT) as usize]);
        assert!(growth.is_some());
    }
}

/// From the making of a metric to its absorption, and each minute a request.
fn merged(entries: u64) {
    block_on(async {
        let namespace = CloudWatch::new(client(Compression::Off), "Bench").merge(Merge::Lossless);
        let writer = CloudWatchWriter::builder(namespace).build().unwrap();
        for n in 0..entries {
            writer.submit(sample(n)).await.unwrap();
        }
        assert!(writer.shutdown().await.is_empty());
        assert_eq!(writer.stats().accepted, entries);
        assert!(writer.stats().delivered < 20);
    });
}

/// A series handle alone: the values are there.
fn recorded(entries: u64) {
    let series = Series::new("Temperature").dimension("Station", STATION).unit(StandardUnit::Count);
    let values: Vec<_> = (0..DISTINCT as u32).map(f64::from).collect();
    for _ in 0..entries / DISTINCT {
        for &value in black_box(&values) {
            series.record(value).unwrap();
        }
    }
    assert_eq!(series.take().len(), 1);
}

fn sample(n: u64) -> Metric {
    let metric = Metric::new("Temperature", (n % DISTINCT) as f64).dimension("Station", STATION);
    metric.unit(StandardUnit::Count)
}

/// A client whose every request is answered with success after a millisecond.
fn client(compression: Compression) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .disable_request_compression(compression == Compression::Off)
        .http_client(Canned)
        .region(Region::from_static("us-east-1"))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

/// A service without a network and without a mind: the same answer to every request.
#[derive(Clone, Debug)]
struct Canned;

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(&b"\xa0"[..]));
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(answer)
        })
    }
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
}
