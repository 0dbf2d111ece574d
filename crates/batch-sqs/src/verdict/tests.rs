use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use batch_core::{Class, Verdict};
use batch_smithy::EntryIds;

use super::{BY_CONTENT, CODES, of_entries};
use crate::SentMessage;

/// Checks codes that come with this status, in both spellings.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        assert_eq!(CODES.of_request(Some(code), status).0, expected, "{code}");
        let prefixed = format!("AWS.SimpleQueueService.{code}");
        assert_eq!(CODES.of_request(Some(&prefixed), status).0, expected, "{prefixed}");
    }
}

#[test]
fn throttling_is_told_by_code_or_status_429() {
    check(
        400,
        &["RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException"],
        Class::Throttled,
    );
    check(400, &["KMS.ThrottlingException", "KmsThrottled", "LimitExceededException"], Class::Throttled);
    check(403, &["OverLimit", "ThrottlingException"], Class::Throttled);
    check(503, &["SlowDown", "RequestThrottled"], Class::Throttled);
    assert_eq!(CODES.of_request(None, 429).0, Class::Throttled);
    assert_eq!(CODES.of_request(Some("Whatever"), 429).0, Class::Throttled);
}

#[test]
fn what_went_wrong_inside_the_service_may_have_been_applied() {
    check(500, &["InternalError", "InternalFailure", "Whatever", "AccessDenied"], Class::Ambiguous);
    check(503, &["ServiceUnavailable", "Whatever"], Class::Ambiguous);
    check(400, &["InternalError", "ServiceUnavailable", "RequestTimeout"], Class::Ambiguous);
    for status in [200, 204, 408, 500, 502, 503, 504, 599] {
        assert_eq!(CODES.of_request(None, status).0, Class::Ambiguous, "{status}");
    }
}

#[test]
fn a_request_that_a_single_entry_may_have_spoilt_is_split() {
    check(400, &["BatchRequestTooLong", "TooManyEntriesInBatchRequest"], Class::Split);
    check(400, &["InvalidMessageContents", "InvalidParameterValue", "MissingParameter"], Class::Split);
    check(400, &["InvalidBatchEntryId", "BatchEntryIdsNotDistinct", "SerializationException"], Class::Split);
    check(400, &["SomethingNew"], Class::Split);
    for status in [400, 413, 422, 431] {
        assert_eq!(CODES.of_request(None, status).0, Class::Split, "{status}");
    }
}

#[test]
fn what_no_retry_changes_is_fatal_and_comes_with_advice() {
    for (status, code, advice) in [
        (403, "AccessDenied", "sqs:SendMessage"),
        (400, "AccessDeniedException", "sqs:SendMessage"),
        (403, "SomethingNew", "sqs:SendMessage"),
        (403, "MissingAuthenticationToken", "access key"),
        (400, "KMS.DisabledException", "KMS key"),
        (400, "KmsDisabled", "KMS key"),
        (400, "KMS.NotFoundException", "KMS key"),
        (400, "KmsNotFound", "KMS key"),
        (400, "KMS.AccessDeniedException", "KMS key"),
        (400, "KmsAccessDenied", "KMS key"),
        (400, "KMS.InvalidStateException", "KMS key"),
        (400, "KmsInvalidKeyUsage", "KMS key"),
        (400, "KMS.OptInRequired", "KMS key"),
        (400, "UnsupportedOperation", "endpoint"),
        (403, "InvalidSecurity", "HTTPS"),
        (404, "SomethingNew", "endpoint"),
    ] {
        check(status, &[code], Class::Fatal);
        let found = CODES.of_request(Some(code), status).1.unwrap_or_default();
        assert!(found.contains(advice), "{code}: {found:?}, without {advice:?}");
    }
    for status in [301, 302, 401, 403, 404, 405, 410] {
        assert_eq!(CODES.of_request(None, status).0, Class::Fatal, "{status}");
    }
}

#[test]
fn an_unknown_queue_is_told_from_other_fatal_errors() {
    check(400, &["NonExistentQueue", "QueueDoesNotExist"], Class::UnknownDestination);
    check(404, &["InvalidAddress"], Class::UnknownDestination);
}

