//! What the service's codes mean: pure functions from codes, statuses and positions to verdicts.

use aws_sdk_firehose::types::PutRecordBatchResponseEntry;
use batch_core::{Class, Reply, Verdict};
use batch_smithy::{Codes, Rule, verdicts_by_position};

use crate::SentRecord;

/// What the codes of Amazon Data Firehose mean for a request with records.
pub(crate) static PUT_RECORD_BATCH: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_endpoint: "this is not a response of Amazon Data Firehose; check the endpoint of the client",
    check_key: UNUSABLE_KEY,
    check_permissions: "these credentials may not write to the delivery stream; allow them firehose:PutRecordBatch",
};

/// The verdict for each record of a request, by its position in the response.
pub(crate) fn of_records(results: Vec<PutRecordBatchResponseEntry>, sent: usize) -> Reply<SentRecord> {
    verdicts_by_position(results, sent, |result| {
        let is_given = |text: &String| !text.is_empty();
        let accepted = result.record_id.filter(is_given).map(|record_id| SentRecord { record_id });
        let failed = result.error_code.filter(is_given);
        (accepted, failed.map(|code| of_failed(&code, result.error_message)))
    })
}

/// The verdict on a record that failed with this code.
pub(crate) fn of_failed(code: &str, message: Option<String>) -> Verdict<SentRecord> {
    // The documented codes pass, so the record is never to blame; an unknown code is retried as well.
    PUT_RECORD_BATCH.of_entry(code, false, message)
}

const RULES: &[Rule] = &[
    Rule { codes: &["ResourceNotFoundException"], class: Class::UnknownDestination, advice: None },
    // The only code for throttling, of a request (with status 500) as of a record ("Slow down.").
    Rule { codes: &["ServiceUnavailableException"], class: Class::Throttled, advice: Some(ABOVE_QUOTA) },
    Rule { codes: &["InvalidKMSResourceException"], class: Class::Fatal, advice: Some(UNUSABLE_KEY) },
    Rule { codes: &["InvalidSourceException"], class: Class::Fatal, advice: Some(OTHER_SOURCE) },
    // A record above the limit may spoil all.
    Rule { codes: &["InvalidArgumentException", "ValidationException"], class: Class::Split, advice: None },
];

const ABOVE_QUOTA: &str =
    "if this persists, the quota of the delivery stream is exceeded; request a higher one";

const OTHER_SOURCE: &str =
    "the delivery stream decompresses CloudWatch Logs and accepts nothing else; use another one";

const UNUSABLE_KEY: &str = "the KMS key of the delivery stream cannot be used; check its state, and that the \
                            stream's grant on it still exists";

#[cfg(test)]
mod tests;
