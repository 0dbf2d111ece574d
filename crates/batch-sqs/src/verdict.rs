//! What the service's codes mean: pure functions from codes, statuses and ids to verdicts.
//!
//! Codes come in two spellings, `AWS.SimpleQueueService.NonExistentQueue` from the header
//! `x-amzn-query-error` and `QueueDoesNotExist` from the body, so they are compared without the
//! prefix, and both names of an error are listed.

use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use batch_core::{Failure, Verdict};

use crate::SentMessage;
use crate::wire::WireIds;

/// What an error of a whole request means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    /// It may or may not have been applied.
    Ambiguous,
    /// Not applied, and no retry changes that.
    Fatal,
    /// Not applied, a retry may succeed.
    Retry,
    /// Not applied, perhaps because of a single entry.
    Split,
    /// Not applied because the service is asked too much.
    Throttled,
    /// Not applied: there is no such queue.
    UnknownQueue,
    /// It never left.
    Unsent,
}

/// The code without the prefix that one of its spellings has.
pub(crate) fn bare(code: &str) -> &str {
    code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code)
}

/// What an error answer of this HTTP status and code means, and what to do about it.
///
/// An unknown code of status 400 may blame a single entry, so the request is split; one of
/// another 4xx status blames the request.
pub(crate) fn of_request(code: Option<&str>, status: u16) -> (Class, Option<&'static str>) {
    let code = bare(code.unwrap_or_default());
    if status == 429 || THROTTLING.contains(&code) {
        return (Class::Throttled, None);
    }
    if matches!(status, 200..=299 | 408 | 500..) || UNAVAILABLE.contains(&code) {
        return (Class::Ambiguous, None);
    }
    if let Some((_, class, advice)) = RULES.iter().find(|(codes, ..)| codes.contains(&code)) {
        return (*class, *advice);
    }
    if code.starts_with("KMS.") || code.starts_with("Kms") {
        return (Class::Fatal, Some(CHECK_KEY));
    }
    match status {
        400 | 413 | 422 | 431 => (Class::Split, None),
        401 | 403 => (Class::Fatal, Some(CHECK_PERMISSIONS)),
        _ => (Class::Fatal, Some(CHECK_ENDPOINT)),
    }
}

/// One verdict for each id, in the order of the ids, however the answer is ordered. An id that
/// the answer does not mention is ambiguous, and so is one that it calls both sent and failed.
pub(crate) fn of_entries(
    ids: &WireIds<'_>,
    successful: Vec<SendMessageBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<Verdict<SentMessage>> {
    let mut verdicts = Vec::with_capacity(ids.len());
    let mut successful = successful.into_iter().peekable();
    while let Some(sent) = successful.next_if(|sent| ids.is_at(&sent.id, verdicts.len())) {
        verdicts.push(accepted(sent));
    }
    if verdicts.len() == ids.len() && successful.len() == 0 && failed.is_empty() {
        return verdicts; // nearly always: everything is sent, and mentioned in order
    }
    by_id(ids, verdicts, successful, failed)
}

/// The verdicts for all ids from those for the first of them, and the rest of the answer.
fn by_id(
    ids: &WireIds<'_>,
    first: Vec<Verdict<SentMessage>>,
    successful: impl Iterator<Item = SendMessageBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<Verdict<SentMessage>> {
    let mut verdicts: Vec<_> = first.into_iter().map(Some).collect();
    verdicts.resize_with(ids.len(), || None);
    for sent in successful {
        if let Some(place) = ids.place(&sent.id) {
            verdicts[place] = Some(accepted(sent));
        }
    }
    for failed in failed {
        if let Some(place) = ids.place(&failed.id) {
            verdicts[place] = Some(match verdicts[place] {
                Some(Verdict::Accepted(_) | Verdict::Ambiguous(_)) => Verdict::Ambiguous(contradiction()),
                _ => of_entry(failed),
            });
        }
    }
    verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Verdict::Ambiguous(silence()))).collect()
}

fn accepted(sent: SendMessageBatchResultEntry) -> Verdict<SentMessage> {
    let SendMessageBatchResultEntry { message_id, sequence_number, .. } = sent;
    Verdict::Accepted(SentMessage { message_id, sequence_number })
}

fn of_entry(failed: BatchResultErrorEntry) -> Verdict<SentMessage> {
    let BatchResultErrorEntry { code, sender_fault, message, .. } = failed;
    let code = bare(&code);
    let throttled = THROTTLING.contains(&code);
    let retry = !sender_fault || UNAVAILABLE.contains(&code);
    let mut failure = Failure::new(code.to_owned());
    if let Some(message) = message {
        failure = failure.with_message(message);
    }
    match (throttled, retry) {
        (true, _) => Verdict::Throttled(failure),
        (false, true) => Verdict::Retry(failure),
        (false, false) => Verdict::Reject(failure),
    }
}

fn contradiction() -> Failure {
    Failure::new("ContradictoryAnswer").with_detail("the answer calls the message both sent and failed")
}

fn silence() -> Failure {
    Failure::new("NotMentioned").with_detail("the answer does not mention the message")
}

/// The service is asked too much: wait, and ask less.
const THROTTLING: [&str; 15] = [
    "BandwidthLimitExceeded",
    "KMS.ThrottlingException",
    "KmsThrottled",
    "LimitExceededException",
    "OverLimit",
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
const UNAVAILABLE: [&str; 7] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

type Rule = (&'static [&'static str], Class, Option<&'static str>);

const RULES: [Rule; 8] = [
    (&["InvalidAddress", "NonExistentQueue", "QueueDoesNotExist"], Class::UnknownQueue, None),
    (
        &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"],
        Class::Retry,
        Some(
            "the credentials or the signature expired; give the client a provider that renews credentials in time",
        ),
    ),
    (
        // The client measures the skew of the clock with each answer and signs the next request
        // accordingly, so that a retry succeeds where only the clock is wrong.
        &["AuthFailure", "InvalidSignatureException", "RequestTimeTooSkewed", "SignatureDoesNotMatch"],
        Class::Retry,
        Some("the signature does not fit; check the secret key and the clock of this machine"),
    ),
    (
        &["AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired", "UnauthorizedOperation"],
        Class::Fatal,
        Some(CHECK_PERMISSIONS),
    ),
    (
        &[
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "UnrecognizedClientException",
        ],
        Class::Fatal,
        Some(
            "the service does not know these credentials; check the access key, the session token and the region",
        ),
    ),
    (
        &["InvalidSecurity"],
        Class::Fatal,
        Some("the service takes signed requests over HTTPS only; check the endpoint"),
    ),
    (&["InvalidAction", "UnsupportedOperation"], Class::Fatal, Some(CHECK_ENDPOINT)),
    (&["BatchRequestTooLong", "TooManyEntriesInBatchRequest"], Class::Split, None),
];

const CHECK_ENDPOINT: &str = "this is not how Amazon SQS answers a batch; check the endpoint of the client";

const CHECK_KEY: &str = "the queue's KMS key cannot be used; check its state, and that these credentials have \
                         kms:GenerateDataKey and kms:Decrypt";

const CHECK_PERMISSIONS: &str = "these credentials may not send to the queue; allow them sqs:SendMessage, and \
                                 sqs:GetQueueUrl to find it by name";

#[cfg(test)]
mod tests;
