//! One request, and what each answer to it means.

use std::error::Error;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::StalledStreamProtectionConfig;
use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, Write};
use serde_json::{Value, json};

use crate::canned::{Answer, Canned};
use crate::support::{client, config, delete, failure, put, puts, s, says, send, shown, writer};

/// Checks what this answer to a request of three puts means.
async fn check(answer: Answer, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &puts(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

/// A put that comes back.
fn back(key: &str) -> Value {
    json!({ "PutRequest": { "Item": { "pk": { "S": key }, "value": { "S": "value" } } } })
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_throttled_and_the_rest_is_written() {
    check(Answer::ok(&json!({})), "AllAccepted").await;
    check(Answer::ok(&json!({ "UnprocessedItems": null })), "AllAccepted").await;
    check(Answer::unprocessed("orders", &[]), "AllAccepted").await;
    check(Answer::unprocessed("orders", &[back("key 1")]), "Each[+ %UnprocessedItem +]").await;
    check(
        Answer::unprocessed("orders", &[back("key 2"), back("key 0")]),
        "Each[%UnprocessedItem + %UnprocessedItem]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_calls_the_table_by_another_name_speaks_of_the_same_writes() {
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    check(Answer::unprocessed(arn, &[back("key 1")]), "Each[+ %UnprocessedItem +]").await;
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_comes_back_is_throttled_too() {
    let key = json!({ "DeleteRequest": { "Key": { "pk": { "S": "b" } } } });
    let http = Canned::script([Answer::unprocessed("orders", &[key])]);
    let reply = send(&writer(http), &[put("a", "x"), delete("b")]).await;
    assert_eq!(shown(&reply), "Each[+ %UnprocessedItem]");
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_makes_the_rest_ambiguous() {
    check(
        Answer::unprocessed("orders", &[back("key 1"), back("key 7")]),
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
        (400, "ProvisionedThroughputExceededException", "Throttled"),
        (400, "ReplicatedWriteConflictException", "Retry"),
        (400, "RequestLimitExceeded", "Throttled"),
        (400, "ResourceNotFoundException", "UnknownDestination"),
        (400, "SerializationException", "Split"),
        (400, "SomethingNew", "Split"),
        (400, "ThrottlingException", "Throttled"),
        (400, "UnrecognizedClientException", "Unrecognized"),
        (400, "ValidationException", "Split"),
        (413, "RequestEntityTooLarge", "Split"),
        (500, "InternalServerError", "Ambiguous"),
        (503, "ServiceUnavailable", "Ambiguous"),
    ] {
        check(Answer::error(status, code), &format!("{expected}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_read_are_told_by_their_status() {
    for (status, body, expected) in [
        (200, "{\"UnprocessedItems\":{", "Ambiguous(HTTP 200)"),
        (200, "<html>", "Ambiguous(HTTP 200)"),
        (
            200,
            "{\"UnprocessedItems\":{\"orders\":[{\"PutRequest\":{\"Item\":{\"pk\":{}}}}]}}",
            "Ambiguous(HTTP 200)",
        ),
        (200, "", "AllAccepted"),
        (301, "", "Fatal(HTTP 301)"),
        (400, "<html>", "Split(HTTP 400)"),
        (403, "<html>", "Fatal(HTTP 403)"),
        (408, "", "Ambiguous(HTTP 408)"),
        (413, "<html>", "Split(HTTP 413)"),
        (429, "", "Throttled(HTTP 429)"),
        (500, "", "Ambiguous(HTTP 500)"),
        (502, "<html>", "Ambiguous(HTTP 502)"),
        (503, "{\"__type\":", "Ambiguous(HTTP 503)"),
    ] {
        check(Answer::Http(status, body.to_owned()), expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_ambiguous_and_one_never_made_is_not() {
    check(Answer::Reset, "Ambiguous(ConnectionLost)").await;
    check(Answer::Refused, "Unsent(NotConnected)").await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gets_no_answer_waits_for_the_writer_to_give_up() {
    // The client's protection against stalled streams reads the real clock, which is not paused.
    let config = config(Canned::script([Answer::Hang]));
    let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let table =
        DynamoDb::new(Client::from_conf(config.build()), "orders").partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    let writes = puts(1);
    assert!(tokio::time::timeout(Duration::from_secs(3600), send(&writer, &writes)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn one_failed_request_is_sent_once() {
    for answer in [
        Answer::error(500, "InternalServerError"),
        Answer::error(400, "ProvisionedThroughputExceededException"),
        Answer::error(400, "ReplicatedWriteConflictException"),
        Answer::Reset,
    ] {
        let http = Canned::script([answer]);
        failure(send(&writer(http.clone()), &puts(1)).await);
        let asked = http.asked();
        assert_eq!(asked.len(), 1, "the client does not retry by itself");
        assert_eq!(asked[0].attempt, "attempt=1; max=1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_what_to_do_and_keeps_the_words_of_the_service_to_itself() {
    let answer = Answer::error(400, "AccessDeniedException");
    let failure = failure(send(&writer(Canned::script([answer])), &puts(1)).await);
    says(
        &failure,
        &["AccessDeniedException: ", "allow them dynamodb:BatchWriteItem", "HTTP 400", "request id r-1"],
    );
    assert!(!failure.to_string().contains("words of the service"), "{failure}");
    assert_eq!(failure.message(), Some("words of the service"));
    assert!(failure.source().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_table_is_named_with_its_region() {
    let answer = Answer::error(400, "ResourceNotFoundException");
    let reply = send(&writer(Canned::script([answer])), &puts(1)).await;
    says(
        &failure(reply),
        &["the table orders does not exist in region eu-west-1 for the account of these credentials"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_writes_as_they_are() {
    let http = Canned::new(Answer::accept);
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
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
        http.asked()[0].body,
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
    let answers = [Answer::ok(&capacity(2.5)), Answer::ok(&json!({})), Answer::ok(&capacity(1.0))];
    let http = Canned::script(answers);
    let table = DynamoDb::new(client(http.clone()), "orders").partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table.consumed_capacity(true)).build().unwrap();
    for expected in [2.5, 2.5, 3.5] {
        send(&writer, &puts(1)).await.unwrap();
        assert_eq!(writer.service().consumed_capacity_units(), Some(expected));
    }
    assert_eq!(http.asked()[0].body["ReturnConsumedCapacity"], "TOTAL");

    let http = Canned::script([Answer::ok(&capacity(2.5))]);
    let writer = crate::support::writer(http.clone());
    send(&writer, &puts(1)).await.unwrap();
    assert_eq!(writer.service().consumed_capacity_units(), None);
    assert_eq!(http.asked()[0].body["ReturnConsumedCapacity"], Value::Null);
}
