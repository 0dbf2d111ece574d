//! Amazon CloudWatch: metrics of one dimension, sent uncompressed.

use std::ops::Range;
use std::time::SystemTime;

use anyhow::Result;
use aws_sdk_cloudwatch::config::Builder;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use aws_sdk_cloudwatch::{Client, operation::put_metric_data::builders::PutMetricDataFluentBuilder};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression, Metric};
use batch_core::{Settings, Writer};

use super::{Workload, config};
use crate::case::Shape;

/// Metrics for a namespace.
#[derive(Clone)]
pub(crate) struct Metrics(Client);

impl Metrics {
    fn call(&self) -> PutMetricDataFluentBuilder {
        self.0.put_metric_data().namespace(NAMESPACE)
    }
}

impl Workload for Metrics {
    type Service = CloudWatch;

    fn open(_: Shape, endpoint: &str) -> Self {
        let config = Builder::from(&config(endpoint)).disable_request_compression(true).build();
        Self(Client::from_conf(config))
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES
    }

    fn entry(&self, number: u64) -> Metric {
        Metric::new(METRIC, value(number)).dimension(DIMENSION, STATION).unit(StandardUnit::Count)
    }

    fn writer(&self, settings: Settings) -> Result<Writer<CloudWatch>> {
        let namespace = CloudWatch::new(self.0.clone(), NAMESPACE).compression(Compression::Off);
        Ok(CloudWatchWriter::builder(namespace).settings(settings).build()?)
    }

    async fn single(&self, number: u64) -> Result<()> {
        self.call().metric_data(datum(number)).send().await?;
        Ok(())
    }

    /// The service says nothing about single datums.
    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        self.call().set_metric_data(Some(numbers.map(datum).collect())).send().await?;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the writer sets the time of each metric too")]
fn datum(number: u64) -> MetricDatum {
    let dimension = Dimension::builder().name(DIMENSION).value(STATION).build();
    let datum = MetricDatum::builder().metric_name(METRIC).dimensions(dimension);
    datum.timestamp(SystemTime::now().into()).value(value(number)).unit(StandardUnit::Count).build()
}

fn value(number: u64) -> f64 {
    (number % 1_000) as f64 / 8.0
}

const DIMENSION: &str = "Station";
const METRIC: &str = "Temperature";
const NAMESPACE: &str = "Bench";
const STATION: &str = "station-10637";
/// Datums of a request (Amazon CloudWatch API reference, `PutMetricData`).
const REQUEST_ENTRIES: u64 = 1_000;
