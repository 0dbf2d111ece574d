use batch_core::{Class, Verdict};

use super::{Codes, Rule};

const CODES: Codes = Codes {
    prefix: "AWS.Things.",
    rules: &[
        Rule { codes: &["NoSuchThing"], class: Class::UnknownDestination, advice: None },
        Rule { codes: &["ThingsBusy"], class: Class::Throttled, advice: Some("fewer things") },
        Rule { codes: &["ServiceUnavailable"], class: Class::Retry, advice: None },
    ],
    check_endpoint: "check the endpoint",
    check_key: "check the key",
    check_permissions: "check the permissions",
};

/// Checks codes that come with this status, in every spelling.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        for spelling in [
            (*code).to_owned(),
            format!("AWS.Things.{code}"),
            format!("com.amazonaws.things#{code}"),
            format!("{code}:http://things.amazonaws.com/doc/"),
        ] {
            assert_eq!(CODES.of_request(Some(&spelling), status).0, expected, "{spelling}");
        }
    }
}

#[test]
fn throttling_is_told_by_code_or_status_429() {
    check(400, &["RequestThrottled", "Throttling", "KmsThrottled", "ThingsBusy"], Class::Throttled);
    check(400, &["ProvisionedThroughputExceededException", "LimitExceeded"], Class::Throttled);
    check(503, &["SlowDown", "ThingsBusy"], Class::Throttled);
    check(429, &["Whatever", "AccessDenied"], Class::Throttled);
    assert_eq!(CODES.of_request(None, 429).0, Class::Throttled);
}

#[test]
fn what_went_wrong_inside_the_service_may_have_been_applied() {
    check(500, &["InternalError", "Whatever", "AccessDenied", "NoSuchThing"], Class::Ambiguous);
    check(400, &["InternalError", "InternalServiceFault", "RequestTimeout"], Class::Ambiguous);
    check(400, &["ReplicatedWriteConflictException"], Class::Ambiguous);
    for status in [200, 204, 408, 500, 502, 503, 504, 599] {
        assert_eq!(CODES.of_request(None, status).0, Class::Ambiguous, "{status}");
    }
}

#[test]
fn the_rules_of_the_service_come_first() {
    check(400, &["NoSuchThing"], Class::UnknownDestination);
    check(404, &["NoSuchThing"], Class::UnknownDestination);
    check(400, &["ServiceUnavailable"], Class::Retry);
    assert_eq!(CODES.of_request(Some("ThingsBusy"), 400).1, Some("fewer things"));
}

#[test]
fn what_no_retry_changes_is_fatal_and_comes_with_advice() {
    for (status, code, advice) in [
        (403, "AccessDenied", "permissions"),
        (403, "SomethingNew", "permissions"),
        (403, "MissingAuthenticationToken", "access key"),
        (400, "KMSDisabledException", "key"),
        (400, "KMS.NotFoundException", "key"),
        (404, "SomethingNew", "endpoint"),
    ] {
        check(status, &[code], Class::Fatal);
        let found = CODES.of_request(Some(code), status).1.unwrap_or_default();
        assert!(found.contains(advice), "{code}: {found:?}, without {advice:?}");
    }
}

#[test]
fn credentials_that_are_not_valid_now_differ_from_those_that_are_not_known() {
    check(403, &["ExpiredToken", "RequestExpired", "RequestTimeTooSkewed"], Class::Expired);
    check(400, &["ExpiredTokenException"], Class::Expired);
    check(403, &["InvalidClientTokenId", "SignatureDoesNotMatch"], Class::Unrecognized);
    check(400, &["UnrecognizedClientException", "InvalidSignatureException"], Class::Unrecognized);
}

#[test]
fn a_request_that_a_single_entry_may_have_spoilt_is_split() {
    check(400, &["SomethingNew", "ValidationException"], Class::Split);
    for status in [400, 413, 422, 431] {
        assert_eq!(CODES.of_request(None, status).0, Class::Split, "{status}");
    }
}

#[test]
fn a_code_is_shown_if_it_has_the_form_of_one() {
    for code in ["NoSuchThing", "com.amazonaws.things#NoSuchThing", "NoSuchThing:http://a.com/doc/"] {
        assert_eq!(CODES.shown(code), Some("NoSuchThing"));
    }
    for code in ["", "a secret", "{\"a\"#secret", "secret\n", "sécret", &"s".repeat(201)] {
        assert_eq!(CODES.shown(code), None, "{code}");
    }
}

/// Checks the verdict on an entry that failed: `!`, `~` or `%` and the failure of what was rejected, is to be
/// retried, or was throttled.
#[track_caller]
fn check_entry(code: &str, is_sender_fault: bool, expected: &str) {
    let shown = match CODES.of_entry::<()>(code, is_sender_fault, Some("secret".to_owned())) {
        Verdict::Reject(failure) => format!("!{failure}"),
        Verdict::Retry(failure) => format!("~{failure}"),
        Verdict::Throttled(failure) => format!("%{failure}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown, expected, "{code}");
}

#[test]
fn the_code_and_the_blame_decide_on_an_entry_that_failed() {
    for is_sender_fault in [false, true] {
        check_entry("RequestThrottled", is_sender_fault, "%RequestThrottled");
        check_entry("AWS.Things.ThingsBusy", is_sender_fault, "%ThingsBusy: fewer things");
        check_entry("AWS.Things.InternalError", is_sender_fault, "~InternalError");
    }
    check_entry("SomethingNew", true, "!SomethingNew");
    check_entry("SomethingNew", false, "~SomethingNew");
    check_entry("a secret", true, "!UnreadableCode");
    check_entry("", false, "~UnreadableCode");
}

#[test]
fn only_what_is_around_the_code_is_cut_off() {
    for (spelling, bare) in [
        ("AWS.Things.X", "X"),
        ("a#b#X", "X"),
        ("a#X:http://things.amazonaws.com/#doc", "X"),
        ("KMS.X", "KMS.X"),
        ("kms:X", "kms:X"),
        ("", ""),
    ] {
        assert_eq!(CODES.bare(spelling), bare);
    }
}
