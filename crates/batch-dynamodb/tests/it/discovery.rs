//! The keys of a table, learnt from the service.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use batch_dynamodb::{AttributeValue, ConnectError, DynamoDb, DynamoDbWriter, ScalarType, Settings, Write};
use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright_kit::{Canned, Keys, Response, report, says, shown};
use serde_json::{Value, json};

use crate::support::{accept, client, discovered, error, s, send, served};

/// The description of a table with a number as sort key, and an index by the string `name`.
fn description() -> Value {
    json!({ "Table": {
        "TableName": "orders",
        "TableStatus": "ACTIVE",
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "name", "AttributeType": "S" },
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "N" },
        ],
        "GlobalSecondaryIndexes": [
            { "IndexName": "by-name", "KeySchema": [{ "AttributeName": "name", "KeyType": "HASH" }] },
        ],
    } })
}

/// Describes the table, and takes all writes.
fn described(description: Response) -> Canned {
    Canned::new(move |request| match request.operation() {
        "DescribeTable" => description.clone(),
        _ => accept(request),
    })
}

fn orders(http: &Canned) -> DynamoDb {
    DynamoDb::new(client(http.clone()), "orders")
}

async fn discover(http: &Canned) -> Result<DynamoDb, ConnectError> {
    orders(http).discover_keys().await
}

/// Builds a writer to it with these settings, and returns what the error says.
fn refused(table: DynamoDb, settings: Settings) -> String {
    DynamoDbWriter::builder(table).settings(settings).build().unwrap_err().to_string()
}

