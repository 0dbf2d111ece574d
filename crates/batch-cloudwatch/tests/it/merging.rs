//! Merged and unmerged, read back from the strict local server: the same series, slots, values and
//! statistics.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use batch_cloudwatch::{
    CloudWatch, CloudWatchWriter, DateTime, Merge, Metric, MetricValue, Settings, StatisticSet,
};
use batch_local::{LocalServer, StoredDatum};
use batchwright_kit::{Canned, pass};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::requests::error;
use crate::support::{client, submit, wall};

fn merging_writer(server: &LocalServer, settings: Settings) -> CloudWatchWriter {
    let namespace = CloudWatch::new(client(server.http_client()), "Weather").merge(Merge::Lossless);
    CloudWatchWriter::builder(namespace).settings(settings).build().unwrap()
}

/// The second at which a minute begins that lies some minutes back.
fn minute() -> i64 {
    DateTime::from(wall()).secs() / 60 * 60 - 600
}

/// What a series and a slot are known by: name, dimensions, unit, resolution, start.
type Slot = (String, Vec<(String, String)>, Option<String>, u32, u64);

/// How often each value occurred, by its bits, and the statistics of values that are not known.
#[derive(Debug, Default)]
struct Content {
    values: BTreeMap<u64, f64>,
    sets: Option<StatisticSet>,
}

impl Content {
    fn add(&mut self, datum: &StoredDatum) {
        let mut count = |value: f64, count: f64| {
            *self.values.entry((value + 0.0).to_bits()).or_default() += count;
        };
        datum.value.into_iter().for_each(|value| count(value, 1.0));
        datum.values.iter().for_each(|&(value, times)| count(value, times));
        match datum.statistic_values {
            Some(set) if set.minimum == set.maximum && set.sum == set.minimum * set.sample_count => {
                count(set.minimum, set.sample_count);
            }
            Some(set) => {
                let none = f64::INFINITY;
                let none = StatisticSet { sample_count: 0.0, sum: 0.0, minimum: none, maximum: -none };
                let known = self.sets.unwrap_or(none);
                self.sets = Some(StatisticSet {
                    sample_count: known.sample_count + set.sample_count,
                    sum: known.sum + set.sum,
                    minimum: known.minimum.min(set.minimum),
                    maximum: known.maximum.max(set.maximum),
                });
            }
            None => {}
        }
    }
}

/// What the server has of each series in each slot.
fn contents(server: &LocalServer) -> BTreeMap<Slot, Content> {
    let mut contents: BTreeMap<Slot, Content> = BTreeMap::new();
    for datum in server.cloudwatch().accepted("Weather") {
        let mut dimensions = datum.dimensions.clone();
        dimensions.sort();
        let period = u64::from(datum.storage_resolution) * 1_000;
        let start = datum.timestamp_millis / period * period;
        let slot =
            (datum.metric_name.clone(), dimensions, datum.unit.clone(), datum.storage_resolution, start);
        contents.entry(slot).or_default().add(&datum);
    }
    contents
}

/// Metrics of few series, in few slots.
fn any_metric(start: i64) -> impl Strategy<Value = Metric> {
    let edges = [0.0, -0.0, 1.0, -1.0, 0.1, 2_f64.powi(360), -2_f64.powi(360), 2_f64.powi(-360), 1e-100];
    let value = || {
        prop_oneof![
            2 => select(edges.to_vec()),
            3 => (0..8_i32).prop_map(f64::from),
            1 => (0..400_i32).prop_map(|value| f64::from(value) / 8.0),
        ]
    };
    let count = || select(vec![1.0, 2.0, 0.5, 0.1, 2_f64.powi(53), 2_f64.powi(53) - 1.0]);
    let small = || (-9..9_i32).prop_map(f64::from);
    let metric = prop_oneof![
        8 => value().prop_map(|value| Metric::new("m", value)),
        1 => vec(value(), 1..150).prop_map(|values| Metric::values("m", values)),
        1 => vec((value(), count()), 1..20).prop_map(|pairs| Metric::counted_values("m", pairs)),
        2 => (small(), 0..9_i32, 1..9_i32, 0..9_i32).prop_map(|(minimum, more, samples, high)| {
            // Some of the samples are the maximum, the others the minimum.
            let (maximum, sample_count) = (minimum + f64::from(more), f64::from(samples));
            let sum = minimum * sample_count + f64::from(more * high.min(samples));
            let set = StatisticSet { sample_count, sum, minimum, maximum };
            Metric::statistics("m", set)
        }),
    ];
    let dimensions = select(vec![
        vec![],
        vec![("a", "1"), ("b", "2")],
        vec![("b", "2"), ("a", "1")],
        vec![("a", "2"), ("b", "1")],
    ]);
    // The server rounds timestamps to milliseconds, which must not take one into the next second.
    let time = (0..3_i64, 0..60_i64, (0..1_000_u32).prop_map(|millis| millis * 1_000_000));
    let rest = (of(select(vec!["Count", "None"])), of(select(vec![1, 60])), time);
    (metric, dimensions, rest).prop_map(move |(metric, dimensions, (unit, resolution, time))| {
        let (slot, second, nanos) = time;
        let metric = metric.dimensions(dimensions);
        let metric = metric.timestamp(DateTime::from_secs_and_nanos(start + 60 * slot + second / 20, nanos));
        let metric = unit.into_iter().fold(metric, Metric::unit);
        resolution.into_iter().fold(metric, Metric::storage_resolution)
    })
}

