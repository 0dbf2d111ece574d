//! The body of a `PutMetricData` request and the size of its parts, to the byte as the SDK writes
//! them: Smithy RPC v2 CBOR, in which structures are maps without a length.

use crate::cbor::{Sink, Size, array, begin_map, double, end, integer, text, timestamp};
use crate::limits::REQUEST_DATUMS;
use crate::{Metric, MetricValue, StatisticSet};

/// The body of a request that puts these metrics into this namespace. `bytes` is the sum of their
/// [`datum_bytes`], as they were measured; with another sum the body is the same, but its buffer grows.
pub(crate) fn cbor(namespace: &str, metrics: &[Metric], bytes: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(request_overhead_bytes(namespace) + bytes);
    head(&mut body, namespace, metrics.len());
    metrics.iter().for_each(|metric| datum(&mut body, metric));
    end(&mut body);
    body
}

/// The bytes that a metric adds to a body.
pub(crate) fn datum_bytes(metric: &Metric) -> usize {
    let mut size = Size::default();
    datum(&mut size, metric);
    size.0
}

/// The bytes of a body beside its metrics, where it has the most of them; with few it is up to two bytes
/// less.
pub(crate) fn request_overhead_bytes(namespace: &str) -> usize {
    let mut size = Size::default();
    head(&mut size, namespace, REQUEST_DATUMS);
    end(&mut size);
    size.0
}

fn head(sink: &mut impl Sink, namespace: &str, metrics: usize) {
    begin_map(sink);
    text(sink, "Namespace");
    text(sink, namespace);
    text(sink, "MetricData");
    array(sink, metrics);
}

fn datum(sink: &mut impl Sink, metric: &Metric) {
    begin_map(sink);
    text(sink, "MetricName");
    text(sink, metric.name());
    dimensions(sink, metric.get_dimensions());
    if let Some(instant) = metric.get_timestamp() {
        text(sink, "Timestamp");
        timestamp(sink, &instant);
    }
    value(sink, metric.value());
    if let Some(unit) = metric.get_unit() {
        text(sink, "Unit");
        text(sink, unit.as_str());
    }
    if let Some(seconds) = metric.get_storage_resolution() {
        text(sink, "StorageResolution");
        integer(sink, seconds);
    }
    end(sink);
}

fn dimensions<'a>(sink: &mut impl Sink, dimensions: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
    if dimensions.len() == 0 {
        return;
    }
    text(sink, "Dimensions");
    array(sink, dimensions.len());
    for (name, value) in dimensions {
        begin_map(sink);
        text(sink, "Name");
        text(sink, name);
        text(sink, "Value");
        text(sink, value);
        end(sink);
    }
}

fn value(sink: &mut impl Sink, value: &MetricValue) {
    match value {
        MetricValue::StatisticValues(set) => statistic_set(sink, set),
        MetricValue::Value(value) => number(sink, "Value", *value),
        MetricValue::Values { values, counts } => {
            numbers(sink, "Values", values);
            if let Some(counts) = counts {
                numbers(sink, "Counts", counts);
            }
        }
    }
}

fn statistic_set(sink: &mut impl Sink, set: &StatisticSet) {
    text(sink, "StatisticValues");
    begin_map(sink);
    number(sink, "SampleCount", set.sample_count);
    number(sink, "Sum", set.sum);
    number(sink, "Minimum", set.minimum);
    number(sink, "Maximum", set.maximum);
    end(sink);
}

fn numbers(sink: &mut impl Sink, key: &str, numbers: &[f64]) {
    text(sink, key);
    array(sink, numbers.len());
    numbers.iter().for_each(|&number| double(sink, number));
}

fn number(sink: &mut impl Sink, key: &str, number: f64) {
    text(sink, key);
    double(sink, number);
}

#[cfg(test)]
mod tests;
