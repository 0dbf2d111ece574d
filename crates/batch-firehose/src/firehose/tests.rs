use std::time::Duration;

use aws_sdk_firehose::config::retry::RetryConfig;
use aws_sdk_firehose::config::timeout::TimeoutConfig;
use aws_sdk_firehose::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_sdk_firehose::{Client, Config};
use batch_core::{Service, Settings};

use super::{Firehose, FirehoseWriter};
use crate::Record;

fn config() -> Builder {
    Config::builder().behavior_version(BehaviorVersion::latest())
}

fn firehose(stream: &str) -> Firehose {
    Firehose::new(Client::from_conf(config().build()), stream)
}

/// Checks that a writer is not built, and says these words.
#[track_caller]
fn check(stream: &str, settings: Settings, words: &[&str]) {
    let built = FirehoseWriter::builder(firehose(stream)).settings(settings).build();
    let error = built.expect_err("it is not built").to_string();
    assert!(words.iter().all(|words| error.contains(words)), "{error}\ndoes not contain {words:?}");
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    let writer = FirehoseWriter::builder(firehose("measurements")).build().expect("nothing is missing");
    let limits = writer.service().limits().expect("they fit together");
    assert_eq!((limits.entries(), limits.request_bytes(), limits.entry_bytes()), (500, 4_194_304, 1_024_000));
}

#[test]
fn stream_and_settings_are_checked() {
    check("no stream", Settings::new(), &["the delivery stream name", "' '"]);
    check("arn:measurements", Settings::new(), &["not the ARN of a delivery stream"]);
    check("measurements", Settings::new().threshold_entries(501), &["501", "500"]);
    check("measurements", Settings::new().max_bytes(1_023_999), &["1023999"]);
}

#[test]
fn a_record_counts_its_data_and_has_no_lane_and_no_identity() {
    let record = Record::new(vec![0xff; 100]);
    let found = firehose("measurements").measure(&record).expect("it is valid");
    assert_eq!((found.entry_bytes, found.request_bytes, found.heap_bytes), (100, 100, 100));
    assert_eq!((found.lane, found.identity), (None, None));
}

#[test]
fn debug_shows_the_stream_and_no_client() {
    let shown = format!("{:?}", firehose("measurements"));
    assert!(shown.contains("measurements") && !shown.contains("Client"), "{shown}");
}

#[test]
fn only_the_retries_of_the_client_are_replaced() {
    let timeouts = TimeoutConfig::builder().read_timeout(Duration::from_secs(2)).build();
    let streams = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(5)).build();
    let config = config()
        .region(Region::new("eu-west-1"))
        .timeout_config(timeouts.clone())
        .stalled_stream_protection(streams.clone())
        .retry_config(RetryConfig::adaptive().with_max_attempts(9));
    let copy = Firehose::new(Client::from_conf(config.build()), "measurements").client;
    assert_eq!(copy.config().timeout_config(), Some(&timeouts));
    assert_eq!(format!("{:?}", copy.config().stalled_stream_protection()), format!("{:?}", Some(&streams)));
    assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
}
