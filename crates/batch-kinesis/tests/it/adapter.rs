//! One request, and what each answer to it means.

use std::error::Error;
use std::time::Duration;

use batch_kinesis::{Kinesis, KinesisWriter, Record, Stream};
use serde_json::{Value, json};

use crate::canned::{Answer, Canned};
use crate::support::{ARN, client, failure, records, says, send, shown, writer};

/// Checks what this answer to a request of three records means.
async fn check(answer: Answer, expected: &str) {
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
fn answer(failed: i32, records: &[Value]) -> Answer {
    Answer::ok(&json!({ "FailedRecordCount": failed, "EncryptionType": "KMS", "Records": records }))
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_records_alone() {
    check(answer(0, &[taken("1"), taken("2"), taken("3")]), "Each[+ + +]").await;
    check(
        answer(2, &[failed("InternalFailure"), taken("2"), failed("ProvisionedThroughputExceededException")]),
        "Each[~InternalFailure + %ProvisionedThroughputExceededException]",
    )
    .await;
    check(
        answer(3, &[failed("ThrottlingException"), failed("SomethingNew"), failed("KMSThrottlingException")]),
        "Each[%ThrottlingException ~SomethingNew %KMSThrottlingException]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_count_of_failures_is_not_believed() {
    check(answer(3, &[taken("1"), taken("2"), taken("3")]), "Each[+ + +]").await;
    check(answer(0, &[taken("1"), failed("InternalFailure"), taken("3")]), "Each[+ ~InternalFailure +]")
        .await;
    check(Answer::ok(&json!({ "Records": [taken("1"), taken("2"), taken("3")] })), "Each[+ + +]").await;
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_leaves_out_or_contradicts_is_ambiguous() {
    let both = json!({ "SequenceNumber": "2", "ErrorCode": "InternalFailure" });
    check(answer(1, &[taken("1"), both, json!({})]), "Each[+ ?ContradictoryResponse ?NotMentioned]").await;
    for records in [&[][..], &[taken("1"), taken("2")], &[taken("1"), taken("2"), taken("3"), taken("4")]] {
        check(answer(0, records), "Ambiguous(VerdictsMiscounted)").await;
    }
    check(Answer::ok(&json!({})), "Ambiguous(VerdictsMiscounted)").await;
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
        check(Answer::error(status, code), &format!("{expected}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_read_are_told_by_their_status() {
    for (status, body, expected) in [
        (200, "{\"Records\":[{\"SequenceNumber\":", "Ambiguous"),
        (200, "<html>", "Ambiguous"),
        (200, "", "Ambiguous"),
        (301, "", "Fatal"),
        (400, "<html>", "Split"),
        (403, "<html>", "Fatal"),
        (404, "", "Fatal"),
        (408, "", "Ambiguous"),
        (413, "<html>", "Split"),
        (429, "", "Throttled"),
        (500, "", "Ambiguous"),
        (502, "<html>", "Ambiguous"),
        (503, "{\"__type\":", "Ambiguous"),
        (504, "", "Ambiguous"),
    ] {
        let reply = send(&writer(Canned::script([Answer::Http(status, body.to_owned())])), &records(3)).await;
        let shown = shown(&reply);
        assert!(shown.starts_with(&format!("{expected}(")), "{status} {body:?}: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_ambiguous_and_one_never_made_is_not() {
    check(Answer::Reset, "Ambiguous(ConnectionLost)").await;
    check(Answer::Refused, "Unsent(NotConnected)").await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gets_no_answer_waits_for_the_writer_to_give_up() {
    let writer = writer(Canned::script([Answer::Hang]));
    let records = records(1);
    let waiting = send(&writer, &records);
    // The writer gives up after ten seconds, the client by itself later if at all.
    let found = tokio::time::timeout(Duration::from_secs(15), waiting).await;
    assert!(found.is_err(), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn one_failed_request_is_sent_once() {
    let throttled = Answer::error(400, "ProvisionedThroughputExceededException");
    for answer in [Answer::error(500, "InternalFailure"), throttled, Answer::Reset] {
        let http = Canned::script([answer]);
        send(&writer(http.clone()), &records(1)).await.expect_err("it fails");
        let asked = http.asked();
        assert_eq!(asked.len(), 1, "the client does not retry by itself");
        assert_eq!(asked[0].attempt, "attempt=1; max=1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_what_to_do_and_keeps_the_words_of_the_service_to_itself() {
    let denied = Answer::error(400, "AccessDeniedException");
    let failure = failure(send(&writer(Canned::script([denied])), &records(1)).await);
    says(
        &failure,
        &["AccessDeniedException: ", "allow them kinesis:PutRecords", "HTTP 400", "request id r-1"],
    );
    assert!(!failure.to_string().contains("words of the service"), "{failure}");
    assert_eq!(failure.message(), Some("words of the service"));
    assert!(failure.source().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_stream_is_named_with_region_and_account() {
    for (stream, words) in [
        (
            Stream::new("measurements"),
            "the stream measurements does not exist in region eu-west-1 for the account of these credentials",
        ),
        (Stream::new(ARN), "stream/measurements does not exist in region eu-west-1 for account 123456789012"),
    ] {
        let http = Canned::script([Answer::error(400, "ResourceNotFoundException")]);
        let writer = KinesisWriter::builder(Kinesis::new(client(http), stream)).build().unwrap();
        let failure = failure(send(&writer, &records(1)).await);
        says(&failure, &[words, "check name, region and account"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_records_as_they_are() {
    let http = Canned::new(Answer::accept);
    let full = Record::new(vec![0, 255]).partition_key("ä \"quoted\"\n").explicit_hash_key(u128::MAX);
    let reply = send(&writer(http.clone()), &[Record::new("").partition_key("k"), full]).await;
    assert_eq!(shown(&reply), "Each[+ +]");
    assert_eq!(
        http.asked()[0].body,
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
    let http = Canned::new(Answer::accept);
    let writer = KinesisWriter::builder(Kinesis::new(client(http.clone()), ARN)).build().unwrap();
    assert_eq!(shown(&send(&writer, &records(1)).await), "Each[+]");
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!((&asked.body["StreamARN"], &asked.body["StreamName"]), (&json!(ARN), &Value::Null));
    assert_eq!(asked.uri, "https://123456789012.data-kinesis.eu-west-1.amazonaws.com/");
}
