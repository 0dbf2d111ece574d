use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataError, PutMetricDataOutput};
use batch_core::{
    Batch, ConfigError, Invalid, LimitPolicy, Measure, Reply, Service, Settings, Verdicts, Writer,
};
use batch_smithy::{Known, Renewal, Written, own_config};

use crate::clock::{self, Clock};
use crate::limits::{ANSWER_BYTES, DATUM_BYTES, REQUEST_BYTES, REQUEST_DATUMS};
use crate::verdict::CODES;
use crate::{Compression, Metric, Namespace, answer, body, direct, validate, wire};

/// Takes single metrics, sends them to one Amazon CloudWatch namespace in full batches, and answers for every
/// one of them.
///
/// ```
/// use aws_sdk_cloudwatch::Client;
/// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric};
///
/// async fn report(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()?;
///     for temperature in [21.5, 21.0, 20.5] {
///         writer.submit(Metric::new("Temperature", temperature).dimension("Station", "10637")).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type CloudWatchWriter = Writer<CloudWatch>;

/// Amazon CloudWatch as a destination: `PutMetricData` into one namespace.
///
/// Its settings, where none are chosen: a delivery deadline of an hour, because a metric is worth as much
/// then as it was at first. Metrics have neither an order nor duplicates, so [`Order`](crate::Order) and
/// [`Duplicates`](crate::Duplicates) change nothing.
///
/// CloudWatch cannot tell a metric that is sent again from a new one. Where a lost response must never count
/// a metric twice, choose [`OnAmbiguous::HandBack`](crate::OnAmbiguous::HandBack):
///
/// ```
/// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
/// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, OnAmbiguous, Settings};
///
/// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
/// let never_twice = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
/// let namespace = CloudWatch::new(client, "Weather");
/// let writer = CloudWatchWriter::builder(namespace).settings(never_twice).build()?;
/// # Ok::<(), batch_cloudwatch::ConfigError>(())
/// ```
pub struct CloudWatch {
    client: Client,
    credentials: Renewal,
    /// The client as it was given.
    given: Client,
    namespace: Namespace,
    compression: Compression,
    clock: Clock,
    /// Lets requests be written from the metrics where they are: if nothing may look at their input.
    direct: Option<Known>,
}

type Sent = Result<PutMetricDataOutput, SdkError<PutMetricDataError, HttpResponse>>;

/// The response of the service for a metric that it accepted: nothing but that.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMetric {}

impl CloudWatch {
    /// The namespace of this name, written to with this client: its credentials, region, endpoint, HTTP
    /// client, interceptors and timeouts. In the writer's own copy of the client the retries are switched
    /// off, because the writer retries by itself, and credentials that the service refuses are asked for
    /// again, whatever the client's cache holds.
    ///
    /// Needs no runtime and no network. Whether there can be such a namespace is checked when the writer is
    /// built.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatch, CloudWatchWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn new(client: Client, namespace: impl Into<Namespace>) -> Self {
        Self::with_clock(client, namespace.into(), clock::wall)
    }

    fn with_clock(given: Client, namespace: Namespace, clock: Clock) -> Self {
        let compression = Compression::default();
        let (client, credentials) = own_copy(&given, compression);
        let direct = direct::known_for(&given);
        Self { client, credentials, given, namespace, compression, clock, direct }
    }

    /// Whether requests are compressed. Default: [`Compression::Client`], as the client is configured; the
    /// SDK's own default is gzip from 10,240 bytes on.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let namespace = CloudWatch::new(client, "Weather").compression(Compression::Off);
    /// let writer = CloudWatchWriter::builder(namespace).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        (self.client, self.credentials) = own_copy(&self.given, compression);
        self.compression = compression;
        self
    }

    async fn put(&self, batch: &Batch<Metric>) -> Reply<SentMetric> {
        let sent = match self.put_directly(batch).await {
            Some(sent) => sent,
            None => self.put_typed(batch.entries()).await,
        };
        // A namespace exists as soon as it is written to, so that no code calls it unknown.
        sent.map_err(|error| batch_smithy::refusal(error, &CODES, || CODES.check_endpoint.to_owned()))?;
        Ok(Verdicts::all_accepted(|_| SentMetric {}))
    }

    /// Sends a request that is written from the metrics, if it can be.
    async fn put_directly(&self, batch: &Batch<Metric>) -> Option<Sent> {
        let known = self.direct?;
        let body = body::cbor(self.namespace.name(), batch.entries(), batch.load().bytes);
        let written = Written::new(known, direct::request(body).ok()?);
        let namespace_alone = self.client.put_metric_data().namespace(self.namespace.name());
        let sent = namespace_alone.customize().interceptor(written.clone()).send().await;
        (!written.is_refused()).then_some(sent)
    }

    /// Sends a request with the metrics as its typed input, which interceptors may look at.
    async fn put_typed(&self, metrics: &[Metric]) -> Sent {
        let request = self.client.put_metric_data().namespace(self.namespace.name());
        request.set_metric_data(Some(wire::datums(metrics))).send().await
    }
}

#[async_trait]
impl Service for CloudWatch {
    type Entry = Metric;
    type Response = SentMetric;

    fn name(&self) -> &'static str {
        "cloudwatch"
    }

    fn destination(&self) -> String {
        self.namespace.to_string()
    }

    fn limits(&self) -> LimitPolicy {
        LimitPolicy::new(REQUEST_DATUMS, REQUEST_BYTES, DATUM_BYTES)
            .and_then(|limits| {
                limits.with_overhead_bytes(body::request_overhead_bytes(self.namespace.name()))
            })
            .expect("no limit is zero, and a checked namespace is short")
    }

    fn defaults(&self) -> Settings {
        Settings::new().delivery_deadline(DELIVERY_DEADLINE)
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.namespace.check()
    }

    fn prepare(&self, metric: &mut Metric) -> Result<(), Invalid> {
        metric.or_timestamp(self.clock);
        Ok(())
    }

    fn measure<'a>(&self, metric: &'a Metric) -> Result<Measure<'a>, Invalid> {
        validate::metric(metric, (self.clock)())?;
        let bytes = body::datum_bytes(metric);
        Ok(Measure::of_bytes(bytes).heap_bytes(metric.heap_bytes()))
    }

    async fn send(&self, batch: &Batch<Metric>) -> Reply<SentMetric> {
        self.credentials.watch(self.put(batch)).await
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for CloudWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudWatch")
            .field("namespace", &self.namespace)
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

/// The writer's own copy of the client, compressed as the user wants, which also refuses pages that are no
/// response, and what renews its credentials.
fn own_copy(client: &Client, compression: Compression) -> (Client, Renewal) {
    let (config, credentials) = own_config!(aws_sdk_cloudwatch, client, ANSWER_BYTES);
    let mut config = compression.applied_to(config);
    config.push_interceptor(answer::refuse_pages());
    (Client::from_conf(config.build()), credentials)
}

/// How long a metric may be sent unless the user says so.
const DELIVERY_DEADLINE: Duration = Duration::from_secs(3_600);

#[cfg(test)]
mod tests;
