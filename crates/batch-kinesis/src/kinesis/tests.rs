use std::time::Duration;

use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_kinesis::{Client, Config};
use batch_core::{ConfigError, Invalid, Key, Measure, Order, Service, Settings};

use super::{Kinesis, KinesisWriter, own_copy};
use crate::Record;
use crate::discovery::Discovered;
use crate::service::entry;

const MIB: usize = 1 << 20;

fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

fn random() -> Kinesis {
    Kinesis::new(client(), "measurements")
}

fn from_member() -> Kinesis {
    random().partition_key_from("station")
}

/// As after its limits were discovered.
fn discovered(mut kinesis: Kinesis, record_bytes: usize, distributes: bool) -> Kinesis {
    kinesis.discovered = Some(Discovered { record_bytes, distributes });
    kinesis
}

fn prepared(kinesis: &Kinesis, mut record: Record) -> Record {
    kinesis.prepare(&mut record).expect("it can have a key");
    record
}

fn measure<'a>(kinesis: &Kinesis, record: &'a Record) -> Measure<'a> {
    kinesis.measure(record).expect("it is valid")
}

#[test]
fn a_given_key_is_a_lane_and_nothing_is_a_duplicate() {
    let record = prepared(&random(), Record::new("21.5 °C").partition_key("EWR").explicit_hash_key(17_u128));
    let found = measure(&random(), &record);
    assert_eq!((found.lane, found.identity), (Some(Key::from("EWR")), None));
    assert_eq!((found.entry_bytes, found.request_bytes), (8 + 3, 8 + 3));
    assert!(found.heap_bytes >= 8 + 2, "a short key stands in its record: {}", found.heap_bytes);
}

#[test]
fn a_random_key_is_made_up_once_and_is_no_lane() {
    let kinesis = random();
    let record = prepared(&kinesis, Record::new("21.5 °C"));
    assert_eq!(record.get_partition_key().map(str::len), Some(8));
    let found = measure(&kinesis, &record);
    assert_eq!((found.lane, found.entry_bytes), (None, 8 + 8));
    assert_eq!(prepared(&kinesis, record.clone()), record, "it stays when it is submitted again");
    assert_ne!(prepared(&kinesis, Record::new("21.5 °C")), record);
}

#[test]
fn a_key_from_the_data_is_a_lane_like_a_given_one() {
    let data = r#"{"station":"EWR","celsius":21.5}"#;
    let record = prepared(&from_member(), Record::new(data));
    assert_eq!(record.get_partition_key(), Some("EWR"));
    assert_eq!(measure(&from_member(), &record).lane, Some(Key::from("EWR")));
    assert_eq!(
        prepared(&from_member(), Record::new(data).partition_key("JFK")).get_partition_key(),
        Some("JFK")
    );
}

