//! Responses in the form in which the service writes nearly every one.

use batch_core::{Verdict, Verdicts};
use batch_smithy::{Compact, Form, Results, Span};

use crate::{SentRecord, verdict};

/// How the service writes its response to `PutRecordBatch`.
#[derive(Debug)]
pub(crate) struct PutRecordBatchForm;

impl Form for PutRecordBatchForm {
    /// The id.
    type Said = Span;
    type Response = SentRecord;

    const COUNT: &'static [u8] = b"\"FailedPutCount\":";
    const LIST: &'static [u8] = b"\"RequestResponses\":[";
    const MOST_RESULT_BYTES: usize = 512;

    fn other(response: &mut Compact<'_>) -> Option<()> {
        response.skip(b"\"Encrypted\":")?;
        response.skip(b"false").or_else(|| response.skip(b"true"))
    }

    #[inline]
    fn accepted(result: &mut Compact<'_>, last: Span) -> Option<Span> {
        result.skip(b"{\"RecordId\":\"")?;
        let id = result.string_like(last)?;
        result.skip(b"}")?;
        (!id.is_empty()).then_some(id)
    }

    fn failed(code: &str, message: Option<String>) -> Verdict<SentRecord> {
        verdict::of_failed(code, message)
    }
}

/// The verdicts on the records of a request with these results.
pub(crate) fn verdicts(mut results: Results<PutRecordBatchForm>) -> Verdicts<SentRecord> {
    let failed = results.take_failed();
    let record =
        move |position: usize| SentRecord { record_id: results.said()[position].of(results.body()).into() };
    Verdicts::all_accepted(record).except(failed)
}

/// The SDK's deserializer that this is tested against.
pub(crate) const DESERIALIZER: &str = "PutRecordBatchResponseDeserializer";

#[cfg(test)]
mod tests;
