//! Responses to requests whose records were all accepted, which is nearly every one.
//!
//! One scan shows that, without a model of each result; an id is cut out of the response when a receipt asks.
//! The scan accepts exactly the compact JSON that the service writes. Of any other response it is not certain,
//! however little is different: the SDK reads that, and each result has its
//! [verdict](crate::verdict).

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_firehose::config::http::HttpResponse;
use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchOutput;
use batch_core::Verdicts;
use batch_smithy::{KnownDeserializer, Written};

use crate::SentRecord;

/// Where the response to a request is put when it was read.
#[derive(Clone, Default)]
pub(crate) struct Response(Arc<Mutex<Option<Accepted>>>);

impl Response {
    /// Has the response to this request, of this many records, read here first.
    pub(crate) fn read_in(&self, written: Written, known: &KnownDeserializer, records: usize) -> Written {
        let response = self.clone();
        written.reading(known, move |http| {
            let output = PutRecordBatchOutput::builder().failed_put_count(0);
            let output = output.set_request_responses(Some(Vec::new())).build().ok()?;
            let accepted = read(http, records)?;
            *response.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(accepted);
            Some(output)
        })
    }

    /// The response, if all records were accepted and that was read.
    pub(crate) fn into_accepted(self) -> Option<Accepted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn read(http: &HttpResponse, records: usize) -> Option<Accepted> {
    let is_success = http.status().as_u16() == 200;
    Accepted::of(http.body().bytes().filter(|_| is_success)?, records)
}

/// A response to a request whose records were all accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    results: Box<str>,
    /// Where each id begins, in bytes.
    ids: Vec<usize>,
}

impl Accepted {
    /// The response with this body to a request of this many records; none unless it is certain that all were
    /// accepted. The ids in it need no unescaping.
    pub(crate) fn of(body: &[u8], records: usize) -> Option<Self> {
        let text = str::from_utf8(body).ok()?;
        let results = BEFORE.iter().find_map(|before| text.strip_prefix(before))?.strip_suffix(AFTER)?;
        let next = results.match_indices(BETWEEN).map(|(end, _)| end + BETWEEN.len());
        let ids: Vec<_> = std::iter::once(0).chain(next).collect();
        let is_certain = ids.len() == records && results.split(BETWEEN).all(is_plain);
        is_certain.then(|| Self { results: results.into(), ids })
    }

    pub(crate) fn into_verdicts(self) -> Verdicts<SentRecord> {
        Verdicts::all_accepted(move |position| self.record(position))
    }

    /// What the response says of the record at this position of the request.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let rest = &self.results[self.ids[position]..];
        SentRecord::new(rest.split('"').next().unwrap_or_default().to_owned())
    }
}

/// Whether this is an id as it is, of a length that may be kept for receipts that never ask.
fn is_plain(id: &str) -> bool {
    let is_escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    (1..=MOST_ID_BYTES).contains(&id.len()) && !id.bytes().any(is_escaped)
}

/// What the service writes before the first id.
const BEFORE: [&str; 3] = [
    "{\"Encrypted\":false,\"FailedPutCount\":0,\"RequestResponses\":[{\"RecordId\":\"",
    "{\"Encrypted\":true,\"FailedPutCount\":0,\"RequestResponses\":[{\"RecordId\":\"",
    "{\"FailedPutCount\":0,\"RequestResponses\":[{\"RecordId\":\"",
];

const BETWEEN: &str = "\"},{\"RecordId\":\"";

const AFTER: &str = "\"}]}";

/// More than an id comes to, in bytes.
const MOST_ID_BYTES: usize = 512;

/// The SDK's deserializer that this is tested against.
pub(crate) const DESERIALIZER: &str = "PutRecordBatchResponseDeserializer";

#[cfg(test)]
mod tests;
