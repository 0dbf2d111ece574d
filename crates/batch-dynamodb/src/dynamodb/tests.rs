//! What the writer is told of a write, and which client it sends with.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType as SdkRole,
    ScalarAttributeType,
};
use aws_sdk_dynamodb::{Client, Config};
use batch_core::{Batch, Invalid, Key, Measure, Service, Verdicts};
use batch_local::LocalServer;
use batch_smithy::{cap_responses, known};

use super::own_copy;
use crate::parts::Parts;
use crate::samples::{attributes, n, s};
use crate::serializer::SERIALIZER;
use crate::{DynamoDb, ScalarType, Write};

mod options;

pub(super) fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

/// A table of this partition key, taken from `id`.
fn table(scalar_type: ScalarType) -> DynamoDb {
    DynamoDb::new(client(), "orders").partition_key("pk", scalar_type).partition_key_from("id")
}

fn measure<'a>(table: &DynamoDb, write: &'a Write) -> Measure<'a> {
    table.measure(write).expect("it is valid")
}

/// The write as it is prepared, and why it cannot be, if it cannot.
fn prepared(write: &Write, scalar_type: ScalarType) -> (Write, Result<(), Invalid>) {
    let mut prepared = write.clone();
    let result = table(scalar_type).prepare(&mut prepared);
    (prepared, result)
}

