//! The strict local server in place of the service: what the writer takes, the server takes.

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use batch_cloudwatch::{Cause, DateTime, Metric, StandardUnit, StatisticSet};
use batch_core::Service;
use batch_local::LocalServer;
use batchwright_kit::{check_sums, codes, pass, shown};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{client, gathering_writer, metrics, send, submit, wall, writer};

fn served() -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client(server.http_client());
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn everything_of_a_metric_arrives() {
    let (server, _) = served();
    let writer = writer(server.http_client());
    let at = DateTime::from_secs(DateTime::from(wall()).secs() - 60);
    let set = StatisticSet { sample_count: 2.0, sum: 5.0, minimum: 2.0, maximum: 3.0 };
    let named = |metric: Metric| metric.dimension("Host", "a").dimension("Zone", "1").timestamp(at);
    let all = [
        named(Metric::new("value", -0.1).unit(StandardUnit::MegabytesSecond).storage_resolution(1)),
        named(Metric::counted_values("values", [(1.5, 2.0), (2.5, 0.5)])),
        named(Metric::statistics("statistics", set)),
    ];
    submit(&writer, all).await;
    assert!(writer.flush().await.is_empty());

    let stored = server.cloudwatch().accepted("Weather");
    assert_eq!(stored.len(), 3);
    for datum in &stored {
        let dimensions = [("Host", "a"), ("Zone", "1")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(datum.dimensions, dimensions);
        assert_eq!(datum.timestamp_millis, at.to_millis().unwrap() as u64);
    }
    let by_name = |name| stored.iter().find(|datum| datum.metric_name == name).unwrap();
    let value = by_name("value");
    assert_eq!((value.value, value.storage_resolution), (Some(-0.1), 1));
    assert_eq!(value.unit.as_deref(), Some("Megabytes/Second"));
    assert_eq!(by_name("values").values, [(1.5, 2.0), (2.5, 0.5)]);
    let found = by_name("statistics").statistic_values.unwrap();
    assert_eq!((found.sample_count, found.sum, found.minimum, found.maximum), (2.0, 5.0, 2.0, 3.0));
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_can_be_read_back_as_statistics() {
    let (server, client) = served();
    let writer = writer(server.http_client());
    let at = wall() - Duration::from_secs(3_600);
    submit(&writer, (1..=100).map(|n| metric(n).timestamp(at))).await;
    assert!(writer.flush().await.is_empty());

    let statistics = [Statistic::Sum, Statistic::SampleCount, Statistic::Minimum, Statistic::Maximum];
    let read = client
        .get_metric_statistics()
        .namespace("Weather")
        .metric_name("Temperature")
        .dimensions(Dimension::builder().name("Station").value("10637").build())
        .start_time((at - Duration::from_secs(60)).into())
        .end_time((at + Duration::from_secs(60)).into())
        .period(60)
        .set_statistics(Some(statistics.into()));
    let read = read.send().await.unwrap();
    let [point] = read.datapoints() else { panic!("{read:?}") };
    assert_eq!((point.sum(), point.sample_count()), (Some(5_050.0), Some(100.0)));
    assert_eq!((point.minimum(), point.maximum()), (Some(1.0), Some(100.0)));
}

fn metric(value: i32) -> Metric {
    Metric::new("Temperature", value).dimension("Station", "10637")
}

#[tokio::test(start_paused = true)]
async fn batches_are_full_and_counted_as_the_server_counts_them() {
    let (server, _) = served();
    let writer = gathering_writer(server.http_client());
    let pairs = |n: usize| (0..n % 150 + 1).map(|value| (value as f64, 1.0));
    let mut counted = 0;
    for n in 0..1_300 {
        let metric = Metric::counted_values("Latency", pairs(n)).timestamp(wall());
        counted += writer.service().measure(&metric).unwrap().request_bytes;
        writer.submit(metric).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_300, 0);
    let batches = server.cloudwatch().batches("Weather");
    let overhead = writer.service().limits().unwrap().overhead_bytes();
    let bytes: usize = batches.iter().map(|batch| batch.bytes).sum();
    assert_eq!(bytes, counted + batches.len() * overhead);
    assert!(batches.iter().all(|batch| batch.entries <= 1_000 && batch.bytes <= 1_000_000), "{batches:?}");
    assert_eq!(batches.len(), counted.div_ceil(1_000_000 - overhead), "{batches:?}");
    assert_eq!(server.requests().count("PutMetricData"), batches.len() as u64, "none was refused");
}

#[tokio::test(start_paused = true)]
async fn what_a_clock_that_is_two_weeks_late_stamped_comes_back_and_can_be_stamped_anew() {
    let (server, _) = served();
    let writer = writer(server.http_client());
    pass(Duration::from_secs(15 * 24 * 3_600)).await;
    submit(&writer, metrics(20)).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidParameterValue"; 20]);
    assert!(unprocessed.iter().all(|item| matches!(item.cause, Cause::Rejected(_)) && !item.maybe_delivered));
    check_sums(&writer, 0, 20);

    let right = DateTime::from_secs(DateTime::from(wall()).secs() + 15 * 24 * 3_600);
    for item in unprocessed {
        let metric = item.entry.timestamp(right);
        assert!(
            writer.try_submit(metric.clone()).is_err(),
            "nor does the writer believe it while its clock is late"
        );
        let reply = send(&writer, &[metric]).await;
        assert_eq!(shown(&reply), "AllAccepted");
    }
}

/// Metrics at the edges of the rules, of which some are valid.
fn edgy() -> impl Strategy<Value = Metric> {
    let numbers = [
        0.0,
        -0.0,
        1.0,
        0.5,
        -3.0,
        2_f64.powi(360),
        -2_f64.powi(360),
        2.4e108,
        2_f64.powi(-360),
        1e-109,
        f64::NAN,
        f64::INFINITY,
    ];
    let number = || select(numbers.to_vec());
    let name = || {
        select(vec![1, 2, 100, 254, 255, 256]).prop_flat_map(|length| {
            select(vec!['n', '~']).prop_map(move |character| character.to_string().repeat(length))
        })
    };
    let values = (vec((number(), number()), 0..4), select(vec![1, 50, 51]))
        .prop_map(|(pairs, times)| pairs.repeat(times));
    let metric = prop_oneof![
        (name(), number()).prop_map(|(name, value)| Metric::new(name, value)),
        (name(), values).prop_map(|(name, pairs)| Metric::counted_values(name, pairs)),
        (name(), number()).prop_map(|(name, value)| {
            let set = StatisticSet { sample_count: 1.0, sum: value, minimum: value, maximum: value };
            Metric::statistics(name, set)
        }),
    ];
    let text = || select(vec!["a", "b", "c", "d", "e:", " f ", "~", "h", ":", " ", "", "é", "a\n"]);
    let dimensions = (vec((text(), text()), 0..3), select(vec![0, 28, 29, 30])).prop_map(|(odd, more)| {
        let more = (0..more).map(|n| (format!("more {n}"), "v".repeat(1_000 + n)));
        odd.into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain(more)
            .collect::<Vec<_>>()
    });
    let age = select(vec![-7_300_i64, -7_100, 0, 60, 3_600, 1_209_500, 1_209_700]);
    let unit = of(select(vec!["Count", "None", "Bytes/Second", "Celsius", ""]));
    let rest = (age, unit, of(select(vec![0, 1, 60, 61])));
    (metric, dimensions, rest).prop_map(|(metric, dimensions, (age, unit, resolution))| {
        let metric = metric.dimensions(dimensions);
        let metric = metric.timestamp(DateTime::from_secs(DateTime::from(wall()).secs() - age));
        let metric = unit.into_iter().fold(metric, Metric::unit);
        resolution.into_iter().fold(metric, Metric::storage_resolution)
    })
}

#[test]
fn the_writer_takes_a_metric_if_and_only_if_the_server_does() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (server, _) = served();
    let writer = writer(server.http_client());
    proptest!(|(metric in edgy())| {
        let mut metrics = [metric];
        let prepared = writer.service().prepare(&mut metrics[0]);
        let taken = prepared.and_then(|()| writer.service().measure(&metrics[0]));
        let reply = shown(&runtime.block_on(send(&writer, &metrics)));
        let expected = if taken.is_ok() { "AllAccepted" } else { "Split(" };
        prop_assert!(reply.starts_with(expected), "{taken:?}, but {reply}");
    });
}
