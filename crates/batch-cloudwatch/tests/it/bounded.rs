//! `Merge::Bounded`, read back from the strict local server.

use batch_cloudwatch::{CloudWatch, CloudWatchWriter, DateTime, Merge, Metric, MetricValue};
use batch_local::{LocalServer, StoredDatum};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{client, submit, wall};

fn writer(server: &LocalServer, relative_error: f64) -> CloudWatchWriter {
    let namespace = CloudWatch::new(client(server.http_client()), "Weather");
    CloudWatchWriter::builder(namespace.merge(Merge::Bounded { relative_error })).build().unwrap()
}

fn any_value() -> impl Strategy<Value = f64> {
    let edges = [0.0, -0.0, 1.0, 2_f64.powi(360), -2_f64.powi(360), 2_f64.powi(-360), 0.1];
    prop_oneof![
        1 => select(edges.to_vec()),
        8 => (-3.0..9.0_f64).prop_map(f64::exp),
        4 => (-9.0..9.0_f64).prop_map(|exponent| -exponent.exp()),
    ]
}

/// The values of all datums, in their order.
fn values(datums: &[StoredDatum]) -> Vec<f64> {
    let several = datums.iter().flat_map(|datum| &datum.values);
    let several = several.flat_map(|&(value, count)| vec![value; count as usize]);
    let mut values: Vec<_> = datums.iter().filter_map(|datum| datum.value).chain(several).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Sample count, sum, minimum and maximum of all datums.
fn statistics(datums: &[StoredDatum]) -> (f64, f64, f64, f64) {
    let of = |datum: &StoredDatum| match (datum.value, datum.statistic_values) {
        (Some(value), None) => (1.0, value, value, value),
        (None, Some(set)) => (set.sample_count, set.sum, set.minimum, set.maximum),
        _ => panic!("{datum:?}"),
    };
    let all = datums.iter().map(of);
    let both = |one: (f64, f64, f64, f64), other: (f64, f64, f64, f64)| {
        (one.0 + other.0, one.1 + other.1, one.2.min(other.2), one.3.max(other.3))
    };
    all.reduce(both).unwrap()
}

#[test]
fn percentiles_are_within_the_error_and_all_else_is_exact() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let at = DateTime::from(wall());
    proptest!(ProptestConfig::with_cases(32), |(mut samples in vec(any_value(), 1..500), error in select(vec![0.0001, 0.01, 0.05, 0.5]))| {
        let server = LocalServer::new();
        runtime.block_on(async {
            let writer = writer(&server, error);
            submit(&writer, samples.iter().map(|&sample| Metric::new("m", sample).timestamp(at))).await;
            assert!(writer.flush().await.is_empty());
        });
        let datums = server.cloudwatch().accepted("Weather");
        let found = values(&datums);
        samples.sort_unstable_by(f64::total_cmp);
        prop_assert_eq!(found.len(), samples.len());
        // Each of them is a percentile.
        for (found, sample) in found.iter().zip(&samples) {
            prop_assert!((found - sample).abs() <= sample.abs() * error, "{} for {}", found, sample);
        }
        let (count, sum, minimum, maximum) = statistics(&datums);
        let expected = (samples.len() as f64, samples[0] + 0.0, samples[samples.len() - 1] + 0.0);
        prop_assert_eq!((count, minimum + 0.0, maximum + 0.0), expected);
        let magnitude = samples.iter().map(|sample| sample.abs()).sum::<f64>();
        prop_assert!((sum - samples.iter().sum::<f64>()).abs() <= magnitude * 1e-12, "{}", sum);
    });
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_latencies_is_one_datum_and_can_be_handed_back_and_merged_again() {
    let server = LocalServer::new();
    let at = DateTime::from(wall());
    let bounded = writer(&server, 0.05);
    // Ten thousand distinct latencies between 1 ms and 10 s.
    let latency = |n: i32| (f64::from(n) / 10_000.0 * 10_000_f64.ln()).exp();
    submit(&bounded, (0..10_000).map(|n| Metric::new("Latency", latency(n)).timestamp(at))).await;
    assert!(bounded.flush().await.is_empty());
    let datums = server.cloudwatch().accepted("Weather");
    let [datum] = &datums[..] else { panic!("{} datums", datums.len()) };
    assert_eq!(datum.statistic_values.map(|set| set.sample_count), Some(10_000.0));

    let merged = |metric: Metric| async move {
        let http = batchwright_kit::Canned::script([crate::requests::error(403, "AccessDenied")]);
        let namespace =
            CloudWatch::new(client(http), "Weather").merge(Merge::Bounded { relative_error: 0.05 });
        let writer = CloudWatchWriter::builder(namespace).build().unwrap();
        submit(&writer, [metric, Metric::new("m", 100).timestamp(at)]).await;
        writer.flush().await.remove(0).entry
    };
    let once = merged(Metric::new("m", 99).timestamp(at)).await;
    let twice = merged(once.clone()).await;
    let (MetricValue::Values { values: one, .. }, MetricValue::Values { values: two, statistics, .. }) =
        (once.value(), twice.value())
    else {
        panic!("{once:?} {twice:?}")
    };
    assert_eq!(one, two, "values are not moved a second time");
    let statistics = statistics.unwrap();
    assert_eq!((statistics.sample_count, statistics.sum), (3.0, 299.0));
}
