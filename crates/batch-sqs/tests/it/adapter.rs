//! One request, and what each answer to it means.

use std::time::Duration;

use batch_core::{Verdict, Verdicts};
use batch_sqs::{Message, SentMessage};
use batchwright_kit::{Canned, Response, failure, says, shown};
use serde_json::{Value, json};

use crate::support::{accept, error, messages, plain_error, send, writer};

/// Checks what this answer to a request of three messages means.
async fn check(answer: Response, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &messages(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

fn sent(id: &str) -> Value {
    json!({ "Id": id, "MessageId": format!("m{id}"), "MD5OfMessageBody": "5" })
}

fn failed(id: &str, code: &str, sender_fault: bool) -> Value {
    json!({ "Id": id, "Code": code, "SenderFault": sender_fault, "Message": "words" })
}

fn batch(successful: &[Value], failed: &[Value]) -> Response {
    Response::ok(&json!({ "Successful": successful, "Failed": failed }))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_entries_alone() {
    let all = [sent("0"), sent("1"), sent("2")];
    check(batch(&all, &[]), "AllAccepted").await;
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
async fn every_message_gets_its_own_response_whatever_their_order_and_the_way_they_are_read() {
    let entry = |id: &str, new: &str| {
        let (message_id, sequence_number) = (format!("m{id}"), format!("s{id}"));
        json!({ "Id": id, "MessageId": message_id, "SequenceNumber": sequence_number, "New": new })
    };
    let response = |new| batch(&["1", "mine", "0"].map(|id| entry(id, new)), &[]);
    let messages = [Message::new("a"), Message::new("b").id("mine"), Message::new("c")];
    for (answer, is_direct) in [(response("text"), true), (response("an \"escape\""), false)] {
        let reply = send(&writer(Canned::script([answer])), &messages).await;
        let responses: Vec<_> = match reply.unwrap() {
            Verdicts::AllAccepted(responses) if is_direct => (0..3).map(|n| responses.read(n)).collect(),
            Verdicts::Each(verdicts) if !is_direct => verdicts.into_iter().map(accepted).collect(),
            other => panic!("{other:?}, directly: {is_direct}"),
        };
        let texts: Vec<_> =
            responses.iter().map(|sent| (sent.message_id(), sent.sequence_number())).collect();
        assert_eq!(texts, [("m0", Some("s0")), ("mmine", Some("smine")), ("m1", Some("s1"))]);
    }
}

fn accepted(verdict: Verdict<SentMessage>) -> SentMessage {
    match verdict {
        Verdict::Accepted(sent) => sent,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_with_another_status_or_with_more_behind_it_is_left_to_the_sdk() {
    let body = json!({ "Successful": [sent("0"), sent("1"), sent("2")] }).to_string();
    check(Response::with(201, "application/x-amz-json-1.0", body.clone()), "Each[+ + +]").await;
    check(Response::with(400, "application/x-amz-json-1.0", body.clone()), "Split(HTTP 400)").await;
    check(Response::with(200, "application/x-amz-json-1.0", format!("{body}\n")), "AllAccepted").await;
    check(Response::with(200, "application/x-amz-json-1.0", format!("{body}x")), "Ambiguous(HTTP 200)").await;
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_leaves_out_or_contradicts_is_ambiguous() {
    check(batch(&[sent("1")], &[]), "Each[?NotMentioned + ?NotMentioned]").await;
    check(batch(&[], &[]), "Each[?NotMentioned ?NotMentioned ?NotMentioned]").await;
    check(Response::ok(&json!({})), "Each[?NotMentioned ?NotMentioned ?NotMentioned]").await;
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
        (error(400, "AWS.SimpleQueueService.BatchRequestTooLong"), "BatchRequestTooLong"),
        (plain_error(400, "BatchRequestTooLong"), "BatchRequestTooLong"),
        (error(400, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"), "TooManyEntriesInBatchRequest"),
        (plain_error(400, "TooManyEntriesInBatchRequest"), "TooManyEntriesInBatchRequest"),
        (error(400, "InvalidMessageContents"), "InvalidMessageContents"),
        (plain_error(400, "InvalidParameterValueException"), "InvalidParameterValueException"),
    ] {
        check(answer, &format!("Split({bare})")).await;
    }
    check(error(400, "AWS.SimpleQueueService.NonExistentQueue"), "UnknownDestination(NonExistentQueue)")
        .await;
    check(plain_error(400, "QueueDoesNotExist"), "UnknownDestination(QueueDoesNotExist)").await;
    check(error(400, "KMS.ThrottlingException"), "Throttled(KMS.ThrottlingException)").await;
    check(plain_error(400, "KmsThrottled"), "Throttled(KmsThrottled)").await;
    check(error(400, "KMS.DisabledException"), "Fatal(KMS.DisabledException)").await;
    check(plain_error(400, "KmsDisabled"), "Fatal(KmsDisabled)").await;
    check(error(403, "RequestThrottled"), "Throttled(RequestThrottled)").await;
    check(plain_error(403, "AccessDeniedException"), "Fatal(AccessDeniedException)").await;
    check(error(403, "ExpiredToken"), "Expired(ExpiredToken)").await;
    check(plain_error(400, "ExpiredTokenException"), "Expired(ExpiredTokenException)").await;
    check(error(500, "InternalError"), "Ambiguous(InternalError)").await;
    check(plain_error(503, "ServiceUnavailable"), "Ambiguous(ServiceUnavailable)").await;
}

#[tokio::test(start_paused = true)]
async fn successes_that_cannot_be_read_are_ambiguous() {
    for (body, expected) in [
        ("{\"Successful\":[{\"Id\":\"0\",", "Ambiguous(HTTP 200)"),
        ("<html>", "Ambiguous(HTTP 200)"),
        ("", "Each[?NotMentioned ?NotMentioned ?NotMentioned]"),
    ] {
        check(Response::page(200, body), expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_queue_is_named_with_its_region() {
    let answer = error(400, "AWS.SimpleQueueService.NonExistentQueue");
    let failure = failure(send(&writer(Canned::script([answer])), &messages(1)).await);
    says(
        &failure,
        &["123456789012/orders does not exist in region us-east-1", "check name, region and account"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_messages_as_they_are() {
    let http = Canned::new(accept);
    let full = Message::new("ä \"quoted\"\n")
        .id("mine")
        .delay(Duration::from_secs(900))
        .group("tenant")
        .attribute("text", "x")
        .attribute("number", 7)
        .attribute("bytes", vec![0xff]);
    let reply = send(&writer(http.clone()), &[Message::new("plain"), full]).await;
    assert_eq!(shown(&reply), "AllAccepted");
    assert_eq!(
        http.requests()[0].json(),
        json!({
            "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
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
