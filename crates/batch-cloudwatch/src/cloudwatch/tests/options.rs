//! Which options of a namespace and settings of a writer are accepted, and what they change.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Intercept};
use batch_core::{ConfigError, Order, Service, Settings};

use super::{client, cloudwatch};
use crate::{CloudWatch, CloudWatchWriter, Compression, Merge, Namespace};

/// Checks whether a writer to it is built with these settings, or the error says these words.
#[track_caller]
fn check_with(cloudwatch: CloudWatch, settings: Settings, expected: Result<(), &[&str]>) {
    match (CloudWatchWriter::builder(cloudwatch).settings(settings).build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[track_caller]
fn check(cloudwatch: CloudWatch, expected: Result<(), &[&str]>) {
    check_with(cloudwatch, Settings::new(), expected);
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    check(cloudwatch(), Ok(()));
    check(cloudwatch().compression(Compression::Off), Ok(()));
}

#[test]
fn the_namespace_is_checked() {
    let named = |name: &str| CloudWatch::new(client(), name);
    check(named("AWS/Weather"), Err(&["\"AWS/Weather\" begins with \"AWS/\""]));
    check(named(""), Err(&["the namespace is empty"]));
    check(named(&"n".repeat(256)), Err(&["256", "255"]));
}

#[test]
fn a_namespace_is_given_by_name_in_any_form() {
    for namespace in [Namespace::from("Weather"), "Weather".to_owned().into(), Namespace::new("Weather")] {
        assert_eq!(CloudWatch::new(client(), namespace).destination(), "Weather");
    }
}

#[test]
fn the_settings_are_checked() {
    check_with(cloudwatch(), Settings::new().threshold_entries(1_001), Err(&["1001", "1000"]));
    check_with(cloudwatch(), Settings::new().max_batch_bytes(1_000_001), Err(&["1000001", "1000000"]));
    check_with(cloudwatch(), Settings::new().max_batch_entries(0), Err(&["zero"]));
    let small = CloudWatchWriter::builder(cloudwatch()).settings(Settings::new().max_bytes(40_000));
    let error = small.build().expect_err("one largest metric does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
    check_with(cloudwatch(), Settings::new().max_bytes(50_000), Ok(()));
    check_with(cloudwatch(), Settings::new().order(Order::Strict), Ok(()));
}

#[test]
fn the_error_of_bounded_merging_is_checked() {
    let bounded = |relative_error| cloudwatch().merge(Merge::Bounded { relative_error });
    for relative_error in [0.0001, 0.01, 0.5] {
        check(bounded(relative_error), Ok(()));
    }
    for relative_error in [0.0, -0.01, 0.00009, 0.51, 1.0, f64::INFINITY, f64::NAN] {
        let value = &format!("a relative error of {relative_error} is not supported");
        check(bounded(relative_error), Err(&[value, "from 0.0001 to 0.5"]));
    }
}

#[test]
fn the_fixed_bytes_of_a_request_count_against_its_limit() {
    let limits = cloudwatch().limits().expect("they fit together");
    assert_eq!(limits.overhead_bytes(), 1 + (10 + 1 + 7) + (11 + 3) + 1);
    assert_eq!(limits.payload_bytes(), 1_000_000 - limits.overhead_bytes());
}

/// Does nothing.
#[derive(Debug)]
struct Idle;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Idle {
    fn name(&self) -> &'static str {
        "Idle"
    }
}

#[test]
fn the_compression_chosen_last_holds_and_is_applied_to_the_client_as_it_was_given() {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    let config = config.disable_request_compression(true).interceptor(Idle);
    let fresh = || CloudWatch::new(Client::from_conf(config.clone().build()), "Weather");
    let disabled = |cloudwatch: &CloudWatch| cloudwatch.client.config().disable_request_compression();
    let interceptors = |cloudwatch: &CloudWatch| cloudwatch.client.config().interceptors().count();
    assert_eq!(disabled(&fresh()), Some(true));

    let chosen = fresh().compression(Compression::Gzip);
    assert_eq!(disabled(&chosen), Some(false));
    let chosen = chosen.compression(Compression::Client);
    assert_eq!(disabled(&chosen), Some(true), "the client's own setting is back");
    assert_eq!(interceptors(&chosen), interceptors(&fresh()), "none is there twice");
}

#[test]
fn debug_shows_options_and_no_client() {
    let shown = format!("{:?}", cloudwatch().compression(Compression::Off));
    assert!(shown.contains("Weather") && shown.contains("Off"), "{shown}");
    assert!(!shown.contains("Client"), "{shown}");
    let shown = format!("{:?}", CloudWatchWriter::builder(cloudwatch()).build().expect("it builds"));
    assert!(shown.contains("cloudwatch"), "{shown}");
}
