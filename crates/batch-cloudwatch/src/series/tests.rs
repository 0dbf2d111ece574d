use std::thread;

use super::*;

/// A minute begins at this second.
const MINUTE: i64 = 1_800_000_000;

fn series() -> Series {
    let series = Series::new("Latency").dimension("Path", "/").unit("Milliseconds");
    Series { clock: || DateTime::from_secs(MINUTE + 59), ..series }
}

/// A metric of that series, as it is taken.
fn metric(pairs: impl IntoIterator<Item = (f64, f64)>) -> Metric {
    let metric = Metric::counted_values("Latency", pairs).dimension("Path", "/").unit("Milliseconds");
    metric.timestamp(DateTime::from_secs(MINUTE))
}

#[test]
fn what_was_recorded_is_a_metric_of_the_slot_and_is_taken_once() {
    let series = series();
    assert!(series.take().is_empty());
    for value in [2.0, -1.0, 2.0, 0.0, -0.0] {
        assert_eq!(series.record(value), Ok(()));
    }
    assert_eq!(series.take(), [metric([(-1.0, 1.0), (0.0, 2.0), (2.0, 2.0)])]);
    assert!(series.take().is_empty());
    assert_eq!(series.record_many(3.0, 5), Ok(()));
    assert_eq!(series.take(), [metric([(3.0, 5.0)])]);
}

#[test]
fn a_slot_of_a_high_resolution_is_a_second() {
    let series = series().storage_resolution(1);
    assert_eq!(series.record_many(1.0, 2), Ok(()));
    assert_eq!(series.take()[0].get_timestamp(), Some(DateTime::from_secs(MINUTE + 59)));
}

#[test]
fn a_sample_that_cloudwatch_would_reject_is_not_counted() {
    let series = series();
    for value in [f64::NAN, f64::INFINITY, 1e300, 5e-324] {
        let error = series.record(value).expect_err("it is invalid");
        assert_eq!(error.to_string(), "the value is invalid");
        assert!(error.source().is_some_and(|reason| reason.to_string().starts_with("the value is ")));
    }
    assert_eq!(series.record_many(1.0, 0), Ok(()));
    assert!(series.take().is_empty());
    // Nor where others were counted, whatever its bits are.
    assert_eq!(series.record_many(1.0, 2), Ok(()));
    for count in [0, 1] {
        assert!(series.record_many(f64::from_bits(u64::MAX), count).is_err());
    }
    assert_eq!(series.take(), [metric([(1.0, 2.0)])]);
}

#[test]
fn a_full_series_says_so_and_still_counts_what_it_knows() {
    let series = series();
    (0..9_600).for_each(|value| assert_eq!(series.record(f64::from(value)), Ok(())));
    let error = series.record(0.5).expect_err("it is full");
    assert!(error.to_string().contains("holds 9600 distinct values"), "{error}");
    assert_eq!(series.record(7.0), Ok(()));
    assert_eq!(series.take().len(), 64);
    assert_eq!(series.record(0.5), Ok(()));
}

#[test]
fn no_sample_of_several_threads_is_lost_while_others_take() {
    let series = series();
    let samples = |metrics: Vec<Metric>| {
        let counts = metrics.iter().map(|metric| match metric.value() {
            crate::MetricValue::Values { counts: Some(counts), .. } => counts.iter().sum(),
            _ => 1.0,
        });
        counts.sum::<f64>()
    };
    let taken = thread::scope(|scope| {
        let recording = [0, 1, 2].map(|thread| {
            let series = &series;
            scope.spawn(move || {
                (0..1_000).for_each(|n| assert_eq!(series.record(f64::from(n % 7 + thread)), Ok(())));
            })
        });
        let mut taken = 0.0;
        while !recording.iter().all(thread::ScopedJoinHandle::is_finished) {
            taken += samples(series.take());
        }
        taken
    });
    assert_eq!(taken + samples(series.take()), 3_000.0);
}

#[test]
fn debug_shows_names_and_no_sample() {
    let series = series();
    assert_eq!(series.record(77.5), Ok(()));
    let shown = format!("{series:?}");
    assert!(shown.contains("Latency") && shown.contains("Path") && !shown.contains("77"), "{shown}");
}
