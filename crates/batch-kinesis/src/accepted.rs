//! Responses in the form in which the service writes nearly every one.

use batch_core::{Verdict, Verdicts};
use batch_smithy::{Compact, Form, Results, Span};

use crate::groups::Groups;
use crate::{SentRecord, verdict};

/// How the service writes its response to `PutRecords`.
#[derive(Debug)]
pub(crate) struct PutRecordsForm;

/// Where a response says this of a record.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    sequence_number: Span,
    shard_id: Span,
}

impl Form for PutRecordsForm {
    type Said = Said;
    type Response = SentRecord;

    const COUNT: &'static [u8] = b"\"FailedRecordCount\":";
    const LIST: &'static [u8] = b"\"Records\":[";
    const MOST_RESULT_BYTES: usize = 256;

    fn other(response: &mut Compact<'_>) -> Option<()> {
        response.skip(b"\"EncryptionType\":\"")?;
        response.string().map(drop)
    }

    #[inline]
    fn accepted(result: &mut Compact<'_>, last: Said) -> Option<Said> {
        let (sequence_number, shard_id);
        if result.skip(b"{\"SequenceNumber\":\"").is_some() {
            sequence_number = result.string_like(last.sequence_number)?;
            result.skip(b",\"ShardId\":\"")?;
            shard_id = result.string_like(last.shard_id)?;
        } else {
            result.skip(b"{\"ShardId\":\"")?;
            shard_id = result.string_like(last.shard_id)?;
            result.skip(b",\"SequenceNumber\":\"")?;
            sequence_number = result.string_like(last.sequence_number)?;
        }
        result.skip(b"}")?;
        (!sequence_number.is_empty()).then_some(Said { sequence_number, shard_id })
    }

    fn failed(code: &str, message: Option<String>) -> Verdict<SentRecord> {
        verdict::of_failed(code, message)
    }
}

/// A response to a request, each of whose records was either accepted or not.
#[derive(Debug)]
pub(crate) struct Accepted(pub(crate) Results<PutRecordsForm>);

impl Accepted {
    /// The verdicts of the entries that travelled in these records.
    pub(crate) fn into_verdicts(mut self, groups: Groups) -> Verdicts<SentRecord> {
        let failed = self.0.take_failed().into_iter().flat_map(|(record, verdict)| {
            groups.range(record).map(move |position| (position, verdict.clone()))
        });
        let failed = failed.collect();
        let accepted = Verdicts::all_accepted(move |position| {
            let (record, place) = groups.place(position);
            let mut sent = self.record(record);
            sent.set_place(place);
            sent
        });
        accepted.except(failed)
    }

    /// The shard of each record that was accepted, and the verdict on each other one, in the order of the request.
    pub(crate) fn results(&self) -> impl Iterator<Item = Result<&str, &Verdict<SentRecord>>> {
        let (body, mut failed) = (self.0.body(), self.0.failed().iter().peekable());
        self.0.said().iter().enumerate().map(move |(position, said)| {
            match failed.next_if(|(other, _)| *other == position) {
                Some((_, verdict)) => Err(verdict),
                None => Ok(said.shard_id.of(body)),
            }
        })
    }

    /// The verdict on each record that was not accepted.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &Verdict<SentRecord>> {
        self.0.failed().iter().map(|(_, verdict)| verdict)
    }

    /// What the response says of the record at this position of the request, which was accepted.
    pub(crate) fn record(&self, position: usize) -> SentRecord {
        let (body, Said { sequence_number, shard_id }) = (self.0.body(), self.0.said()[position]);
        SentRecord::new(sequence_number.of(body), shard_id.of(body))
    }
}

/// The deserializer that ours is tested against.
pub(crate) const DESERIALIZER: &str = "PutRecordsResponseDeserializer";

#[cfg(test)]
mod tests;
