//! What the service's codes mean: pure functions from codes, statuses and ids to verdicts.

use aws_sdk_sns::operation::publish_batch::PublishBatchOutput;
use batch_core::{Class, Verdict};
use batch_smithy::{Codes, EntryIds, Rule};

use crate::SentMessage;

/// How Amazon SNS spells its codes, and what its own mean.
pub(crate) static CODES: Codes = Codes {
    prefix: "",
    rules: &[
        Rule { codes: &["InvalidAction"], class: Class::Fatal, advice: Some(CHECK_ENDPOINT) },
        Rule { codes: &["InvalidParameter"], class: Class::Split, advice: Some(CHECK_MESSAGE) },
        Rule { codes: &["InvalidSecurity"], class: Class::Fatal, advice: Some(CHECK_HTTPS) },
        Rule { codes: &["KMSThrottling", "Throttled"], class: Class::Throttled, advice: None },
        Rule { codes: &["NotFound"], class: Class::UnknownDestination, advice: None },
    ],
    check_endpoint: CHECK_ENDPOINT,
    check_key: "the topic's KMS key cannot be used; check its state, and that these credentials have \
                kms:GenerateDataKey and kms:Decrypt",
    check_permissions: "the topic does not let these credentials publish; allow them sns:Publish",
};

/// The verdict for each message of a request, whose entries had these ids.
pub(crate) fn of_entries(ids: &EntryIds<'_>, response: PublishBatchOutput) -> Vec<Verdict<SentMessage>> {
    let accepted = response.successful.into_iter().flatten();
    let accepted = accepted.map(|mut entry| (entry.id.take().unwrap_or_default(), SentMessage(entry)));
    let failed = response.failed.into_iter().flatten();
    let failed = failed.map(|one| (one.id, CODES.of_entry(&one.code, one.sender_fault, one.message)));
    ids.verdicts(accepted, failed)
}

const CHECK_ENDPOINT: &str = "this is not a response of Amazon SNS; check the endpoint of the client";

const CHECK_HTTPS: &str = "the service accepts only signed requests over HTTPS; check the endpoint";

/// One code stands for whatever is wrong with a parameter; what is documented is checked at `submit`.
const CHECK_MESSAGE: &str = "the service rejected a parameter, which its own words name; with `content_based_deduplication` \
                             probably because the topic has none";

#[cfg(test)]
mod tests;
