use std::fmt;

use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::IdentityCache;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataError, PutMetricDataOutput};
use batch_core::{Invalid, LimitPolicy, Measure, Reply, Service, Verdict};
use batch_smithy::{Known, Refusal, Renewal, Written, cap_answers};

use crate::clock::Clock;
use crate::limits::ANSWER_BYTES;
use crate::verdict::CODES;
use crate::{Compression, Metric, Namespace, answer, body, direct, validate, wire};

/// Amazon CloudWatch as the writer sees it: `PutMetricData` into one namespace. Made by
/// [`CloudWatchWriter::builder`](crate::CloudWatchWriter::builder); its name is needed to spell the
/// types of receipts and permits, `Receipt<CloudWatch>` and `Permit<CloudWatch>`.
pub struct CloudWatch {
    client: Client,
    credentials: Renewal,
    namespace: Namespace,
    limits: LimitPolicy,
    compression: Compression,
    clock: Clock,
    /// Lets requests be written from the metrics where they are: if nothing may look at their input.
    direct: Option<Known>,
}

type Sent = Result<PutMetricDataOutput, SdkError<PutMetricDataError, HttpResponse>>;

/// What the service tells about a metric that it took: nothing but that.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMetric {}

impl CloudWatch {
    /// The parts must fit one another; the builder sees to it.
    pub(crate) fn new(
        client: &Client,
        namespace: Namespace,
        limits: LimitPolicy,
        compression: Compression,
        clock: Clock,
    ) -> Self {
        let credentials = renewal(client);
        Self {
            client: own_copy(client, &credentials, compression),
            credentials,
            namespace,
            limits,
            compression,
            clock,
            direct: direct::known_for(client),
        }
    }

    async fn put(&self, metrics: &[Metric]) -> Result<Reply<SentMetric>, Refusal> {
        let sent = match self.put_directly(metrics).await {
            Some(sent) => sent,
            None => self.put_typed(metrics).await,
        };
        // A namespace exists as soon as it is written to, so that no code calls it unknown.
        sent.map_err(|error| Refusal::new(error, &CODES, || CODES.check_endpoint.to_owned()))?;
        Ok(Reply::Each(vec![Verdict::Accepted(SentMetric {}); metrics.len()]))
    }

    /// Sends a request that is written from the metrics, if it can be.
    async fn put_directly(&self, metrics: &[Metric]) -> Option<Sent> {
        let known = self.direct?;
        let request = direct::request(body::cbor(self.namespace.name(), metrics)).ok()?;
        let written = Written::new(known, request);
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
        self.namespace.name().to_owned()
    }

    fn limits(&self) -> LimitPolicy {
        self.limits
    }

    fn prepare(&self, metric: &mut Metric) {
        metric.or_timestamp(self.clock);
    }

    fn measure<'a>(&self, metric: &'a Metric) -> Result<Measure<'a>, Invalid> {
        validate::metric(metric, (self.clock)())?;
        let bytes = body::datum_bytes(metric);
        Ok(Measure {
            entry_bytes: bytes,
            request_bytes: bytes,
            heap_bytes: metric.heap_bytes(),
            lane: None,
            identity: None,
        })
    }

    async fn send(&self, metrics: &[Metric]) -> Reply<SentMetric> {
        self.credentials.watch(self.put(metrics)).await
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for CloudWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudWatch")
            .field("namespace", &self.namespace)
            .field("limits", &self.limits)
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

/// What asks the client's provider again for credentials that are refused.
fn renewal(client: &Client) -> Renewal {
    Renewal::of(client.config().identity_cache().unwrap_or_else(|| IdentityCache::lazy().build()))
}

/// The same client but for its retries, which are the writer's and would multiply, for credentials that
/// are refused, for compression where the user wants another than the client's, and for what it takes for an
/// answer and how much of it it reads.
fn own_copy(client: &Client, credentials: &Renewal, compression: Compression) -> Client {
    let config = client.config().to_builder().retry_config(RetryConfig::disabled());
    let mut config = compression.applied_to(config);
    config.set_identity_cache(credentials.cache());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    config.push_interceptor(answer::refuse_pages());
    Client::from_conf(config.build())
}

#[cfg(test)]
mod tests;