/// Whether two sums of so many numbers differ by no more than rounding does.
fn is_near(one: f64, other: f64, numbers: usize) -> bool {
    (one - other).abs() <= one.abs().max(other.abs()) * f64::EPSILON * numbers as f64
}

#[test]
fn what_is_merged_says_the_same_as_what_is_not() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let start = minute();
    // Each case has some forty series; `cargo xtask conformance` compares ten thousand.
    proptest!(ProptestConfig::with_cases(16), |(metrics in vec(any_metric(start), 1..400))| {
        let (merged, plain) = (LocalServer::new(), LocalServer::new());
        let (accepted, stats) = runtime.block_on(async {
            let writer = merging_writer(&merged, Settings::new());
            submit(&writer, metrics.clone()).await;
            assert!(writer.flush().await.is_empty());
            let plain = CloudWatch::new(client(plain.http_client()), "Weather");
            let plain = CloudWatchWriter::builder(plain).build().unwrap();
            submit(&plain, metrics.clone()).await;
            assert!(plain.flush().await.is_empty());
            (metrics.len() as u64, writer.stats())
        });
        prop_assert_eq!((stats.accepted, stats.delivered + stats.merged), (accepted, accepted));
        prop_assert_eq!(merged.cloudwatch().accepted_count("Weather"), stats.delivered);
        let (merged, plain) = (contents(&merged), contents(&plain));
        prop_assert_eq!(merged.keys().collect::<Vec<_>>(), plain.keys().collect::<Vec<_>>());
        for (slot, content) in &merged {
            let expected = &plain[slot];
            prop_assert_eq!(content.values.keys().collect::<Vec<_>>(), expected.values.keys().collect::<Vec<_>>());
            for (bits, count) in &content.values {
                let other = expected.values[bits];
                prop_assert!(is_near(*count, other, metrics.len()), "{:?}: {} {}", slot, count, other);
            }
            match (content.sets, expected.sets) {
                (Some(one), Some(other)) => {
                    let edges = |set: StatisticSet| (set.minimum, set.maximum, set.sample_count);
                    prop_assert_eq!(edges(one), edges(other));
                    prop_assert!((one.sum - other.sum).abs() < 1e-9, "{:?}: {:?} {:?}", slot, one, other);
                }
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    });
}

/// 2,000 series, sampled once a second in one slot of a minute, with so many distinct values each, by a writer that
/// holds 2,000 entries: the requests.
async fn requests_of_a_minute(distinct: u16) -> u64 {
    let server = LocalServer::new();
    let writer = merging_writer(&server, Settings::new().max_entries(2_000));
    let start = minute();
    for second in 0..60 {
        for series in 0..2_000 {
            let metric = Metric::new("Latency", series + second % distinct).unit("Milliseconds");
            let at = DateTime::from_secs(start + i64::from(second));
            writer.submit(metric.dimension("Path", series.to_string()).timestamp(at)).await.unwrap();
        }
        pass(Duration::from_secs(1)).await;
    }
    let stats = writer.stats();
    // 16 bytes a distinct value, and the rest of an entry.
    assert!(stats.inside == 2_000 && stats.bytes < 2_000 * 2_400, "{stats:?}");
    assert!(writer.flush().await.is_empty());
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.delivered, stats.merged), (120_000, 2_000, 118_000));
    let datums = server.cloudwatch().accepted("Weather");
    assert_eq!(datums.len(), 2_000);
    for datum in datums {
        // Each value as often as it was submitted, from which every statistic follows.
        let first: u16 = datum.dimensions[0].1.parse().unwrap();
        let occurred = |value| (0..60).filter(|second| second % distinct == value).count() as f64;
        let expected = (0..distinct).map(|value| (f64::from(first + value), occurred(value)));
        assert_eq!(datum.values, expected.collect::<Vec<_>>());
        assert_eq!(datum.timestamp_millis, start as u64 * 1_000);
    }
    let billed = writer.service().usage().requests;
    assert_eq!((billed.sent, billed.single), (server.requests().count("PutMetricData"), 120_000));
    billed.sent
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_2_000_series_is_2_000_datums_in_2_or_3_requests() {
    assert_eq!(requests_of_a_minute(49).await, 2);
    assert_eq!(requests_of_a_minute(60).await, 3);
}

