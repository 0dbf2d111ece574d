//! Metrics that the service would refuse, and what they get.

use std::time::Duration;

use batch_cloudwatch::{Metric, StatisticSet, SubmitError};
use batch_core::Service;
use batchwright_kit::{Canned, Response, check_sums, says};

use crate::requests::{PutMetricData, accepted_names, accepting, ok, sizes};
use crate::support::{gathering_writer, metrics, submit, wall, writer};

/// Checks that the metric is refused when it is submitted, comes back as it was, and is not
/// counted.
async fn check_refused(metric: Metric, words: &[&str]) {
    let http = accepting();
    let writer = writer(http.clone());
    let time = metric_time(&metric);
    let metric = metric.timestamp(time);
    let error = writer.submit(metric.clone()).await.unwrap_err();
    says(&error, words);
    let SubmitError::Invalid { entry, .. } = error else { panic!("{error}") };
    assert_eq!(format!("{entry:?}"), format!("{metric:?}"));
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 0, 0);
    assert!(http.requests().is_empty());
}

/// The timestamp that it has, or one that is valid.
fn metric_time(metric: &Metric) -> batch_cloudwatch::DateTime {
    metric.get_timestamp().unwrap_or_else(|| wall().into())
}

#[tokio::test(start_paused = true)]
async fn a_number_that_cloudwatch_does_not_take_is_refused_at_submit() {
    check_refused(Metric::new("m", f64::NAN), &["invalid entry: the value is NaN", "omit it"]).await;
    check_refused(Metric::new("m", f64::INFINITY), &["the value is infinite"]).await;
    check_refused(Metric::new("m", 1e-109), &["closer to 0 than 2^-360", "send 0", "smaller unit"]).await;
    check_refused(Metric::new("m", 1e109), &["outside ±2^360", "larger unit"]).await;
    check_refused(Metric::values("m", [1.0, f64::NAN]), &["the value at position 2 is NaN"]).await;
    check_refused(Metric::counted_values("m", [(1.0, 0.0)]), &["the count at position 1 is not above 0"])
        .await;
    let set = StatisticSet { sample_count: 1.0, sum: 2.0, minimum: 3.0, maximum: 2.0 };
    check_refused(Metric::statistics("m", set), &["the minimum of the statistic set is above its maximum"])
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_metric_three_weeks_old_or_three_hours_ahead_is_refused_at_submit() {
    let at = |time: std::time::SystemTime| Metric::new("m", 1).timestamp(time);
    let three_weeks_ago = wall() - Duration::from_secs(21 * 24 * 60 * 60);
    check_refused(at(three_weeks_ago), &["s in the past, above the limit of 1209600 s (two weeks)"]).await;
    let in_three_hours = wall() + Duration::from_secs(3 * 60 * 60);
    check_refused(at(in_three_hours), &["s in the future, above the limit of 7200 s (two hours)"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_text_that_cloudwatch_does_not_take_is_refused_at_submit() {
    check_refused(Metric::new("", 1), &["the name of the metric is empty"]).await;
    check_refused(
        Metric::new("Wärme", 1),
        &["character 2 of the name of the metric is not allowed", "ASCII"],
    )
    .await;
    check_refused(Metric::new("m", 1).dimension(":Host", "a"), &["begins with a colon"]).await;
    check_refused(Metric::new("m", 1).dimension("Host", " "), &["value of a dimension is empty"]).await;
    check_refused(Metric::new("m", 1).unit("Celsius"), &["CloudWatch does not know the unit"]).await;
    check_refused(Metric::new("m", 1).storage_resolution(5), &["5 s is not supported; set 1"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_31st_dimension_and_a_second_of_one_name_are_refused_at_submit() {
    let many = (0..31).fold(Metric::new("m", 1), |metric, n| metric.dimension(format!("name-{n}"), "x"));
    check_refused(many, &["31 dimensions are above the limit of 30"]).await;
    let twice = Metric::new("m", 1).dimension("Host", "a").dimension("Host", "b");
    check_refused(twice, &["two dimensions have the same name"]).await;
}

#[tokio::test(start_paused = true)]
async fn metrics_1001_are_two_requests() {
    let http = accepting();
    let writer = gathering_writer(http.clone());
    submit(&writer, metrics(1_001)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_001, 0);
    assert_eq!(sizes(&http), [1_000, 1]);
}

/// So many metrics, 256 or more, that together have exactly these bytes on the wire.
fn filling(bytes: usize, count: usize) -> Vec<Metric> {
    let service = writer(accepting());
    // Between 256 and 1,024 characters, each more is a byte more.
    let sized = |characters: usize| {
        let dimensions = [("a", 1_000), ("b", 1_000), ("c", 1_000), ("d", characters)];
        let dimensions = dimensions.map(|(name, length)| (name, "x".repeat(length)));
        Metric::new("metric", 1).dimensions(dimensions).timestamp(wall())
    };
    let others = service.service().measure(&sized(256)).unwrap().request_bytes - 256;
    let each = bytes / count - others;
    let mut metrics = vec![sized(each); count];
    metrics[0] = sized(each + bytes % count);
    metrics
}

#[tokio::test(start_paused = true)]
async fn a_request_of_exactly_the_limit_is_one_and_one_byte_more_makes_two() {
    for (more, requests) in [(0, 1), (1, 2)] {
        let http = accepting();
        let writer = gathering_writer(http.clone());
        let limits = writer.service().limits().unwrap();
        assert_eq!(limits.request_bytes(), 1_000_000);
        submit(&writer, filling(limits.payload_bytes() + more, 280)).await;
        assert!(writer.flush().await.is_empty());
        check_sums(&writer, 280, 0);
        let request = http.requests();
        assert_eq!(request.len(), requests);
        assert_eq!(request[0].plain().len() == 1_000_000, more == 0, "{}", request[0].plain().len());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_over_1_mb_raw_is_never_one_request_though_it_gzips_to_less() {
    let http = accepting();
    let writer = gathering_writer(http.clone());
    let pairs: Vec<_> = (0..150).map(|n| (f64::from(n), 1.0)).collect();
    submit(&writer, (0..500).map(|_| Metric::counted_values("Latency", pairs.clone()))).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 500, 0);
    let request = http.requests();
    let sent: usize = request.iter().map(|request| request.body().len()).sum();
    let plain: usize = request.iter().map(|request| request.plain().len()).sum();
    assert!(sent < 1_000_000 && plain > 1_000_000, "{sent} sent of {plain}");
    assert!(request.iter().all(|request| request.plain().len() <= 1_000_000), "{:?}", sizes(&http));
    assert_eq!(request.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_too_large_all_the_same_is_halved_until_it_fits() {
    let http = Canned::new(|request| match request.plain().len() > 40_000 {
        true => Response::page(413, "<html>"),
        false => ok(),
    });
    let writer = gathering_writer(http.clone());
    submit(&writer, metrics(1_000)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_000, 0);
    assert_eq!(accepted_names(&http).len(), 1_000);
}
