//! The keys of a table, learnt from the service.

use std::collections::HashMap;

use batch_dynamodb::{AttributeValue, ConnectError, DynamoDbWriter, KeyType, Settings, Table, Write};
use serde_json::{Value, json};

use crate::canned::{Answer, Canned};
use crate::support::{client, report, s, says, send, shown};

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
fn described(description: Answer) -> Canned {
    Canned::new(move |asked| match asked.operation.as_str() {
        "DescribeTable" => description.clone(),
        _ => Answer::accept(asked),
    })
}

async fn connect(http: &Canned) -> Result<DynamoDbWriter, ConnectError> {
    DynamoDbWriter::builder(client(http.clone()), Table::name("orders")).connect().await
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
    let http = described(Answer::ok(&description()));
    let writer = connect(&http).await.unwrap();
    for write in
        [item(&[("pk", s("a")), ("sk", n("1"))]), item(&[("pk", s("a")), ("sk", n("2")), ("name", s("x"))])]
    {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(
        (http.count("DescribeTable"), http.asked()[0].body.clone()),
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
            r#"an index's partition key "name" is empty, DynamoDB takes no empty key; give it a value, or leave it out"#,
        ),
    ] {
        let error = writer.submit(write.clone()).await.unwrap_err();
        says(&report(&error), &[words]);
        assert_eq!(error.into_entry(), write);
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_given_by_arn_is_described_by_it() {
    let http = described(Answer::ok(&description()));
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    let writer = DynamoDbWriter::builder(client(http.clone()), Table::arn(arn)).connect().await.unwrap();
    let reply = send(&writer, &[item(&[("pk", s("a")), ("sk", n("1"))])]).await;
    assert_eq!(shown(&reply), "Each[+]");
    assert_eq!(http.asked()[0].body, json!({ "TableName": arn }));
    assert!(http.asked()[1].body["RequestItems"][arn].is_array());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_exist_is_named() {
    let error = connect(&described(Answer::error(400, "ResourceNotFoundException"))).await.unwrap_err();
    assert!(matches!(error, ConnectError::NoSuchTable(_)), "{error:?}");
    says(
        &report(&error),
        &["the table orders does not exist in region eu-west-1", "check name, region and account"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_described_says_why() {
    for (answer, words) in [
        (Answer::error(400, "AccessDeniedException"), "allow them dynamodb:DescribeTable"),
        (Answer::error(403, "SomethingNew"), "allow them dynamodb:DescribeTable"),
        (Answer::error(400, "UnrecognizedClientException"), "does not know these credentials"),
        (Answer::Http(404, "<html>".to_owned()), "check the endpoint of the client"),
        (Answer::Refused, "check the network, the region and the endpoint of the client"),
    ] {
        let error = connect(&described(answer)).await.unwrap_err();
        assert!(matches!(error, ConnectError::NotDescribed(_)), "{error:?}");
        says(&report(&error), &["the keys of the table could not be read", words]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_takes_no_writes_is_named_with_the_reason() {
    let mut deleting = description();
    deleting["Table"]["TableStatus"] = json!("DELETING");
    for (answer, words) in [
        (deleting, "it is being deleted"),
        (json!({}), "the answer does not describe it"),
        (json!({ "Table": { "TableStatus": "ACTIVE" } }), "does not tell its partition key"),
    ] {
        let error = connect(&described(Answer::ok(&answer))).await.unwrap_err();
        assert!(matches!(error, ConnectError::NotUsable { .. }), "{error:?}");
        says(&report(&error), &["the table orders cannot be written to: ", words]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_clients_own_retries_help_to_connect() {
    let answers = [Answer::error(500, "InternalServerError"), Answer::ok(&description())];
    let descriptions = Canned::script(answers);
    connect(&descriptions).await.unwrap();
    assert_eq!(descriptions.count("DescribeTable"), 2);
}

#[tokio::test(start_paused = true)]
async fn settings_are_checked_as_without_connecting() {
    let http = described(Answer::ok(&description()));
    let builder = || DynamoDbWriter::builder(client(http.clone()), Table::name("orders"));
    let error = builder().settings(Settings::new().threshold_entries(26)).connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
    let error = builder().partition_key_from("pk").connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
    let error =
        DynamoDbWriter::builder(client(http.clone()), Table::name("no table")).connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn given_keys_are_never_asked_for() {
    let http = described(Answer::error(400, "AccessDeniedException"));
    let builder = DynamoDbWriter::builder(client(http.clone()), Table::name("orders"));
    let writer =
        builder.partition_key("pk", KeyType::String).sort_key("sk", KeyType::Number).build().unwrap();
    writer.submit(item(&[("pk", s("a")), ("sk", n("1"))])).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(http.count("DescribeTable"), 0);
}
