use aws_sdk_cloudwatch::config::{BehaviorVersion, Config};
use batch_core::Service;

use super::*;

fn builder(namespace: &str) -> CloudWatchWriterBuilder {
    let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    CloudWatchWriter::builder(client, Namespace::new(namespace))
}

/// Checks whether it builds, or says these words.
#[track_caller]
fn check(builder: CloudWatchWriterBuilder, expected: Result<(), &[&str]>) {
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
    check(builder("Weather"), Ok(()));
    check(builder("Weather").compression(Compression::Off), Ok(()));
}

#[test]
fn the_namespace_is_checked() {
    check(builder("AWS/Weather"), Err(&["\"AWS/Weather\" begins with \"AWS/\""]));
    check(builder(""), Err(&["the namespace is empty"]));
    check(builder(&"n".repeat(256)), Err(&["256", "255"]));
}

#[test]
fn the_settings_are_checked() {
    check(builder("n").settings(Settings::new().threshold_entries(1_001)), Err(&["1001", "1000"]));
    check(builder("n").settings(Settings::new().max_batch_bytes(1_000_001)), Err(&["1000001", "1000000"]));
    check(builder("n").settings(Settings::new().max_batch_entries(0)), Err(&["zero"]));
    let error = builder("n").settings(Settings::new().max_bytes(40_000)).build();
    let error = error.expect_err("one largest metric does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
    check(builder("n").settings(Settings::new().max_bytes(50_000)), Ok(()));
}

#[test]
fn the_fixed_bytes_of_a_request_count_against_its_limit() {
    let limits = builder("Weather").build().expect("it builds").service().limits();
    assert_eq!(limits.overhead_bytes(), 1 + (10 + 1 + 7) + (11 + 3) + 1);
    assert_eq!(limits.payload_bytes(), 1_000_000 - limits.overhead_bytes());
}

#[test]
fn debug_shows_settings_and_no_client() {
    let shown = format!("{:?}", builder("Weather").compression(Compression::Off));
    assert!(shown.contains("Weather") && shown.contains("Off"), "{shown}");
    assert!(!shown.contains("Client"), "{shown}");
    let shown = format!("{:?}", builder("Weather").build().expect("it builds"));
    assert!(shown.contains("cloudwatch"), "{shown}");
}
