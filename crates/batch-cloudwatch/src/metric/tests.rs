use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::*;

#[test]
fn a_metric_has_what_was_set_and_nothing_else() {
    let bare = Metric::new("name", 1.5);
    assert_eq!((bare.name(), bare.value()), ("name", MetricValue::Value(1.5)));
    assert_eq!((bare.get_dimensions().len(), bare.get_timestamp()), (0, None));
    assert_eq!((bare.get_unit(), bare.get_storage_resolution()), (None, None));

    let full = bare.dimension("a", "b").timestamp(DateTime::from_secs(7)).unit("Count").storage_resolution(1);
    assert_eq!((full.name(), full.value()), ("name", MetricValue::Value(1.5)));
    assert_eq!(full.get_dimensions().collect::<Vec<_>>(), [("a", "b")]);
    assert_eq!(full.get_timestamp(), Some(DateTime::from_secs(7)));
    assert_eq!(full.get_unit(), Some(&StandardUnit::Count));
    assert_eq!(full.get_storage_resolution(), Some(1));
}

#[test]
fn several_values_with_counts_and_statistics_are_kept_as_they_are() {
    let values = |metric: &Metric| match metric.value() {
        MetricValue::Values { values, counts, statistics: None } => {
            (values.to_vec(), counts.map(<[f64]>::to_vec))
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(values(&Metric::values("m", [2.0, 1.0])), (vec![2.0, 1.0], None));
    let counted = Metric::counted_values("m", [(2.0, 3.0), (1.0, 4.0)]);
    assert_eq!(values(&counted), (vec![2.0, 1.0], Some(vec![3.0, 4.0])));
    let set = StatisticSet { sample_count: 1.0, sum: 2.0, minimum: 3.0, maximum: 4.0 };
    assert_eq!(Metric::statistics("m", set).value(), MetricValue::StatisticValues(set));
}

#[test]
fn dimensions_are_added_from_anything_with_names_and_values() {
    let expected = Metric::new("m", 1).dimension("a", "1").dimension("b", "2");
    let map = BTreeMap::from([("b", "2"), ("a", "1")]);
    assert_eq!(Metric::new("m", 1).dimensions(map), expected);
    assert_eq!(Metric::new("m", 1).dimension("a", "1").dimensions([("b", "2")]), expected);
}

#[test]
fn a_timestamp_may_be_of_the_system_or_of_the_sdk() {
    let mut metric = Metric::new("m", 1);
    metric.fill_in_timestamp(DateTime::from_secs(1));
    assert_eq!(metric, Metric::new("m", 1).timestamp(DateTime::from_secs(1)));
    let system = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
    assert_eq!(Metric::new("m", 1).timestamp(system).get_timestamp(), Some(DateTime::from_millis(1_500)));
}

#[test]
fn memory_is_charged_for_everything_that_a_metric_holds() {
    let texts = |metric: &Metric| metric.texts().heap_bytes();
    let metric = Metric::counted_values("m".repeat(100), vec![(1.0, 1.0); 100]);
    let metric = metric.dimension("n".repeat(70), "v".repeat(60));
    assert!(texts(&metric) >= metric.texts().datum().len());
    assert_eq!(metric.heap_bytes(), texts(&metric) + size_of::<crate::value::Many>() + 2 * 100 * 8);
    let one = Metric::new("m", 1);
    assert_eq!(one.heap_bytes(), texts(&one));
    assert!(size_of::<Metric>() <= 112, "a metric is moved often: {}", size_of::<Metric>());
}

#[test]
fn debug_shows_names_and_kinds_and_no_value() {
    let set = StatisticSet { sample_count: 77.0, sum: 78.0, minimum: 79.0, maximum: 80.0 };
    for metric in [
        Metric::new("Temperature", 77.5),
        Metric::counted_values("Temperature", [(77.5, 78.5)]),
        Metric::statistics("Temperature", set),
    ] {
        let shown = format!("{:?} {set:?}", metric.dimension("Station", "secret").unit("Percent"));
        for words in ["Temperature", "Station", "Percent", "Value"] {
            assert!(shown.contains(words), "{shown}\ndoes not contain\n{words}");
        }
        assert!(!shown.contains('7') && !shown.contains("secret"), "{shown}");
    }
    let shown = format!("{:?}", Metric::values("m", [1.0, 2.0, 3.0]));
    assert!(shown.contains("values: 3, counts: None"), "{shown}");
}
