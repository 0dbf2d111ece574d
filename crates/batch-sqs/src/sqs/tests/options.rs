//! Which options of a queue and settings of a writer are accepted.

use std::time::Duration;

use batch_core::{ConfigError, OnAmbiguous, Service, Settings};

use super::{client, fifo, standard};
use crate::{Sqs, SqsWriter};

/// Checks whether a writer to it is built with these settings, or the error says these words.
#[track_caller]
fn check_with(sqs: Sqs, settings: Settings, expected: Result<(), &[&str]>) {
    match (SqsWriter::builder(sqs).settings(settings).build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[track_caller]
fn check(sqs: Sqs, expected: Result<(), &[&str]>) {
    check_with(sqs, Settings::new(), expected);
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    check(standard(), Ok(()));
    check(fifo(), Ok(()));
}

#[test]
fn what_is_for_fifo_queues_is_refused_for_standard_queues() {
    check(
        standard().default_group("g"),
        Err(&["a default group requires a FIFO queue", "orders is a standard queue"]),
    );
    check(
        standard().content_based_deduplication(true),
        Err(&["content-based deduplication requires a FIFO queue"]),
    );
    check(standard().content_based_deduplication(false), Ok(()));
    check(standard().quota_per_group(true), Err(&["a quota per group requires a FIFO queue"]));
    check(standard().quota_per_group(false), Ok(()));
    check(fifo().default_group("g").content_based_deduplication(true).quota_per_group(true), Ok(()));
}

#[test]
fn the_default_group_keeps_the_rules_of_groups() {
    check(fifo().default_group("g".repeat(128)), Ok(()));
    check(fifo().default_group("g".repeat(129)), Err(&["the default group: 129 characters", "128"]));
    check(fifo().default_group(""), Err(&["the default group: the group is empty"]));
    check(fifo().default_group("a b"), Err(&["character 2 of the group is not allowed"]));
}

#[test]
fn a_fifo_queue_takes_any_deadline_and_timeouts_below_five_minutes() {
    let settings = |deadline, timeout| {
        Settings::new()
            .delivery_deadline(Duration::from_millis(deadline))
            .attempt_timeout(Duration::from_millis(timeout))
    };
    check_with(fifo(), settings(3_600_000, 10_000), Ok(()));
    check_with(fifo(), settings(300_000, 299_999), Ok(()));
    check_with(
        fifo(),
        settings(300_000, 300_000),
        Err(&["Settings::attempt_timeout is 300s", "remembers an entry is 300s", "OnAmbiguous::HandBack"]),
    );
    check_with(fifo(), settings(300_000, 300_000).on_ambiguous(OnAmbiguous::HandBack), Ok(()));
    check_with(standard(), settings(3_600_000, 600_000), Ok(()));
    assert_eq!(fifo().remembers_for(), Some(Duration::from_secs(300)));
    assert_eq!(standard().remembers_for(), None);
}

#[test]
fn the_largest_message_is_between_the_least_and_the_most_of_queues() {
    check(standard().max_message_bytes(1_024), Ok(()));
    check(standard().max_message_bytes(1_048_576), Ok(()));
    check(standard().max_message_bytes(1_023), Err(&["1023", "1024"]));
    check(standard().max_message_bytes(0), Err(&["0", "1024"]));
    check(standard().max_message_bytes(1_048_577), Err(&["1048577", "1048576"]));
}

#[test]
fn the_queue_is_checked() {
    check(Sqs::new(client(), "no queue"), Err(&["' '"]));
    check(Sqs::new(client(), "ftp://host/1/orders"), Err(&["not a queue URL"]));
    check(Sqs::new(client(), "arn:aws:sns:eu-west-1:123456789012:orders"), Err(&["not the ARN of a queue"]));
}

#[test]
fn the_settings_are_checked() {
    check_with(standard(), Settings::new().threshold_entries(11), Err(&["11", "10"]));
    check_with(standard(), Settings::new().max_batch_entries(0), Err(&["zero"]));
    let small = SqsWriter::builder(standard()).settings(Settings::new().max_bytes(1_048_576));
    let error = small.build().expect_err("one message does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn debug_shows_options_and_no_client() {
    let shown = format!("{:?}", fifo().default_group("g"));
    assert!(shown.contains("orders.fifo") && shown.contains("default_group"), "{shown}");
    assert!(!shown.contains("Client"), "{shown}");
    let shown = format!("{:?}", SqsWriter::builder(standard()).build().expect("it builds"));
    assert!(shown.contains("sqs"), "{shown}");
}
