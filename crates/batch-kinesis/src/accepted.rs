//! Responses to requests whose records were all accepted, which is nearly every one.
//!
//! One scan shows that, without a model of each result; what the response says of a record is cut out of it
//! when a receipt asks. The scan accepts exactly the compact JSON that the service writes. Of any other
//! response it is not certain, however little is different: the SDK reads that, and each result has its
//! verdict ([`verdict`](crate::verdict)).

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::operation::put_records::PutRecordsOutput;
use batch_core::Verdicts;
use batch_smithy::{KnownDeserializer, Written};

use crate::SentRecord;

/// Where the response to a request is put when it was read.
pub(crate) struct Response {
    records: usize,
    accepted: Arc<Mutex<Option<Accepted>>>,
}

impl Response {
    /// The response to a request of this many records.
    pub(crate) fn of(records: usize) -> Self {
        Self { records, accepted: Arc::default() }
    }

    /// Has the response to this request read here first.
    pub(crate) fn read_in(&self, written: Written, known: &KnownDeserializer) -> Written {
        let (records, accepted) = (self.records, Arc::clone(&self.accepted));
        written.reading(known, move |response| {
            let output = PutRecordsOutput::builder().set_records(Some(Vec::new())).build().ok()?;
            let read = read(response, records)?;
            *accepted.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
            Some(output)
        })
    }

    /// The response, if all records were accepted and that was read.
    pub(crate) fn into_accepted(self) -> Option<Accepted> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn read(response: &HttpResponse, records: usize) -> Option<Accepted> {
    let is_success = response.status().as_u16() == 200;
    Accepted::of(response.body().bytes().filter(|_| is_success)?, records)
}

/// A response to a request whose records were all accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    text: Box<str>,
    /// Where each result begins, in bytes.
    results: Vec<usize>,
}

impl Accepted {
    /// The response with this body to a request of this many records; none unless it is certain that all were
    /// accepted. The texts in it need no unescaping.
    pub(crate) fn of(body: &[u8], records: usize) -> Option<Self> {
        if body.len() > MOST_BYTES + records.saturating_mul(MOST_RESULT_BYTES) || has_escape(body) {
            return None;
        }
        let text = str::from_utf8(body).ok()?;
        let results = Scan { text, rest: text }.response(records)?;
        Some(Self { text: text.into(), results })
    }

    pub(crate) fn into_verdicts(self) -> Verdicts<SentRecord> {
        Verdicts::all_accepted(move |position| self.record(position))
    }

    /// What the response says of the record at this position of the request.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let rest = &self.text[self.results[position]..];
        let (sequence_number, shard_id) =
            Scan { text: rest, rest }.result().expect("it was read in the same way before");
        SentRecord { sequence_number: sequence_number.to_owned(), shard_id: shard_id.to_owned() }
    }
}

/// Whether there is a backslash or a control character, neither of which is in a text without escapes.
fn has_escape(body: &[u8]) -> bool {
    // `|` and no `||`: without branches, it is vectorised.
    body.iter().fold(false, |any, &byte| any | (byte < 0x20) | (byte == b'\\'))
}

/// What was read of a text, and what is left. There is no escape in it.
struct Scan<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Scan<'a> {
    /// Reads a response with exactly this many results: where they begin.
    fn response(&mut self, records: usize) -> Option<Vec<usize>> {
        let (mut has_count, mut has_encryption, mut results) = (false, false, None);
        self.skip("{")?;
        loop {
            if !has_count && self.skip("\"FailedRecordCount\":0").is_some() {
                has_count = true;
            } else if results.is_none() && self.skip("\"Records\":[").is_some() {
                results = Some(self.results(records)?);
            } else if !has_encryption && self.skip("\"EncryptionType\":\"").is_some() {
                self.text()?;
                has_encryption = true;
            } else {
                return None;
            }
            if self.skip(",").is_none() {
                break;
            }
        }
        self.skip("}")?;
        results.filter(|_| has_count && self.rest.is_empty())
    }

    fn results(&mut self, records: usize) -> Option<Vec<usize>> {
        let mut results = Vec::with_capacity(records);
        for record in 0..records {
            if record > 0 {
                self.skip(",")?;
            }
            results.push(self.text.len() - self.rest.len());
            self.result()?;
        }
        self.skip("]")?;
        Some(results)
    }

    /// A result of a record that was accepted: its sequence number and its shard.
    fn result(&mut self) -> Option<(&'a str, &'a str)> {
        let (sequence_number, shard_id);
        if self.skip("{\"SequenceNumber\":\"").is_some() {
            sequence_number = self.text()?;
            self.skip(",\"ShardId\":\"")?;
            shard_id = self.text()?;
        } else {
            self.skip("{\"ShardId\":\"")?;
            shard_id = self.text()?;
            self.skip(",\"SequenceNumber\":\"")?;
            sequence_number = self.text()?;
        }
        self.skip("}")?;
        (!sequence_number.is_empty()).then_some((sequence_number, shard_id))
    }

    /// The rest of a text, after its first quotation mark.
    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = self.rest.split_once('"')?;
        self.rest = rest;
        Some(text)
    }

    fn skip(&mut self, expected: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }
}

/// The deserializer that ours is tested against.
pub(crate) const DESERIALIZER: &str = "PutRecordsResponseDeserializer";

/// More than a result comes to, in bytes. A larger one is not kept for receipts that may never ask: the SDK
/// reads it.
const MOST_RESULT_BYTES: usize = 256;

/// The same of the rest of a response.
const MOST_BYTES: usize = 256;

#[cfg(test)]
mod tests;