#[test]
fn what_newer_credentials_or_another_signature_may_change_is_told_apart() {
    check(
        403,
        &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"],
        Class::Expired,
    );
    check(400, &["ExpiredTokenException"], Class::Expired);
    check(403, &["SignatureDoesNotMatch", "InvalidSignatureException"], Class::Unrecognized);
}

fn sent(id: &str) -> SendMessageBatchResultEntry {
    SendMessageBatchResultEntry::builder()
        .id(id)
        .message_id(format!("message-{id}"))
        .md5_of_message_body("md5")
        .build()
        .expect("nothing is missing")
}

fn failed(id: &str, code: &str, sender_fault: bool) -> BatchResultErrorEntry {
    BatchResultErrorEntry::builder()
        .id(id)
        .code(code)
        .sender_fault(sender_fault)
        .message("words")
        .build()
        .expect("nothing is missing")
}

/// What became of messages of these ids: `+` and the message id, or `!`, `?`, `~`, `%` and the code of what
/// was rejected, ambiguous, to be retried, throttled.
fn verdicts(
    ids: &[&str],
    successful: Vec<SendMessageBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<String> {
    let show = |verdict| match verdict {
        Verdict::Accepted(SentMessage { message_id, .. }) => format!("+{message_id}"),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    };
    of_entries(&CODES, &EntryIds::of(ids, |id| Some(*id)), successful, failed).into_iter().map(show).collect()
}

#[test]
fn verdicts_follow_the_ids_and_not_the_order_of_the_answer() {
    assert_eq!(
        verdicts(
            &["a", "b", "c", "d"],
            vec![sent("d"), sent("a")],
            vec![failed("c", "InternalError", false), failed("b", "X", true)]
        ),
        ["+message-a", "!X", "~InternalError", "+message-d"]
    );
}

#[test]
fn the_fault_and_the_code_of_an_entry_decide_on_it() {
    for (code, sender_fault, expected) in [
        ("InvalidMessageContents", true, "!InvalidMessageContents"),
        ("AWS.SimpleQueueService.InvalidParameterValue", true, "!InvalidParameterValue"),
        ("AccessDenied", true, "!AccessDenied"),
        ("SomethingNew", true, "!SomethingNew"),
        ("InternalError", false, "~InternalError"),
        ("InternalError", true, "~InternalError"),
        ("ServiceUnavailable", true, "~ServiceUnavailable"),
        ("SomethingNew", false, "~SomethingNew"),
        ("", false, "~UnreadableCode"),
        ("a secret", true, "!UnreadableCode"),
        ("RequestThrottled", true, "%RequestThrottled"),
        ("RequestThrottled", false, "%RequestThrottled"),
        ("ThrottlingException", true, "%ThrottlingException"),
        ("KMS.ThrottlingException", true, "%KMS.ThrottlingException"),
        ("KmsThrottled", true, "%KmsThrottled"),
        ("AWS.SimpleQueueService.RequestThrottled", true, "%RequestThrottled"),
    ] {
        assert_eq!(verdicts(&["a"], vec![], vec![failed("a", code, sender_fault)]), [expected]);
    }
}

#[test]
fn the_words_of_the_service_are_kept_but_not_displayed() {
    let ids = EntryIds::of(&["a"], |id| Some(*id));
    let verdict = of_entries(&CODES, &ids, vec![], vec![failed("a", "X", true)]).remove(0);
    let Verdict::Reject(failure) = verdict else { panic!("{verdict:?}") };
    assert_eq!((failure.message(), failure.to_string().as_str()), (Some("words"), "X"));
}

#[test]
fn a_refused_parameter_has_a_likely_reason_where_the_queue_shall_tell_duplicates() {
    let ids = EntryIds::of(&["a"], |id| Some(*id));
    for (codes, is_explained) in [(&CODES, false), (&BY_CONTENT, true)] {
        let failed = vec![failed("a", "InvalidParameterValue", true)];
        let verdict = of_entries(codes, &ids, vec![], failed).remove(0);
        let Verdict::Reject(failure) = verdict else { panic!("{verdict:?}") };
        assert_eq!(failure.to_string().contains("content_based_deduplication`"), is_explained, "{failure}");
        let (class, advice) = codes.of_request(Some("InvalidParameterValue"), 400);
        assert_eq!((class, advice.is_some()), (Class::Split, is_explained));
    }
}
