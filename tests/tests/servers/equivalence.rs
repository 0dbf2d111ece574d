//! Random series, once merged and once not: CloudWatch must compute the same of both.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::SystemTime;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Merge, Metric, StatisticSet};
use batch_local::{LocalServer, StoredDatum};
use fastrand::Rng;

/// How many series our own server is read back for.
const SERIES: u64 = 10_000;
/// How many a server that others wrote is asked for, one after the other.
const SERIES_ASKED: u64 = 300;
/// Series that are sent together.
const TOGETHER: u64 = 500;

/// Our own server, whose datums can be read back as they were sent: the multisets of values are equal, and
/// so is every percentile.
pub(crate) async fn of_values() {
    for series in (0..SERIES).step_by(TOGETHER as usize).map(|first| first..first + TOGETHER) {
        let (merged, plain) = (LocalServer::new(), LocalServer::new());
        let samples = || series.clone().flat_map(samples);
        submit(&Client::new(&merged.sdk_config()), "Series", Merge::Lossless, samples()).await;
        submit(&Client::new(&plain.sdk_config()), "Series", Merge::Off, samples()).await;
        let (merged, plain) = (merged.cloudwatch().accepted("Series"), plain.cloudwatch().accepted("Series"));
        assert!(merged.len() < plain.len());
        let (merged, plain) = (contents(&merged), contents(&plain));
        assert_eq!(merged.len(), series.clone().count());
        assert_eq!(merged.keys().collect::<Vec<_>>(), plain.keys().collect::<Vec<_>>());
        for (name, content) in &merged {
            assert_eq!(content.values, plain[name].values, "the values of {name}");
            assert_eq!(content.sets, plain[name].sets, "the statistic sets of {name}");
        }
    }
}

/// Another server: the statistics that it computes are the same.
pub(crate) async fn of_statistics(client: Client, namespace: String) {
    let (merged, plain) = (format!("{namespace}-merged"), format!("{namespace}-plain"));
    let samples = || (0..SERIES_ASKED).flat_map(samples);
    submit(&client, &merged, Merge::Lossless, samples()).await;
    submit(&client, &plain, Merge::Off, samples()).await;
    for series in 0..SERIES_ASKED {
        let [one, other] =
            [statistics(&client, &merged, series).await, statistics(&client, &plain, series).await];
        assert!(is_near(&one, &other), "series {series}: {one:?} {other:?}");
    }
}