#[test]
fn the_key_of_a_write_is_its_identity_and_needs_no_lane_beside() {
    for write in [Write::put, Write::delete] {
        let write = write(attributes([("pk", s("a"))]));
        let table = table(ScalarType::String);
        let found = measure(&table, &write);
        assert_eq!((found.lane, found.identity), (None, Some(Key::from(r#""pk":{"S":"a"}"#))));
    }
}

#[test]
fn a_write_is_measured_as_it_is_stored_and_as_it_is_sent() {
    let write = Write::put(attributes([("pk", s("\"")), ("n", n("-1"))]));
    let table = table(ScalarType::String);
    let found = measure(&table, &write);
    assert_eq!(found.entry_bytes, 2 + 1 + 1 + 3);
    let sent = r#"{"PutRequest":{"Item":{"pk":{"S":"\""},"n":{"N":"-1"}}}},"#;
    assert_eq!(found.request_bytes, sent.len());
    assert!(found.heap_bytes > 100, "{}", found.heap_bytes);
}

#[test]
fn an_item_without_a_partition_key_gets_it_from_another_attribute() {
    let item = attributes([("id", n("7")), ("x", s("y"))]);
    let expected = attributes([("id", n("7")), ("x", s("y")), ("pk", s("7"))]);
    for item in [item, expected.clone()] {
        let (filled, result) = prepared(&Write::put(item), ScalarType::String);
        assert_eq!((filled.into_attributes(), result), (expected.clone(), Ok(())));
    }
}

#[test]
fn a_write_that_has_a_key_or_is_a_delete_is_left_as_it_is() {
    let mine = Write::put(attributes([("id", n("7")), ("pk", s("mine"))]));
    assert_eq!(prepared(&mine, ScalarType::String), (mine, Ok(())));
    for (write, words) in [
        (Write::put(attributes([("id", n("7")), ("pk", n("1"))])), r#""pk" is of type N"#),
        (
            Write::delete(attributes([("id", n("7"))])),
            r#"the key of the delete lacks the partition key "pk""#,
        ),
    ] {
        let (found, result) = prepared(&write, ScalarType::String);
        assert_eq!(found, write);
        let measured = table(ScalarType::String).measure(&write).map(drop);
        for reason in [result, measured] {
            let reason = reason.expect_err("it is refused").to_string();
            assert!(reason.contains(words), "{reason}");
        }
    }
}

#[test]
fn a_write_that_was_prepared_for_a_table_is_checked_again_for_another() {
    let (strings, mut write) = (table(ScalarType::String), Write::put(attributes([("pk", s("7"))])));
    assert_eq!(strings.prepare(&mut write), Ok(()));
    assert_eq!(strings.prepare(&mut write), Ok(()));
    let numbers = table(ScalarType::Number);
    for reason in [numbers.measure(&write).map(drop), numbers.prepare(&mut write)] {
        let reason = reason.expect_err("it has a key of another type").to_string();
        assert!(reason.contains(r#""pk" is of type S"#), "{reason}");
    }
    let reason = strings.sort_key("id", ScalarType::String).prepare(&mut write).expect_err("it has none");
    assert!(reason.to_string().contains(r#"lacks the sort key "id""#), "{reason}");
    let other_key = DynamoDb::new(client(), "orders").partition_key("id", ScalarType::String);
    let other_key = other_key.partition_key_from("pk");
    assert_eq!(other_key.prepare(&mut write), Ok(()));
    assert_eq!(write.attributes(), &attributes([("id", s("7")), ("pk", s("7"))]));
}

#[test]
fn an_item_that_cannot_get_a_key_is_refused_by_its_source_and_left_as_it_is() {
    for (item, words) in [
        (attributes([("x", n("7"))]), r#"nor the attribute "id" to copy it from"#),
        (attributes([("id", AttributeValue::Null(true))]), r#""id" (NULL) cannot become"#),
        (attributes([("id", s("seven"))]), r#""id" (S) cannot become the partition key "pk""#),
    ] {
        let write = Write::put(item);
        let (found, result) = prepared(&write, ScalarType::Number);
        let reason = result.expect_err("it has no key").to_string();
        assert!(reason.contains(words), "{reason}");
        assert_eq!(found, write);
    }
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
    for observers in [vec![], vec![cap_responses(1)]] {
        let observed = observers.len();
        let mut config = config.clone();
        config.set_interceptors(observers);
        let client = Client::from_conf(config.build());
        let copy = own_copy(&client, known!(client.config(), SERIALIZER)).0;
        assert_eq!(copy.config().timeout_config(), Some(&timeouts));
        let kept = format!("{:?}", copy.config().stalled_stream_protection());
        assert_eq!(kept, format!("{:?}", Some(&streams)));
        assert_eq!(copy.config().region(), Some(&Region::new("eu-west-1")));
        assert_eq!(copy.config().retry_config(), Some(&RetryConfig::disabled()));
        let own = copy.config().interceptors().count();
        assert_eq!(
            own,
            2 + 2 * observed,
            "one for responses, one for endpoints, and one for requests that another observes"
        );
    }
}

#[test]
fn what_the_user_left_open_stays_open() {
    let copy = own_copy(&client(), None).0;
    assert_eq!(copy.config().timeout_config(), None, "the defaults of the client apply");
    assert!(copy.config().stalled_stream_protection().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_sdk_would_write_otherwise_is_written_by_the_sdk() {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let key = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let element = KeySchemaElement::builder().attribute_name("pk").key_type(SdkRole::Hash);
    let create = client.create_table().table_name("orders").billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(key.build().expect("nothing is missing"));
    let create = create.key_schema(element.build().expect("nothing is missing"));
    create.send().await.expect("it can be made");
    let table = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String);
    let mut dynamodb = table.consumed_capacity(true);
    assert!(dynamodb.known.is_some());
    dynamodb.known = known!(&(), "SerializerOfAnotherRelease");
    let batch = Batch::of([Write::put(attributes([("pk", s("a"))]))]);
    let parts = Parts::of(&dynamodb.tables, batch.entries()).expect("they name no table");
    assert!(dynamodb.send_directly(&parts, &batch).await.is_none());
    assert_eq!(server.requests().count("BatchWriteItem"), 0, "nothing was sent");
    let reply = dynamodb.send(&batch).await;
    assert!(matches!(reply, Ok(Verdicts::AllAccepted(_))), "{reply:?}");
    assert_eq!(server.dynamodb().items("orders").len(), 1);
    assert_eq!(dynamodb.consumed_capacity_units(), Some(1.0));
}
