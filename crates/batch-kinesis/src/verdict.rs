//! What the service's codes mean: pure functions from codes, statuses and places to verdicts.

use aws_sdk_kinesis::types::PutRecordsResultEntry;
use batch_core::{Class, Reply, Verdict};
use batch_smithy::{Codes, Rule, verdicts_by_position};

use crate::SentRecord;

/// What the codes of Amazon Kinesis mean for a request with records.
pub(crate) static PUT_RECORDS: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_endpoint: "this is not a response of Amazon Kinesis; check the endpoint of the client",
    check_key: "the stream's KMS key cannot be used; check its state, and that these credentials have \
                kms:GenerateDataKey",
    check_permissions: "these credentials may not write to the stream; allow them kinesis:PutRecords",
};

/// What they mean for the request that discovers limits.
pub(crate) static DESCRIBE: Codes = Codes {
    check_permissions: "these credentials may not describe the stream; allow them kinesis:DescribeStreamSummary, or \
                        set the limits and omit `Kinesis::discover_limits`",
    ..PUT_RECORDS
};

/// The verdict for each record of a request, by its position in the response.
pub(crate) fn of_records(results: Vec<PutRecordsResultEntry>, sent: usize) -> Reply<SentRecord> {
    verdicts_by_position(results, sent, |result| {
        let PutRecordsResultEntry { sequence_number, shard_id, error_code, error_message, .. } = result;
        let is_given = |text: &String| !text.is_empty();
        let accepted = sequence_number
            .filter(is_given)
            .map(|sequence_number| SentRecord::new(&sequence_number, &shard_id.unwrap_or_default()));
        (accepted, error_code.filter(is_given).map(|code| of_failed(&code, error_message)))
    })
}

/// The verdict on a record that was not accepted. Both documented codes pass, so the record is never to blame; an unknown
/// code is retried as well.
pub(crate) fn of_failed(code: &str, message: Option<String>) -> Verdict<SentRecord> {
    PUT_RECORDS.of_entry(code, false, message)
}

const RULES: &[Rule] = &[
    Rule { codes: &["ResourceNotFoundException"], class: Class::UnknownDestination, advice: None },
    Rule {
        codes: &["DryRunOperationException"],
        class: Class::Fatal,
        advice: Some(
            "the request was a dry run, which stores nothing; remove `DryRun` from the client's requests",
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
