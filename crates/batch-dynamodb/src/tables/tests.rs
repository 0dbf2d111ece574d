use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::{Client, Config};
use batch_core::{Key, Service};

use crate::samples::{attributes, n, s};
use crate::{DynamoDb, DynamoDbWriter, PrimaryKey, ScalarType, Table, Write};

const ARN: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";

fn client() -> Client {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    Client::from_conf(config.region(Region::new("eu-west-1")).build())
}

fn id() -> PrimaryKey {
    PrimaryKey::partition_key("id", ScalarType::String)
}

/// A table `orders` and a table `audit`, both with the key `id`.
fn tables() -> DynamoDb {
    at("orders").table("audit", id())
}

fn at(table: &str) -> DynamoDb {
    DynamoDb::new(client(), table).partition_key("id", ScalarType::String)
}

#[track_caller]
fn check(tables: DynamoDb, expected: Result<(), &[&str]>) {
    match (DynamoDbWriter::builder(tables).build(), expected) {
        (Ok(_), Ok(())) => {}
        (Err(error), Err(words)) => {
            let shown = error.to_string();
            assert!(words.iter().all(|words| shown.contains(words)), "{shown}\ndoes not contain {words:?}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[test]
fn every_table_is_checked() {
    check(tables(), Ok(()));
    check(tables().table("log", id().sort_key("at", ScalarType::Number)), Ok(()));
    check(at("orders").table("no table", id()), Err(&["' '"]));
    check(
        at("orders").table("audit", id().sort_key("id", ScalarType::Number)),
        Err(&["\"id\" cannot be both"]),
    );
    let unnamed = PrimaryKey::partition_key("", ScalarType::String);
    check(at("orders").table("audit", unnamed), Err(&["the partition key has a length of 0"]));
}

#[test]
fn a_table_whose_key_was_left_open_needs_discovery() {
    let ways = ["the keys of the table audit are unknown", "`DynamoDb::table`", "`DynamoDb::discover_keys`"];
    check(at("orders").table("audit", None), Err(&ways));
    check(at("orders").table("audit", None).table("audit", id()), Ok(()));
    check(tables().table("audit", None), Err(&ways));
}

#[test]
fn a_table_that_may_have_two_names_is_refused() {
    check(at("orders").table("orders", id()), Err(&["the table orders is that of the writer already"]));
    for (own, other) in [("orders", ARN), (ARN, "orders")] {
        check(at(own).table(other, id()), Err(&["may be one table", "the ARNs of both"]));
    }
    let theirs = ARN.replace("123456789012", "210987654321");
    check(at(ARN).table(theirs.as_str(), id()), Ok(()));
    check(at(ARN).table(theirs.as_str(), id()).table("orders", id()), Err(&["may be one table"]));
}

#[test]
fn writes_with_one_key_are_duplicates_in_one_table_alone() {
    let tables = tables();
    let identity = |write: &Write| {
        tables.measure(write).expect("it is valid").identity.map(|key| key.as_bytes().to_vec())
    };
    let write = Write::put(attributes([("id", s("a"))]));
    let own = identity(&write).expect("it has a key");
    assert_eq!(own, Key::from(r#""id":{"S":"a"}"#).as_bytes());
    assert_eq!(identity(&write.clone().table("orders")), Some(own.clone()));
    let audit = identity(&write.clone().table("audit"));
    assert_ne!(audit.as_ref(), Some(&own));
    let delete = Write::delete(attributes([("id", s("a"))])).table("audit");
    assert_eq!(audit, identity(&delete));
}

#[test]
fn a_write_to_another_table_is_refused_by_name() {
    let words = r#"the writer has no table "audits"; declare it with `DynamoDb::table`"#;
    let mut write = Write::put(attributes([("id", s("a"))])).table("audits");
    let tables = tables();
    for reason in [tables.measure(&write).map(drop), tables.prepare(&mut write)] {
        let reason = reason.expect_err("there is no such table").to_string();
        assert!(reason.contains(words), "{reason}");
    }
    let mut endless = write.table("x".repeat(10_000));
    let reason = tables.prepare(&mut endless).expect_err("there is no such table").to_string();
    assert!(reason.len() < 500, "{reason}");
}

#[test]
fn a_write_is_checked_by_the_keys_of_its_table() {
    let at = PrimaryKey::partition_key("order", ScalarType::Number).sort_key("at", ScalarType::Number);
    let tables = at_orders_from("x").table("audit", at);
    let mut write = Write::put(attributes([("order", n("1")), ("at", n("2")), ("x", s("y"))])).table("audit");
    assert_eq!(tables.prepare(&mut write), Ok(()));
    assert_eq!(write.attributes().len(), 3, "nothing is copied to its key");
    let other = write.clone().table("orders");
    let mut filled = other.clone();
    assert_eq!(tables.prepare(&mut filled), Ok(()));
    assert_eq!(filled.attributes()["id"], s("y"));
    let mut bare = Write::put(attributes([("order", s("1")), ("at", n("2"))])).table("audit");
    let reason = tables.prepare(&mut bare).expect_err("its key is a number").to_string();
    assert!(reason.contains(r#""order" is of type S"#), "{reason}");
}

fn at_orders_from(attribute: &str) -> DynamoDb {
    at("orders").partition_key_from(attribute)
}

#[test]
fn writes_to_a_table_share_its_name() {
    let tables = tables();
    let prepared = |write: Write| {
        let mut write = write;
        tables.prepare(&mut write).expect("it is valid");
        write
    };
    let bytes = |write: &Write| tables.measure(write).expect("it is valid").heap_bytes;
    let write = Write::put(attributes([("id", s("a"))]));
    let (own, other) = (prepared(write.clone()), prepared(write.table("audit")));
    assert_eq!(bytes(&own), bytes(&other));
    let name = other.get_table().expect("it has one").as_str().as_ptr();
    assert_eq!(name, tables.tables.others["audit"].table.as_str().as_ptr());
}

#[test]
fn the_table_of_a_write_takes_no_more_than_a_pointer() {
    assert_eq!(size_of::<Option<Table>>(), size_of::<usize>());
}
