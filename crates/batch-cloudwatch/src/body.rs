//! The body of a `PutMetricData` request and the size of its parts, to the byte as the SDK writes
//! them: Smithy RPC v2 CBOR, in which structures are maps without a length.

use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataInput;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StatisticSet};

use crate::cbor::{Sink, Size, array, begin_map, double, end, integer, text, timestamp};
use crate::limits::REQUEST_DATUMS;

/// The body for this input; none if the input has something that a writer never sends.
pub(crate) fn cbor(input: &PutMetricDataInput) -> Option<Vec<u8>> {
    let PutMetricDataInput { namespace, metric_data, entity_metric_data, strict_entity_validation, .. } =
        input;
    if entity_metric_data.is_some() || strict_entity_validation.is_some() {
        return None;
    }
    let namespace = namespace.as_deref();
    let mut size = Size::default();
    request(&mut size, namespace, metric_data.as_deref());
    let mut body = Vec::with_capacity(size.0);
    request(&mut body, namespace, metric_data.as_deref());
    Some(body)
}

/// The bytes that a datum adds to a body.
pub(crate) fn datum_bytes(known: &MetricDatum) -> usize {
    let mut size = Size::default();
    datum(&mut size, known);
    size.0
}

/// The bytes of a body beside its datums: so many, or up to two less where it has few of them.
pub(crate) fn request_overhead_bytes(namespace: &str) -> usize {
    let mut size = Size::default();
    request(&mut size, Some(namespace), Some(&[]));
    let no_datums = size.0;
    size.0 = 0;
    array(&mut size, 0);
    let shortest = size.0;
    array(&mut size, REQUEST_DATUMS);
    no_datums + size.0 - 2 * shortest
}

fn request(sink: &mut impl Sink, namespace: Option<&str>, metric_data: Option<&[MetricDatum]>) {
    begin_map(sink);
    if let Some(namespace) = namespace {
        text(sink, "Namespace");
        text(sink, namespace);
    }
    if let Some(datums) = metric_data {
        text(sink, "MetricData");
        array(sink, datums.len());
        datums.iter().for_each(|known| datum(sink, known));
    }
    end(sink);
}

fn datum(sink: &mut impl Sink, datum: &MetricDatum) {
    begin_map(sink);
    if let Some(name) = &datum.metric_name {
        text(sink, "MetricName");
        text(sink, name);
    }
    if let Some(dimensions) = &datum.dimensions {
        text(sink, "Dimensions");
        array(sink, dimensions.len());
        dimensions.iter().for_each(|known| dimension(sink, known));
    }
    if let Some(instant) = &datum.timestamp {
        text(sink, "Timestamp");
        timestamp(sink, instant);
    }
    optional_double(sink, "Value", datum.value);
    if let Some(set) = &datum.statistic_values {
        text(sink, "StatisticValues");
        statistic_set(sink, set);
    }
    optional_doubles(sink, "Values", datum.values.as_deref());
    optional_doubles(sink, "Counts", datum.counts.as_deref());
    if let Some(unit) = &datum.unit {
        text(sink, "Unit");
        text(sink, unit.as_str());
    }
    if let Some(seconds) = datum.storage_resolution {
        text(sink, "StorageResolution");
        integer(sink, seconds);
    }
    end(sink);
}

fn dimension(sink: &mut impl Sink, dimension: &Dimension) {
    begin_map(sink);
    if let Some(name) = &dimension.name {
        text(sink, "Name");
        text(sink, name);
    }
    if let Some(value) = &dimension.value {
        text(sink, "Value");
        text(sink, value);
    }
    end(sink);
}

fn statistic_set(sink: &mut impl Sink, set: &StatisticSet) {
    begin_map(sink);
    optional_double(sink, "SampleCount", set.sample_count);
    optional_double(sink, "Sum", set.sum);
    optional_double(sink, "Minimum", set.minimum);
    optional_double(sink, "Maximum", set.maximum);
    end(sink);
}

#[inline]
fn optional_double(sink: &mut impl Sink, key: &str, number: Option<f64>) {
    if let Some(number) = number {
        text(sink, key);
        double(sink, number);
    }
}

#[inline]
fn optional_doubles(sink: &mut impl Sink, key: &str, numbers: Option<&[f64]>) {
    if let Some(numbers) = numbers {
        text(sink, key);
        array(sink, numbers.len());
        numbers.iter().for_each(|&number| double(sink, number));
    }
}

#[cfg(test)]
mod tests;
