//! Responses in the form in which the service writes nearly every one.
//!
//! One scan finds the records that failed, without a model of each result; what the response says of an accepted
//! record is cut out of it when a receipt asks. The scan accepts exactly the compact JSON that the service writes. Of
//! any other response it is not certain, however little is different: the SDK reads that, and each result has its
//! verdict ([`verdict`](crate::verdict)).

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::operation::put_records::PutRecordsOutput;
use batch_core::{Verdict, Verdicts};
use batch_smithy::{KnownDeserializer, Written};

use crate::groups::Groups;
use crate::{SentRecord, verdict};

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

    /// The response, if it was read.
    pub(crate) fn into_accepted(self) -> Option<Accepted> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn read(response: &HttpResponse, records: usize) -> Option<Accepted> {
    let is_success = response.status().as_u16() == 200;
    Accepted::of(response.body().bytes().filter(|_| is_success)?, records)
}

/// A response to a request, each of whose records was either accepted or not.
#[derive(Debug)]
pub(crate) struct Accepted {
    text: Box<str>,
    /// Where each result begins, in bytes.
    results: Vec<usize>,
    /// The positions of the records that were not accepted, in ascending order, and the verdict on each.
    failed: Failed,
}

/// Positions and verdicts.
type Failed = Vec<(usize, Verdict<SentRecord>)>;

/// What a response says of a record.
#[derive(Clone, Copy)]
enum Said<'a> {
    Accepted { sequence_number: &'a str, shard_id: &'a str },
    Failed { code: &'a str, message: &'a str },
}

impl Accepted {
    /// The response with this body to a request of this many records; none unless it is certain what it says of each.
    /// The texts in it need no unescaping.
    pub(crate) fn of(body: &[u8], records: usize) -> Option<Self> {
        if body.len() > MOST_BYTES + records.saturating_mul(MOST_RESULT_BYTES) || has_escape(body) {
            return None;
        }
        let text = str::from_utf8(body).ok()?;
        let (results, failed) = Scan { text, rest: text }.response(records)?;
        Some(Self { text: text.into(), results, failed })
    }

    /// The verdicts of the entries that travelled in these records.
    pub(crate) fn into_verdicts(mut self, groups: Groups) -> Verdicts<SentRecord> {
        let failed = std::mem::take(&mut self.failed).into_iter().flat_map(|(record, verdict)| {
            groups.range(record).map(move |position| (position, verdict.clone()))
        });
        let failed = failed.collect();
        let accepted = Verdicts::all_accepted(move |position| {
            let (record, place) = groups.place(position);
            SentRecord { sub_sequence_number: place, ..self.record(record) }
        });
        accepted.except(failed)
    }

    /// The shard of each record that was accepted, and the verdict on each other one, in the order of the request.
    pub(crate) fn results(&self) -> impl Iterator<Item = Result<&str, &Verdict<SentRecord>>> {
        let mut failed = self.failed.iter().peekable();
        (0..self.results.len()).map(move |position| match failed.next_if(|(other, _)| *other == position) {
            Some((_, verdict)) => Err(verdict),
            None => Ok(self.said(position).1),
        })
    }

    /// The verdict on each record that was not accepted.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &Verdict<SentRecord>> {
        self.failed.iter().map(|(_, verdict)| verdict)
    }

    /// What the response says of the record at this position of the request, which was accepted.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let (sequence_number, shard_id) = self.said(position);
        SentRecord::new(sequence_number.to_owned(), shard_id.to_owned())
    }

    fn said(&self, position: usize) -> (&str, &str) {
        let rest = &self.text[self.results[position]..];
        match (Scan { text: rest, rest }).result() {
            Some(Said::Accepted { sequence_number, shard_id }) => (sequence_number, shard_id),
            Some(Said::Failed { .. }) | None => unreachable!("it was read as accepted before"),
        }
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
    /// Reads a response with exactly this many results: where they begin, and which are of records that failed. The count of
    /// those says nothing more.
    fn response(&mut self, records: usize) -> Option<(Vec<usize>, Failed)> {
        let (mut has_count, mut has_encryption, mut results) = (false, false, None);
        self.skip("{")?;
        loop {
            if !has_count && self.skip("\"FailedRecordCount\":").is_some() {
                self.count()?;
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

    fn results(&mut self, records: usize) -> Option<(Vec<usize>, Failed)> {
        let (mut results, mut failed) = (Vec::with_capacity(records), Vec::new());
        for record in 0..records {
            if record > 0 {
                self.skip(",")?;
            }
            results.push(self.text.len() - self.rest.len());
            if let Said::Failed { code, message } = self.result()? {
                failed.push((record, verdict::of_failed(code, Some(message.to_owned()))));
            }
        }
        self.skip("]")?;
        Some((results, failed))
    }

    /// A result: the sequence number and the shard of a record, or why it was not accepted.
    fn result(&mut self) -> Option<Said<'a>> {
        let said = if self.skip("{\"SequenceNumber\":\"").is_some() {
            let sequence_number = self.text()?;
            self.skip(",\"ShardId\":\"")?;
            Said::Accepted { sequence_number, shard_id: self.text()? }
        } else if self.skip("{\"ShardId\":\"").is_some() {
            let shard_id = self.text()?;
            self.skip(",\"SequenceNumber\":\"")?;
            Said::Accepted { sequence_number: self.text()?, shard_id }
        } else {
            self.skip("{\"ErrorCode\":\"")?;
            let code = self.text()?;
            self.skip(",\"ErrorMessage\":\"")?;
            Said::Failed { code, message: self.text()? }
        };
        self.skip("}")?;
        let (Said::Accepted { sequence_number: text, .. } | Said::Failed { code: text, .. }) = said;
        (!text.is_empty()).then_some(said)
    }

    /// A number of records, as JSON has it.
    fn count(&mut self) -> Option<()> {
        let end = self.rest.bytes().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_number = digits == "0" || matches!(digits.as_bytes(), [b'1'..=b'9', ..]);
        (is_number && digits.len() < 10).then_some(())
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
