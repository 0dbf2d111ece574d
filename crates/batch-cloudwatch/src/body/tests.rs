use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::captured::{Recorder, any_metric, any_text};
use crate::limits::{
    DATUM_BYTES, DIMENSION_NAME, DIMENSION_VALUE, DIMENSIONS, METRIC_NAME, NAMESPACE, VALUES,
};
use crate::{DateTime, StandardUnit, validate};

#[test]
fn a_metric_counts_what_it_takes_on_the_wire() {
    let bare = Metric::new("name", 1);
    let bytes = datum_bytes(&bare);
    assert_eq!(bytes, 1 + (11 + 5) + (6 + 9) + 1, "a map of a name and a value");

    for (metric, more) in [
        (bare.clone().dimension("ab", "cde"), 11 + 1 + (1 + (5 + 3) + (6 + 4) + 1)),
        (bare.clone().timestamp(DateTime::from_secs(1)), 10 + 1 + 9),
        (bare.clone().unit("Count"), 5 + 6),
        (bare.clone().storage_resolution(1), 18 + 1),
        (bare.clone().storage_resolution(60), 18 + 2),
        (Metric::new("n".repeat(24), 1), 1 + 20),
    ] {
        assert_eq!(datum_bytes(&metric), bytes + more, "{metric:?}");
    }

    let pairs = |count| datum_bytes(&Metric::counted_values("name", vec![(1.0, 1.0); count]));
    assert_eq!(pairs(2) - pairs(1), 18, "a value and a count");
}

/// The metric with a statistic set beside its values.
fn with_statistics(mut metric: Metric) -> Metric {
    let mut value = metric.raw_value().clone();
    if let Value::Many(many) = &mut value {
        many.statistics = Some(StatisticSet { sample_count: 2.0, sum: 5.0, minimum: 2.0, maximum: 3.0 });
    }
    metric.set_value(value);
    metric
}

#[test]
fn the_largest_metric_that_keeps_the_rules_has_the_bytes_that_a_metric_may_have() {
    let now = DateTime::from_secs(1_800_000_000);
    let name = |n| format!("{n:0>width$}", width = DIMENSION_NAME);
    let largest = Metric::counted_values("n".repeat(METRIC_NAME), vec![(1.0, 1.0); VALUES])
        .dimensions((0..DIMENSIONS).map(|n| (name(n), "v".repeat(DIMENSION_VALUE))))
        .timestamp(now)
        .unit(*StandardUnit::values().iter().max_by_key(|unit| unit.len()).expect("there are units"))
        .storage_resolution(60);
    let largest = with_statistics(largest);
    assert_eq!(validate::metric(&largest), Ok(()));
    assert_eq!(datum_bytes(&largest), DATUM_BYTES);
}

#[test]
fn a_full_request_counts_its_overhead_and_its_metrics() {
    let sdk = Recorder::new();
    for (namespace, count) in [("n", 256), ("Weather", 1_000), (&*"n".repeat(NAMESPACE), 999)] {
        let metric = Metric::new("name", 1);
        let sent = sdk.body(namespace, &vec![metric.clone(); count]);
        assert_eq!(sent.len(), request_overhead_bytes(namespace) + count * datum_bytes(&metric));
    }
}

#[test]
fn a_request_is_to_the_byte_what_the_sdk_sends_and_what_is_counted() {
    let sdk = Recorder::new();
    proptest!(|(namespace in any_text(), metrics in vec(any_metric(), 0..30))| {
        let bytes = metrics.iter().map(datum_bytes).sum::<usize>();
        let counted = bytes + request_overhead_bytes(&namespace);
        let sent = sdk.body(&namespace, &metrics);
        prop_assert!((sent.len()..=sent.len() + 2).contains(&counted), "{} sent, {} counted", sent.len(), counted);
        let body = cbor(&namespace, &metrics, bytes);
        prop_assert_eq!(body.capacity(), counted, "it did not grow");
        prop_assert_eq!(&body, &sent);
        prop_assert_eq!(cbor(&namespace, &metrics, 0), sent, "the sum changes nothing but the capacity");
    });
}

#[test]
fn a_metric_is_counted_to_the_byte_that_the_sdk_sends() {
    let sdk = Recorder::new();
    let without = sdk.body("n", &[]).len();
    proptest!(|(metric in any_metric(), has_statistics in any::<bool>())| {
        let metric = if has_statistics { with_statistics(metric) } else { metric };
        let with = sdk.body("n", std::slice::from_ref(&metric)).len();
        prop_assert_eq!(datum_bytes(&metric), with - without);
        let mut size = Size::default();
        datum(&mut size, &metric);
        prop_assert_eq!(size.0, with - without);

    });
}
