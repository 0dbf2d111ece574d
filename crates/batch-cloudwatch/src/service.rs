use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataError, PutMetricDataOutput};
use batch_core::{
    Batch, ConfigError, Invalid, LimitPolicy, Linger, Measure, Reply, Service, Settings, Verdicts,
};

use crate::limits::{DATUM_BYTES, REQUEST_BYTES, REQUEST_DATUMS};
use crate::verdict::CODES;
use crate::{CloudWatch, Metric, body, direct, validate, wire};

pub(crate) type Sent = Result<PutMetricDataOutput, SdkError<PutMetricDataError, HttpResponse>>;

/// The response of the service for a metric that it accepted: nothing but that.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMetric {}

impl CloudWatch {
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
    pub(crate) async fn put_directly(&self, batch: &Batch<Metric>) -> Option<Sent> {
        let namespace = self.namespace.as_str();
        let write = || direct::request(body::cbor(namespace, batch.entries(), batch.load().bytes)).ok();
        let namespace_alone = self.client.put_metric_data().namespace(namespace);
        self.known?
            .send_written(write, |written| namespace_alone.customize().interceptor(written).send())
            .await
    }

    /// Sends a request with the metrics as its typed input, which interceptors may look at.
    async fn put_typed(&self, metrics: &[Metric]) -> Sent {
        let request = self.client.put_metric_data().namespace(self.namespace.as_str());
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

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        let fixed = body::request_overhead_bytes(self.namespace.as_str());
        LimitPolicy::new(REQUEST_DATUMS, REQUEST_BYTES, DATUM_BYTES)?.with_overhead_bytes(fixed)
    }

    /// A metric may be sent for an hour, and waits a second for company.
    ///
    /// CloudWatch bills each request, whether it carries one datum or a thousand, and keeps metrics by the second
    /// or the minute. At 1,000 datums a second, a writer that waits for nothing while it is idle sends 75
    /// requests a second to a service that responds after 10 ms, and 400 or more to one that responds at once;
    /// this one sends one. A datum takes up to a second longer, unless a flush or a full request ends the wait.
    fn defaults(&self) -> Settings {
        Settings::new().delivery_deadline(DELIVERY_DEADLINE).linger(LINGER)
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.namespace.check()
    }

    /// The timestamp is checked here and not with the rest, since this is where the clock is read.
    fn prepare(&self, metric: &mut Metric) -> Result<(), Invalid> {
        let now = (self.clock)();
        match metric.get_timestamp() {
            Some(instant) => validate::timestamp(instant, now),
            None => {
                metric.fill_in_timestamp(now);
                Ok(())
            }
        }
    }

    fn measure<'a>(&self, metric: &'a Metric) -> Result<Measure<'a>, Invalid> {
        validate::metric(metric)?;
        let bytes = body::datum_bytes(metric);
        Ok(Measure::of_bytes(bytes).heap_bytes(metric.heap_bytes()))
    }

    async fn send(&self, batch: &Batch<Metric>) -> Reply<SentMetric> {
        self.credentials.watch(self.put(batch)).await
    }
}

/// How long a metric may be sent unless the user says so.
const DELIVERY_DEADLINE: Duration = Duration::from_secs(3_600);
/// How long a metric waits for company unless the user says so.
const LINGER: Linger = Linger::Fixed(Duration::from_secs(1));
