//! What the writer is told of a metric and of a namespace, and which client it sends with.

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
use batch_core::{Batch, Service, Verdicts};
use batch_local::LocalServer;
use batch_smithy::known;

use super::{CloudWatch, own_copy};
use crate::{Compression, DateTime, Metric, body};

mod merging;
mod options;

pub(super) fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

fn now() -> DateTime {
    DateTime::from_secs(1_800_000_000)
}

fn cloudwatch() -> CloudWatch {
    CloudWatch::with_clock(client(), "Weather".into(), now)
}

fn prepare(metric: &mut Metric) {
    cloudwatch().prepare(metric).expect("nothing is missing");
}

#[test]
fn a_metric_has_neither_lane_nor_identity_and_is_counted_as_it_is_sent() {
    let metric = Metric::new("Temperature", 21.5).dimension("Station", "10637");
    let cloudwatch = cloudwatch();
    let found = cloudwatch.measure(&metric).expect("it is valid");
    assert_eq!((found.lane, found.identity), (None, None));
    assert_eq!(found.request_bytes, body::datum_bytes(&metric));
    assert_eq!((found.entry_bytes, found.heap_bytes), (found.request_bytes, metric.heap_bytes()));
}

#[test]
fn a_metric_without_a_timestamp_gets_that_of_its_submission_and_keeps_it() {
    let mut metric = Metric::new("Temperature", 21.5);
    prepare(&mut metric);
    assert_eq!(metric.get_timestamp(), Some(now()));

    let given = Metric::new("Temperature", 21.5).timestamp(DateTime::from_secs(1_799_999_000));
    for given in [given, metric] {
        let mut prepared = given.clone();
        prepare(&mut prepared);
        assert_eq!(prepared, given);
    }
}

#[test]
fn a_timestamp_is_compared_with_the_time_of_its_submission() {
    let at =
        |seconds| Metric::new("Temperature", 21.5).timestamp(DateTime::from_secs(now().secs() + seconds));
    for (seconds, taken) in [(-1_209_600, true), (-1_209_601, false), (7_200, true), (7_201, false)] {
        let mut metric = at(seconds);
        assert_eq!(cloudwatch().prepare(&mut metric).is_ok(), taken, "{seconds}");
        assert_eq!(metric, at(seconds));
    }
}

#[test]
fn only_the_retries_of_the_client_are_replaced() {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(4))
        .build();
    let streams = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(5)).build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .timeout_config(timeouts.clone())
        .stalled_stream_protection(streams.clone())
        .disable_request_compression(true)
        .request_min_compression_size_bytes(77)
        .retry_config(RetryConfig::adaptive().with_max_attempts(9));
    let copy = own_copy(&Client::from_conf(config.build()), Compression::Client).0;
    assert_eq!(copy.config().timeout_config(), Some(&timeouts));
    assert_eq!(format!("{:?}", copy.config().stalled_stream_protection()), format!("{:?}", Some(&streams)));
    assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(copy.config().disable_request_compression(), Some(true));
    assert_eq!(copy.config().request_min_compression_size_bytes(), Some(77));
    assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
}

#[test]
fn what_the_user_left_open_stays_open() {
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).build();
    let copy = own_copy(&Client::from_conf(config), Compression::Client).0;
    assert_eq!(copy.config().timeout_config(), None, "the defaults of the client apply");
    assert!(copy.config().stalled_stream_protection().is_none());
    assert_eq!(copy.config().disable_request_compression(), None);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_sdk_would_write_otherwise_is_written_by_the_sdk() {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let mut cloudwatch = CloudWatch::new(client, "Weather");
    assert!(cloudwatch.known.is_some());
    cloudwatch.known = known!(&(), "SerializerOfAnotherRelease");
    let batch = Batch::of([Metric::new("Temperature", 21.5)]);
    assert!(cloudwatch.put_directly(&batch).await.is_none());
    assert_eq!(server.requests().count("PutMetricData"), 0, "nothing was sent");
    assert!(matches!(cloudwatch.send(&batch).await, Ok(Verdicts::AllAccepted(_))));
    let accepted = server.cloudwatch().accepted("Weather");
    assert_eq!(accepted.iter().map(|datum| &*datum.metric_name).collect::<Vec<_>>(), ["Temperature"]);
}
