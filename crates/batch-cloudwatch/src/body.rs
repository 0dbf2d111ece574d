//! The body of a `PutMetricData` request and the size of its parts, to the byte as the SDK writes
//! them: Smithy RPC v2 CBOR, in which structures are maps without a length (`bf` to `ff`). The names of members
//! stand here as they are sent, a byte for their length (`60` and more) before them.

use crate::cbor::{Sink, Size, array, double, end, integer, text, timestamp};
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

/// The bytes that a metric adds to a body once its values have counts, if it has several.
pub(crate) fn counted_datum_bytes(metric: &Metric) -> usize {
    let lacks = metric.value().lacking_counts().is_some();
    datum_bytes(metric) + if lacks { counted_value_bytes(metric.value()) / 2 } else { 0 }
}

/// The bytes of a value in it, in time that does not depend on their number.
pub(crate) fn counted_value_bytes(value: &MetricValue) -> usize {
    let mut size = Size::default();
    match value {
        MetricValue::Values { values, .. } => {
            // Values and counts have names of the same length, and are as many.
            size.put(b"\x66Values");
            array(&mut size, values.len());
            2 * (size.0 + values.len() * NUMBER_BYTES)
        }
        other => {
            self::value(&mut size, other);
            size.0
        }
    }
}

/// The bytes of a number.
const NUMBER_BYTES: usize = 9;

/// The bytes of a body beside its metrics, where it has the most of them; with few it is up to two bytes
/// less.
pub(crate) fn request_overhead_bytes(namespace: &str) -> usize {
    let mut size = Size::default();
    head(&mut size, namespace, REQUEST_DATUMS);
    end(&mut size);
    size.0
}

fn head(sink: &mut impl Sink, namespace: &str, metrics: usize) {
    sink.put(b"\xbf\x69Namespace");
    text(sink, namespace);
    sink.put(b"\x6aMetricData");
    array(sink, metrics);
}

fn datum(sink: &mut impl Sink, metric: &Metric) {
    sink.put(b"\xbf\x6aMetricName");
    text(sink, metric.name());
    dimensions(sink, metric.get_dimensions());
    if let Some(instant) = metric.get_timestamp() {
        sink.put(b"\x69Timestamp");
        timestamp(sink, &instant);
    }
    value(sink, metric.value());
    if let Some(unit) = metric.get_unit() {
        sink.put(b"\x64Unit");
        text(sink, unit.as_str());
    }
    if let Some(seconds) = metric.get_storage_resolution() {
        sink.put(b"\x71StorageResolution");
        integer(sink, seconds);
    }
    end(sink);
}

fn dimensions<'a>(sink: &mut impl Sink, dimensions: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
    if dimensions.len() == 0 {
        return;
    }
    sink.put(b"\x6aDimensions");
    array(sink, dimensions.len());
    for (name, value) in dimensions {
        sink.put(b"\xbf\x64Name");
        text(sink, name);
        sink.put(b"\x65Value");
        text(sink, value);
        end(sink);
    }
}

fn value(sink: &mut impl Sink, value: &MetricValue) {
    match value {
        MetricValue::StatisticValues(set) => statistic_set(sink, set),
        MetricValue::Value(value) => number(sink, b"\x65Value", *value),
        MetricValue::Values { values, counts } => {
            numbers(sink, b"\x66Values", values);
            if let Some(counts) = counts {
                numbers(sink, b"\x66Counts", counts);
            }
        }
    }
}

fn statistic_set(sink: &mut impl Sink, set: &StatisticSet) {
    sink.put(b"\x6fStatisticValues\xbf");
    number(sink, b"\x6bSampleCount", set.sample_count);
    number(sink, b"\x63Sum", set.sum);
    number(sink, b"\x67Minimum", set.minimum);
    number(sink, b"\x67Maximum", set.maximum);
    end(sink);
}

fn numbers(sink: &mut impl Sink, key: &[u8], numbers: &[f64]) {
    sink.put(key);
    array(sink, numbers.len());
    numbers.iter().for_each(|&number| double(sink, number));
}

fn number(sink: &mut impl Sink, key: &[u8], number: f64) {
    sink.put(key);
    double(sink, number);
}

#[cfg(test)]
mod tests;
