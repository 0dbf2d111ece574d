//! Which options of a table and settings of a writer are accepted.

use batch_core::{ConfigError, Order, Service, Settings};

use super::client;
use crate::{DynamoDb, DynamoDbWriter, ScalarType};

fn bare() -> DynamoDb {
    DynamoDb::new(client(), "orders")
}

fn orders() -> DynamoDb {
    bare().partition_key("id", ScalarType::String)
}

/// Checks whether a writer to it is built with these settings, or the error says these words.
#[track_caller]
fn check_with(table: DynamoDb, settings: Settings, expected: Result<(), &[&str]>) {
    match (DynamoDbWriter::builder(table).settings(settings).build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[track_caller]
fn check(table: DynamoDb, expected: Result<(), &[&str]>) {
    check_with(table, Settings::new(), expected);
}

#[test]
fn a_writer_is_built_without_runtime_and_network() {
    check(orders(), Ok(()));
    check(orders().sort_key("day", ScalarType::Number), Ok(()));
}

#[test]
fn a_table_without_keys_is_refused_with_both_ways_to_them() {
    let ways = ["`DynamoDb::partition_key`", "`DynamoDb::discover_keys`"];
    check(bare(), Err(&["the keys of the table orders are unknown", ways[0], ways[1]]));
    let sorted = bare().sort_key("day", ScalarType::Number);
    check(sorted, Err(&["the sort key \"day\" is set without a partition key", ways[0], ways[1]]));
}

#[test]
fn keys_are_given_in_any_order_and_the_last_of_each_holds() {
    let number = |name| move |table: DynamoDb| table.sort_key(name, ScalarType::Number);
    let string = |name| move |table: DynamoDb| table.partition_key(name, ScalarType::String);
    for table in [
        number("day")(string("id")(bare())),
        string("id")(number("day")(bare())),
        string("id")(number("day")(number("other")(bare()))),
        string("id")(number("day")(number("other")(string("another")(bare())))),
    ] {
        let schema = table.tables.own.schema();
        let names: Vec<_> = schema.attributes().map(|key| (key.name.as_str(), key.scalar_type)).collect();
        assert_eq!(names, [("id", ScalarType::String), ("day", ScalarType::Number)]);
    }
}

#[test]
fn keys_have_names_of_1_to_255_characters() {
    check(bare().partition_key("ä".repeat(255), ScalarType::String), Ok(()));
    check(
        bare().partition_key("", ScalarType::String),
        Err(&["the name of the partition key has a length of 0", "255"]),
    );
    check(bare().partition_key("a".repeat(256), ScalarType::String), Err(&["has a length of 256"]));
    check(orders().sort_key("", ScalarType::String), Err(&["the name of the sort key has a length of 0"]));
    check(orders().sort_key("id", ScalarType::String), Err(&["\"id\" cannot be both"]));
}

#[test]
fn the_partition_key_is_taken_from_another_attribute() {
    check(orders().partition_key_from("other"), Ok(()));
    check(orders().partition_key_from("id"), Err(&["\"id\" cannot be copied from itself"]));
    check(orders().partition_key_from(""), Err(&["has a length of 0", "65535"]));
    check(orders().partition_key_from("a".repeat(65_536)), Err(&["has a length of 65536"]));
}

#[test]
fn the_table_is_checked() {
    let at = |table: &str| DynamoDb::new(client(), table).partition_key("id", ScalarType::String);
    check(at("no table"), Err(&["' '"]));
    check(at("arn:aws:sqs:eu-west-1:123456789012:orders"), Err(&["is not the ARN of a table"]));
}

#[test]
fn the_settings_are_checked() {
    check_with(orders(), Settings::new().threshold_entries(26), Err(&["26", "25"]));
    check_with(orders(), Settings::new().max_batch_entries(0), Err(&["zero"]));
    let small = DynamoDbWriter::builder(orders()).settings(Settings::new().max_bytes(409_600));
    let error = small.build().expect_err("one item does not fit");
    assert!(matches!(error, ConfigError::BelowNeed { .. }), "{error}");
}

#[test]
fn settings_made_for_other_services_fit() {
    check_with(orders(), Settings::new().order(Order::Relaxed), Ok(()));
    check_with(orders(), Settings::new().order(Order::Strict), Ok(()));
}

#[test]
fn the_limits_are_those_of_the_service() {
    let limits = orders().limits().expect("they fit together");
    assert_eq!((limits.entries(), limits.request_bytes(), limits.entry_bytes()), (25, 16_777_216, 409_600));
    let fixed = r#"{"RequestItems":{"orders":[]}}"#.len() - ",".len();
    assert_eq!(limits.overhead_bytes(), fixed);
    let capacity = r#","ReturnConsumedCapacity":"TOTAL""#.len();
    assert_eq!(
        orders().consumed_capacity(true).limits().expect("they fit together").overhead_bytes(),
        fixed + capacity
    );
}

#[test]
fn what_was_set_before_the_keys_is_kept() {
    let table =
        || bare().consumed_capacity(true).partition_key_from("id").partition_key("id", ScalarType::String);
    check(table(), Err(&["cannot be copied from itself"]));
    assert_eq!(table().consumed_capacity_units(), Some(0.0));
    assert_eq!(table().consumed_capacity(false).consumed_capacity_units(), None);
    assert_eq!(orders().consumed_capacity_units(), None);
}

#[test]
fn debug_shows_options_and_no_client() {
    for shown in [format!("{:?}", bare()), format!("{:?}", orders().sort_key("day", ScalarType::Number))] {
        assert!(shown.contains("orders") && shown.contains("consumed_capacity"), "{shown}");
        assert!(!shown.contains("Client"), "{shown}");
    }
    let shown = format!("{:?}", DynamoDbWriter::builder(orders()).build().expect("it builds"));
    assert!(shown.contains("dynamodb"), "{shown}");
}
