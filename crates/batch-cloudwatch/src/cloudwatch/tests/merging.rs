//! What is measured of a metric that may be merged, and of one that was.

use batch_core::{Duplicates, ENTRY_OVERHEAD_BYTES, Linger, Service};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{cloudwatch, now};
use crate::{CloudWatch, Merge, Metric, StatisticSet, body};

fn merging() -> CloudWatch {
    cloudwatch().merge(Merge::Lossless)
}

/// A metric of one of two series, as it is prepared by a service that merges.
fn any_metric() -> impl Strategy<Value = Metric> {
    let value = || (-40_i32..40).prop_map(|value| f64::from(value) / 4.0);
    let metric = prop_oneof![
        4 => value().prop_map(|value| Metric::new("m", value)),
        1 => vec(value(), 1..100).prop_map(|values| Metric::values("m", values)),
        1 => vec((value(), (1..9_i32).prop_map(f64::from)), 1..100)
            .prop_map(|pairs| Metric::counted_values("m", pairs)),
        1 => (value(), 1..5_i32).prop_map(|(value, times)| Metric::statistics("m", equal(value, f64::from(times)))),
    ];
    metric.prop_map(|mut metric| {
        merging().prepare(&mut metric).expect("it is valid");
        metric
    })
}

fn equal(value: f64, times: f64) -> StatisticSet {
    StatisticSet { sample_count: times, sum: value * times, minimum: value, maximum: value }
}

proptest! {
    #[test]
    fn a_merged_metric_grows_by_what_is_told_and_by_no_more_than_the_newer_one_is_measured(
        mut metrics in vec(any_metric(), 2..40), is_bounded in any::<bool>()
    ) {
        let bounded = Merge::Bounded { relative_error: 0.01 };
        let service = if is_bounded { cloudwatch().merge(bounded) } else { merging() };
        let mut waiting = metrics.remove(0);
        let measure = |metric: &Metric| {
            let measure = service.measure(metric).expect("it is valid");
            assert!(measure.identity.is_some() && measure.request_bytes >= body::datum_bytes(metric));
            assert!(measure.heap_bytes >= metric.heap_bytes());
            (measure.request_bytes, measure.heap_bytes)
        };
        let (mut request, mut heap) = measure(&waiting);
        for mut newer in metrics {
            let (before, of_newer) = ((waiting.clone(), newer.clone()), measure(&newer));
            match service.absorb(&mut waiting, &mut newer) {
                None => prop_assert_eq!((&waiting, &newer), (&before.0, &before.1)),
                Some(growth) => {
                    prop_assert!(growth.request_bytes <= of_newer.0, "{:?} {:?}", growth, of_newer);
                    prop_assert!(growth.heap_bytes <= of_newer.1 + ENTRY_OVERHEAD_BYTES, "{:?}", growth);
                    (request, heap) = (request + growth.request_bytes, heap + growth.heap_bytes);
                }
            }
            let (now_request, now_heap) = measure(&waiting);
            prop_assert!(now_request <= request && now_heap <= heap, "more is sent or kept than is counted");
        }
    }
}

#[test]
fn a_merged_metric_is_one_of_its_slot_and_can_be_submitted_again() {
    let service = merging();
    let prepared = |value| {
        let mut metric = Metric::new("m", value).unit("Count").timestamp(now());
        service.prepare(&mut metric).expect("it is valid");
        metric
    };
    let (mut waiting, mut newer) = (prepared(1), prepared(2));
    assert!(service.absorb(&mut waiting, &mut newer).is_some());
    let start = crate::DateTime::from_secs(now().secs() / 60 * 60);
    let expected = Metric::counted_values("m", [(1.0, 1.0), (2.0, 1.0)]).unit("Count").timestamp(start);
    assert_eq!(waiting, expected);
    service.prepare(&mut waiting).expect("it is valid");
    let key = |metric: &Metric| {
        service.measure(metric).expect("it is valid").identity.map(|key| key.as_bytes().to_vec())
    };
    assert_eq!(key(&waiting), key(&prepared(3)));
    cloudwatch().prepare(&mut waiting).expect("it is valid");
    assert!(cloudwatch().measure(&waiting).expect("it is valid").identity.is_none(), "merging is off there");
}

#[test]
fn merging_waits_a_minute_and_is_off_by_default() {
    let settings = |service: &CloudWatch| format!("{:?}", service.defaults());
    let expected = cloudwatch().defaults().linger(Linger::Fixed(std::time::Duration::from_secs(60)));
    assert_eq!(settings(&merging()), format!("{:?}", expected.duplicates(Duplicates::Merge)));
    assert_eq!(settings(&cloudwatch().merge(Merge::Off)), settings(&cloudwatch()));
    assert!(!cloudwatch().defaults().is_merging());
}
