use aws_sdk_firehose::types::PutRecordBatchResponseEntry;
use batch_core::{Class, Refusal, Verdict, Verdicts};

use super::{PUT_RECORD_BATCH, of_records};
use crate::SentRecord;

/// Checks codes that come with this status, with and without the namespace of the service.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        for spelling in [(*code).to_owned(), format!("com.amazonaws.firehose#{code}")] {
            assert_eq!(PUT_RECORD_BATCH.of_request(Some(&spelling), status).0, expected, "{spelling}");
        }
    }
}

#[test]
fn throttling_is_told_by_code_whatever_the_status_or_by_status_429() {
    for status in [400, 500, 503] {
        check(status, &["ServiceUnavailableException"], Class::Throttled);
    }
    check(400, &["ThrottlingException", "LimitExceededException"], Class::Throttled);
    assert_eq!(PUT_RECORD_BATCH.of_request(None, 429).0, Class::Throttled);
    let advice = PUT_RECORD_BATCH.of_request(Some("ServiceUnavailableException"), 500).1;
    assert!(advice.unwrap_or_default().contains("quota"), "{advice:?}");
}

#[test]
fn what_went_wrong_inside_the_service_may_have_been_applied() {
    check(500, &["InternalFailure", "InternalFailureException", "Whatever"], Class::Ambiguous);
    check(503, &["ServiceUnavailable"], Class::Ambiguous);
    assert_eq!(PUT_RECORD_BATCH.of_request(None, 503).0, Class::Ambiguous);
}

#[test]
fn a_request_that_a_single_record_may_have_spoilt_is_split() {
    check(400, &["InvalidArgumentException", "ValidationException", "SerializationException"], Class::Split);
    check(400, &["SomethingNew"], Class::Split);
    assert_eq!(PUT_RECORD_BATCH.of_request(None, 413).0, Class::Split);
}

#[test]
fn what_no_retry_changes_is_fatal_and_comes_with_advice() {
    for (status, code, advice) in [
        (400, "AccessDeniedException", "firehose:PutRecordBatch"),
        (403, "SomethingNew", "firehose:PutRecordBatch"),
        (400, "MissingAuthenticationTokenException", "access key"),
        (400, "InvalidKMSResourceException", "KMS key"),
        (400, "KMSDisabledException", "KMS key"),
        (400, "InvalidSourceException", "CloudWatch Logs"),
        (404, "SomethingNew", "endpoint"),
    ] {
        check(status, &[code], Class::Fatal);
        let found = PUT_RECORD_BATCH.of_request(Some(code), status).1.unwrap_or_default();
        assert!(found.contains(advice), "{code}: {found:?}, without {advice:?}");
    }
}

#[test]
fn an_unknown_stream_and_credentials_are_told_from_other_errors() {
    check(400, &["ResourceNotFoundException"], Class::UnknownDestination);
    check(400, &["ExpiredTokenException", "RequestExpired"], Class::Expired);
    check(400, &["InvalidSignatureException", "UnrecognizedClientException"], Class::Unrecognized);
}

fn taken(id: &str) -> PutRecordBatchResponseEntry {
    PutRecordBatchResponseEntry::builder().record_id(id).build()
}

fn failed(code: &str) -> PutRecordBatchResponseEntry {
    PutRecordBatchResponseEntry::builder().error_code(code).error_message("words").build()
}

/// A verdict in short: `+1`, `~InternalFailure`.
fn shown(verdict: &Verdict<SentRecord>) -> String {
    match verdict {
        Verdict::Accepted(sent) => format!("+{}", sent.record_id()),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

#[track_caller]
fn each(results: Vec<PutRecordBatchResponseEntry>, expected: &[&str]) {
    let sent = results.len();
    let Ok(Verdicts::Each(verdicts)) = of_records(results, sent) else {
        panic!("every record has an answer")
    };
    assert_eq!(verdicts.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn each_record_has_the_verdict_at_its_position() {
    each(
        vec![taken("7"), failed("ServiceUnavailableException"), failed("InternalFailure"), taken("8")],
        &["+7", "%ServiceUnavailableException", "~InternalFailure", "+8"],
    );
    each(vec![failed("Whatever")], &["~Whatever"]);
    each(vec![], &[]);
}

#[test]
fn a_record_of_which_nothing_or_both_is_told_is_ambiguous() {
    let nothing = PutRecordBatchResponseEntry::builder();
    let both = PutRecordBatchResponseEntry::builder().record_id("7").error_code("InternalFailure");
    let empty = PutRecordBatchResponseEntry::builder().record_id("").error_code("");
    each(
        vec![nothing.build(), both.build(), empty.build()],
        &["?NotMentioned", "?ContradictoryResponse", "?NotMentioned"],
    );
    each(vec![PutRecordBatchResponseEntry::builder().record_id("7").error_code("").build()], &["+7"]);
}

#[test]
fn a_response_of_another_length_has_a_verdict_for_no_record() {
    for results in [vec![], vec![taken("7")], vec![taken("7"), taken("8"), taken("9")]] {
        let found = results.len();
        let Err(Refusal { class: Class::Ambiguous, failure }) = of_records(results, 2) else {
            panic!("{found} results for 2 records")
        };
        assert_eq!(failure.code(), "VerdictsMiscounted");
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
