//! What the service's codes mean: pure functions from codes, statuses and places to verdicts.

use aws_sdk_kinesis::types::PutRecordsResultEntry;
use batch_core::{Failure, Reply, Verdict};
use batch_smithy::{Class, Codes, Rule};

use crate::SentRecord;

/// What the codes of Amazon Kinesis mean for a request with records.
pub(crate) static PUT_RECORDS: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_endpoint: "this is not how Amazon Kinesis answers records; check the endpoint of the client",
    check_key: "the stream's KMS key cannot be used; check its state, and that these credentials have \
                kms:GenerateDataKey",
    check_permissions: "these credentials may not write to the stream; allow them kinesis:PutRecords",
};

/// What they mean for the request that discovers limits.
pub(crate) static DESCRIBE: Codes = Codes {
    check_permissions: "these credentials may not look at the stream; allow them kinesis:DescribeStreamSummary, or \
                        set the limits yourself and leave out `discover_limits`",
    ..PUT_RECORDS
};

/// One verdict for each record of a request, by its place in the answer. An answer of another
/// length tells of none of them.
pub(crate) fn of_records(results: Vec<PutRecordsResultEntry>, sent: usize) -> Reply<SentRecord> {
    if results.len() != sent {
        let detail = format!("the answer tells of {} records, and {sent} were sent", results.len());
        return Reply::Ambiguous(Failure::new("AnswerMiscounted").with_detail(detail));
    }
    Reply::Each(results.into_iter().map(of_record).collect())
}

/// The count of failures that an answer has as well is not looked at: each record tells its own.
fn of_record(result: PutRecordsResultEntry) -> Verdict<SentRecord> {
    let PutRecordsResultEntry { sequence_number, shard_id, error_code, error_message, .. } = result;
    let told = |text: &String| !text.is_empty();
    match (sequence_number.filter(told), error_code.filter(told)) {
        (Some(sequence_number), None) => {
            Verdict::Accepted(SentRecord { sequence_number, shard_id: shard_id.unwrap_or_default() })
        }
        (None, Some(code)) => failed(&code, error_message),
        (None, None) => Verdict::Ambiguous(
            Failure::new("NotMentioned").with_detail("the answer says nothing about the record"),
        ),
        (Some(_), Some(_)) => Verdict::Ambiguous(
            Failure::new("ContradictoryAnswer")
                .with_detail("the answer calls the record both sent and failed"),
        ),
    }
}

/// Codes are documented for two failures, which both pass; others are given their attempts.
fn failed(code: &str, message: Option<String>) -> Verdict<SentRecord> {
    let is_throttled = PUT_RECORDS.is_throttling(code);
    let mut failure = Failure::new(PUT_RECORDS.of_entry(code));
    if let Some(message) = message {
        failure = failure.with_message(message);
    }
    if is_throttled { Verdict::Throttled(failure) } else { Verdict::Retry(failure) }
}

const RULES: &[Rule] = &[
    Rule { codes: &["ResourceNotFoundException"], class: Class::UnknownDestination, advice: None },
    Rule {
        codes: &["DryRunOperationException"],
        class: Class::Fatal,
        advice: Some(
            "the request was a dry run, which stores nothing; leave `DryRun` out of the client's requests",
        ),
    },
    // Not throttling: the account must first be signed up for KMS.
    Rule {
        codes: &["KMSOptInRequired"],
        class: Class::Fatal,
        advice: Some("the account is not signed up for AWS KMS, which encrypts the stream; sign it up"),
    },
    // A record above the stream's limit, a key that the service does not take: one may spoil all.
    Rule { codes: &["InvalidArgumentException", "ValidationException"], class: Class::Split, advice: None },
];

#[cfg(test)]
mod tests;
