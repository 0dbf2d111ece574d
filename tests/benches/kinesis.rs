//! What Kinesis costs a record through the writer, against perfect batches made by hand on the raw
//! SDK: the same records, the same requests in flight, the same answers.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use batch_kinesis::{Aggregate, Kinesis, KinesisWriter, Linger, Record, Settings};
use bytes::Bytes;
use count::Case;
use tokio::sync::Semaphore;

const IN_FLIGHT: usize = 8;
const REQUEST: u64 = 500;

/// Where records get their keys from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Keys {
    Few,
    Many,
    Random,
}

fn main() {
    count::main(&[
        case("raw SDK, 100 B", |n| by_hand(n, 100), None),
        case("random keys, 100 B", |n| by_writer(n, 100, Keys::Random), Some("raw SDK, 100 B")),
        case("100 keys, 100 B", |n| by_writer(n, 100, Keys::Few), Some("raw SDK, 100 B")),
        case("a key each, 100 B", |n| by_writer(n, 100, Keys::Many), Some("raw SDK, 100 B")),
        case("random, aggregated", |n| by_aggregates(n, Keys::Random), Some("random keys, 100 B")),
        case("100 keys, aggregated", |n| by_aggregates(n, Keys::Few), Some("100 keys, 100 B")),
        case("raw SDK, 1 KiB", |n| by_hand(n, 1_024), None),
        case("random keys, 1 KiB", |n| by_writer(n, 1_024, Keys::Random), Some("raw SDK, 1 KiB")),
        case("100 keys, 1 KiB", |n| by_writer(n, 1_024, Keys::Few), Some("raw SDK, 1 KiB")),
    ]);
}

fn case(name: &'static str, run: fn(u64), against: Option<&'static str>) -> Case {
    Case { name, run, entries: 100_000, against }
}

/// Hand-made batches of five hundred, which move into the request.
fn by_hand(entries: u64, bytes: usize) {
    block_on(async {
        let client = client();
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        for _ in 0..entries / REQUEST {
            let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
            let records = (0..REQUEST).map(|n| {
                let record = PutRecordsRequestEntry::builder().data(Blob::new(vec![b'x'; bytes]));
                record.partition_key(key(n % 100)).build().unwrap()
            });
            let request = client.put_records().stream_name("bench").set_records(Some(records.collect()));
            tokio::spawn(async move {
                let response = request.send().await.unwrap();
                assert_eq!(response.records().len() as u64, REQUEST);
                drop(slot);
            });
        }
        let _all = slots.acquire_many(IN_FLIGHT as u32).await.unwrap();
    });
}

fn by_writer(entries: u64, bytes: usize, keys: Keys) {
    send(entries, bytes, keys, Aggregate::Off);
}

fn by_aggregates(entries: u64, keys: Keys) {
    send(entries, 100, keys, Aggregate::ByKey);
}

fn send(entries: u64, bytes: usize, keys: Keys, aggregate: Aggregate) {
    block_on(async {
        let full = Linger::Fixed(Duration::from_secs(1));
        let settings = Settings::new().in_flight(IN_FLIGHT..=IN_FLIGHT).linger(full);
        let service = Kinesis::new(client(), "bench").aggregate(aggregate);
        let writer = KinesisWriter::builder(service).settings(settings).build().unwrap();
        for n in 0..entries {
            let record = Record::new(vec![b'x'; bytes]);
            let record = match keys {
                Keys::Few => record.partition_key(key(n % 100)),
                Keys::Many => record.partition_key(key(n)),
                Keys::Random => record,
            };
            writer.submit(record).await.unwrap();
        }
        assert!(writer.shutdown().await.is_empty());
        assert_eq!(writer.stats().delivered, entries);
    });
}

fn key(n: u64) -> String {
    format!("station-{n}")
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

/// A service without a network and without a mind: it takes as many records as it gets.
#[derive(Clone, Debug)]
struct Null(Arc<Vec<Bytes>>);

/// A client whose every request is answered with success after a millisecond.
fn client() -> Client {
    let record = r#"{"SequenceNumber":"49660202014010100000000000000000000000000000000000000001","ShardId":"shardId-000000000000"}"#;
    let answers = (0..=500).map(|n| {
        Bytes::from(format!(r#"{{"FailedRecordCount":0,"Records":[{}]}}"#, vec![record; n].join(",")))
    });
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .retry_config(RetryConfig::disabled())
        .http_client(Null(Arc::new(answers.collect())));
    Client::from_conf(config.build())
}

impl HttpClient for Null {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
impl HttpConnector for Null {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let records = request.body().bytes().unwrap().iter().filter(|&&byte| byte == b'{').count() - 1;
        let body = self.0[records].clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(body)))
        })
    }
}
