//! The operation that reads statistics.

use std::collections::BTreeMap;

use aws_smithy_cbor::Encoder;
use aws_smithy_types::DateTime;

use super::aggregate::Aggregate;
use super::call::CloudWatch;
use super::datum_rules::{Member, read_dimensions};
use super::metric::{Metric, MetricId};
use super::parameter::{check_length, combination, exclusive, invalid, required, wrong};
use super::span::Span;
use super::text;
use super::unit::{self, check_unit};
use super::wire::{GetMetricStatistics, MOST_STATISTICS, Output};
use crate::refusal::Refusal;

/// The statistics that were asked for, of one metric.
#[derive(Debug)]
pub(super) struct MetricStatistics {
    label: String,
    statistics: Vec<String>,
    /// By the beginning of its period and by its unit.
    datapoints: BTreeMap<(i64, String), Aggregate>,
}

impl CloudWatch {
    pub(super) fn metric_statistics(&self, input: GetMetricStatistics) -> Result<MetricStatistics, Refusal> {
        let namespace = required(input.namespace, "Namespace")?;
        text::check_length(&namespace, 255, "Namespace")?;
        let name = required(input.metric_name, "MetricName")?;
        text::check_length(&name, 255, "MetricName")?;
        let dimensions = read_dimensions(input.dimensions.unwrap_or_default(), &"Dimensions")?;
        let start = required(input.start_time, "StartTime")?;
        let end = required(input.end_time, "EndTime")?;
        let period = required(input.period, "Period")?;
        let now = i64::try_from(self.now().epoch_millis).unwrap_or(i64::MAX);
        let span = Span::read(start, end, period, now)?;
        let statistics = read_statistics(input.statistics, input.extended_statistics)?;
        if let Some(unit) = &input.unit {
            check_unit(unit, "Unit")?;
        }
        let state = self.lock();
        let metric = state.namespaces.get(&namespace);
        let metric =
            metric.and_then(|namespace| namespace.metrics.get(&MetricId::new(name.clone(), dimensions)));
        let datapoints =
            metric.map_or_else(BTreeMap::new, |metric| aggregate(metric, &span, input.unit.as_deref()));
        Ok(MetricStatistics { label: name, statistics, datapoints })
    }
}

fn read_statistics(
    plain: Option<Vec<String>>,
    extended: Option<Vec<String>>,
) -> Result<Vec<String>, Refusal> {
    let plain = plain.unwrap_or_default();
    match (plain.is_empty(), extended.unwrap_or_default().is_empty()) {
        (false, false) => Err(exclusive("Statistics", "ExtendedStatistics")),
        (true, false) => Err(wrong("The parameter ExtendedStatistics is not served here.".to_owned())),
        (true, true) => Err(combination(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.".to_owned(),
        )),
        (false, true) => {
            check_length(&plain, MOST_STATISTICS, "Statistics")?;
            let unknown = plain.iter().position(|name| Aggregate::default().statistic(name).is_none());
            match unknown {
                Some(index) => Err(invalid(&plain[index], Member { list: &"Statistics", index })),
                None => Ok(plain),
            }
        }
    }
}

fn aggregate(metric: &Metric, span: &Span, only: Option<&str>) -> BTreeMap<(i64, String), Aggregate> {
    let mut datapoints: BTreeMap<(i64, String), Aggregate> = BTreeMap::new();
    for datum in &metric.datums {
        let unit = datum.unit.as_deref().unwrap_or(unit::NONE);
        let Some(period) = span.period_of(datum) else { continue };
        if only.is_none_or(|only| only == unit) {
            datapoints.entry((period, unit.to_owned())).or_default().add(datum);
        }
    }
    datapoints
}

impl Output for MetricStatistics {
    fn write(&self, to: &mut Encoder) {
        to.str("Label").str(&self.label).str("Datapoints").array(self.datapoints.len());
        for ((millis, unit), aggregate) in &self.datapoints {
            to.begin_map().str("Timestamp").timestamp(&DateTime::from_millis(*millis));
            for name in &self.statistics {
                if let Some(value) = aggregate.statistic(name) {
                    to.str(name).double(value);
                }
            }
            to.str("Unit").str(unit).end();
        }
    }
}
