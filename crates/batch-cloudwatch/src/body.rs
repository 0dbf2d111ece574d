//! The body of a `PutMetricData` request and the size of its parts, to the byte as the SDK writes
//! them: Smithy RPC v2 CBOR, in which structures are maps without a length (`bf` to `ff`). The names of members
//! stand here as they are sent, a byte for their length (`60` and more) before them.

use batch_smithy::memory::for_body;

use crate::cbor::{Sink, Size, array, double, end, integer, text, timestamp};
use crate::limits::REQUEST_DATUMS;
use crate::value::{Many, Value};
use crate::{Metric, StatisticSet};

/// The body of a request that puts these metrics into this namespace. `bytes` is the sum of their
/// [`datum_bytes`], as they were measured; with another sum the body is the same, but its buffer grows.
pub(crate) fn cbor(namespace: &str, metrics: &[Metric], bytes: usize) -> Vec<u8> {
    let mut body = for_body(request_overhead_bytes(namespace) + bytes);
    head(&mut body, namespace, metrics.len());
    metrics.iter().for_each(|metric| datum(&mut body, metric));
    end(&mut body);
    body
}

/// The bytes that a metric adds to a body, in time that does not depend on the number of its values.
#[inline]
pub(crate) fn datum_bytes(metric: &Metric) -> usize {
    let mut size = Size::default();
    before_value(&mut size, metric);
    after_value(&mut size, metric);
    size.0 + value_bytes(metric.raw_value())
}

/// The bytes that a metric adds to a body once its values have counts, if it has several, and statistics, if
/// they are kept beside merged values: all that merging adds beside further values.
#[inline]
pub(crate) fn merged_datum_bytes(metric: &Metric, with_statistics: bool) -> usize {
    datum_bytes(metric) + merged_value_bytes(metric.raw_value(), with_statistics)
        - value_bytes(metric.raw_value())
}

/// The bytes of a value in it.
#[inline]
pub(crate) fn merged_value_bytes(value: &Value, with_statistics: bool) -> usize {
    let lacks_statistics = match value {
        Value::Many(many) => many.statistics.is_none(),
        Value::One(_) => true,
        Value::Set(_) => false,
    };
    let statistics = if with_statistics && lacks_statistics { STATISTICS_BYTES } else { 0 };
    let counts = match value.lacking_counts() {
        0 => 0,
        counts => list_bytes(counts),
    };
    value_bytes(value) + counts + statistics
}

/// The bytes of a value.
#[inline]
fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Many(many) => {
            let lists = if many.counts.is_some() { 2 } else { 1 };
            let statistics = if many.statistics.is_some() { STATISTICS_BYTES } else { 0 };
            lists * list_bytes(many.values.len()) + statistics
        }
        Value::One(_) => VALUE.len() + NUMBER_BYTES,
        Value::Set(_) => STATISTICS_BYTES,
    }
}

/// The bytes of values or of counts, whose names have the same length.
#[inline]
fn list_bytes(numbers: usize) -> usize {
    let mut size = Size::default();
    size.put(VALUES);
    array(&mut size, numbers);
    size.0 + numbers * NUMBER_BYTES
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
    sink.put(b"\xbf\x69Namespace");
    text(sink, namespace);
    sink.put(b"\x6aMetricData");
    array(sink, metrics);
}

#[inline]
fn datum(sink: &mut impl Sink, metric: &Metric) {
    before_value(sink, metric);
    match metric.raw_value() {
        Value::Many(many) => several(sink, many),
        Value::One(value) => number(sink, VALUE, *value),
        Value::Set(set) => statistic_set(sink, set),
    }
    after_value(sink, metric);
}

#[inline]
fn before_value(sink: &mut impl Sink, metric: &Metric) {
    sink.put(metric.texts().datum());
    if let Some(instant) = metric.get_timestamp() {
        sink.put(b"\x69Timestamp");
        timestamp(sink, &instant);
    }
}

#[inline]
fn after_value(sink: &mut impl Sink, metric: &Metric) {
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

/// In the order of the SDK, where the statistics come first.
fn several(sink: &mut impl Sink, many: &Many) {
    if let Some(set) = &many.statistics {
        statistic_set(sink, set);
    }
    numbers(sink, VALUES, &many.values);
    if let Some(counts) = &many.counts {
        numbers(sink, b"\x66Counts", counts);
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

const VALUE: &[u8] = b"\x65Value";
const VALUES: &[u8] = b"\x66Values";
/// The bytes of a number.
const NUMBER_BYTES: usize = 9;
/// The bytes of a statistic set.
const STATISTICS_BYTES: usize = 86;

#[cfg(test)]
mod tests;
