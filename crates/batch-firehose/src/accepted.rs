//! Responses to requests whose records were all accepted, which is nearly every one.
//!
//! One scan shows that, without a model of each result; an id is cut out of the response when a receipt asks.
//! The scan accepts exactly the compact JSON that the service writes. Of any other response it is not certain,
//! however little is different: the SDK reads that, and each result has its
//! [verdict](crate::verdict).

use aws_sdk_firehose::config::http::HttpResponse;

use crate::SentRecord;

/// A response to a request whose records were all accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    results: Box<str>,
    /// Where each id begins, in bytes.
    ids: Vec<usize>,
}

impl Accepted {
    /// What this response to a request of so many records says; none unless it is certain that all were accepted.
    pub(crate) fn read(response: &HttpResponse, records: usize) -> Option<Self> {
        let body = response.body().bytes().filter(|_| response.status().as_u16() == 200)?;
        Self::of(body, records)
    }

    fn of(body: &[u8], records: usize) -> Option<Self> {
        let text = str::from_utf8(body).ok()?;
        let results = BEFORE.iter().find_map(|before| text.strip_prefix(before))?.strip_suffix(AFTER)?;
        let next = results.match_indices(BETWEEN).map(|(end, _)| end + BETWEEN.len());
        let ids: Vec<_> = [0].into_iter().chain(next).collect();
        let is_certain = ids.len() == records && results.split(BETWEEN).all(is_plain);
        is_certain.then(|| Self { results: results.into(), ids })
    }

    /// What the response says of the record at this position of the request.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let rest = &self.results[self.ids[position]..];
        let id = rest.split_once('"').map_or(rest, |(id, _)| id);
        SentRecord { record_id: id.to_owned() }
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
