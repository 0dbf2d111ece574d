use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataError, PutMetricDataOutput};
use batch_core::{
    Batch, ConfigError, Duplicates, Growth, Invalid, LimitPolicy, Linger, Measure, Reply, Service, Settings,
    Verdicts,
};
use batch_smithy::Written;

use crate::limits::{DATUM_BYTES, REQUEST_BYTES, REQUEST_DATUMS};
use crate::verdict::CODES;
use crate::{CloudWatch, Metric, body, direct, identity, usage, validate, wire};

pub(crate) type Sent = Result<PutMetricDataOutput, SdkError<PutMetricDataError, HttpResponse>>;

/// The response of the service for a metric that it accepted: nothing but that.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMetric {}

impl CloudWatch {
    async fn put(&self, batch: &Batch<Metric>) -> Reply<SentMetric> {
        let sent = match self.put_directly(batch).await {
            Some(sent) => sent,
            // Its future is large, and would make that of every request so.
            None => Box::pin(self.put_typed(batch.entries())).await,
        };
        // A namespace exists as soon as it is written to, so that no code calls it unknown.
        sent.map_err(|error| batch_smithy::refusal(error, &CODES, || CODES.check_endpoint.to_owned()))?;
        Ok(Verdicts::all_accepted(|_| SentMetric {}))
    }

    /// Sends a request that is written from the metrics, if it can be.
    pub(crate) async fn put_directly(&self, batch: &Batch<Metric>) -> Option<Sent> {
        let namespace = self.namespace.as_str();
        let write = || direct::request(body::cbor(namespace, batch.entries(), batch.load().bytes)).ok();
        let send = |written: Written| {
            let namespace_alone = self.client.put_metric_data().namespace(namespace);
            namespace_alone.customize().interceptor(written).send()
        };
        match self.compresses() {
            true => self.known?.send_written(write, send).await,
            false => self.known?.written(write)?.send(&self.prepared, send).await,
        }
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
    /// CloudWatch bills each request, whether it carries one datum or a thousand, and keeps metrics by the
    /// second or the minute. At 1,000 datums a second, a writer that waits for nothing while it is idle sends
    /// 80 requests a second to a service that responds after 10 ms, and 400 or more to one that responds at
    /// once; this one sends one. A datum takes up to a second longer, unless a flush or a full request ends
    /// the wait.
    ///
    /// Where metrics are merged, they wait a minute, the slot of a standard resolution. A wait that ends within a slot
    /// ends a datum of each series, and waits seldom begin with a slot. So a series makes (60 s + linger) / linger
    /// datums a slot: 61 with a linger of a second, two with a minute, and 1.2 with five minutes, up to five minutes
    /// late. CloudWatch bills requests, not datums, and a request carries up to 1,000 of them: with a linger of a
    /// minute, up to 500 series cost one request a minute, wherever in a slot the wait begins. 2,000 series cost four,
    /// or two if a flush ends each slot.
    fn defaults(&self) -> Settings {
        let settings = Settings::new().delivery_deadline(DELIVERY_DEADLINE);
        match self.merges() {
            true => settings.linger(MERGING_LINGER).duplicates(Duplicates::Merge),
            false => settings.linger(LINGER),
        }
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.namespace.check()?;
        self.merge.check()
    }

    /// The timestamp is checked here and not with the rest, since this is where the clock is read.
    fn prepare(&self, metric: &mut Metric) -> Result<(), Invalid> {
        let now = (self.clock)();
        match metric.get_timestamp() {
            Some(instant) => validate::timestamp(instant, now)?,
            None => metric.fill_in_timestamp(now),
        }
        let timestamp = metric.get_timestamp().filter(|_| self.merges());
        metric.set_slot(timestamp.and_then(|timestamp| identity::slot(metric, timestamp, now)));
        Ok(())
    }

    #[inline(always)]
    fn measure<'a>(&self, metric: &'a Metric) -> Result<Measure<'a>, Invalid> {
        validate::metric(metric)?;
        match metric.key().filter(|_| self.merges()) {
            None => Ok(Measure::of_bytes(body::datum_bytes(metric)).heap_bytes(metric.heap_bytes())),
            // As large as it is once it is merged. So nothing grows by more than the metric that it absorbs.
            Some(key) => {
                let counts = metric.raw_value().lacking_counts() * size_of::<f64>();
                Ok(Measure::of_bytes(body::merged_datum_bytes(metric, self.buckets.is_some()))
                    .heap_bytes(metric.heap_bytes() + counts)
                    .identity(key))
            }
        }
    }

    fn absorb(&self, waiting: &mut Metric, newer: &mut Metric) -> Option<Growth> {
        if self.buckets.is_none() && waiting.absorb_known(newer) {
            return Some(Growth::default());
        }
        let sizes = |metric: &Metric| {
            let value = metric.raw_value();
            let counts = value.lacking_counts() * size_of::<f64>();
            (body::merged_value_bytes(value, self.buckets.is_some()), value.heap_bytes() + counts)
        };
        let (request, heap) = sizes(waiting);
        waiting.absorb(newer, self.buckets.as_ref())?;
        let (grown_request, grown_heap) = sizes(waiting);
        let more = Growth::default().request_bytes(grown_request.saturating_sub(request));
        Some(more.heap_bytes(grown_heap.saturating_sub(heap)))
    }

    async fn send(&self, batch: &Batch<Metric>) -> Reply<SentMetric> {
        let reply = self.credentials.watch(|| self.put(batch)).await;
        reply.inspect(|_| self.requests.add(usage::of_request(batch.entries())))
    }
}

/// How long a metric may be sent unless the user says so.
const DELIVERY_DEADLINE: Duration = Duration::from_secs(3_600);
/// How long a metric waits for company unless the user says so.
const LINGER: Linger = Linger::Fixed(Duration::from_secs(1));
/// The same where metrics are merged: a slot of the standard resolution.
const MERGING_LINGER: Linger = Linger::Fixed(Duration::from_secs(60));
