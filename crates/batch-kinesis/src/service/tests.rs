use std::time::Duration;

use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_kinesis::{Client, Config};
use batch_core::{Key, LimitPolicy, Measure, Service};

use super::{Kinesis, entry, own_copy, renewal};
use crate::partition_key::{Generator, KeySource};
use crate::{Record, Stream};

fn kinesis(keys: KeySource, distributes: bool) -> Kinesis {
    let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    let limits = LimitPolicy::new(500, 5 << 20, 1 << 20).expect("they are not zero");
    Kinesis::new(&client, Stream::name("measurements"), limits, keys, distributes)
}

fn random() -> Kinesis {
    kinesis(KeySource::Random(Generator::new()), false)
}

fn from_member() -> Kinesis {
    kinesis(KeySource::Member("station".to_owned()), false)
}

fn prepared(kinesis: &Kinesis, mut record: Record) -> Record {
    kinesis.prepare(&mut record);
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
    assert!(found.heap_bytes >= 8 + 3 + 2, "{}", found.heap_bytes);
}

#[test]
fn a_random_key_is_made_up_once_and_is_no_lane() {
    let kinesis = random();
    let record = prepared(&kinesis, Record::new("21.5 °C"));
    assert_eq!(record.key().map(str::len), Some(8));
    let found = measure(&kinesis, &record);
    assert_eq!((found.lane, found.entry_bytes), (None, 8 + 8));
    assert_eq!(prepared(&kinesis, record.clone()), record, "it stays when it is submitted again");
    assert_ne!(prepared(&kinesis, Record::new("21.5 °C")), record);
}

#[test]
fn a_key_from_the_data_is_a_lane_like_a_given_one() {
    let data = r#"{"station":"EWR","celsius":21.5}"#;
    let record = prepared(&from_member(), Record::new(data));
    assert_eq!(record.key(), Some("EWR"));
    assert_eq!(measure(&from_member(), &record).lane, Some(Key::from("EWR")));
    assert_eq!(prepared(&from_member(), Record::new(data).partition_key("JFK")).key(), Some("JFK"));
}

#[test]
fn a_record_whose_data_has_no_key_is_refused_as_it_is() {
    for (data, words) in [
        (r#"{"celsius":21.5}"#, "has no member \"station\" at its top level"),
        (r#"{"station":null}"#, "\"station\" of the data is null"),
        (r#"{"station":""}"#, "\"station\" of the data is empty"),
        ("21.5 °C", "is no JSON object"),
    ] {
        let record = prepared(&from_member(), Record::new(data));
        assert_eq!(record, Record::new(data));
        let reason = from_member().measure(&record).expect_err("it has no key").to_string();
        assert!(reason.contains(words) && !reason.contains("21.5"), "{reason}");
    }
}

#[test]
fn a_stream_that_distributes_by_itself_is_given_random_keys_only() {
    let kinesis = kinesis(KeySource::Random(Generator::new()), true);
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
fn debug_shows_no_client() {
    let shown = format!("{:?}", from_member());
    assert!(
        shown.contains("measurements") && shown.contains("station") && !shown.contains("client"),
        "{shown}"
    );
}

fn copied(client: &Client) -> Client {
    own_copy(client, &renewal(client))
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
    let copy = copied(&Client::from_conf(config.build()));
    assert_eq!(copy.config().timeout_config(), Some(&timeouts));
    assert_eq!(format!("{:?}", copy.config().stalled_stream_protection()), format!("{:?}", Some(&streams)));
    assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
}

#[test]
fn what_the_user_left_open_stays_open() {
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).build();
    let copy = copied(&Client::from_conf(config));
    assert_eq!(copy.config().timeout_config(), None, "the defaults of the client apply");
    assert!(copy.config().stalled_stream_protection().is_none());
}
