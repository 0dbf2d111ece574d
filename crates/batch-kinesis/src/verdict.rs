//! What the service's codes mean: pure functions from codes, statuses and places to verdicts.

use aws_sdk_kinesis::types::PutRecordsResultEntry;
use batch_core::{Class, Failure, Refusal, Reply, Verdict, Verdicts};
use batch_smithy::{Codes, Rule};

use crate::SentRecord;

/// What the codes of Amazon Kinesis mean for a request with records.
pub(crate) static PUT_RECORDS: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_endpoint: "this is no response of Amazon Kinesis to records; check the endpoint of the client",
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

/// One verdict for each record of a request, by its place in the response. A response of another
/// length has a verdict for none of them.
pub(crate) fn of_records(results: Vec<PutRecordsResultEntry>, sent: usize) -> Reply<SentRecord> {
    if results.len() != sent {
        return Err(Refusal::new(Class::Ambiguous, Failure::miscounted(results.len(), sent)));
    }
    Ok(Verdicts::Each(results.into_iter().map(of_record).collect()))
}

/// The count of failures that a response has as well is not looked at: each result has its own code.
fn of_record(result: PutRecordsResultEntry) -> Verdict<SentRecord> {
    let PutRecordsResultEntry { sequence_number, shard_id, error_code, error_message, .. } = result;
    let is_given = |text: &String| !text.is_empty();
    match (sequence_number.filter(is_given), error_code.filter(is_given)) {
        (Some(sequence_number), None) => {
            Verdict::Accepted(SentRecord { sequence_number, shard_id: shard_id.unwrap_or_default() })
        }
        (None, Some(code)) => failed(&code, error_message),
        (None, None) => Verdict::Ambiguous(Failure::not_mentioned()),
        (Some(_), Some(_)) => Verdict::Ambiguous(Failure::contradictory()),
    }
}

/// Codes are documented for two failures, which both pass; an unknown one is retried as well.
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
