use aws_sdk_sns::operation::publish_batch::PublishBatchOutput;
use aws_sdk_sns::types::{BatchResultErrorEntry, PublishBatchResultEntry};
use batch_core::{Class, Verdict};
use batch_smithy::EntryIds;

use super::{CODES, of_entries};

/// Checks codes that come with this status.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        assert_eq!(CODES.of_request(Some(code), status).0, expected, "{code}");
    }
}

#[test]
fn the_codes_of_a_request_are_told_apart() {
    check(400, &["Throttling", "ThrottlingException", "Throttled", "KMSThrottling"], Class::Throttled);
    check(429, &["Whatever"], Class::Throttled);
    check(500, &["InternalError", "InternalFailure", "Whatever"], Class::Ambiguous);
    check(400, &["InternalError", "ServiceUnavailable"], Class::Ambiguous);
    check(400, &["BatchRequestTooLong", "InvalidParameter", "ParameterValueInvalid"], Class::Split);
    check(400, &["BatchEntryIdsNotDistinct", "ValidationException", "SomethingNew"], Class::Split);
    check(404, &["NotFound"], Class::UnknownDestination);
    check(403, &["ExpiredToken", "RequestExpired"], Class::Expired);
    check(403, &["SignatureDoesNotMatch", "InvalidClientTokenId"], Class::Unrecognized);
}

#[test]
fn what_no_retry_changes_is_fatal_and_comes_with_advice() {
    for (status, code, advice) in [
        (403, "AuthorizationError", "sns:Publish"),
        (403, "AccessDenied", "sns:Publish"),
        (400, "AccessDeniedException", "sns:Publish"),
        (400, "KMSAccessDenied", "KMS key"),
        (400, "KMSDisabled", "KMS key"),
        (400, "KMSInvalidState", "KMS key"),
        (400, "KMSNotFound", "KMS key"),
        (403, "KMSOptInRequired", "KMS key"),
        (400, "InvalidAction", "endpoint"),
        (403, "InvalidSecurity", "HTTPS"),
        (404, "SomethingNew", "endpoint"),
    ] {
        check(status, &[code], Class::Fatal);
        let found = CODES.of_request(Some(code), status).1.unwrap_or_default();
        assert!(found.contains(advice), "{code}: {found:?}, without {advice:?}");
    }
}

#[test]
fn a_rejected_parameter_comes_with_a_likely_reason() {
    let advice = CODES.of_request(Some("InvalidParameter"), 400).1.unwrap_or_default();
    assert!(advice.contains("content_based_deduplication"), "{advice}");
}

fn sent(id: &str) -> PublishBatchResultEntry {
    PublishBatchResultEntry::builder().id(id).message_id(format!("message-{id}")).build()
}

fn failed(id: &str, code: &str, sender_fault: bool) -> BatchResultErrorEntry {
    let entry = BatchResultErrorEntry::builder().id(id).code(code).sender_fault(sender_fault);
    entry.message("words").build().expect("nothing is missing")
}

fn response(
    accepted: Vec<PublishBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> PublishBatchOutput {
    PublishBatchOutput::builder().set_successful(Some(accepted)).set_failed(Some(failed)).build()
}

/// What became of messages of these ids: `+` and the message id, or `!`, `?`, `~`, `%` and the code of what
/// was rejected, ambiguous, to be retried, throttled.
fn verdicts(
    ids: &[&str],
    accepted: Vec<PublishBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<String> {
    let show = |verdict| match verdict {
        Verdict::Accepted(sent) => format!("+{}", crate::SentMessage::message_id(&sent)),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    };
    let ids = EntryIds::of(ids, |id| Some(*id));
    of_entries(&ids, response(accepted, failed)).into_iter().map(show).collect()
}

#[test]
fn verdicts_follow_the_ids_and_not_the_order_of_the_response() {
    assert_eq!(
        verdicts(
            &["a", "b", "c", "d"],
            vec![sent("d"), sent("a")],
            vec![failed("c", "InternalError", false), failed("b", "X", true)]
        ),
        ["+message-a", "!X", "~InternalError", "+message-d"]
    );
    let ids = EntryIds::of(&["a"], |id| Some(*id));
    let verdict = of_entries(&ids, PublishBatchOutput::builder().build()).remove(0);
    assert!(matches!(verdict, Verdict::Ambiguous(_)), "{verdict:?}");
}

#[test]
fn an_accepted_message_without_an_id_of_its_entry_is_not_taken_for_another() {
    let nameless = PublishBatchResultEntry::builder().message_id("m").build();
    assert_eq!(verdicts(&["a"], vec![nameless], vec![]), ["?NotMentioned"]);
}

#[test]
fn the_fault_and_the_code_of_an_entry_decide_on_it() {
    for (code, sender_fault, expected) in [
        ("InvalidParameter", true, "!InvalidParameter"),
        ("AuthorizationError", true, "!AuthorizationError"),
        ("SomethingNew", true, "!SomethingNew"),
        ("InternalError", false, "~InternalError"),
        ("InternalError", true, "~InternalError"),
        ("SomethingNew", false, "~SomethingNew"),
        ("", false, "~UnreadableCode"),
        ("a secret", true, "!UnreadableCode"),
        ("Throttling", true, "%Throttling"),
        ("Throttled", false, "%Throttled"),
        ("KMSThrottling", true, "%KMSThrottling"),
    ] {
        assert_eq!(verdicts(&["a"], vec![], vec![failed("a", code, sender_fault)]), [expected]);
    }
}

#[test]
fn the_words_of_the_service_are_kept_but_not_displayed() {
    let ids = EntryIds::of(&["a"], |id| Some(*id));
    let verdict = of_entries(&ids, response(vec![], vec![failed("a", "X", true)])).remove(0);
    let Verdict::Reject(failure) = verdict else { panic!("{verdict:?}") };
    assert_eq!((failure.message(), failure.to_string().as_str()), (Some("words"), "X"));
}
