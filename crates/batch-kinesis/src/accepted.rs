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
use memchr::memchr;

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
    /// ASCII.
    text: Box<[u8]>,
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
    Accepted { sequence_number: &'a [u8], shard_id: &'a [u8] },
    Failed { code: &'a [u8], message: &'a [u8] },
}

impl Accepted {
    /// The response with this body to a request of this many records; none unless it is certain what it says of each.
    /// The texts in it need no unescaping.
    pub(crate) fn of(body: &[u8], records: usize) -> Option<Self> {
        if body.len() > MOST_BYTES + records.saturating_mul(MOST_RESULT_BYTES) || !is_plain(body) {
            return None;
        }
        let (results, failed) = Scan { text: body, rest: body }.response(records)?;
        Some(Self { text: body.into(), results, failed })
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
            None => Ok(as_text(self.said(position).1)),
        })
    }

    /// The verdict on each record that was not accepted.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &Verdict<SentRecord>> {
        self.failed.iter().map(|(_, verdict)| verdict)
    }

    /// What the response says of the record at this position of the request, which was accepted.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let (sequence_number, shard_id) = self.said(position);
        SentRecord::new(as_text(sequence_number).to_owned(), as_text(shard_id).to_owned())
    }

    fn said(&self, position: usize) -> (&[u8], &[u8]) {
        let rest = &self.text[self.results[position]..];
        match (Scan { text: rest, rest }).result() {
            Some(Said::Accepted { sequence_number, shard_id }) => (sequence_number, shard_id),
            Some(Said::Failed { .. }) | None => unreachable!("it was read as accepted before"),
        }
    }
}

/// Whether all of it is ASCII without backslashes and control characters, so that no text has an escape.
fn is_plain(body: &[u8]) -> bool {
    // As a number with a sign, a byte that is not ASCII is below a space too. `|` and no `||`: without branches, it is
    // vectorised.
    let is_special = |byte: u8| (byte.cast_signed() < b' '.cast_signed()) | (byte == b'\\');
    !body.iter().fold(false, |any, &byte| any | is_special(byte))
}

fn as_text(plain: &[u8]) -> &str {
    str::from_utf8(plain).expect("it is ASCII")
}

/// What was read of a text, and what is left. All of it is plain.
struct Scan<'a> {
    text: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    /// Reads a response with exactly this many results: where they begin, and which are of records that failed. The count of
    /// those says nothing more.
    fn response(&mut self, records: usize) -> Option<(Vec<usize>, Failed)> {
        let (mut has_count, mut has_encryption, mut results) = (false, false, None);
        self.skip(b"{")?;
        loop {
            if !has_count && self.skip(b"\"FailedRecordCount\":").is_some() {
                self.count()?;
                has_count = true;
            } else if results.is_none() && self.skip(b"\"Records\":[").is_some() {
                results = Some(self.results(records)?);
            } else if !has_encryption && self.skip(b"\"EncryptionType\":\"").is_some() {
                self.text()?;
                has_encryption = true;
            } else {
                return None;
            }
            if self.skip(b",").is_none() {
                break;
            }
        }
        self.skip(b"}")?;
        results.filter(|_| has_count && self.rest.is_empty())
    }

    fn results(&mut self, records: usize) -> Option<(Vec<usize>, Failed)> {
        let (mut results, mut failed) = (Vec::with_capacity(records), Vec::new());
        for record in 0..records {
            if record > 0 {
                self.skip(b",")?;
            }
            results.push(self.text.len() - self.rest.len());
            if let Said::Failed { code, message } = self.result()? {
                failed.push((record, verdict::of_failed(as_text(code), Some(as_text(message).to_owned()))));
            }
        }
        self.skip(b"]")?;
        Some((results, failed))
    }

    /// A result: the sequence number and the shard of a record, or why it was not accepted.
    fn result(&mut self) -> Option<Said<'a>> {
        let said = if self.skip(b"{\"SequenceNumber\":\"").is_some() {
            let sequence_number = self.text()?;
            self.skip(b",\"ShardId\":\"")?;
            Said::Accepted { sequence_number, shard_id: self.text()? }
        } else if self.skip(b"{\"ShardId\":\"").is_some() {
            let shard_id = self.text()?;
            self.skip(b",\"SequenceNumber\":\"")?;
            Said::Accepted { sequence_number: self.text()?, shard_id }
        } else {
            self.skip(b"{\"ErrorCode\":\"")?;
            let code = self.text()?;
            self.skip(b",\"ErrorMessage\":\"")?;
            Said::Failed { code, message: self.text()? }
        };
        self.skip(b"}")?;
        let (Said::Accepted { sequence_number: text, .. } | Said::Failed { code: text, .. }) = said;
        (!text.is_empty()).then_some(said)
    }

    /// A number of records, as JSON has it.
    fn count(&mut self) -> Option<()> {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_number = matches!(digits, b"0" | [b'1'..=b'9', ..]);
        (is_number && digits.len() < 10).then_some(())
    }

    /// The rest of a text, after its first quotation mark.
    fn text(&mut self) -> Option<&'a [u8]> {
        let (text, rest) = self.rest.split_at(memchr(b'"', self.rest)?);
        self.rest = &rest[1..];
        Some(text)
    }

    fn skip(&mut self, expected: &[u8]) -> Option<()> {
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