fn item(members: &[(&str, AttributeValue)]) -> Write {
    let members = members.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Write::put(members.collect::<HashMap<_, _>>())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_writer_learns_the_keys_of_its_table_once() {
    let http = described(Response::ok(&description()));
    let writer = DynamoDbWriter::builder(discover(&http).await.unwrap()).build().unwrap();
    for write in
        [item(&[("pk", s("a")), ("sk", n("1"))]), item(&[("pk", s("a")), ("sk", n("2")), ("name", s("x"))])]
    {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(
        (http.count("DescribeTable"), http.requests()[0].json().clone()),
        (1, json!({ "TableName": "orders" }))
    );
    for (write, words) in [
        (item(&[("pk", s("a"))]), r#"lacks the sort key "sk" of the table, a number (N)"#),
        (item(&[("pk", s("a")), ("sk", s("1"))]), r#""sk" is of type S"#),
        (
            item(&[("pk", s("a")), ("sk", n("1")), ("name", n("1"))]),
            r#"an index's partition key of that name"#,
        ),
        (
            item(&[("pk", s("a")), ("sk", n("1")), ("name", s(""))]),
            r#"an index's partition key "name" is empty, which DynamoDB does not accept; set a value, or omit it"#,
        ),
    ] {
        let error = writer.submit(write.clone()).await.unwrap_err();
        says(&report(&error), &[words]);
        assert_eq!(error.into_entry(), write);
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_given_by_arn_is_described_by_it() {
    let http = described(Response::ok(&description()));
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    let table = DynamoDb::new(client(http.clone()), arn).discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    let reply = send(&writer, &[item(&[("pk", s("a")), ("sk", n("1"))])]).await;
    assert_eq!(shown(&reply), "AllAccepted");
    assert_eq!(http.requests()[0].json(), json!({ "TableName": arn }));
    assert!(http.requests()[1].json()["RequestItems"][arn].is_array());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_exist_is_named() {
    let error = discover(&described(error(400, "ResourceNotFoundException"))).await.unwrap_err();
    assert!(matches!(error, ConnectError::NotFound(_)), "{error:?}");
    says(
        &report(&error),
        &["the table orders does not exist in region us-east-1", "check name, region and account"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_described_says_why() {
    for (answer, words) in [
        (error(400, "AccessDeniedException"), "allow them dynamodb:DescribeTable"),
        (error(403, "SomethingNew"), "allow them dynamodb:DescribeTable"),
        (error(400, "UnrecognizedClientException"), "does not recognize these credentials"),
        (Response::page(404, "<html>"), "check the endpoint of the client"),
        (Response::Refused, "check the network, the region and the endpoint of the client"),
    ] {
        let error = discover(&described(answer)).await.unwrap_err();
        assert!(matches!(error, ConnectError::Unanswered(_)), "{error:?}");
        says(&report(&error), &["the destination could not be looked up", words]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_takes_no_writes_is_named_with_the_reason() {
    let mut deleting = description();
    deleting["Table"]["TableStatus"] = json!("DELETING");
    let error = discover(&described(Response::ok(&deleting))).await.unwrap_err();
    assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
    says(&report(&error), &["the table orders cannot be written to: it is being deleted"]);
}

#[tokio::test(start_paused = true)]
async fn a_response_without_the_keys_says_how_to_give_them() {
    for (answer, words) in [
        (json!({}), "the response does not describe the table"),
        (json!({ "Table": { "TableStatus": "ACTIVE" } }), "does not report the partition key of the table"),
    ] {
        let error = discover(&described(Response::ok(&answer))).await.unwrap_err();
        assert!(matches!(error, ConnectError::Unanswered(_)), "{error:?}");
        says(&report(&error), &[words, "set the table's keys with `DynamoDb::partition_key`"]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_clients_own_retries_help_to_discover() {
    let answers = [error(500, "InternalServerError"), Response::ok(&description())];
    let descriptions = Canned::script(answers);
    discover(&descriptions).await.unwrap();
    assert_eq!(descriptions.count("DescribeTable"), 2);
}

#[tokio::test(start_paused = true)]
async fn options_and_settings_are_checked_as_without_discovering() {
    let http = described(Response::ok(&description()));
    let settings = Settings::new().threshold_entries(26);
    says(&refused(discover(&http).await.unwrap(), settings), &["26", "25"]);
    let table = orders(&http).partition_key_from("pk").discover_keys().await.unwrap();
    says(&refused(table, Settings::new()), &["\"pk\" cannot be copied from itself"]);

    let request = http.count("DescribeTable");
    let error = DynamoDb::new(client(http.clone()), "no table").discover_keys().await.unwrap_err();
    assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
    assert_eq!(http.count("DescribeTable"), request);
}

#[tokio::test(start_paused = true)]
async fn given_keys_are_never_asked_for() {
    let http = described(error(400, "AccessDeniedException"));
    let table = orders(&http).partition_key("pk", ScalarType::String).sort_key("sk", ScalarType::Number);
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    writer.submit(item(&[("pk", s("a")), ("sk", n("1"))])).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(http.count("DescribeTable"), 0);
}

#[tokio::test(start_paused = true)]
async fn discovered_keys_take_the_place_of_given_ones() {
    let http = described(Response::ok(&description()));
    let given = orders(&http).partition_key("other", ScalarType::Binary).sort_key("sk", ScalarType::String);
    let writer = DynamoDbWriter::builder(given.discover_keys().await.unwrap()).build().unwrap();
    writer.submit(item(&[("pk", s("a")), ("sk", n("1"))])).await.unwrap();
    assert!(writer.flush().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_lacks_the_table_has_no_keys_to_discover() {
    let error = DynamoDb::new(client(LocalServer::new().http_client()), "orders").discover_keys().await;
    let error = error.unwrap_err();
    assert!(matches!(error, ConnectError::NotFound(_)), "{error:?}");
    says(&report(&error), &["the table orders does not exist in region us-east-1"]);
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_table_are_read_with_other_credentials_if_those_at_hand_are_refused() {
    let (server, _) = served().await;
    let keys = Keys::default();
    let config = server.sdk_config().into_builder().credentials_provider(keys.shared());
    let refused = Fault::refuse_keys(|key| Keys::number(key) == Some(0), 403, "ExpiredToken");
    server.set_faults(FaultPlan::always(refused).only("DescribeTable").only("BatchWriteItem"));
    let writer = discovered(Client::new(&config.build())).await;
    assert_eq!(keys.asked(), 2);
    writer.submit(item(&[("pk", s("a"))])).await.unwrap();
    assert!(writer.flush().await.is_empty());
}
