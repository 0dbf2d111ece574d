//! What the writer is told of a message and of a queue, and which client it sends with.

use std::time::Duration;

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_sqs::{Client, Config};
use batch_core::{Key, Measure, Quota, Service};

use super::{Sqs, own_copy};
use crate::{AttributeValue, Message};

mod options;

pub(super) fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

pub(super) fn standard() -> Sqs {
    Sqs::new(client(), "orders")
}

pub(super) fn fifo() -> Sqs {
    Sqs::new(client(), "orders.fifo").default_group("default")
}

fn prepare(sqs: &Sqs, message: &mut Message) {
    sqs.prepare(message).expect("nothing is missing");
}

fn measure<'a>(sqs: &Sqs, message: &'a Message) -> Measure<'a> {
    sqs.measure(message).expect("it is valid")
}

#[test]
fn a_standard_message_has_no_lane_and_its_id_as_identity() {
    let plain = Message::new("body");
    let found = measure(&standard(), &plain);
    assert_eq!((found.lane, found.identity), (None, None));

    let addressed = Message::new("body").group("group").id("id");
    let found = measure(&standard(), &addressed);
    assert_eq!((found.lane, found.identity), (None, Some(Key::from("id"))));
}

#[test]
fn the_quota_of_a_message_is_its_group_where_the_queue_throttles_groups() {
    let message = Message::new("body").group("group");
    assert_eq!(fifo().quota(&message), None);
    let quota = fifo().quota_per_group(true).quota(&message);
    assert_eq!(quota, Some(Quota::of("group")));
    assert_ne!(quota, fifo().quota_per_group(true).quota(&Message::new("body").group("another")));
}

#[test]
fn a_fifo_message_has_its_group_as_lane_and_a_given_deduplication_id_in_its_identity() {
    let given = Message::new("body").group("group").id("id").deduplication_id("once");
    let found = measure(&fifo(), &given);
    assert_eq!((found.lane, found.identity), (Some(Key::from("group")), Some(Key::pair("group", "once"))));

    let mut generated = Message::new("body");
    prepare(&fifo(), &mut generated);
    let found = measure(&fifo(), &generated);
    assert_eq!((found.lane, found.identity), (Some(Key::from("default")), None));
    prepare(&fifo(), &mut generated);
    assert!(measure(&fifo(), &generated).identity.is_some(), "it was submitted before");
}

#[test]
fn only_a_fifo_message_is_filled_in_and_only_where_it_lacks_something() {
    let plain = Message::new("body");
    let mut prepared = plain.clone();
    prepare(&standard(), &mut prepared);
    assert_eq!(prepared, plain);

    let full = plain.clone().group("mine").deduplication_id("mine");
    let mut prepared = full.clone();
    prepare(&fifo(), &mut prepared);
    assert_eq!(prepared, full);

    let mut prepared = plain;
    prepare(&fifo(), &mut prepared);
    assert_eq!(prepared.get_group(), Some("default"));
    assert!(prepared.get_deduplication_id().is_some());
}

#[test]
fn a_queue_that_deduplicates_by_content_gets_no_id() {
    let mut message = Message::new("body").group("group");
    let by_content = Sqs::new(client(), "orders.fifo").content_based_deduplication(true);
    prepare(&by_content, &mut message);
    assert_eq!(message.get_deduplication_id(), None);
    assert_eq!(measure(&by_content, &message).identity, None);
}

#[test]
fn memory_is_charged_for_everything_that_a_message_holds() {
    let mut body = String::with_capacity(1_000);
    body.push_str("body");
    let message =
        Message::new(body).id("i".repeat(50)).group("g".repeat(60)).deduplication_id("d".repeat(30));
    let message =
        message.attribute("n".repeat(70), AttributeValue::string("v".repeat(80)).label("l".repeat(90)));
    let found = measure(&fifo(), &message);
    assert_eq!(found.entry_bytes, 4 + 70 + "String.".len() + 90 + 80);
    assert_eq!(found.request_bytes, found.entry_bytes);
    let room_of_attributes = found.heap_bytes - (1_000 + 50 + 60 + 30 + 70 + 80 + 90);
    let attribute = size_of::<(String, AttributeValue)>();
    assert!((attribute..=8 * attribute).contains(&room_of_attributes), "{room_of_attributes}");
    assert_eq!(room_of_attributes % attribute, 0);
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
    let copy = own_copy(&Client::from_conf(config.build())).0;
    assert_eq!(copy.config().timeout_config(), Some(&timeouts));
    assert_eq!(format!("{:?}", copy.config().stalled_stream_protection()), format!("{:?}", Some(&streams)));
    assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
}

#[test]
fn what_the_user_left_open_stays_open() {
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).build();
    let copy = own_copy(&Client::from_conf(config)).0;
    assert_eq!(copy.config().timeout_config(), None, "the defaults of the client apply");
    assert!(copy.config().stalled_stream_protection().is_none());
}