#[test]
fn a_record_whose_data_has_no_key_is_refused_as_it_is() {
    for (data, words) in [
        (r#"{"celsius":21.5}"#, "has no member \"station\" at its top level"),
        (r#"{"station":null}"#, "\"station\" of the data is null"),
        (r#"{"station":""}"#, "\"station\" of the data is empty"),
        ("21.5 °C", "is not a JSON object"),
    ] {
        let mut record = Record::new(data);
        let reason: Invalid = from_member().prepare(&mut record).expect_err("it has no key");
        assert_eq!(record, Record::new(data));
        let reason = reason.to_string();
        assert!(reason.contains(words) && !reason.contains("21.5"), "{reason}");
    }
}

#[test]
fn a_stream_that_distributes_by_itself_is_given_random_keys_only() {
    let kinesis = discovered(random(), MIB, true);
    let record = prepared(&kinesis, Record::new("21.5 °C"));
    assert_eq!(measure(&kinesis, &record).lane, None);
    let reason = kinesis.measure(&record.partition_key("EWR")).expect_err("it has a key").to_string();
    assert!(reason.contains("strategy AUTO"), "{reason}");
}

#[test]
fn an_entry_carries_what_was_set_and_shares_the_data() {
    let record = Record::new(vec![0, 255]).partition_key("EWR").explicit_hash_key(17_u128);
    let found = entry(&record);
    assert_eq!((found.partition_key(), found.explicit_hash_key()), (Some("EWR"), Some("17")));
    assert_eq!(found.data.as_ref().as_ptr(), record.data().as_ptr());

    let found = entry(&Record::new(""));
    assert_eq!(
        (found.partition_key(), found.explicit_hash_key(), found.data.as_ref()),
        (None, None, &[][..])
    );
}

#[test]
fn debug_shows_options_and_no_client() {
    let builder = KinesisWriter::builder(from_member());
    let writer = format!("{:?}", builder.build().expect("it builds"));
    assert!(writer.contains("kinesis") && !writer.contains("Client"), "{writer}");
    let shown = format!("{:?}", from_member().max_record_bytes(2 * MIB));
    for words in ["measurements", "station", "2097152"] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains("Client"), "{shown}");
}

/// Checks whether it builds with these limits of a request and of a record, or says these words.
#[track_caller]
fn check(kinesis: Kinesis, expected: Result<(usize, usize), &[&str]>) {
    check_with(kinesis, Settings::new(), expected);
}

#[track_caller]
fn check_with(kinesis: Kinesis, settings: Settings, expected: Result<(usize, usize), &[&str]>) {
    match (KinesisWriter::builder(kinesis).settings(settings).build(), expected) {
        (Ok(writer), Ok(expected)) => {
            let limits = writer.service().limits().expect("they fit together");
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
    check(random(), Ok((5 * MIB, MIB)));
    check(from_member(), Ok((5 * MIB, MIB)));
    check_with(random(), Settings::new().order(Order::Strict), Ok((5 * MIB, MIB)));
}

#[test]
fn order_is_relaxed_where_none_is_chosen() {
    let strict = Settings::new().order(Order::Strict);
    assert!(!random().defaults().or(strict.clone()).is_strict());
    assert!(strict.or(random().defaults()).is_strict());
}

#[test]
fn the_largest_record_is_between_the_least_and_the_most_of_streams() {
    check(random().max_record_bytes(MIB), Ok((5 * MIB, MIB)));
    check(random().max_record_bytes(10 * MIB), Ok((10 * MIB, 10 * MIB)));
    check(random().max_record_bytes(MIB - 1), Err(&["1048575", "1048576", "every stream accepts"]));
    check(random().max_record_bytes(0), Err(&["Kinesis::max_record_bytes: 0", "1048576"]));
    check(random().max_record_bytes(10 * MIB + 1), Err(&["10485761", "10485760"]));
}

#[test]
fn the_largest_request_holds_one_record_and_no_more_than_the_service_takes() {
    check(random().max_request_bytes(MIB), Ok((MIB, MIB)));
    check(random().max_request_bytes(10 * MIB), Ok((10 * MIB, MIB)));
    let words = ["Kinesis::max_request_bytes: 10485761", "10485760"];
    check(random().max_request_bytes(10 * MIB + 1), Err(&words));
    let words = ["Kinesis::max_request_bytes: 1048575", "1048576, the size that one record may have"];
    check(random().max_request_bytes(MIB - 1), Err(&words));
    let words = ["6291456", "8388608, the size that one record may have"];
    check(random().max_record_bytes(8 * MIB).max_request_bytes(6 * MIB), Err(&words));
    check(random().max_request_bytes(6 * MIB).max_record_bytes(8 * MIB), Err(&words));
    check(random().max_record_bytes(6 * MIB), Ok((6 * MIB, 6 * MIB)));
}

#[test]
fn options_lie_within_what_was_discovered_whether_set_before_or_after() {
    let four = |kinesis| discovered(kinesis, 4 * MIB, false);
    check(four(random()), Ok((5 * MIB, 4 * MIB)));
    check(discovered(random(), 10 * MIB, false), Ok((10 * MIB, 10 * MIB)));
    for kinesis in [four(random().max_record_bytes(2 * MIB)), four(random()).max_record_bytes(2 * MIB)] {
        check(kinesis.max_request_bytes(3 * MIB), Ok((3 * MIB, 2 * MIB)));
    }
    for kinesis in
        [four(random().max_record_bytes(4 * MIB + 1)), four(random()).max_record_bytes(4 * MIB + 1)]
    {
        check(kinesis, Err(&["Kinesis::max_record_bytes: 4194305 is above the limit of 4194304"]));
    }
    for kinesis in [four(random().max_request_bytes(3 * MIB)), four(random()).max_request_bytes(3 * MIB)] {
        check(
            kinesis,
            Err(&[
                "Kinesis::max_request_bytes: 3145728 is below the minimum of 4194304, the size that one record may have",
            ]),
        );
    }
}

#[test]
fn no_order_is_promised_on_a_stream_that_distributes_by_itself() {
    let auto = |kinesis| discovered(kinesis, MIB, true);
    let member = "partition keys from the member \"station\": the stream measurements distributes";
    check(auto(from_member()), Err(&[member, "USER_PARTITION_KEY"]));
    check(auto(random()).partition_key_from("station"), Err(&[member]));
    let strict = Settings::new().order(Order::Strict);
    check_with(auto(random()), strict.clone(), Err(&["strict order: the stream measurements distributes"]));
    check(auto(random()), Ok((5 * MIB, MIB)));

    check(discovered(from_member(), MIB, false), Ok((5 * MIB, MIB)));
    check_with(discovered(random(), MIB, false), strict, Ok((5 * MIB, MIB)));
}

#[test]
fn the_stream_is_checked() {
    check(Kinesis::new(client(), "no stream"), Err(&["' '"]));
    check(Kinesis::new(client(), "arn:measurements"), Err(&["not the ARN of a stream"]));
}

#[test]
fn the_member_of_partition_keys_has_a_name() {
    check(random().partition_key_from(""), Err(&["has no name"]));
}

#[test]
fn the_settings_are_checked() {
    check_with(random(), Settings::new().threshold_entries(501), Err(&["501", "500"]));
    check_with(random(), Settings::new().max_batch_entries(0), Err(&["zero"]));
    let settings = Settings::new().max_bytes(1_048_576);
    let built = KinesisWriter::builder(random()).settings(settings).build();
    let error = built.expect_err("one record does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
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
        .retry_config(RetryConfig::adaptive().with_max_attempts(9));
    let copy = own_copy(&Client::from_conf(config.build()), None).0;
    assert_eq!(copy.config().timeout_config(), Some(&timeouts));
    assert_eq!(format!("{:?}", copy.config().stalled_stream_protection()), format!("{:?}", Some(&streams)));
    assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
}

#[test]
fn what_the_user_left_open_stays_open() {
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).build();
    let copy = own_copy(&Client::from_conf(config), None).0;
    assert_eq!(copy.config().timeout_config(), None, "the defaults of the client apply");
    assert!(copy.config().stalled_stream_protection().is_none());
}
