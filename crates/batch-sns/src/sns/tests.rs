//! What the writer is told of a message and of a topic, and which options it accepts.

use std::time::Duration;

use aws_sdk_sns::config::BehaviorVersion;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::{Client, Config};
use batch_core::{ConfigError, Key, Measure, OnAmbiguous, Quota, Service, Settings};

use super::Sns;
use crate::{Message, SnsWriter};

const STANDARD: &str = "arn:aws:sns:eu-west-1:123456789012:alerts";
const FIFO: &str = "arn:aws:sns:eu-west-1:123456789012:alerts.fifo";

fn sns(topic: &str) -> Sns {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    Sns::new(Client::from_conf(config.retry_config(RetryConfig::adaptive()).build()), topic)
}

fn prepare(sns: &Sns, message: &mut Message) {
    sns.prepare(message).expect("nothing is missing");
}

fn measure<'a>(sns: &Sns, message: &'a Message) -> Measure<'a> {
    sns.measure(message).expect("it is valid")
}

/// Checks whether a writer to it is built with these settings, or the error says these words.
#[track_caller]
fn check_with(sns: Sns, settings: Settings, expected: Result<(), &[&str]>) {
    match (SnsWriter::builder(sns).settings(settings).build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[track_caller]
fn check(sns: Sns, expected: Result<(), &[&str]>) {
    check_with(sns, Settings::new(), expected);
}

#[test]
fn a_standard_message_has_neither_lane_nor_identity() {
    let message = Message::new("body").group("group");
    let found = measure(&sns(STANDARD), &message);
    assert_eq!((found.lane, found.identity), (None, None));
}

#[test]
fn the_quota_of_a_message_is_its_group_where_the_topic_throttles_groups() {
    let message = Message::new("body").group("group");
    assert_eq!(sns(FIFO).quota(&message), None);
    assert_eq!(sns(FIFO).quota_per_group(true).quota(&message), Some(Quota::of("group")));
    check(sns(STANDARD).quota_per_group(true), Err(&["a quota per group requires a FIFO topic"]));
    check(sns(STANDARD).quota_per_group(false), Ok(()));
    check(sns(FIFO).quota_per_group(true), Ok(()));
}

#[test]
fn a_fifo_message_has_its_group_as_lane_and_a_given_deduplication_id_in_its_identity() {
    let given = Message::new("body").group("group").deduplication_id("once");
    let found = measure(&sns(FIFO), &given);
    assert_eq!((found.lane, found.identity), (Some(Key::from("group")), Some(Key::pair("group", "once"))));

    let mut generated = Message::new("body").group("group");
    prepare(&sns(FIFO), &mut generated);
    let found = measure(&sns(FIFO), &generated);
    assert_eq!((found.lane, found.identity), (Some(Key::from("group")), None));
    prepare(&sns(FIFO), &mut generated);
    assert!(measure(&sns(FIFO), &generated).identity.is_some(), "it was submitted before");
}

#[test]
fn only_a_fifo_message_is_filled_in_and_only_where_it_lacks_an_id() {
    let plain = Message::new("body").group("group");
    let mut prepared = plain.clone();
    prepare(&sns(STANDARD), &mut prepared);
    assert_eq!(prepared, plain);
    prepare(&sns(FIFO).content_based_deduplication(true), &mut prepared);
    assert_eq!(prepared, plain, "the topic makes the id");

    let full = plain.clone().deduplication_id("mine");
    let mut prepared = full.clone();
    prepare(&sns(FIFO), &mut prepared);
    assert_eq!(prepared, full);

    let mut prepared = plain;
    prepare(&sns(FIFO), &mut prepared);
    assert!(prepared.get_deduplication_id().is_some());
}

#[test]
fn a_message_is_measured_with_its_memory() {
    let mut body = String::with_capacity(1_000);
    body.push_str("body");
    let message = Message::new(body).attribute("name", "value");
    let found = measure(&sns(STANDARD), &message);
    assert_eq!((found.entry_bytes, found.request_bytes), (4 + 4 + 6 + 5, 4 + 4 + 6 + 5));
    assert_eq!(found.heap_bytes, message.heap_bytes());
    assert!(found.heap_bytes > 1_000);
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    check(sns(STANDARD), Ok(()));
    check(sns(FIFO).content_based_deduplication(true), Ok(()));
}

#[test]
fn content_based_deduplication_is_for_fifo_topics() {
    let words = ["content-based deduplication requires a FIFO topic", "alerts is a standard topic"];
    check(sns(STANDARD).content_based_deduplication(true), Err(&words));
    check(sns(STANDARD).content_based_deduplication(false), Ok(()));
}

#[test]
fn a_fifo_topic_takes_any_deadline_and_timeouts_below_five_minutes() {
    let settings = |deadline, timeout| {
        Settings::new()
            .delivery_deadline(Duration::from_millis(deadline))
            .attempt_timeout(Duration::from_millis(timeout))
    };
    check_with(sns(FIFO), settings(3_600_000, 10_000), Ok(()));
    check_with(sns(FIFO), settings(300_000, 299_999), Ok(()));
    check_with(
        sns(FIFO),
        settings(300_000, 300_000),
        Err(&["Settings::attempt_timeout is 300s", "remembers an entry is 300s"]),
    );
    check_with(sns(FIFO), settings(300_000, 300_000).on_ambiguous(OnAmbiguous::HandBack), Ok(()));
    check_with(sns(STANDARD), settings(3_600_000, 600_000), Ok(()));
    assert_eq!(sns(FIFO).remembers_for(), Some(Duration::from_secs(300)));
    assert_eq!(sns(STANDARD).remembers_for(), None);
}

#[test]
fn an_idle_writer_waits_five_milliseconds_for_company() {
    let shown = format!("{:?}", sns(STANDARD).defaults());
    assert!(shown.contains("Natural { idle: 5ms, longest: 100ms }"), "{shown}");
}

#[test]
fn the_largest_message_is_between_the_least_and_the_most_of_topics_and_limits_requests_too() {
    check(sns(STANDARD).max_message_bytes(1_024), Ok(()));
    check(sns(STANDARD).max_message_bytes(1_048_576), Ok(()));
    check(sns(STANDARD).max_message_bytes(1_023), Err(&["1023", "1024"]));
    check(sns(STANDARD).max_message_bytes(1_048_577), Err(&["1048577", "1048576"]));
    for (sns, bytes) in [(sns(STANDARD), 262_144), (sns(STANDARD).max_message_bytes(500_000), 500_000)] {
        let limits = sns.limits().expect("they are valid");
        assert_eq!(limits, batch_core::LimitPolicy::new(10, bytes, bytes).expect("they are valid"));
    }
}

#[test]
fn the_topic_is_checked() {
    check(sns("alerts"), Err(&["\"alerts\" is not an ARN"]));
    check(sns("arn:aws:sqs:eu-west-1:123456789012:alerts"), Err(&["not the ARN of a topic"]));
}

#[test]
fn the_settings_are_checked() {
    check_with(sns(STANDARD), Settings::new().threshold_entries(11), Err(&["11", "10"]));
    let small = SnsWriter::builder(sns(STANDARD)).settings(Settings::new().max_bytes(262_144));
    let error = small.build().expect_err("one message does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn the_clients_retries_are_off() {
    let retries = sns(STANDARD).client.config().retry_config().cloned();
    assert_eq!(retries, Some(RetryConfig::disabled()));
}

#[test]
fn debug_shows_the_topic_and_no_client() {
    let shown = format!("{:?}", sns(FIFO));
    assert!(shown.contains("alerts.fifo") && !shown.contains("Client"), "{shown}");
}
