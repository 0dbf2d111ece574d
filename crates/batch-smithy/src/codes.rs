use batch_core::Class;

/// How one service spells its error codes, and what they mean.
///
/// What all services have in common (throttling, trouble inside the service, credentials,
/// permissions, KMS keys) is known already.
#[derive(Debug)]
pub struct Codes {
    /// What some spellings have before the code: `AWS.SimpleQueueService.`, or nothing.
    pub prefix: &'static str,
    /// The service's own rules, which come before the common ones.
    pub rules: &'static [Rule],
    /// What to do about an answer that is not this service's.
    pub check_endpoint: &'static str,
    /// What to do about a KMS key that cannot be used.
    pub check_key: &'static str,
    /// What to do about missing permissions.
    pub check_permissions: &'static str,
}

/// Codes, what they mean, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The codes, without the prefix.
    pub codes: &'static [&'static str],
    /// What they mean.
    pub class: Class,
    /// What to do about it.
    pub advice: Option<&'static str>,
}

impl Codes {
    /// The code alone: without a namespace (`com.amazonaws.sqs#`), without the service's prefix,
    /// and without what some protocols append to it behind a colon.
    #[must_use]
    pub fn bare<'a>(&self, code: &'a str) -> &'a str {
        // The address first: it may have a `#` of its own.
        let code = match code.split_once(':') {
            Some((code, address)) if address.starts_with("http") => code,
            _ => code,
        };
        let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
        code.strip_prefix(self.prefix).unwrap_or(code)
    }

    /// The [bare](Self::bare) code as it may be shown and logged: if it has the form of a code. Others may say anything
    /// in place of a service, and repeat what they were sent.
    #[must_use]
    pub fn shown<'a>(&self, code: &'a str) -> Option<&'a str> {
        let bare = Some(self.bare(code)).filter(|bare| !bare.is_empty());
        bare.filter(|_| is_word(code))
    }

    /// The [shown](Self::shown) code of a single entry, or what stands for one that is not shown.
    #[must_use]
    pub fn of_entry(&self, code: &str) -> String {
        self.shown(code).unwrap_or("UnreadableCode").to_owned()
    }

    /// What the service's own rules say about this code of a single entry, if they say anything.
    #[must_use]
    pub fn advice_of_entry(&self, code: &str) -> Option<&'static str> {
        find(self.rules, self.bare(code)).and_then(|rule| rule.advice)
    }

    /// What an error answer of this HTTP status and code means, and what to do about it.
    ///
    /// A 5xx or 408 is ambiguous, whatever its code. An unknown code of status 400 may blame a
    /// single entry, so the request is split; one of another 4xx status blames the request.
    #[must_use]
    pub fn of_request(&self, code: Option<&str>, status: u16) -> (Class, Option<&'static str>) {
        let code = self.bare(code.unwrap_or_default());
        let own = find(self.rules, code);
        if status == 429 || own.map_or_else(|| THROTTLING.contains(&code), is_throttled) {
            return (Class::Throttled, own.and_then(|rule| rule.advice));
        }
        if matches!(status, 200..=299 | 408 | 500..) {
            return (Class::Ambiguous, None);
        }
        if let Some(rule) = own {
            return (rule.class, rule.advice);
        }
        self.of_common(code, status)
    }

    /// Whether this code of a single entry means that the service is overloaded.
    #[must_use]
    pub fn is_throttling(&self, code: &str) -> bool {
        let code = self.bare(code);
        find(self.rules, code).map_or_else(|| THROTTLING.contains(&code), is_throttled)
    }

    /// Whether this code of a single entry says that the service has trouble of its own.
    #[must_use]
    pub fn is_unavailable(&self, code: &str) -> bool {
        UNAVAILABLE.contains(&self.bare(code))
    }

    fn of_common(&self, code: &str, status: u16) -> (Class, Option<&'static str>) {
        if UNAVAILABLE.contains(&code) {
            return (Class::Ambiguous, None);
        }
        if let Some(rule) = find(RULES, code) {
            return (rule.class, rule.advice);
        }
        if DENIED.contains(&code) {
            return (Class::Fatal, Some(self.check_permissions));
        }
        if code.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("kms")) {
            return (Class::Fatal, Some(self.check_key));
        }
        match status {
            400 | 413 | 422 | 431 => (Class::Split, None),
            401 | 403 => (Class::Fatal, Some(self.check_permissions)),
            _ => (Class::Fatal, Some(self.check_endpoint)),
        }
    }
}

