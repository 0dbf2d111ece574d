use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, Config};
use batch_core::{ConfigError, Order, Service, Settings};

use super::{DynamoDbWriterBuilder, KeysGiven, KeysOfTable};
use crate::{DynamoDbWriter, KeyType, Table};

fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

fn bare() -> DynamoDbWriterBuilder<KeysOfTable> {
    DynamoDbWriter::builder(client(), Table::name("orders"))
}

fn orders() -> DynamoDbWriterBuilder<KeysGiven> {
    bare().partition_key("id", KeyType::String)
}

/// Checks whether it builds, or says these words.
#[track_caller]
fn check(builder: DynamoDbWriterBuilder<KeysGiven>, expected: Result<(), &[&str]>) {
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
    check(orders(), Ok(()));
    check(orders().sort_key("day", KeyType::Number), Ok(()));
}

#[test]
fn keys_have_names_of_1_to_255_characters() {
    check(bare().partition_key("ä".repeat(255), KeyType::String), Ok(()));
    check(
        bare().partition_key("", KeyType::String),
        Err(&["the name of the partition key has 0 characters", "255"]),
    );
    check(bare().partition_key("a".repeat(256), KeyType::String), Err(&["has 256 characters"]));
    check(orders().sort_key("", KeyType::String), Err(&["the name of the sort key has 0 characters"]));
    check(orders().sort_key("id", KeyType::String), Err(&["\"id\" cannot be both"]));
}

#[test]
fn the_partition_key_is_taken_from_another_attribute() {
    check(orders().partition_key_from("other"), Ok(()));
    check(orders().partition_key_from("id"), Err(&["\"id\" cannot be taken from itself"]));
    check(orders().partition_key_from(""), Err(&["has 0 bytes", "65535"]));
    check(orders().partition_key_from("a".repeat(65_536)), Err(&["has 65536 bytes"]));
}

#[test]
fn the_table_is_checked() {
    let at = |table| DynamoDbWriter::builder(client(), table).partition_key("id", KeyType::String);
    check(at(Table::name("no table")), Err(&["' '"]));
    check(at(Table::arn("orders")), Err(&["is no table ARN"]));
}

#[test]
fn the_settings_are_checked() {
    check(orders().settings(Settings::new().threshold_entries(26)), Err(&["26", "25"]));
    check(orders().settings(Settings::new().max_batch_entries(0)), Err(&["zero"]));
    let error =
        orders().settings(Settings::new().max_bytes(409_600)).build().expect_err("one item does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn settings_made_for_other_services_fit() {
    check(orders().settings(Settings::new().order(Order::Relaxed)), Ok(()));
    check(orders().settings(Settings::new().order(Order::Strict)), Ok(()));
}

#[test]
fn the_limits_are_those_of_the_service() {
    let limits = orders().build().expect("it builds").service().limits();
    assert_eq!((limits.entries(), limits.request_bytes(), limits.entry_bytes()), (25, 16_777_216, 409_600));
}

#[test]
fn what_was_set_before_the_keys_is_kept() {
    let builder =
        bare().consumed_capacity(true).partition_key_from("id").partition_key("id", KeyType::String);
    check(builder, Err(&["cannot be taken from itself"]));
    let writer =
        bare().consumed_capacity(true).partition_key("id", KeyType::String).build().expect("it builds");
    assert_eq!(writer.stats().consumed_capacity_units, Some(0.0));
    assert_eq!(orders().build().expect("it builds").stats().consumed_capacity_units, None);
}

#[test]
fn debug_shows_settings_and_no_client() {
    for shown in [format!("{:?}", bare()), format!("{:?}", orders().sort_key("day", KeyType::Number))] {
        assert!(shown.contains("orders") && shown.contains("consumed_capacity"), "{shown}");
        assert!(!shown.contains("Client"), "{shown}");
    }
    let shown = format!("{:?}", orders().build().expect("it builds"));
    assert!(shown.contains("dynamodb"), "{shown}");
}
