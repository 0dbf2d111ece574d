//! What DynamoDB costs a put through the writer, against perfect batches made by hand on the raw SDK:
//! the same items, the same requests in flight, the same answers.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, Settings, Write};
use bytes::Bytes;
use count::Case;
use tokio::sync::Semaphore;

const TABLE: &str = "bench";
const BATCH: u64 = 25;
const IN_FLIGHT: usize = 8;

fn main() {
    count::main(&[
        Case { name: "raw SDK, 100 B", run: |n| by_hand(n, 100), entries: 20_000, against: None },
        Case {
            name: "writer, 100 B",
            run: |n| by_writer(n, 100),
            entries: 20_000,
            against: Some("raw SDK, 100 B"),
        },
        Case { name: "raw SDK, 1 KiB", run: |n| by_hand(n, 1024), entries: 20_000, against: None },
        Case {
            name: "writer, 1 KiB",
            run: |n| by_writer(n, 1024),
            entries: 20_000,
            against: Some("raw SDK, 1 KiB"),
        },
    ]);
}

/// Hand-made batches of 25: the items move into the request.
fn by_hand(entries: u64, bytes: usize) {
    block_on(async {
        let client = client();
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        for batch in 0..entries / BATCH {
            let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
            let puts = (0..BATCH).map(|n| {
                let put =
                    PutRequest::builder().set_item(Some(item(batch * BATCH + n, bytes))).build().unwrap();
                WriteRequest::builder().put_request(put).build()
            });
            let request = client.batch_write_item().request_items(TABLE, puts.collect());
            tokio::spawn(async move {
                let response = request.send().await.unwrap();
                assert!(response.unprocessed_items().is_none_or(HashMap::is_empty));
                drop(slot);
            });
        }
        let _all = slots.acquire_many(IN_FLIGHT as u32).await.unwrap();
    });
}

fn by_writer(entries: u64, bytes: usize) {
    block_on(async {
        let settings = Settings::new().in_flight(IN_FLIGHT..=IN_FLIGHT);
        let table = DynamoDb::new(client(), TABLE)
            .partition_key("pk", ScalarType::String)
            .sort_key("sk", ScalarType::Number);
        let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
        for n in 0..entries {
            writer.submit(Write::put(item(n, bytes))).await.unwrap();
        }
        assert!(writer.shutdown().await.is_empty());
        assert_eq!(writer.stats().delivered, entries);
    });
}

/// An item of four attributes with about this many bytes.
fn item(n: u64, bytes: usize) -> HashMap<String, AttributeValue> {
    let station = format!("station-{:05}", n % 100);
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(station)),
        ("sk".to_owned(), AttributeValue::N(n.to_string())),
        ("temperature".to_owned(), AttributeValue::N("-12.5".to_owned())),
        ("text".to_owned(), AttributeValue::S("x".repeat(bytes.saturating_sub(50)))),
    ])
}

/// A client whose every request is answered after a millisecond: everything is written.
fn client() -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(Canned(Bytes::from_static(br#"{"UnprocessedItems":{}}"#)))
        .region(Region::from_static("us-east-1"))
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

/// A service without a network and without a mind: the same answer to every request.
#[derive(Clone, Debug)]
struct Canned(Bytes);

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(self.0.clone()));
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(answer)
        })
    }
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
}
