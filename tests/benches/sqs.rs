//! What SQS costs an entry through the writer, against perfect batches made by hand on the raw
//! SDK: the same messages, the same requests in flight, the same answers.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock and may fail loudly"
)]

mod count;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use batch_sqs::{Message, Settings, Sqs, SqsWriter};
use bytes::Bytes;
use count::Case;
use tokio::sync::Semaphore;

const QUEUE: &str = "http://127.0.0.1/000000000000/bench";
const IN_FLIGHT: usize = 8;

fn main() {
    count::main(&[
        Case { name: "raw SDK, 100 B", run: |n| by_hand(n, 100), entries: 8_000, against: None },
        Case {
            name: "writer, 100 B",
            run: |n| by_writer(n, 100),
            entries: 8_000,
            against: Some("raw SDK, 100 B"),
        },
        Case { name: "raw SDK, 1 KiB", run: |n| by_hand(n, 1024), entries: 8_000, against: None },
        Case {
            name: "writer, 1 KiB",
            run: |n| by_writer(n, 1024),
            entries: 8_000,
            against: Some("raw SDK, 1 KiB"),
        },
    ]);
}

/// Hand-made batches of ten: the message bodies move into the request.
fn by_hand(entries: u64, bytes: usize) {
    block_on(async {
        let client = client();
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        for _ in 0..entries / 10 {
            let slot = Arc::clone(&slots).acquire_owned().await.unwrap();
            let entries = (0..10).map(|n| {
                let entry = SendMessageBatchRequestEntry::builder().id(n.to_string());
                entry.message_body(body(bytes)).build().unwrap()
            });
            let request = client.send_message_batch().queue_url(QUEUE).set_entries(Some(entries.collect()));
            tokio::spawn(async move {
                let response = request.send().await.unwrap();
                assert_eq!(response.successful().len(), 10);
                drop(slot);
            });
        }
        let _all = slots.acquire_many(IN_FLIGHT as u32).await.unwrap();
    });
}

fn by_writer(entries: u64, bytes: usize) {
    block_on(async {
        let settings = Settings::new().in_flight(IN_FLIGHT..=IN_FLIGHT);
        let writer = SqsWriter::builder(Sqs::new(client(), QUEUE)).settings(settings).build().unwrap();
        for _ in 0..entries {
            writer.submit(Message::new(body(bytes))).await.unwrap();
        }
        assert!(writer.shutdown().await.is_empty());
        assert_eq!(writer.stats().delivered, entries);
    });
}

fn body(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// A client whose every request is answered after a millisecond: ten successes.
fn client() -> Client {
    let successes = (0..10).map(|n| {
        format!(r#"{{"Id":"{n}","MessageId":"4c5ab9f0-{n}","MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661"}}"#)
    });
    let answer = format!(r#"{{"Successful":[{}]}}"#, successes.collect::<Vec<_>>().join(","));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(Canned(Bytes::from(answer)))
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
