//! One request, and what each answer to it means.

use std::error::Error;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::StalledStreamProtectionConfig;
use batch_sqs::{Message, Sqs, SqsWriter};
use serde_json::{Value, json};

use crate::canned::{Answer, Canned};
use crate::support::{URL, config, failure, messages, says, send, shown, writer};

/// Checks what this answer to a request of three messages means.
async fn check(answer: Answer, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &messages(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

fn sent(id: &str) -> Value {
    json!({ "Id": id, "MessageId": format!("m{id}"), "MD5OfMessageBody": "5" })
}

fn failed(id: &str, code: &str, sender_fault: bool) -> Value {
    json!({ "Id": id, "Code": code, "SenderFault": sender_fault, "Message": "words" })
}

fn batch(successful: &[Value], failed: &[Value]) -> Answer {
    Answer::ok(&json!({ "Successful": successful, "Failed": failed }))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_entries_alone() {
    let all = [sent("0"), sent("1"), sent("2")];
    check(batch(&all, &[]), "Each[+ + +]").await;
    check(
        batch(
            &[sent("1")],
            &[failed("2", "InternalError", false), failed("0", "InvalidMessageContents", true)],
        ),
        "Each[!InvalidMessageContents + ~InternalError]",
    )
    .await;
    check(
        batch(&[sent("2"), sent("0")], &[failed("1", "RequestThrottled", true)]),
        "Each[+ %RequestThrottled +]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_leaves_out_or_contradicts_is_ambiguous() {
    check(batch(&[sent("1")], &[]), "Each[?NotMentioned + ?NotMentioned]").await;
    check(batch(&[], &[]), "Each[?NotMentioned ?NotMentioned ?NotMentioned]").await;
    check(Answer::ok(&json!({})), "Each[?NotMentioned ?NotMentioned ?NotMentioned]").await;
    check(
        batch(&[sent("0"), sent("1")], &[failed("1", "X", true), failed("2", "X", true)]),
        "Each[+ ?ContradictoryResponse !X]",
    )
    .await;
    check(batch(&[sent("a"), sent("1"), sent("2")], &[failed("b", "X", true)]), "Each[?NotMentioned + +]")
        .await;
}

#[tokio::test(start_paused = true)]
async fn both_spellings_of_a_code_mean_the_same() {
    for (answer, bare) in [
        (Answer::error(400, "AWS.SimpleQueueService.BatchRequestTooLong"), "BatchRequestTooLong"),
        (Answer::plain_error(400, "BatchRequestTooLong"), "BatchRequestTooLong"),
        (
            Answer::error(400, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
            "TooManyEntriesInBatchRequest",
        ),
        (Answer::plain_error(400, "TooManyEntriesInBatchRequest"), "TooManyEntriesInBatchRequest"),
        (Answer::error(400, "InvalidMessageContents"), "InvalidMessageContents"),
        (Answer::plain_error(400, "InvalidParameterValueException"), "InvalidParameterValueException"),
    ] {
        check(answer, &format!("Split({bare})")).await;
    }
    check(
        Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue"),
        "UnknownDestination(NonExistentQueue)",
    )
    .await;
    check(Answer::plain_error(400, "QueueDoesNotExist"), "UnknownDestination(QueueDoesNotExist)").await;
    check(Answer::error(400, "KMS.ThrottlingException"), "Throttled(KMS.ThrottlingException)").await;
    check(Answer::plain_error(400, "KmsThrottled"), "Throttled(KmsThrottled)").await;
    check(Answer::error(400, "KMS.DisabledException"), "Fatal(KMS.DisabledException)").await;
    check(Answer::plain_error(400, "KmsDisabled"), "Fatal(KmsDisabled)").await;
    check(Answer::error(403, "RequestThrottled"), "Throttled(RequestThrottled)").await;
    check(Answer::plain_error(403, "AccessDeniedException"), "Fatal(AccessDeniedException)").await;
    check(Answer::error(403, "ExpiredToken"), "Expired(ExpiredToken)").await;
    check(Answer::plain_error(400, "ExpiredTokenException"), "Expired(ExpiredTokenException)").await;
    check(Answer::error(500, "InternalError"), "Ambiguous(InternalError)").await;
    check(Answer::plain_error(503, "ServiceUnavailable"), "Ambiguous(ServiceUnavailable)").await;
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_read_are_told_by_their_status() {
    for (status, body, expected) in [
        (200, "{\"Successful\":[{\"Id\":\"0\",", "Ambiguous(HTTP 200)"),
        (200, "<html>", "Ambiguous(HTTP 200)"),
        (200, "", "Each[?NotMentioned ?NotMentioned ?NotMentioned]"),
        (301, "", "Fatal(HTTP 301)"),
        (400, "<html>", "Split(HTTP 400)"),
        (403, "<html>", "Fatal(HTTP 403)"),
        (404, "", "Fatal(HTTP 404)"),
        (408, "", "Ambiguous(HTTP 408)"),
        (413, "<html>", "Split(HTTP 413)"),
        (429, "", "Throttled(HTTP 429)"),
        (500, "", "Ambiguous(HTTP 500)"),
        (502, "<html>", "Ambiguous(HTTP 502)"),
        (503, "{\"__type\":", "Ambiguous(HTTP 503)"),
        (504, "", "Ambiguous(HTTP 504)"),
    ] {
        check(Answer::Http(status, None, body.to_owned()), expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_ambiguous_and_one_never_made_is_not() {
    check(Answer::Reset, "Ambiguous(ConnectionLost)").await;
    check(Answer::Refused, "Unsent(NotConnected)").await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gets_no_answer_waits_for_the_writer_to_give_up() {
    // The client's watch over stalled streams looks at the real clock, and so ends it at any time.
    let unwatched = StalledStreamProtectionConfig::disabled();
    let config = config(Canned::script([Answer::Hang])).stalled_stream_protection(unwatched);
    let client = Client::from_conf(config.build());
    let writer = SqsWriter::builder(Sqs::new(client, URL)).build().unwrap();
    let messages = messages(1);
    let waiting = send(&writer, &messages);
    assert!(tokio::time::timeout(Duration::from_secs(3600), waiting).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn one_failed_request_is_sent_once() {
    for answer in [Answer::error(500, "InternalError"), Answer::error(400, "RequestThrottled"), Answer::Reset]
    {
        let http = Canned::script([answer]);
        let _ = send(&writer(http.clone()), &messages(1)).await;
        let asked = http.asked();
        assert_eq!(asked.len(), 1, "the client does not retry by itself");
        assert_eq!(asked[0].attempt, "attempt=1; max=1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_what_to_do_and_keeps_the_words_of_the_service_to_itself() {
    let failure =
        failure(send(&writer(Canned::script([Answer::error(403, "AccessDenied")])), &messages(1)).await);
    says(&failure, &["AccessDenied: ", "allow them sqs:SendMessage", "HTTP 403", "request id r-1"]);
    assert!(!failure.to_string().contains("words of the service"), "{failure}");
    assert_eq!(failure.message(), Some("words of the service"));
    assert!(failure.source().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_queue_is_named_with_its_region() {
    let answer = Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue");
    let failure = failure(send(&writer(Canned::script([answer])), &messages(1)).await);
    says(
        &failure,
        &["123456789012/orders does not exist in region eu-west-1", "check name, region and account"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_messages_as_they_are() {
    let http = Canned::new(Answer::accept);
    let full = Message::new("ä \"quoted\"\n")
        .id("mine")
        .delay(Duration::from_secs(900))
        .group("tenant")
        .attribute("text", "x")
        .attribute("number", 7)
        .attribute("bytes", vec![0xff]);
    let reply = send(&writer(http.clone()), &[Message::new("plain"), full]).await;
    assert_eq!(shown(&reply), "Each[+ +]");
    assert_eq!(
        http.asked()[0].body,
        json!({
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
            "Entries": [
                { "Id": "0", "MessageBody": "plain" },
                {
                    "Id": "mine",
                    "MessageBody": "ä \"quoted\"\n",
                    "DelaySeconds": 900,
                    "MessageGroupId": "tenant",
                    "MessageAttributes": {
                        "text": { "DataType": "String", "StringValue": "x" },
                        "number": { "DataType": "Number", "StringValue": "7" },
                        "bytes": { "DataType": "Binary", "BinaryValue": "/w==" },
                    },
                },
            ],
        })
    );
}
