use std::collections::BTreeMap;
use std::thread;

use metrics::{Key, Label, Metadata, Unit, counter, gauge, histogram, with_local_recorder};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::value::Value;

mod running;

/// A minute begins at this second.
const MINUTE: i64 = 1_800_000_000;

fn recorder() -> Recorder {
    Recorder::with_clock(|| DateTime::from_secs(MINUTE + 30))
}

/// What is recorded of a program.
fn recorded(recorder: &Recorder, program: impl FnOnce()) -> Vec<Metric> {
    with_local_recorder(recorder, program);
    recorder.drain()
}

fn at_start(metric: Metric) -> Metric {
    metric.timestamp(DateTime::from_secs(MINUTE))
}

#[test]
fn every_kind_is_a_metric_of_the_slot_with_its_dimensions_and_unit() {
    let recorder = recorder();
    let found = recorded(&recorder, || {
        metrics::describe_counter!("Orders", Unit::Count, "what was ordered");
        metrics::describe_histogram!("Latency", Unit::Nanoseconds, "how long it took");
        metrics::describe_gauge!("Orders", Unit::Percent, "another metric of that name");
        counter!("Orders", "Shop" => "Berlin").increment(2);
        counter!("Orders", "Shop" => "Berlin").increment(1);
        gauge!("Queued", "Shop" => "Berlin").set(7);
        gauge!("Queued", "Shop" => "Berlin").decrement(2);
        histogram!("Latency").record(2.0);
        histogram!("Latency").record_many(1.0, 3);
    });
    let expected = [
        Metric::new("Orders", 3).dimension("Shop", "Berlin").unit("Count"),
        Metric::new("Queued", 5).dimension("Shop", "Berlin"),
        Metric::counted_values("Latency", [(1.0, 3.0), (2.0, 1.0)]),
    ];
    assert_eq!(found, expected.map(at_start));
    // Only the gauge is what it was.
    assert_eq!(recorder.drain(), [at_start(Metric::new("Queued", 5).dimension("Shop", "Berlin"))]);
}

#[test]
fn what_writers_report_of_themselves_is_not_recorded() {
    let recorder = recorder();
    let found = recorded(&recorder, || {
        counter!("batchwright_entries_accepted_total").increment(1);
        gauge!("batchwright_bytes").set(1);
        histogram!("batchwright_request_bytes").record(1);
    });
    assert!(found.is_empty());
    assert_eq!(recorder.stats(), RecorderStats::default());
}

#[test]
fn slots_below_a_minute_have_a_high_resolution() {
    let recorder = recorder().interval(Duration::from_secs(10));
    let found = recorded(&recorder, || counter!("Orders").increment(1));
    let expected = Metric::new("Orders", 1).storage_resolution(1).timestamp(DateTime::from_secs(MINUTE + 30));
    assert_eq!(found, [expected]);
}

#[test]
fn what_cannot_be_recorded_is_counted_and_the_rest_is_recorded() {
    let recorder = recorder().max_series(3);
    let found = recorded(&recorder, || {
        counter!("Orders", "Shop" => "Köln").increment(1);
        counter!("Bestellungen in Köln").increment(1);
        histogram!("Latency").record(f64::NAN);
        gauge!("Queued").set(f64::INFINITY);
        counter!("one too many").increment(1);
    });
    assert_eq!(found, [at_start(Metric::new("Orders", 1))]);
    let expected = RecorderStats {
        dropped_samples: 2,
        omitted_labels: 1,
        refused_registrations: 2,
        series: 3,
        ..RecorderStats::default()
    };
    assert_eq!(recorder.stats(), expected);
}

#[test]
fn series_that_nobody_uses_are_forgotten_and_come_back() {
    let recorder = recorder();
    let held = with_local_recorder(&recorder, || counter!("held"));
    let dropped = || {
        counter!("dropped").increment(1);
        histogram!("dropped").record(1);
        counter!("absolute").absolute(100);
    };
    assert_eq!(recorded(&recorder, dropped).len(), 3);
    assert_eq!(recorder.stats().series, 4);
    assert!(recorder.drain().is_empty());
    assert_eq!(recorder.stats().series, 2, "of one there is a handle, and one would begin anew");
    held.increment(1);
    let found = recorded(&recorder, || {
        dropped();
        counter!("absolute").absolute(105);
    });
    assert_eq!(found.len(), 4);
    assert!(found.contains(&at_start(Metric::new("absolute", 5))));
    assert!(found.contains(&at_start(Metric::new("held", 1))));
}

#[test]
fn nothing_that_is_recorded_is_shown() {
    let recorder = recorder();
    with_local_recorder(&recorder, || counter!("secret", "secret" => "secret").increment(1));
    assert!(!format!("{recorder:?}").contains("secret"), "{recorder:?}");
}

/// What a thread records: of which series, and how much.
type Recorded = (u8, u8);

const METADATA: Metadata<'static> = Metadata::new("tests", metrics::Level::INFO, None);

fn record(recorder: &Recorder, (series, amount): Recorded) {
    use metrics::Recorder as _;

    let key = Key::from_parts("m", vec![Label::new("series", (series % 5).to_string())]);
    match series % 2 {
        0 => recorder.register_counter(&key, &METADATA).increment(u64::from(amount)),
        _ => recorder.register_histogram(&key, &METADATA).record(f64::from(amount)),
    }
}

/// The sum of each series.
fn sums(metrics: &[Metric]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for metric in metrics {
        let sum = match metric.raw_value() {
            Value::One(value) => *value,
            value => crate::statistics::of(value).expect("its counts are exact").sum,
        };
        let series = metric.get_dimensions().map(|(_, series)| series).collect();
        *sums.entry(series).or_default() += sum;
    }
    sums.retain(|_, sum| *sum != 0.0);
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_slots_together_have_what_several_threads_recorded(
        threads in vec(vec(any::<Recorded>(), 0..60), 1..5), drains in 0..20_usize
    ) {
        let recorder = recorder();
        let mut found = Vec::new();
        thread::scope(|scope| {
            for all in &threads {
                let recorder = &recorder;
                scope.spawn(move || all.iter().for_each(|&recorded| record(recorder, recorded)));
            }
            (0..drains).for_each(|_| found.extend(recorder.drain()));
        });
        found.extend(recorder.drain());
        let mut expected = BTreeMap::new();
        for &(series, amount) in threads.iter().flatten() {
            *expected.entry((series % 5).to_string()).or_default() += f64::from(amount);
        }
        expected.retain(|_, sum: &mut f64| *sum != 0.0);
        prop_assert_eq!(sums(&found), expected);
        prop_assert!(recorder.drain().is_empty());
        prop_assert_eq!(recorder.stats().series, 0);
    }
}
