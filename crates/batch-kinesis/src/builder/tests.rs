use aws_sdk_kinesis::config::BehaviorVersion;
use aws_sdk_kinesis::{Client, Config};
use batch_core::{ConfigError, Order, Service, Settings};

use super::KinesisWriterBuilder;
use crate::{KinesisWriter, Stream};

const MIB: usize = 1 << 20;

fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

fn builder() -> KinesisWriterBuilder {
    KinesisWriter::builder(client(), Stream::name("measurements"))
}

/// Checks whether it builds with these limits of a request and of a record, or says these words.
#[track_caller]
fn check(builder: KinesisWriterBuilder, expected: Result<(usize, usize), &[&str]>) {
    match (builder.build(), expected) {
        (Ok(writer), Ok(expected)) => {
            let limits = writer.service().limits();
            assert_eq!((limits.request_bytes(), limits.entry_bytes()), expected);
            assert_eq!(limits.entries(), 500);
        }
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    check(builder(), Ok((5 * MIB, MIB)));
    check(builder().partition_key_from("station"), Ok((5 * MIB, MIB)));
    check(builder().settings(Settings::new().order(Order::Strict)), Ok((5 * MIB, MIB)));
}

#[test]
fn the_largest_record_is_between_the_least_and_the_most_of_streams() {
    check(builder().max_record_bytes(MIB), Ok((5 * MIB, MIB)));
    check(builder().max_record_bytes(10 * MIB), Ok((10 * MIB, 10 * MIB)));
    check(builder().max_record_bytes(MIB - 1), Err(&["1048575", "1048576", "every stream takes"]));
    check(builder().max_record_bytes(0), Err(&["0", "1048576"]));
    check(builder().max_record_bytes(10 * MIB + 1), Err(&["10485761", "10485760"]));
}

#[test]
fn the_largest_request_holds_one_record_and_no_more_than_the_service_takes() {
    check(builder().max_request_bytes(MIB), Ok((MIB, MIB)));
    check(builder().max_request_bytes(10 * MIB), Ok((10 * MIB, MIB)));
    check(builder().max_request_bytes(10 * MIB + 1), Err(&["request", "10485761", "10485760"]));
    check(
        builder().max_request_bytes(MIB - 1),
        Err(&["request", "1048575", "1048576, which one record may have"]),
    );
    check(
        builder().max_record_bytes(8 * MIB).max_request_bytes(6 * MIB),
        Err(&["6291456", "8388608, which one record may have"]),
    );
    check(builder().max_record_bytes(6 * MIB), Ok((6 * MIB, 6 * MIB)));
}

#[test]
fn the_stream_is_checked() {
    check(KinesisWriter::builder(client(), Stream::name("no stream")), Err(&["' '"]));
    check(KinesisWriter::builder(client(), Stream::arn("measurements")), Err(&["no ARN of a stream"]));
}

#[test]
fn the_member_of_partition_keys_has_a_name() {
    check(builder().partition_key_from(""), Err(&["has no name"]));
}

#[test]
fn the_settings_are_checked() {
    check(builder().settings(Settings::new().threshold_entries(501)), Err(&["501", "500"]));
    check(builder().settings(Settings::new().max_batch_entries(0)), Err(&["zero"]));
    let error = builder()
        .settings(Settings::new().max_bytes(1_048_576))
        .build()
        .expect_err("one record does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn debug_shows_settings_and_no_client() {
    let builder = builder().partition_key_from("station");
    let shown = format!("{builder:?}");
    assert!(shown.contains("measurements") && shown.contains("station"), "{shown}");
    assert!(!shown.contains("Client"), "{shown}");
    assert_eq!(format!("{:?}", builder.discover_limits()), shown);
    let shown = format!("{:?}", self::builder().build().expect("it builds"));
    assert!(shown.contains("kinesis"), "{shown}");
}
