use batch_core::{Class, Failure, Verdict};

/// How a service spells its error codes, and what they mean.
///
/// The codes that all services share (throttling, internal errors, credentials, permissions, KMS keys) are
/// built in.
#[derive(Debug)]
pub struct Codes {
    /// The prefix of some spellings of a code, such as `AWS.SimpleQueueService.`, or nothing.
    pub prefix: &'static str,
    /// The service's own rules, which take precedence over the common ones.
    pub rules: &'static [Rule],
    /// The advice on a response that is not the service's.
    pub check_endpoint: &'static str,
    /// The advice on a KMS key that cannot be used.
    pub check_key: &'static str,
    /// The advice on missing permissions.
    pub check_permissions: &'static str,
}

/// Codes with the same meaning.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The codes, without the prefix.
    pub codes: &'static [&'static str],
    /// What they mean for the entries of a request.
    pub class: Class,
    /// The advice that an error shows, if there is any.
    pub advice: Option<&'static str>,
}

impl Codes {
    /// The code alone: without a namespace (`com.amazonaws.sqs#`), without the service's prefix,
    /// and without what some protocols append to it behind a colon.
    fn bare<'a>(&self, code: &'a str) -> &'a str {
        // The address first: it may have a `#` of its own.
        let code = match code.split_once(':') {
            Some((code, address)) if address.starts_with("http") => code,
            _ => code,
        };
        let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
        code.strip_prefix(self.prefix).unwrap_or(code)
    }

    /// The [bare](Self::bare) code as it may be shown and logged: if it has the form of a code. Others may
    /// say anything in place of a service, and repeat what they were sent.
    pub(crate) fn shown<'a>(&self, code: &'a str) -> Option<&'a str> {
        let bare = Some(self.bare(code)).filter(|bare| !bare.is_empty());
        bare.filter(|_| is_word(code))
    }

    /// What an error response with this code and HTTP status means, and the advice on it.
    ///
    /// A 5xx or 408 is ambiguous, whatever its code. An unknown code with status 400 may blame a single
    /// entry, so the request is split; one with another 4xx status blames the whole request.
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

    /// The verdict on an entry that the service reports as failed, by its code.
    ///
    /// It is throttled if the code means that the service is overloaded. It is rejected if the service blames
    /// the sender, unless the code reports trouble of the service's own. Everything else is retried.
    #[must_use]
    pub fn of_entry<R>(&self, code: &str, is_sender_fault: bool, message: Option<String>) -> Verdict<R> {
        let bare = self.bare(code);
        let rule = find(self.rules, bare);
        let mut failure = Failure::new(self.shown(code).unwrap_or("UnreadableCode").to_owned());
        if let Some(advice) = rule.and_then(|rule| rule.advice) {
            failure = failure.with_detail(advice);
        }
        if let Some(message) = message {
            failure = failure.with_message(message);
        }
        if rule.map_or_else(|| THROTTLING.contains(&bare), is_throttled) {
            Verdict::Throttled(failure)
        } else if is_sender_fault && !UNAVAILABLE.contains(&bare) {
            Verdict::Reject(failure)
        } else {
            Verdict::Retry(failure)
        }
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
        // of the clock with each response and signs the next request accordingly.
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
        advice: Some("the signature does not match; check the secret key and the clock of this machine"),
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

const UNKNOWN: &str = "the service does not recognize these credentials; check the access key, the session token and the region";

#[cfg(test)]
mod tests;
