//! What the service's codes mean: pure functions from codes, statuses and ids to verdicts.
//!
//! Codes come in two spellings, `AWS.SimpleQueueService.NonExistentQueue` from the header
//! `x-amzn-query-error` and `QueueDoesNotExist` from the body, so they are compared without the
//! prefix, and both names of an error are listed.

use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use batch_core::{Class, Failure, Verdict};
use batch_smithy::{Codes, Rule};

use crate::SentMessage;
use crate::wire::WireIds;

/// How Amazon SQS spells its codes, and what its own mean.
pub(crate) static CODES: Codes = Codes {
    prefix: "AWS.SimpleQueueService.",
    rules: &[UNKNOWN_QUEUE, INSECURE, UNSUPPORTED, TOO_LONG],
    check_endpoint: CHECK_ENDPOINT,
    check_key: "the queue's KMS key cannot be used; check its state, and that these credentials have \
                kms:GenerateDataKey and kms:Decrypt",
    check_permissions: "these credentials may not send to the queue; allow them sqs:SendMessage, and \
                        sqs:GetQueueUrl to find it by name",
};

/// The same for messages that leave it to the queue to tell duplicates.
pub(crate) static BY_CONTENT: Codes =
    Codes { rules: &[UNKNOWN_QUEUE, INSECURE, UNSUPPORTED, TOO_LONG, NO_DEDUPLICATION_ID], ..CODES };

/// The same for the request that reads an attribute of the queue.
pub(crate) static ATTRIBUTES: Codes = Codes {
    check_permissions: "these credentials may not look at the queue; allow them sqs:GetQueueAttributes, or leave \
                        out `check`",
    ..CODES
};

const UNKNOWN_QUEUE: Rule = Rule {
    codes: &["InvalidAddress", "NonExistentQueue", "QueueDoesNotExist"],
    class: Class::UnknownDestination,
    advice: None,
};

const INSECURE: Rule = Rule {
    codes: &["InvalidSecurity"],
    class: Class::Fatal,
    advice: Some("the service takes signed requests over HTTPS only; check the endpoint"),
};

const UNSUPPORTED: Rule = Rule {
    codes: &["InvalidAction", "UnsupportedOperation"],
    class: Class::Fatal,
    advice: Some(CHECK_ENDPOINT),
};

const TOO_LONG: Rule = Rule {
    codes: &["BatchRequestTooLong", "TooManyEntriesInBatchRequest"],
    class: Class::Split,
    advice: None,
};

/// One code stands for whatever is wrong with a parameter; everything else is checked at `submit`.
const NO_DEDUPLICATION_ID: Rule = Rule {
    codes: &["InvalidParameterValue", "InvalidParameterValueException"],
    class: Class::Split,
    advice: Some(
        "the service refused a message without a deduplication id; most likely the queue has no content-based \
         deduplication: switch it on there, or leave out the builder's `content_based_deduplication`",
    ),
};

/// One verdict for each id, in the order of the ids, however the answer is ordered. An id that
/// the answer does not mention is ambiguous, and so is one that it calls both sent and failed.
pub(crate) fn of_entries(
    codes: &Codes,
    ids: &WireIds<'_>,
    successful: Vec<SendMessageBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<Verdict<SentMessage>> {
    let mut verdicts = Vec::with_capacity(ids.len());
    let mut successful = successful.into_iter().peekable();
    while let Some(sent) = successful.next_if(|sent| ids.is_at(&sent.id, verdicts.len())) {
        verdicts.push(accepted(sent));
    }
    if verdicts.len() == ids.len() && failed.is_empty() {
        return verdicts; // nearly always: everything is sent, and mentioned in order
    }
    by_id(codes, ids, verdicts, successful, failed)
}

/// The verdicts for all ids from those for the first of them, and the rest of the answer.
fn by_id(
    codes: &Codes,
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
                Some(Verdict::Accepted(_) | Verdict::Ambiguous(_)) => {
                    Verdict::Ambiguous(Failure::contradictory())
                }
                _ => of_entry(codes, failed),
            });
        }
    }
    verdicts
        .into_iter()
        .map(|verdict| verdict.unwrap_or_else(|| Verdict::Ambiguous(Failure::not_mentioned())))
        .collect()
}

fn accepted(sent: SendMessageBatchResultEntry) -> Verdict<SentMessage> {
    let SendMessageBatchResultEntry { message_id, sequence_number, .. } = sent;
    Verdict::Accepted(SentMessage { message_id, sequence_number })
}

fn of_entry(codes: &Codes, failed: BatchResultErrorEntry) -> Verdict<SentMessage> {
    let BatchResultErrorEntry { code, sender_fault, message, .. } = failed;
    let throttled = codes.is_throttling(&code);
    let retry = !sender_fault || codes.is_unavailable(&code);
    let mut failure = Failure::new(codes.of_entry(&code));
    if let Some(advice) = codes.advice_of_entry(&code) {
        failure = failure.with_detail(advice);
    }
    if let Some(message) = message {
        failure = failure.with_message(message);
    }
    match (throttled, retry) {
        (true, _) => Verdict::Throttled(failure),
        (false, true) => Verdict::Retry(failure),
        (false, false) => Verdict::Reject(failure),
    }
}

const CHECK_ENDPOINT: &str = "this is not how Amazon SQS answers a batch; check the endpoint of the client";

#[cfg(test)]
mod tests;
