use std::time::Duration;

use aws_sdk_sqs::config::BehaviorVersion;
use aws_sdk_sqs::{Client, Config};
use batch_core::{ConfigError, Service, Settings};

use super::SqsWriterBuilder;
use crate::{Queue, SqsWriter};

fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

fn standard() -> SqsWriterBuilder {
    SqsWriter::builder(client(), Queue::name("orders"))
}

fn fifo() -> SqsWriterBuilder {
    SqsWriter::builder(client(), Queue::name("orders.fifo"))
}

/// Checks whether it builds, or says these words.
#[track_caller]
fn check(builder: SqsWriterBuilder, expected: Result<(), &[&str]>) {
    match (builder.build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
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
        Err(&["a default group is for FIFO queues", "orders is a standard queue"]),
    );
    check(
        standard().content_based_deduplication(true),
        Err(&["content-based deduplication is for FIFO queues"]),
    );
    check(standard().content_based_deduplication(false), Ok(()));
    check(fifo().default_group("g").content_based_deduplication(true), Ok(()));
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
    check(fifo().settings(settings(3_600_000, 10_000)), Ok(()));
    check(fifo().settings(settings(300_000, 299_999)), Ok(()));
    check(
        fifo().settings(settings(300_000, 300_000)),
        Err(&["Settings::attempt_timeout is 300s", "remembers an entry is 300s", "OnAmbiguous::HandBack"]),
    );
    check(fifo().settings(settings(300_000, 300_000).on_ambiguous(crate::OnAmbiguous::HandBack)), Ok(()));
    check(standard().settings(settings(3_600_000, 600_000)), Ok(()));
    let remembered = |writer: SqsWriterBuilder| writer.build().expect("it builds").service().remembers_for();
    assert_eq!(remembered(fifo()), Some(Duration::from_secs(300)));
    assert_eq!(remembered(standard()), None);
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
    check(SqsWriter::builder(client(), Queue::name("no queue")), Err(&["' '"]));
    check(SqsWriter::builder(client(), Queue::url("orders")), Err(&["no queue URL"]));
}

#[test]
fn the_settings_are_checked() {
    check(standard().settings(Settings::new().threshold_entries(11)), Err(&["11", "10"]));
    check(standard().settings(Settings::new().max_batch_entries(0)), Err(&["zero"]));
    let error = standard()
        .settings(Settings::new().max_bytes(1_048_576))
        .build()
        .expect_err("one message does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn debug_shows_settings_and_no_client() {
    let shown = format!("{:?}", fifo().default_group("g"));
    assert!(shown.contains("orders.fifo") && shown.contains("default_group"), "{shown}");
    assert!(!shown.contains("Client"), "{shown}");
    let shown = format!("{:?}", standard().build().expect("it builds"));
    assert!(shown.contains("sqs"), "{shown}");
}
