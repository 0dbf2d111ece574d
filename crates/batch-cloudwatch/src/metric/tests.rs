use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::*;

#[test]
fn a_metric_has_what_was_set_and_nothing_else() {
    let bare = Metric::new("name", 1.5);
    assert_eq!(bare.datum(), &MetricDatum::builder().metric_name("name").value(1.5).build());

    let full = bare.dimension("a", "b").timestamp(DateTime::from_secs(7)).unit("Count").storage_resolution(1);
    let expected = MetricDatum::builder()
        .metric_name("name")
        .value(1.5)
        .dimensions(Dimension::builder().name("a").value("b").build())
        .timestamp(DateTime::from_secs(7))
        .unit(StandardUnit::Count)
        .storage_resolution(1)
        .build();
    assert_eq!(full.into_datum(), expected);
}

#[test]
fn a_value_several_with_counts_and_statistics_are_kept_as_they_are() {
    let datum = || MetricDatum::builder().metric_name("m");
    assert_eq!(Metric::values("m", [2.0, 1.0]).datum(), &datum().values(2.0).values(1.0).build());
    let counted = Metric::counted_values("m", [(2.0, 3.0)]);
    assert_eq!(counted.datum(), &datum().values(2.0).counts(3.0).build());
    let set = StatisticSet { sample_count: 1.0, sum: 2.0, minimum: 3.0, maximum: 4.0 };
    let statistics = Metric::statistics("m", set).into_datum().statistic_values.expect("it has them");
    assert_eq!(
        (statistics.sample_count, statistics.sum, statistics.minimum, statistics.maximum),
        (Some(1.0), Some(2.0), Some(3.0), Some(4.0))
    );
}

#[test]
fn dimensions_are_added_from_anything_with_names_and_values() {
    let expected = Metric::new("m", 1).dimension("a", "1").dimension("b", "2");
    let map = BTreeMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())]);
    assert_eq!(Metric::new("m", 1).dimensions(map), expected);
    assert_eq!(Metric::new("m", 1).dimension("a", "1").dimensions([("b", "2")]), expected);
}

#[test]
fn a_timestamp_is_filled_in_once_and_a_given_one_stays() {
    let at = DateTime::from_secs;
    let mut metric = Metric::new("m", 1);
    metric.or_timestamp(|| at(1));
    metric.or_timestamp(|| at(2));
    assert_eq!(metric, Metric::new("m", 1).timestamp(at(1)));
    let system = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
    assert_eq!(
        Metric::new("m", 1).timestamp(system).datum().timestamp(),
        Some(&DateTime::from_millis(1_500))
    );
}

#[test]
fn memory_is_charged_for_everything_that_a_metric_holds() {
    let mut name = String::with_capacity(1_000);
    name.push('m');
    let metric =
        Metric::counted_values(name, vec![(1.0, 1.0); 100]).dimension("n".repeat(50), "v".repeat(60));
    let held = 1_000 + 2 * 100 * 8 + size_of::<Dimension>() + 50 + 60;
    assert!((held..held + 1_000).contains(&metric.heap_bytes()), "{}", metric.heap_bytes());
    assert_eq!(Metric::new("", 1).heap_bytes(), 0);
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
        for words in ["Temperature", "Station", "Percent"] {
            assert!(shown.contains(words), "{shown}\ndoes not contain\n{words}");
        }
        assert!(!shown.contains('7') && !shown.contains("secret"), "{shown}");
    }
    let shown = format!("{:?}", Metric::values("m", [1.0, 2.0, 3.0]));
    assert!(shown.contains("values: 3, counts: 0"), "{shown}");
}