#[tokio::test(start_paused = true)]
async fn by_default_a_series_is_two_datums_a_minute_wherever_in_it_the_wait_begins() {
    let server = LocalServer::new();
    let writer = merging_writer(&server, Settings::new());
    let start = minute();
    for second in 0..300_i32 {
        let at = DateTime::from_secs(start + 30 + i64::from(second));
        let metric =
            |series: u8| Metric::new("m", second).dimension("Path", series.to_string()).timestamp(at);
        submit(&writer, (0..3).map(metric)).await;
        pass(Duration::from_secs(1)).await;
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.requests().count("PutMetricData"), 5);
    let mut datums: BTreeMap<(String, i64), usize> = BTreeMap::new();
    for datum in server.cloudwatch().accepted("Weather") {
        let slot = datum.timestamp_millis as i64 / 1_000 - start;
        *datums.entry((datum.dimensions[0].1.clone(), slot)).or_default() += 1;
    }
    assert_eq!(datums.len(), 3 * 6);
    for ((_, slot), datums) in datums {
        assert_eq!(datums, if slot == 0 || slot == 300 { 1 } else { 2 }, "{slot}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_10_000_latencies_with_400_distinct_values_is_3_datums() {
    let server = LocalServer::new();
    let writer = merging_writer(&server, Settings::new());
    let at = DateTime::from_secs(minute());
    submit(&writer, (0..10_000).map(|n| Metric::new("Latency", n * 7 % 400).timestamp(at))).await;
    assert!(writer.flush().await.is_empty());
    let datums = server.cloudwatch().accepted("Weather");
    assert_eq!(datums.iter().map(|datum| datum.values.len()).collect::<Vec<_>>(), [150, 150, 100]);
    assert!(datums.iter().flat_map(|datum| &datum.values).all(|&(_, count)| count == 25.0));
}

#[tokio::test(start_paused = true)]
async fn the_server_computes_the_same_statistics_of_what_was_merged() {
    let server = LocalServer::new();
    let writer = merging_writer(&server, Settings::new());
    let start = minute();
    let metric =
        |n: i32| Metric::new("Temperature", n).timestamp(DateTime::from_secs(start + i64::from(n) / 2));
    submit(&writer, (1..=100).map(metric)).await;
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.cloudwatch().accepted_count("Weather"), 1);
    let statistics = [Statistic::Sum, Statistic::SampleCount, Statistic::Minimum, Statistic::Maximum];
    let read = client(server.http_client())
        .get_metric_statistics()
        .namespace("Weather")
        .metric_name("Temperature")
        .set_dimensions(None::<Vec<Dimension>>)
        .start_time(DateTime::from_secs(start))
        .end_time(DateTime::from_secs(start + 60))
        .period(60)
        .set_statistics(Some(statistics.into()));
    let read = read.send().await.unwrap();
    let [point] = read.datapoints() else { panic!("{read:?}") };
    assert_eq!((point.sum(), point.sample_count()), (Some(5_050.0), Some(100.0)));
    assert_eq!((point.minimum(), point.maximum()), (Some(1.0), Some(100.0)));
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_back_is_the_merged_metric_and_is_merged_again() {
    let http = Canned::script([error(403, "AccessDenied"), error(403, "AccessDenied")]);
    let namespace = CloudWatch::new(client(http), "Weather").merge(Merge::Lossless);
    let writer = CloudWatchWriter::builder(namespace).build().unwrap();
    let at = DateTime::from_secs(minute());
    let metric = |value: f64| Metric::new("m", value).timestamp(at);
    submit(&writer, [metric(2.0), metric(1.0), metric(2.0)]).await;
    let back = writer.flush().await.remove(0).entry;
    assert_eq!(back, Metric::counted_values("m", [(1.0, 1.0), (2.0, 2.0)]).timestamp(at));
    submit(&writer, [back, metric(0.5)]).await;
    let back = writer.flush().await.remove(0).entry;
    let MetricValue::Values { values, counts: Some(counts), .. } = back.value() else { panic!("{back:?}") };
    assert_eq!((values, counts), (&[0.5, 1.0, 2.0][..], &[1.0, 1.0, 2.0][..]));
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.merged, stats.handed_back), (5, 3, 2));
}
