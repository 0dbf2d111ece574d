use aws_sdk_kinesis::types::PutRecordsResultEntry;
use batch_core::{Class, Refusal, Verdict, Verdicts};

use super::{DESCRIBE, PUT_RECORDS, of_records};
use crate::SentRecord;

/// Checks codes that come with this status, with and without the namespace of the service.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        for spelling in [(*code).to_owned(), format!("com.amazonaws.kinesis#{code}")] {
            assert_eq!(PUT_RECORDS.of_request(Some(&spelling), status).0, expected, "{spelling}");
        }
    }
}

#[test]
fn throttling_is_told_by_code_or_status_429() {
    check(400, &["ProvisionedThroughputExceededException", "ThrottlingException"], Class::Throttled);
    check(400, &["KMSThrottlingException", "LimitExceededException"], Class::Throttled);
    assert_eq!(PUT_RECORDS.of_request(None, 429).0, Class::Throttled);
}

#[test]
fn what_went_wrong_inside_the_service_may_have_been_applied() {
    check(500, &["InternalFailure", "InternalFailureException", "Whatever"], Class::Ambiguous);
    check(503, &["ServiceUnavailable"], Class::Ambiguous);
}

#[test]
fn a_request_that_a_single_record_may_have_spoilt_is_split() {
    check(400, &["InvalidArgumentException", "ValidationException", "SerializationException"], Class::Split);
    check(400, &["SomethingNew"], Class::Split);
    assert_eq!(PUT_RECORDS.of_request(None, 413).0, Class::Split);
}

#[test]
fn what_no_retry_changes_is_fatal_and_comes_with_advice() {
    for (status, code, advice) in [
        (400, "AccessDeniedException", "kinesis:PutRecords"),
        (403, "SomethingNew", "kinesis:PutRecords"),
        (400, "MissingAuthenticationTokenException", "access key"),
        (400, "KMSAccessDeniedException", "kms:GenerateDataKey"),
        (400, "KMSDisabledException", "KMS key"),
        (400, "KMSInvalidStateException", "KMS key"),
        (400, "KMSNotFoundException", "KMS key"),
        (400, "KMSOptInRequired", "signed up for AWS KMS"),
        (400, "DryRunOperationException", "dry run"),
        (404, "SomethingNew", "endpoint"),
    ] {
        check(status, &[code], Class::Fatal);
        let found = PUT_RECORDS.of_request(Some(code), status).1.unwrap_or_default();
        assert!(found.contains(advice), "{code}: {found:?}, without {advice:?}");
    }
}

#[test]
fn an_unknown_stream_is_told_from_other_fatal_errors() {
    check(400, &["ResourceNotFoundException"], Class::UnknownDestination);
}

#[test]
fn what_newer_credentials_or_another_signature_may_change_is_told_apart() {
    check(400, &["ExpiredTokenException", "RequestExpired"], Class::Expired);
    check(400, &["InvalidSignatureException", "UnrecognizedClientException"], Class::Unrecognized);
}

#[test]
fn who_may_not_describe_a_stream_is_told_what_to_allow() {
    let (class, advice) = DESCRIBE.of_request(Some("AccessDeniedException"), 400);
    assert_eq!(class, Class::Fatal);
    assert!(advice.unwrap_or_default().contains("kinesis:DescribeStreamSummary"), "{advice:?}");
    assert_eq!(DESCRIBE.of_request(Some("ResourceNotFoundException"), 400).0, Class::UnknownDestination);
}

fn taken(number: &str) -> PutRecordsResultEntry {
    PutRecordsResultEntry::builder().sequence_number(number).shard_id("shardId-000000000001").build()
}

fn failed(code: &str) -> PutRecordsResultEntry {
    PutRecordsResultEntry::builder().error_code(code).error_message("words").build()
}

/// A verdict in short: `+1`, `~InternalFailure`.
fn shown(verdict: &Verdict<SentRecord>) -> String {
    match verdict {
        Verdict::Accepted(sent) => format!("+{}", sent.sequence_number()),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

#[track_caller]
fn each(results: Vec<PutRecordsResultEntry>, expected: &[&str]) {
    let sent = results.len();
    let Ok(Verdicts::Each(verdicts)) = of_records(results, sent) else {
        panic!("every record has an answer")
    };
    assert_eq!(verdicts.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn each_record_has_the_verdict_at_its_place() {
    each(
        vec![
            taken("7"),
            failed("ProvisionedThroughputExceededException"),
            failed("InternalFailure"),
            taken("8"),
        ],
        &["+7", "%ProvisionedThroughputExceededException", "~InternalFailure", "+8"],
    );
    each(
        vec![failed("KMSThrottlingException"), failed("Whatever")],
        &["%KMSThrottlingException", "~Whatever"],
    );
    each(vec![], &[]);
}

#[test]
fn a_record_of_which_nothing_or_both_is_told_is_ambiguous() {
    let nothing = PutRecordsResultEntry::builder();
    let both = PutRecordsResultEntry::builder().sequence_number("7").error_code("InternalFailure");
    let empty = PutRecordsResultEntry::builder().sequence_number("").error_code("");
    each(
        vec![nothing.build(), both.build(), empty.build()],
        &["?NotMentioned", "?ContradictoryResponse", "?NotMentioned"],
    );
    each(vec![PutRecordsResultEntry::builder().sequence_number("7").error_code("").build()], &["+7"]);
}

#[test]
fn a_response_of_another_length_has_a_verdict_for_no_record() {
    for results in [vec![], vec![taken("7")], vec![taken("7"), taken("8"), taken("9")]] {
        let found = results.len();
        let Err(Refusal { class: Class::Ambiguous, failure }) = of_records(results, 2) else {
            panic!("{found} results for 2 records")
        };
        assert_eq!(failure.code(), "VerdictsMiscounted");
        let words = format!("the number of verdicts is {found}, but that of entries is 2");
        assert_eq!(failure.detail(), Some(&*words));
    }
}

#[test]
fn a_failure_keeps_the_words_of_the_service_to_itself() {
    let Ok(Verdicts::Each(verdicts)) = of_records(vec![failed("InternalFailure")], 1) else {
        panic!("it has an answer")
    };
    let [Verdict::Retry(failure)] = &verdicts[..] else { panic!("{verdicts:?}") };
    assert_eq!((failure.to_string().as_str(), failure.message()), ("InternalFailure", Some("words")));
}
