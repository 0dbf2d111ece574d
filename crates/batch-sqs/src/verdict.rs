//! What the service's codes mean: pure functions from codes, statuses and ids to verdicts.
//!
//! Codes come in two spellings, `AWS.SimpleQueueService.NonExistentQueue` from the header
//! `x-amzn-query-error` and `QueueDoesNotExist` from the body, so they are compared without the
//! prefix, and both names of an error are listed.

use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use batch_core::{Class, Verdict};
use batch_smithy::{Codes, EntryIds, Rule};

use crate::SentMessage;

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
    check_permissions: "these credentials may not read the queue's attributes; allow them sqs:GetQueueAttributes, or \
                        omit `Sqs::check`",
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
    advice: Some("the service accepts only signed requests over HTTPS; check the endpoint"),
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
        "the service rejected a message without a deduplication id; probably the queue has no content-based \
         deduplication: enable it there, or omit `Sqs::content_based_deduplication`",
    ),
};

/// The verdict for each message of a request, whose entries had these ids.
pub(crate) fn of_entries(
    codes: &Codes,
    ids: &EntryIds<'_>,
    successful: Vec<SendMessageBatchResultEntry>,
    failed: Vec<BatchResultErrorEntry>,
) -> Vec<Verdict<SentMessage>> {
    ids.verdicts(
        successful.into_iter().map(|entry| {
            let SendMessageBatchResultEntry { id, message_id, sequence_number, .. } = entry;
            (id, SentMessage { message_id, sequence_number })
        }),
        failed.into_iter().map(|entry| {
            let BatchResultErrorEntry { id, code, sender_fault, message, .. } = entry;
            (id, codes.of_entry(&code, sender_fault, message))
        }),
    )
}

const CHECK_ENDPOINT: &str = "this is not a response of Amazon SQS; check the endpoint of the client";

#[cfg(test)]
mod tests;