/// Whether this is made like a code or an id: of few characters, and of those that both have.
pub(crate) fn is_word(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:#/+=".contains(&byte);
    text.len() <= WORD_BYTES && text.bytes().all(is_part)
}

fn find<'a>(rules: &'a [Rule], code: &str) -> Option<&'a Rule> {
    rules.iter().find(|rule| rule.codes.contains(&code))
}

fn is_throttled(rule: &Rule) -> bool {
    rule.class == Class::Throttled
}

/// Longer than any code with its namespace, and than any request id.
const WORD_BYTES: usize = 200;

/// The service is overloaded.
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KMS.ThrottlingException",
    "KMSThrottlingException",
    "KmsThrottled",
    "LimitExceeded",
    "LimitExceededException",
    "LimitExceededFault",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
    "kms:ThrottlingException",
];

/// The service has trouble of its own, whatever the status says.
const UNAVAILABLE: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalFailureException",
    "InternalServerError",
    "InternalServiceError",
    "InternalServiceFault",
    "ReplicatedWriteConflictException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// The credentials are known, but not allowed to do this.
const DENIED: &[&str] =
    &["AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired", "UnauthorizedOperation"];

const RULES: &[Rule] = &[
    Rule {
        // `RequestExpired` and `RequestTimeTooSkewed` are about the time of the signature. The client measures the skew
        // of the clock with each answer and signs the next request accordingly.
        codes: &[
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "TokenRefreshRequired",
        ],
        class: Class::Expired,
        advice: Some(EXPIRED),
    },
    Rule {
        codes: &["AuthFailure", "InvalidSignatureException", "SignatureDoesNotMatch"],
        class: Class::Unrecognized,
        advice: Some("the signature does not fit; check the secret key and the clock of this machine"),
    },
    Rule {
        codes: &["InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"],
        class: Class::Unrecognized,
        advice: Some(UNKNOWN),
    },
    Rule {
        codes: &[
            "IncompleteSignature",
            "IncompleteSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
        ],
        class: Class::Fatal,
        advice: Some(UNKNOWN),
    },
];

/// What to do about credentials that have expired or are not valid yet.
pub(crate) const EXPIRED: &str = "the credentials or the signature are not valid at this time; give the client a provider \
                                  that renews credentials in time, and check the clock of this machine";

const UNKNOWN: &str =
    "the service does not know these credentials; check the access key, the session token and the region";

#[cfg(test)]
mod tests {
    use super::{Codes, Rule};
    use batch_core::Class;

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
        assert!(CODES.is_throttling("ThingsBusy") && !CODES.is_throttling("NoSuchThing"));
    }

    #[test]
    fn what_went_wrong_inside_the_service_may_have_been_applied() {
        check(500, &["InternalError", "Whatever", "AccessDenied", "NoSuchThing"], Class::Ambiguous);
        check(400, &["InternalError", "InternalServiceFault", "RequestTimeout"], Class::Ambiguous);
        check(400, &["ReplicatedWriteConflictException"], Class::Ambiguous);
        for status in [200, 204, 408, 500, 502, 503, 504, 599] {
            assert_eq!(CODES.of_request(None, status).0, Class::Ambiguous, "{status}");
        }
        assert!(CODES.is_unavailable("AWS.Things.InternalError") && !CODES.is_unavailable("NoSuchThing"));
    }

    #[test]
    fn the_rules_of_the_service_come_first() {
        check(400, &["NoSuchThing"], Class::UnknownDestination);
        check(404, &["NoSuchThing"], Class::UnknownDestination);
        check(400, &["ServiceUnavailable"], Class::Retry);
        assert_eq!(CODES.of_request(Some("ThingsBusy"), 400).1, Some("fewer things"));
        assert_eq!(CODES.advice_of_entry("AWS.Things.ThingsBusy"), Some("fewer things"));
        assert_eq!(CODES.advice_of_entry("AccessDenied"), None);
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
            assert_eq!(CODES.of_entry(code), "UnreadableCode");
        }
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
}
