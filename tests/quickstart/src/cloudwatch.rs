use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use batchwright::CloudWatchWriter;
use batchwright::cloudwatch::{CloudWatch, Metric};
use batchwright::core::Writer;

use crate::billed::Billed;
use crate::destination::{Destination, Lines};
use crate::input::Line;
use crate::outcome::{Fate, Outcome, Verdict};
use crate::place::Place;

const METRIC: &str = "temperature";
const DIMENSION: &str = "station";

/// A namespace of this run.
pub(crate) struct CloudWatchNamespace {
    client: Client,
    name: String,
    started: SystemTime,
    is_real: bool,
}

/// What was measured at a station, or may have been.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    /// How often, at least and at most.
    count: (u64, u64),
    /// The sum of what surely arrived, and the largest that is not sure.
    sum: f64,
    unsure: f64,
}

/// A namespace, which begins to exist with its first datum, and a writer to it.
pub(crate) fn create(place: &Place) -> anyhow::Result<(CloudWatchNamespace, Writer<CloudWatch>)> {
    let client = Client::new(&place.config);
    let name = place.name();
    let writer = CloudWatchWriter::builder(CloudWatch::new(client.clone(), name.as_str())).build()?;
    let namespace = CloudWatchNamespace { client, name, started: SystemTime::now(), is_real: place.is_real };
    Ok((namespace, writer))
}

#[async_trait]
impl Destination for CloudWatchNamespace {
    type Service = CloudWatch;

    fn entry(&self, line: &Line) -> Result<Option<Metric>, String> {
        let metric = |temperature| Metric::new(METRIC, temperature).dimension(DIMENSION, &line.station);
        Ok(line.temperature.map(metric))
    }

    fn billed(namespace: &CloudWatch) -> Vec<Billed> {
        vec![Billed::of("requests", namespace.usage().requests)]
    }

    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict> {
        let mut verdict = Verdict::default();
        for (station, total) in totals(outcome, lines) {
            let (count, sum) = self.read_back_patiently(station, total).await?;
            verdict.doubled += count.saturating_sub(total.count.0) as usize;
            if !total.allows(count, sum) {
                verdict.faults.push(format!(
                    "station {station:?} has {count} datums of the sum {sum}, the answers say {total:?}"
                ));
            }
        }
        Ok(verdict)
    }

    /// Metrics cannot be removed.
    async fn remove(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

impl CloudWatchNamespace {
    /// Datums can be read some minutes after they were sent; those of a local server at once.
    async fn read_back_patiently(&self, station: &str, total: Total) -> anyhow::Result<(u64, f64)> {
        let begun = SystemTime::now();
        loop {
            let read = self.read_back(station).await?;
            let is_late = begun.elapsed().unwrap_or(super::PATIENCE) >= super::PATIENCE;
            if !self.is_real || read.0 >= total.count.0 || is_late {
                return Ok(read);
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    /// How many datums the station has, and their sum.
    async fn read_back(&self, station: &str) -> anyhow::Result<(u64, f64)> {
        let margin = Duration::from_secs(120);
        let request = self.client.get_metric_statistics().namespace(&self.name).metric_name(METRIC);
        let statistics = request
            .dimensions(Dimension::builder().name(DIMENSION).value(station).build())
            .start_time(DateTime::from(self.started - margin))
            .end_time(DateTime::from(SystemTime::now() + margin))
            .period(60)
            .set_statistics(Some(vec![Statistic::SampleCount, Statistic::Sum]));
        let answer = statistics.send().await;
        let answer = answer.with_context(|| format!("cannot read {} back", self.name))?;
        let points = answer.datapoints();
        let count: f64 = points.iter().filter_map(|point| point.sample_count).sum();
        let sum = points.iter().filter_map(|point| point.sum).sum();
        Ok((count as u64, sum))
    }
}

impl Total {
    /// Where every datum is sure, the sum is exact but for the rounding of its additions.
    fn allows(&self, count: u64, sum: f64) -> bool {
        let (least, most) = self.count;
        let extra = count.saturating_sub(least) as f64;
        let tolerance = 1e-9 * (1.0 + self.sum.abs()) + extra * self.unsure;
        (least..=most).contains(&count) && (sum - self.sum).abs() <= tolerance
    }
}

fn totals<'a>(outcome: &Outcome, lines: &'a Lines) -> BTreeMap<&'a str, Total> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    for (number, fate) in &outcome.fates {
        let Some((line, value)) = lines.get(number).and_then(|line| Some((line, line.temperature?))) else {
            continue;
        };
        let total = totals.entry(&line.station).or_default();
        let (is_there, may_be_more) = match fate {
            Fate::Delivered { maybe_duplicate } => (true, *maybe_duplicate),
            Fate::HandedBack { maybe_delivered, .. } => (false, *maybe_delivered),
            Fate::Skipped | Fate::Superseded { .. } => continue,
        };
        if is_there {
            total.count = (total.count.0 + 1, total.count.1.saturating_add(1));
            total.sum += value;
        }
        if may_be_more {
            // However often it was sent.
            total.count.1 = total.count.1.saturating_add(MOST_ATTEMPTS);
            total.unsure = total.unsure.max(value.abs());
        }
    }
    totals
}

/// The attempts that a writer makes by default.
const MOST_ATTEMPTS: u64 = 5;
