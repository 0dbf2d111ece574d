//! The operation that lists metrics.

use std::ops::Bound;

use aws_smithy_cbor::Encoder;

use super::call::CloudWatch;
use super::datum_rules::Member;
use super::metric::{Metric, MetricId};
use super::parameter::{check_length, invalid, required};
use super::state::State;
use super::token;
use super::wire::{Dimension, ListMetrics, MOST_FILTERS, Output};
use crate::refusal::Refusal;

/// One page of metrics.
#[derive(Debug)]
pub(super) struct Metrics {
    metrics: Vec<(String, MetricId)>,
    next_token: Option<String>,
}

/// Which metrics are listed.
#[derive(Debug)]
struct Filter {
    namespace: Option<String>,
    metric_name: Option<String>,
    /// Names, and values if they matter.
    dimensions: Vec<(String, Option<String>)>,
    /// The earliest arrival of the last datum, in milliseconds since 1970.
    since_millis: u64,
}

impl CloudWatch {
    pub(super) fn list_metrics(&self, input: ListMetrics) -> Result<Metrics, Refusal> {
        let after = input.next_token.as_deref().map(token::read).transpose()?;
        let filter = Filter::read(input, self.now().epoch_millis)?;
        let mut metrics = filter.search(&self.lock(), after.as_ref());
        let more = metrics.len() > PAGE;
        metrics.truncate(PAGE);
        let last = metrics.last().filter(|_| more);
        let next_token = last.map(|(namespace, metric)| token::after(namespace, metric));
        Ok(Metrics { metrics, next_token })
    }
}

impl Filter {
    fn read(input: ListMetrics, now_millis: u64) -> Result<Self, Refusal> {
        let dimensions = input.dimensions.unwrap_or_default();
        check_length(&dimensions, MOST_FILTERS, "Dimensions")?;
        let age = match input.recently_active.as_deref() {
            None => LISTED_MILLIS,
            Some("PT3H") => RECENT_MILLIS,
            Some(other) => return Err(invalid(other, "RecentlyActive")),
        };
        Ok(Self {
            namespace: input.namespace,
            metric_name: input.metric_name,
            dimensions: dimensions.into_iter().enumerate().map(read_filter).collect::<Result<_, _>>()?,
            since_millis: now_millis.saturating_sub(age),
        })
    }

    /// The metrics of the page that comes after this one, and one more if there is another page.
    fn search(&self, state: &State, after: Option<&(String, MetricId)>) -> Vec<(String, MetricId)> {
        let first = after.map_or("", |(namespace, _)| namespace.as_str());
        let namespaces = state.namespaces.range::<str, _>((Bound::Included(first), Bound::Unbounded));
        let metrics = namespaces.flat_map(|(namespace, held)| {
            let beginning = match after {
                Some((last, metric)) if last == namespace => Bound::Excluded(metric),
                _ => Bound::Unbounded,
            };
            let metrics = held.metrics.range::<MetricId, _>((beginning, Bound::Unbounded));
            metrics.map(move |(id, metric)| (namespace, id, metric))
        });
        metrics
            .filter(|(namespace, id, metric)| self.matches(namespace, id, metric))
            .map(|(namespace, id, _)| (namespace.clone(), id.clone()))
            .take(PAGE + 1)
            .collect()
    }

    fn matches(&self, namespace: &str, id: &MetricId, metric: &Metric) -> bool {
        let is_or_any =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let has = |(name, value): &(String, Option<String>)| {
            id.dimensions.iter().any(|(own, own_value)| own == name && is_or_any(value, own_value))
        };
        is_or_any(&self.namespace, namespace)
            && is_or_any(&self.metric_name, &id.name)
            && self.dimensions.iter().all(has)
            && metric.reported_millis >= self.since_millis
    }
}

fn read_filter((index, filter): (usize, Dimension)) -> Result<(String, Option<String>), Refusal> {
    let place = Member { list: &"Dimensions", index };
    Ok((required(filter.name, format_args!("{place}.Name"))?, filter.value))
}

impl Output for Metrics {
    fn write(&self, to: &mut Encoder) {
        to.str("Metrics").array(self.metrics.len());
        for (namespace, metric) in &self.metrics {
            to.begin_map().str("Namespace").str(namespace).str("MetricName").str(&metric.name);
            to.str("Dimensions").array(metric.dimensions.len());
            for (name, value) in &metric.dimensions {
                to.begin_map().str("Name").str(name).str("Value").str(value).end();
            }
            to.end();
        }
        if let Some(token) = &self.next_token {
            to.str("NextToken").str(token);
        }
    }
}

/// Metrics that had no data for two weeks are not listed.
const LISTED_MILLIS: u64 = 14 * 24 * 3_600_000;
const PAGE: usize = 500;
const RECENT_MILLIS: u64 = 3 * 3_600_000;
