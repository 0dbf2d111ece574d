//! One request, and what each response to it means.

use batch_firehose::{Firehose, FirehoseWriter, Record};
use batchwright_kit::{Canned, Response, failure, says, shown};
use serde_json::{Value, json};

use crate::support::{accept, client, error, records, send, to_measurements};

/// Checks what this response to a request of three records means.
async fn check(response: Response, expected: &str) {
    let writer = to_measurements(client(Canned::script([response.clone()])));
    assert_eq!(shown(&send(&writer, &records(3)).await), expected, "{response:?}");
}

fn taken(id: &str) -> Value {
    json!({ "RecordId": id })
}

fn failed(code: &str) -> Value {
    json!({ "ErrorCode": code, "ErrorMessage": "words" })
}

/// A response that counts so many failures, whatever the records say.
fn response(failed: i32, results: &[Value]) -> Response {
    Response::ok(&json!({ "FailedPutCount": failed, "RequestResponses": results }))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_records_alone() {
    check(response(0, &[taken("1"), taken("2"), taken("3")]), "AllAccepted").await;
    check(
        response(2, &[failed("InternalFailure"), taken("2"), failed("ServiceUnavailableException")]),
        "AllBut[0:~InternalFailure 2:%ServiceUnavailableException]",
    )
    .await;
    check(
        response(3, &[failed("ThrottlingException"), failed("SomethingNew"), failed("InternalFailure")]),
        "AllBut[0:%ThrottlingException 1:~SomethingNew 2:~InternalFailure]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_count_of_failures_is_not_believed() {
    check(response(3, &[taken("1"), taken("2"), taken("3")]), "AllAccepted").await;
    check(response(0, &[taken("1"), failed("InternalFailure"), taken("3")]), "AllBut[1:~InternalFailure]")
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_response_leaves_out_or_contradicts_is_ambiguous() {
    let both = json!({ "RecordId": "2", "ErrorCode": "InternalFailure" });
    check(response(1, &[taken("1"), both, json!({})]), "Each[+ ?ContradictoryResponse ?NotMentioned]").await;
    for results in [&[][..], &[taken("1"), taken("2")], &[taken("1"), taken("2"), taken("3"), taken("4")]] {
        check(response(0, results), "Ambiguous(VerdictsMiscounted)").await;
    }
    check(Response::ok(&json!({})), "Ambiguous(VerdictsMiscounted)").await;
}

#[tokio::test(start_paused = true)]
async fn a_code_for_the_whole_request_is_one_for_all_records() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", "Fatal"),
        (400, "ExpiredTokenException", "Expired"),
        (500, "InternalFailure", "Ambiguous"),
        (400, "InvalidArgumentException", "Split"),
        (400, "InvalidKMSResourceException", "Fatal"),
        (400, "InvalidSourceException", "Fatal"),
        (400, "LimitExceededException", "Throttled"),
        (400, "ResourceNotFoundException", "UnknownDestination"),
        (503, "ServiceUnavailable", "Ambiguous"),
        (500, "ServiceUnavailableException", "Throttled"),
        (503, "ServiceUnavailableException", "Throttled"),
        (400, "SomethingNew", "Split"),
        (400, "ThrottlingException", "Throttled"),
        (400, "ValidationException", "Split"),
    ] {
        check(error(status, code), &format!("{expected}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn successes_that_cannot_be_read_are_ambiguous() {
    for body in ["{\"RequestResponses\":[{\"RecordId\":", "<html>", ""] {
        let writer = to_measurements(client(Canned::script([Response::page(200, body)])));
        let shown = shown(&send(&writer, &records(3)).await);
        assert!(shown.starts_with("Ambiguous("), "{body:?}: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_stream_is_named_with_its_region() {
    let http = Canned::script([error(400, "ResourceNotFoundException")]);
    let failure = failure(send(&to_measurements(client(http)), &records(1)).await);
    let words =
        "the delivery stream measurements does not exist in region us-east-1 for the account of these";
    says(&failure, &[words, "check name, region and account"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_records_as_they_are_and_the_name_of_the_stream() {
    let arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/measurements";
    for stream in ["measurements", arn] {
        let http = Canned::new(accept);
        let firehose = Firehose::new(client(http.clone()), stream);
        let writer = FirehoseWriter::builder(firehose).build().unwrap();
        assert_eq!(shown(&send(&writer, &[Record::new(""), Record::new(vec![0, 255])]).await), "AllAccepted");
        assert_eq!(
            http.only_request().json(),
            json!({ "DeliveryStreamName": "measurements", "Records": [{ "Data": "" }, { "Data": "AP8=" }] })
        );
    }
}
