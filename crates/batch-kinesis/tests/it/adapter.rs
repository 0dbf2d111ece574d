//! One request, and what each answer to it means.

use batch_kinesis::{Kinesis, KinesisWriter, Record, Stream};
use batchwright_kit::{Canned, Response, failure, says, shown};
use serde_json::{Value, json};

use crate::support::{ARN, accept, client, error, records, send, writer};

/// Checks what this answer to a request of three records means.
async fn check(answer: Response, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &records(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

fn taken(number: &str) -> Value {
    json!({ "SequenceNumber": number, "ShardId": "shardId-000000000000" })
}

fn failed(code: &str) -> Value {
    json!({ "ErrorCode": code, "ErrorMessage": "words" })
}

/// An answer that counts so many failures, whatever the records say.
fn answer(failed: i32, records: &[Value]) -> Response {
    Response::ok(&json!({ "FailedRecordCount": failed, "EncryptionType": "KMS", "Records": records }))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_records_alone() {
    check(answer(0, &[taken("1"), taken("2"), taken("3")]), "AllAccepted").await;
    check(
        answer(2, &[failed("InternalFailure"), taken("2"), failed("ProvisionedThroughputExceededException")]),
        "AllBut[0:~InternalFailure 2:%ProvisionedThroughputExceededException]",
    )
    .await;
    check(
        answer(3, &[failed("ThrottlingException"), failed("SomethingNew"), failed("KMSThrottlingException")]),
        "AllBut[0:%ThrottlingException 1:~SomethingNew 2:%KMSThrottlingException]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_count_of_failures_is_not_believed() {
    check(answer(3, &[taken("1"), taken("2"), taken("3")]), "AllAccepted").await;
    check(answer(0, &[taken("1"), failed("InternalFailure"), taken("3")]), "AllBut[1:~InternalFailure]")
        .await;
    check(Response::ok(&json!({ "Records": [taken("1"), taken("2"), taken("3")] })), "Each[+ + +]").await;
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_leaves_out_or_contradicts_is_ambiguous() {
    let both = json!({ "SequenceNumber": "2", "ErrorCode": "InternalFailure" });
    check(answer(1, &[taken("1"), both, json!({})]), "Each[+ ?ContradictoryResponse ?NotMentioned]").await;
    for records in [&[][..], &[taken("1"), taken("2")], &[taken("1"), taken("2"), taken("3"), taken("4")]] {
        check(answer(0, records), "Ambiguous(VerdictsMiscounted)").await;
    }
    check(Response::ok(&json!({})), "Ambiguous(VerdictsMiscounted)").await;
}

#[tokio::test(start_paused = true)]
async fn a_code_for_the_whole_request_is_one_for_all_records() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", "Fatal"),
        (400, "DryRunOperationException", "Fatal"),
        (400, "ExpiredTokenException", "Expired"),
        (500, "InternalFailure", "Ambiguous"),
        (500, "InternalFailureException", "Ambiguous"),
        (400, "InvalidArgumentException", "Split"),
        (400, "KMSAccessDeniedException", "Fatal"),
        (400, "KMSDisabledException", "Fatal"),
        (400, "KMSInvalidStateException", "Fatal"),
        (400, "KMSNotFoundException", "Fatal"),
        (400, "KMSOptInRequired", "Fatal"),
        (400, "KMSThrottlingException", "Throttled"),
        (400, "LimitExceededException", "Throttled"),
        (400, "ProvisionedThroughputExceededException", "Throttled"),
        (400, "RequestExpired", "Expired"),
        (400, "ResourceNotFoundException", "UnknownDestination"),
        (503, "ServiceUnavailable", "Ambiguous"),
        (400, "SomethingNew", "Split"),
        (400, "ThrottlingException", "Throttled"),
        (400, "ValidationException", "Split"),
    ] {
        check(error(status, code), &format!("{expected}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn successes_that_cannot_be_read_are_ambiguous() {
    for body in ["{\"Records\":[{\"SequenceNumber\":", "<html>", ""] {
        let http = Canned::script([Response::page(200, body)]);
        let shown = shown(&send(&writer(http), &records(3)).await);
        assert!(shown.starts_with("Ambiguous("), "{body:?}: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_stream_is_named_with_region_and_account() {
    for (stream, words) in [
        (
            Stream::new("measurements"),
            "the stream measurements does not exist in region us-east-1 for the account of these credentials",
        ),
        (Stream::new(ARN), "stream/measurements does not exist in region us-east-1 for account 123456789012"),
    ] {
        let http = Canned::script([error(400, "ResourceNotFoundException")]);
        let writer = KinesisWriter::builder(Kinesis::new(client(http), stream)).build().unwrap();
        let failure = failure(send(&writer, &records(1)).await);
        says(&failure, &[words, "check name, region and account"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_records_as_they_are() {
    let http = Canned::new(accept);
    let full = Record::new(vec![0, 255]).partition_key("ä \"quoted\"\n").explicit_hash_key(u128::MAX);
    let reply = send(&writer(http.clone()), &[Record::new("").partition_key("k"), full]).await;
    assert_eq!(shown(&reply), "AllAccepted");
    assert_eq!(
        http.requests()[0].json(),
        json!({
            "StreamName": "measurements",
            "Records": [
                { "Data": "", "PartitionKey": "k" },
                {
                    "Data": "AP8=",
                    "PartitionKey": "ä \"quoted\"\n",
                    "ExplicitHashKey": "340282366920938463463374607431768211455",
                },
            ],
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_given_by_arn_is_written_to_at_the_endpoint_of_its_account() {
    let http = Canned::new(accept);
    let writer = KinesisWriter::builder(Kinesis::new(client(http.clone()), ARN)).build().unwrap();
    assert_eq!(shown(&send(&writer, &records(1)).await), "AllAccepted");
    let [request] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
    assert_eq!((&request.json()["StreamARN"], &request.json()["StreamName"]), (&json!(ARN), &Value::Null));
    assert_eq!(request.uri(), "https://123456789012.data-kinesis.us-east-1.amazonaws.com/");
}
