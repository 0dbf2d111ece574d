//! Amazon CloudWatch: datums are read back as the sums of their metrics.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::list_metrics::ListMetricsOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, Statistic};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric};
use batch_core::{Settings, Writer};
use batchwright_kit::Setup;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};

/// A namespace.
pub(crate) struct Datums {
    client: Client,
    name: String,
}

#[async_trait]
impl Remote for Datums {
    type Service = CloudWatch;

    const BATCH: usize = 1_000;
    const LANES: usize = 0;
    /// No text is for names of metrics.
    const TEXTS: &'static [&'static str] = &[""];
    const FORBIDDEN: &'static [&'static str] = &[HUGE, MANY_DIMENSIONS, NOT_A_NUMBER, OLD];

    async fn create(endpoint: &Endpoint, name: &str) -> Self {
        Self { client: client(endpoint), name: name.to_owned() }
    }

    fn writer(&self, settings: Settings) -> Writer<CloudWatch> {
        writer(&self.client, &self.name, settings)
    }

    fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<CloudWatch> {
        writer(&client(endpoint), &self.name, settings)
    }

    /// A namespace begins to exist with its first datum.
    fn astray(&self) -> Option<Writer<CloudWatch>> {
        None
    }

    /// A metric for each entry, of which the value and a dimension tell the number.
    fn entry(&self, n: usize, _: &str, _: usize) -> Metric {
        Metric::new(format!("metric-{n:05}"), n as f64 + 0.25).dimension("n", n.to_string())
    }

    /// Every metric is listed; the sums of one in twenty are read, each with a request.
    async fn held(&self, _: usize) -> Vec<Held> {
        let list = self.client.list_metrics().namespace(&self.name).into_paginator().send();
        let pages: Vec<_> = list.collect::<Result<_, _>>().await.unwrap();
        let numbers = pages.iter().flat_map(ListMetricsOutput::metrics).map(|metric| {
            metric.metric_name().and_then(|name| name.strip_prefix("metric-")).unwrap().parse().unwrap()
        });
        let mut all: Vec<_> = numbers.map(|n| Held { n, text: String::new(), lane: 0 }).collect();
        for n in all.iter().map(|held| held.n).filter(|n| n.is_multiple_of(20)).collect::<Vec<_>>() {
            if self.sum(n).await != Some((1.0, n as f64 + 0.25)) {
                all.retain(|held| held.n != n);
            }
        }
        all
    }

    fn forbidden(&self, what: &str) -> Metric {
        match what {
            HUGE => Metric::new("x", 2_f64.powi(361)),
            MANY_DIMENSIONS => {
                (0..31).fold(Metric::new("x", 1.0), |metric, n| metric.dimension(format!("d{n}"), "v"))
            }
            NOT_A_NUMBER => Metric::new("x", f64::NAN),
            OLD => Metric::new("x", 1.0).timestamp(three_weeks_ago()),
            other => panic!("what is {other}?"),
        }
    }

    async fn refuses(&self, what: &str) -> bool {
        let datum = MetricDatum::builder().metric_name("x");
        let datum = match what {
            HUGE => datum.value(2_f64.powi(361)),
            MANY_DIMENSIONS => (0..31).fold(datum.value(1.0), |datum, n| {
                datum.dimensions(Dimension::builder().name(format!("d{n}")).value("v").build())
            }),
            NOT_A_NUMBER => datum.value(f64::NAN),
            OLD => datum.value(1.0).timestamp(DateTime::from(three_weeks_ago())),
            other => panic!("what is {other}?"),
        };
        let put = self.client.put_metric_data().namespace(&self.name).metric_data(datum.build());
        put.send().await.is_err()
    }
}

impl Datums {
    /// How many datums the metric of entry `n` has, and their sum.
    async fn sum(&self, n: usize) -> Option<(f64, f64)> {
        let margin = Duration::from_secs(300);
        #[expect(clippy::disallowed_methods, reason = "the server stamps by the calendar")]
        let now = SystemTime::now();
        let request = self.client.get_metric_statistics().namespace(&self.name);
        let request = request.metric_name(format!("metric-{n:05}"));
        let request = request.dimensions(Dimension::builder().name("n").value(n.to_string()).build());
        let request = request.start_time(DateTime::from(now - margin)).end_time(DateTime::from(now + margin));
        let request = request.period(60).statistics(Statistic::SampleCount).statistics(Statistic::Sum);
        let answer = request.send().await.unwrap();
        let points = answer.datapoints();
        let count = points.iter().filter_map(|point| point.sample_count).sum();
        (!points.is_empty()).then(|| (count, points.iter().filter_map(|point| point.sum).sum()))
    }
}

pub(crate) fn client(endpoint: &Endpoint) -> Client {
    Client::new(&Setup::at(&endpoint.url).build())
}

fn writer(client: &Client, name: &str, settings: Settings) -> Writer<CloudWatch> {
    let namespace = CloudWatch::new(client.clone(), name);
    CloudWatchWriter::builder(namespace).settings(settings).build().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a datum is old by the calendar")]
fn three_weeks_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(21 * 24 * 3_600)
}

const HUGE: &str = "a value of 2^361";
const MANY_DIMENSIONS: &str = "31 dimensions";
const NOT_A_NUMBER: &str = "a value that is no number";
const OLD: &str = "a datum three weeks old";
