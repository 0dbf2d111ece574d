//! For tests: what a client of the SDK sends.

use std::sync::{Arc, Mutex};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpRequest;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::{DateTime, Metric, StatisticSet, wire};

/// A client of the SDK that compresses nothing, and what it sends.
#[derive(Debug)]
pub(crate) struct Recorder {
    client: Client,
    captured: Captured,
    runtime: Runtime,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let captured = Captured::default();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("local", "local", None, None, "static"))
            .disable_request_compression(true)
            .http_client(captured.clone())
            .region(Region::new("eu-west-1"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let client = Client::from_conf(config.build());
        Self { client, captured, runtime: runtime.expect("nothing is missing") }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The request that comes of this work with the client.
    pub(crate) fn request<T>(&self, work: impl Future<Output = T>) -> HttpRequest {
        self.runtime.block_on(work);
        self.captured.0.lock().expect("no holder panics").take().expect("it was sent")
    }

    /// The request that the SDK makes of these metrics.
    pub(crate) fn request_of_the_sdk(&self, namespace: &str, metrics: &[Metric]) -> HttpRequest {
        let request = self.client.put_metric_data().namespace(namespace);
        self.request(request.set_metric_data(Some(wire::datums(metrics))).send())
    }

    /// The body of that request.
    pub(crate) fn body(&self, namespace: &str, metrics: &[Metric]) -> Vec<u8> {
        let request = self.request_of_the_sdk(namespace, metrics);
        request.body().bytes().expect("it is no stream").to_vec()
    }
}

/// Keeps the last request, and answers with success.
#[derive(Clone, Debug, Default)]
struct Captured(Arc<Mutex<Option<HttpRequest>>>);

impl HttpClient for Captured {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Captured {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        *self.0.lock().expect("no holder panics") = Some(request);
        let status = StatusCode::try_from(200).expect("it is one");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::empty())))
    }
}

/// Any metric, valid or not.
pub(crate) fn any_metric() -> impl Strategy<Value = Metric> {
    let metric = (any_text(), any::<f64>(), any::<[f64; 4]>(), 0..30_usize, 0..4).prop_map(
        |(name, value, [sample_count, sum, minimum, maximum], length, kind)| match kind {
            0 => Metric::new(name, value),
            1 => Metric::values(name, vec![value; length]),
            2 => Metric::counted_values(name, vec![(value, sum); length]),
            _ => Metric::statistics(name, StatisticSet { sample_count, sum, minimum, maximum }),
        },
    );
    let dimensions = vec((any_text(), any_text()), 0..4);
    let resolution = of(prop_oneof![Just(1), Just(60), any::<i32>()]);
    let timestamp = of((any::<i64>(), 0..1_000_000_000_u32));
    (metric, dimensions, timestamp, of(any_text()), resolution).prop_map(
        |(metric, dimensions, timestamp, unit, resolution)| {
            let metric = metric.dimensions(dimensions);
            let metric = timestamp.into_iter().fold(metric, |metric, (seconds, rest)| {
                metric.timestamp(DateTime::from_secs_and_nanos(seconds, rest))
            });
            let metric = unit.into_iter().fold(metric, |metric, unit| metric.unit(&*unit));
            resolution.into_iter().fold(metric, Metric::storage_resolution)
        },
    )
}

/// Texts of any characters, most of them short.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let repeated = |(character, times): (char, usize)| character.to_string().repeat(times);
    prop_oneof![
        9 => vec(any::<char>(), 0..8).prop_map(String::from_iter),
        1 => (any::<char>(), 0..300_usize).prop_map(repeated),
    ]
}