async fn submit(client: &Client, namespace: &str, merge: Merge, samples: impl Iterator<Item = Metric>) {
    let namespace = CloudWatch::new(client.clone(), namespace).merge(merge);
    let writer = CloudWatchWriter::builder(namespace).build().unwrap();
    for sample in samples {
        writer.submit(sample).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert!(unprocessed.is_empty(), "{unprocessed:?}");
}

/// The samples of a series in one slot.
fn samples(series: u64) -> Vec<Metric> {
    let mut random = Rng::with_seed(series);
    let range = [1, 5, 49, 151, 400][random.usize(..5)];
    let count = random.usize(1..=if range > 49 { 260 } else { 20 });
    let is_of_sets = random.u8(..10) == 0;
    let sample = |_| {
        let metric = if is_of_sets { set(series, &mut random) } else { values(series, &mut random, range) };
        metric.dimension("n", series.to_string()).unit("Bytes").timestamp(at(random.i64(0..60)))
    };
    (0..count).map(sample).collect()
}

fn values(series: u64, random: &mut Rng, range: i32) -> Metric {
    const EDGES: [f64; 6] = [0.0, -0.0, f64::from_bits(1_383 << 52), f64::from_bits(663 << 52), -0.1, 0.1];
    let mut value = || match random.u8(..20) {
        0 => EDGES[random.usize(..EDGES.len())],
        1 => -f64::from(random.i32(0..range)),
        _ => f64::from(random.i32(0..range)) / 8.0,
    };
    let name = name(series);
    let (one, two, three) = (value(), value(), value());
    match random.u8(..10) {
        0 => Metric::values(name, [one, two, three]),
        1 => Metric::counted_values(name, [(one, 2.0), (two, 0.5), (three, 1.0)]),
        2 => {
            Metric::statistics(name, StatisticSet { sample_count: 1.0, sum: one, minimum: one, maximum: one })
        }
        _ => Metric::new(name, one),
    }
}

fn set(series: u64, random: &mut Rng) -> Metric {
    let (minimum, more) = (f64::from(random.i32(-9..9)), f64::from(random.i32(1..9)));
    let set = StatisticSet { sample_count: 2.0, sum: 2.0 * minimum + more, minimum, maximum: minimum + more };
    Metric::statistics(name(series), set)
}

fn name(series: u64) -> String {
    format!("series-{series}")
}

/// A second of the minute that all samples are of.
fn at(second: i64) -> DateTime {
    DateTime::from_secs(minute() + second)
}

#[expect(clippy::disallowed_methods, reason = "servers compare timestamps with the calendar")]
fn minute() -> i64 {
    static MINUTE: OnceLock<i64> = OnceLock::new();
    *MINUTE.get_or_init(|| DateTime::from(SystemTime::now()).secs() / 60 * 60 - 600)
}

/// What a server has of a series.
#[derive(Debug, Default)]
struct Content {
    /// How often each value occurred, by its bits.
    values: BTreeMap<u64, f64>,
    /// Sample count, sum, minimum and maximum of all statistic sets.
    sets: Option<(f64, f64, f64, f64)>,
}

fn contents(datums: &[StoredDatum]) -> BTreeMap<String, Content> {
    let mut contents: BTreeMap<String, Content> = BTreeMap::new();
    for datum in datums {
        assert_eq!(datum.timestamp_millis / 60_000 * 60, minute() as u64);
        let content = contents.entry(datum.metric_name.clone()).or_default();
        let mut count = |value: f64, count: f64| {
            *content.values.entry((value + 0.0).to_bits()).or_default() += count;
        };
        datum.value.into_iter().for_each(|value| count(value, 1.0));
        datum.values.iter().for_each(|&(value, times)| count(value, times));
        match datum.statistic_values {
            Some(set) if set.minimum == set.maximum => count(set.minimum, set.sample_count),
            Some(set) => {
                let (count, sum, least, most) = content.sets.unwrap_or((0.0, 0.0, set.minimum, set.maximum));
                let reach = (least.min(set.minimum), most.max(set.maximum));
                content.sets = Some((count + set.sample_count, sum + set.sum, reach.0, reach.1));
            }
            None => {}
        }
    }
    contents
}

/// Sample count, sum, average, minimum and maximum of a series.
async fn statistics(client: &Client, namespace: &str, series: u64) -> Vec<f64> {
    let all =
        [Statistic::SampleCount, Statistic::Sum, Statistic::Average, Statistic::Minimum, Statistic::Maximum];
    let request = client.get_metric_statistics().namespace(namespace).metric_name(name(series));
    let request = request.dimensions(Dimension::builder().name("n").value(series.to_string()).build());
    let request = request.start_time(at(0)).end_time(at(60)).period(60).set_statistics(Some(all.into()));
    let response = request.send().await.unwrap();
    let [point] = response.datapoints() else { panic!("series {series} of {namespace}: {response:?}") };
    let found = [point.sample_count, point.sum, point.average, point.minimum, point.maximum];
    found.map(|statistic| statistic.unwrap()).into()
}

/// Whether they differ by no more than rounding does, relative to the largest of all.
fn is_near(one: &[f64], other: &[f64]) -> bool {
    let largest = one.iter().chain(other).fold(0.0_f64, |largest, number| largest.max(number.abs()));
    one[0] == other[0] && one.iter().zip(other).all(|(one, other)| (one - other).abs() <= largest * 1e-12)
}
