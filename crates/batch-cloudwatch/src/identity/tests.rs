use super::*;
use crate::StatisticSet;

/// A day of which each minute begins at a whole number of minutes.
const DAY: i64 = 1_800_000_000;

fn metric() -> Metric {
    Metric::new("Latency", 1).dimension("Shop", "Berlin").dimension("Kind", "Online")
}

fn key(metric: &Metric, slot: i64) -> Vec<u8> {
    let mut metric = metric.clone();
    metric.set_slot(Some(slot));
    metric.key().expect("it is in a slot").as_bytes().to_vec()
}

fn same(one: &Metric, other: &Metric) -> bool {
    key(one, 60) == key(other, 60)
}

#[test]
fn a_series_is_a_name_dimensions_in_any_order_a_unit_and_a_resolution() {
    let other_order = Metric::new("Latency", 7).dimension("Kind", "Online").dimension("Shop", "Berlin");
    for same_series in [
        other_order,
        Metric::values("Latency", [1.0, 2.0]).dimension("Shop", "Berlin").dimension("Kind", "Online"),
        metric().storage_resolution(60),
        metric().timestamp(DateTime::from_secs(7)),
    ] {
        assert!(same(&metric(), &same_series), "{same_series:?}");
    }
    for other in [
        Metric::new("latency", 1).dimension("Shop", "Berlin").dimension("Kind", "Online"),
        Metric::new("Latency", 1).dimension("Shop", "Online").dimension("Kind", "Berlin"),
        Metric::new("Latency", 1).dimension("Shop", "Berlin"),
        Metric::new("Latency", 1).dimension("ShopB", "erlin").dimension("Kind", "Online"),
        metric().dimension("More", "1"),
        metric().unit("Count"),
        metric().unit("None"),
        metric().storage_resolution(1),
    ] {
        assert!(!same(&metric(), &other), "{other:?}");
    }
    assert_ne!(key(&metric(), 60), key(&metric(), 120));
}

#[test]
fn statistics_are_of_another_series_unless_all_values_were_equal() {
    let statistics = |sum| StatisticSet { sample_count: 2.0, sum, minimum: 1.0, maximum: 1.0 };
    let of = |set| Metric::statistics("Latency", set).dimension("Shop", "Berlin").dimension("Kind", "Online");
    assert!(same(&metric(), &of(statistics(2.0))));
    assert!(!same(&metric(), &of(StatisticSet { maximum: 2.0, ..statistics(3.0) })));
}

#[test]
fn a_slot_is_a_minute_or_a_second_and_none_is_older_than_13_days() {
    let now = DateTime::from_secs(DAY);
    let check = |metric: &Metric, age: i64, expected| {
        let timestamp = DateTime::from_secs_and_nanos(DAY - age, 999_999_999);
        assert_eq!(slot(metric, timestamp, now), expected, "{age} s ago");
    };
    let high = metric().storage_resolution(1);
    for (age, minute) in
        [(0, DAY), (1, DAY - 60), (60, DAY - 60), (61, DAY - 120), (-59, DAY), (-60, DAY + 60)]
    {
        check(&metric(), age, Some(minute));
        check(&high, age, Some(DAY - age));
    }
    let oldest = 13 * 24 * 3_600;
    check(&metric(), oldest, Some(DAY - oldest));
    check(&metric(), oldest + 1, None);
}
