//! The datums of a request as the SDK has them, for interceptors of the user's client to see.

use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StatisticSet};

use crate::{Metric, MetricValue};

/// A copy of each metric, which itself stays with the writer until the service took it.
pub(crate) fn datums(metrics: &[Metric]) -> Vec<MetricDatum> {
    metrics.iter().map(datum).collect()
}

/// Sets the fields themselves: a setter of the builder moves the whole datum.
fn datum(metric: &Metric) -> MetricDatum {
    let mut datum = MetricDatum::builder().metric_name(metric.name()).build();
    if metric.get_dimensions().len() > 0 {
        datum.dimensions = Some(metric.get_dimensions().map(dimension).collect());
    }
    datum.timestamp = metric.get_timestamp();
    match metric.value() {
        MetricValue::StatisticValues(set) => datum.statistic_values = Some(statistic_set(set)),
        MetricValue::Value(value) => datum.value = Some(value),
        MetricValue::Values { values, counts, statistics } => {
            datum.values = Some(values.to_vec());
            datum.counts = counts.map(<[f64]>::to_vec);
            datum.statistic_values = statistics.map(statistic_set);
        }
    }
    datum.unit = metric.get_unit().cloned();
    datum.storage_resolution = metric.get_storage_resolution();
    datum
}

fn dimension((name, value): (&str, &str)) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

fn statistic_set(set: crate::StatisticSet) -> StatisticSet {
    StatisticSet::builder()
        .sample_count(set.sample_count)
        .sum(set.sum)
        .minimum(set.minimum)
        .maximum(set.maximum)
        .build()
}
