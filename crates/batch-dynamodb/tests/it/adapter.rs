//! One request, and what each answer to it means.

use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, Write};
use batchwright_kit::{Canned, Response, failure, says, shown};
use serde_json::{Value, json};

use crate::support::{accept, client, delete, error, put, puts, s, send, unprocessed, writer};

/// Checks what this answer to a request of three puts means.
async fn check(answer: Response, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &puts(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

/// A put that comes back.
fn back(key: &str) -> Value {
    json!({ "PutRequest": { "Item": { "pk": { "S": key }, "value": { "S": "value" } } } })
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_throttled_and_the_rest_is_written() {
    check(Response::ok(&json!({})), "AllAccepted").await;
    check(Response::ok(&json!({ "UnprocessedItems": null })), "AllAccepted").await;
    check(unprocessed("orders", &[]), "AllAccepted").await;
    check(unprocessed("orders", &[back("key 1")]), "Each[+ %UnprocessedItem +]").await;
    check(
        unprocessed("orders", &[back("key 2"), back("key 0")]),
        "Each[%UnprocessedItem + %UnprocessedItem]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_calls_the_table_by_another_name_speaks_of_the_same_writes() {
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    check(unprocessed(arn, &[back("key 1")]), "Each[+ %UnprocessedItem +]").await;
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_comes_back_is_throttled_too() {
    let key = json!({ "DeleteRequest": { "Key": { "pk": { "S": "b" } } } });
    let http = Canned::script([unprocessed("orders", &[key])]);
    let reply = send(&writer(http), &[put("a", "x"), delete("b")]).await;
    assert_eq!(shown(&reply), "Each[+ %UnprocessedItem]");
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_makes_the_rest_ambiguous() {
    check(
        unprocessed("orders", &[back("key 1"), back("key 7")]),
        "Each[?ContradictoryResponse %UnprocessedItem ?ContradictoryResponse]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_whole_request_have_their_meaning() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", "Fatal"),
        (400, "ExpiredTokenException", "Expired"),
        (400, "ItemCollectionSizeLimitExceededException", "Split"),
        (400, "ReplicatedWriteConflictException", "Retry"),
        (400, "RequestLimitExceeded", "Throttled"),
        (400, "ResourceNotFoundException", "UnknownDestination"),
        (400, "SerializationException", "Split"),
        (400, "SomethingNew", "Split"),
        (400, "UnrecognizedClientException", "Unrecognized"),
        (400, "ValidationException", "Split"),
        (413, "RequestEntityTooLarge", "Split"),
        (500, "InternalServerError", "Ambiguous"),
        (503, "ServiceUnavailable", "Ambiguous"),
    ] {
        check(error(status, code), &format!("{expected}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_without_capacity_throttles_every_write() {
    for code in ["ProvisionedThroughputExceededException", "ThrottlingException"] {
        check(error(400, code), &format!("Each[%{code} %{code} %{code}]")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn successes_that_cannot_be_read_are_ambiguous() {
    for (body, expected) in [
        ("{\"UnprocessedItems\":{", "Ambiguous(HTTP 200)"),
        ("<html>", "Ambiguous(HTTP 200)"),
        (
            "{\"UnprocessedItems\":{\"orders\":[{\"PutRequest\":{\"Item\":{\"pk\":{}}}}]}}",
            "Ambiguous(HTTP 200)",
        ),
        ("", "AllAccepted"),
    ] {
        check(Response::page(200, body), expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_table_is_named_with_its_region() {
    let answer = error(400, "ResourceNotFoundException");
    let reply = send(&writer(Canned::script([answer])), &puts(1)).await;
    says(
        &failure(reply),
        &["the table orders does not exist in region us-east-1 for the account of these credentials"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_writes_as_they_are() {
    let http = Canned::new(accept);
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    let table = DynamoDb::new(client(http.clone()), arn).partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table.consumed_capacity(true)).build().unwrap();
    let full = Write::put(
        [
            ("pk".to_owned(), s("ä \"quoted\"\n")),
            ("n".to_owned(), AttributeValue::N("1.50".to_owned())),
            ("b".to_owned(), AttributeValue::B(vec![0xff].into())),
            ("set".to_owned(), AttributeValue::Ns(vec!["1".to_owned(), "2e1".to_owned()])),
        ]
        .into(),
    );
    let from_json = Write::put_json(r#"{"pk":"x","l":[null,{"t":true}]}"#).unwrap();
    let reply = send(&writer, &[full, from_json, delete("b")]).await;
    assert_eq!(shown(&reply), "AllAccepted");
    assert_eq!(
        http.requests()[0].json(),
        json!({
            "RequestItems": { arn: [
                { "PutRequest": { "Item": {
                    "pk": { "S": "ä \"quoted\"\n" },
                    "n": { "N": "1.50" },
                    "b": { "B": "/w==" },
                    "set": { "NS": ["1", "2e1"] },
                } } },
                { "PutRequest": { "Item": {
                    "pk": { "S": "x" },
                    "l": { "L": [{ "NULL": true }, { "M": { "t": { "BOOL": true } } }] },
                } } },
                { "DeleteRequest": { "Key": { "pk": { "S": "b" } } } },
            ] },
            "ReturnConsumedCapacity": "TOTAL",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn consumed_capacity_is_asked_for_on_request_and_added_up() {
    let capacity =
        |units: f64| json!({ "ConsumedCapacity": [{ "TableName": "orders", "CapacityUnits": units }] });
    let answers = [Response::ok(&capacity(2.5)), Response::ok(&json!({})), Response::ok(&capacity(1.0))];
    let http = Canned::script(answers);
    let table = DynamoDb::new(client(http.clone()), "orders").partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table.consumed_capacity(true)).build().unwrap();
    for expected in [2.5, 2.5, 3.5] {
        send(&writer, &puts(1)).await.unwrap();
        assert_eq!(writer.service().consumed_capacity_units(), Some(expected));
    }
    assert_eq!(http.requests()[0].json()["ReturnConsumedCapacity"], "TOTAL");

    let http = Canned::script([Response::ok(&capacity(2.5))]);
    let writer = crate::support::writer(http.clone());
    send(&writer, &puts(1)).await.unwrap();
    assert_eq!(writer.service().consumed_capacity_units(), None);
    assert_eq!(http.requests()[0].json()["ReturnConsumedCapacity"], Value::Null);
}
