use aws_sdk_cloudwatch::types::{Dimension, EntityMetricData, MetricDatum};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{cbor, datum_bytes, request_overhead_bytes};
use crate::captured::{Recorder, any_metric, any_text, input};
use crate::limits::{
    DATUM_BYTES, DIMENSION_NAME, DIMENSION_VALUE, DIMENSIONS, METRIC_NAME, NAMESPACE, VALUES,
};
use crate::{DateTime, Metric, StandardUnit, StatisticSet, validate};

fn datums(metrics: Vec<Metric>) -> Vec<MetricDatum> {
    metrics.into_iter().map(Metric::into_datum).collect()
}

#[test]
fn a_datum_counts_what_it_takes_on_the_wire() {
    let bare = Metric::new("name", 1);
    let bytes = datum_bytes(bare.datum());
    assert_eq!(bytes, 1 + (11 + 5) + (6 + 9) + 1, "a map of a name and a value");

    for (metric, more) in [
        (bare.clone().dimension("ab", "cde"), 11 + 1 + (1 + (5 + 3) + (6 + 4) + 1)),
        (bare.clone().timestamp(DateTime::from_secs(1)), 10 + 1 + 9),
        (bare.clone().unit("Count"), 5 + 6),
        (bare.clone().storage_resolution(1), 18 + 1),
        (bare.clone().storage_resolution(60), 18 + 2),
        (Metric::new("n".repeat(24), 1), 1 + 20),
    ] {
        assert_eq!(datum_bytes(metric.datum()), bytes + more, "{metric:?}");
    }

    let pair = |count| datum_bytes(Metric::counted_values("name", vec![(1.0, 1.0); count]).datum());
    assert_eq!(pair(2) - pair(1), 18, "a value and a count");
}

#[test]
fn the_largest_datum_that_keeps_the_rules_has_the_bytes_that_a_datum_may_have() {
    let now = DateTime::from_secs(1_800_000_000);
    let dimensions = (0..DIMENSIONS)
        .map(|n| (format!("{n:0>width$}", width = DIMENSION_NAME), "v".repeat(DIMENSION_VALUE)));
    let largest = Metric::counted_values("n".repeat(METRIC_NAME), vec![(1.0, 1.0); VALUES])
        .dimensions(dimensions)
        .timestamp(now)
        .unit(*StandardUnit::values().iter().max_by_key(|unit| unit.len()).expect("there are units"))
        .storage_resolution(60);
    let mut largest = largest.into_datum();
    largest.statistic_values =
        Some(StatisticSet { sample_count: 1.0, sum: 1.0, minimum: 1.0, maximum: 1.0 }.into());
    assert_eq!(validate::datum(&largest, now), Ok(()));
    assert_eq!(datum_bytes(&largest), DATUM_BYTES);
}

#[test]
fn a_full_request_counts_its_overhead_and_its_datums() {
    let sdk = Recorder::new();
    for (namespace, datums) in [("n", 256), ("Weather", 1_000), (&*"n".repeat(NAMESPACE), 999)] {
        let datum = Metric::new("name", 1).into_datum();
        let body = sdk.body(input(namespace, vec![datum.clone(); datums]));
        assert_eq!(body.len(), request_overhead_bytes(namespace) + datums * datum_bytes(&datum));
    }
}

#[test]
fn what_a_writer_never_sends_is_left_to_the_sdk() {
    let mut with_entity = input("n", vec![]);
    with_entity.entity_metric_data = Some(vec![EntityMetricData::builder().build()]);
    assert_eq!(cbor(&with_entity), None);
    let mut strict = input("n", vec![]);
    strict.strict_entity_validation = Some(false);
    assert_eq!(cbor(&strict), None);
}

#[test]
fn what_was_not_set_is_not_written() {
    let sdk = Recorder::new();
    let empty = |datum: MetricDatum| cbor(&input("n", vec![datum])).expect("it is written");
    let bare = empty(MetricDatum::builder().build());
    assert_eq!(bare, sdk.body(input("n", vec![MetricDatum::builder().build()])));
    let hollow =
        MetricDatum::builder().dimensions(Dimension::builder().build()).set_values(Some(vec![])).build();
    assert_eq!(empty(hollow.clone()), sdk.body(input("n", vec![hollow])));
    let mut nothing = input("n", vec![]);
    (nothing.namespace, nothing.metric_data) = (None, None);
    assert_eq!(cbor(&nothing).expect("it is written"), [0xbf, 0xff]);
}

#[test]
fn a_request_is_to_the_byte_what_the_sdk_sends_and_what_is_counted() {
    let sdk = Recorder::new();
    proptest!(|(namespace in any_text(), metrics in vec(any_metric(), 0..30))| {
        let datums = datums(metrics);
        let counted = datums.iter().map(datum_bytes).sum::<usize>() + request_overhead_bytes(&namespace);
        let input = input(&namespace, datums);
        let sent = sdk.body(input.clone());
        prop_assert!((sent.len()..=sent.len() + 2).contains(&counted), "{} sent, {} counted", sent.len(), counted);
        prop_assert_eq!(cbor(&input).expect("it is written"), sent);
    });
}

#[test]
fn a_datum_is_counted_to_the_byte_that_the_sdk_sends() {
    let sdk = Recorder::new();
    let without = sdk.body(input("n", vec![])).len();
    proptest!(|(metric in any_metric())| {
        let with = sdk.body(input("n", vec![metric.datum().clone()])).len();
        prop_assert_eq!(datum_bytes(metric.datum()), with - without);
    });
}
