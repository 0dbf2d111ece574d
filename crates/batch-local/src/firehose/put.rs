//! The operations that write records.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::call::Firehose;
use super::code::{DIALECT, INVALID_ARGUMENT, SERVICE_UNAVAILABLE};
use super::name;
use super::request::{Entry, PutRecord, PutRecordBatch};
use super::state::State;
use crate::clock::Moment;
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::{Mark, Marks};
use crate::refusal::Refusal;
use crate::validation::{check_length, required};

impl Firehose {
    pub(super) fn put_record(&self, input: PutRecord, drawn: &Drawn) -> Result<PutRecordResult, Refusal> {
        let name = name::of(input.delivery_stream_name)?;
        let data = read(required(input.record, "record")?, "record.")?;
        let marks = marks(std::slice::from_ref(&data), drawn)?;
        let mut state = self.lock();
        check(&mut state, &name, std::slice::from_ref(&data))?;
        let record_id = put(&mut state, &name, data, marks.at(0), self.now())?;
        Ok(PutRecordResult { record_id, encrypted: false })
    }

    pub(super) fn put_record_batch(
        &self,
        input: PutRecordBatch,
        drawn: &Drawn,
    ) -> Result<PutRecordBatchResult, Refusal> {
        let name = name::of(input.delivery_stream_name)?;
        let entries = required(input.records, "records")?;
        check_length("records", entries.len(), 1..=MOST_RECORDS)?;
        let read = |(index, entry)| read(entry, &format!("records.{}.member.", index + 1));
        let records: Vec<Bytes> = entries.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let size = AppliedBatch { entries: records.len(), bytes: records.iter().map(Bytes::len).sum() };
        if size.bytes > MOST_BYTES {
            return Err(Refusal::new(&INVALID_ARGUMENT, "Records size exceeds 4 MB limit"));
        }
        let marks = marks(&records, drawn)?;
        let (mut state, now) = (self.lock(), self.now());
        check(&mut state, &name, &records)?;
        let put = |(index, data)| put(&mut state, &name, data, marks.at(index), now);
        let results: Vec<RecordResult> = records.into_iter().enumerate().map(put).map(result).collect();
        state.record(&name, size)?;
        let failed = results.iter().filter(|result| matches!(result, RecordResult::Failed { .. }));
        Ok(PutRecordBatchResult {
            encrypted: false,
            failed_put_count: failed.count(),
            request_responses: results,
        })
    }
}

/// The data of a record; `at` is what comes before the name of the member, and a violation is the whole request's.
fn read(entry: Entry, at: &str) -> Result<Bytes, Refusal> {
    let member = format!("{at}data");
    let data = required(entry.data, &member)?.0;
    check_length(&member, data.len(), 0..=MOST_RECORD_BYTES)?;
    Ok(data)
}

/// Refuses records for a delivery stream that does not exist or that nobody may put any into, and more than is to be
/// remembered.
fn check(state: &mut State, name: &str, records: &[Bytes]) -> Result<(), Refusal> {
    if !state.stream(name)?.is_direct_put {
        let message = "This operation is not permitted on delivery streams whose source is another service.";
        return Err(Refusal::new(&INVALID_ARGUMENT, message));
    }
    state.check_room(records.iter().map(Bytes::len))
}

fn marks(records: &[Bytes], drawn: &Drawn) -> Result<Marks, Refusal> {
    if drawn.fault.is_none() {
        return Ok(Marks::None);
    }
    let texts: Vec<Cow<'_, str>> = records.iter().map(|data| String::from_utf8_lossy(data)).collect();
    Marks::drawn(drawn, &DIALECT, &texts)
}

/// Puts one record into its stream, unless the plan refuses it.
fn put(
    state: &mut State,
    name: &str,
    data: Bytes,
    mark: Option<Mark<'_>>,
    now: Moment,
) -> Result<String, Refusal> {
    let Some(mark) = mark else { return state.accept(name, data, now) };
    let refusal = mark.refusal(&DIALECT);
    let is_throttled = refusal.is_throttling(&DIALECT);
    Err(if is_throttled {
        Refusal::new(&SERVICE_UNAVAILABLE, "Slow down.").with_status(500)
    } else {
        refusal
    })
}

fn result(outcome: Result<String, Refusal>) -> RecordResult {
    match outcome {
        Ok(record_id) => RecordResult::Accepted { record_id },
        Err(refusal) => RecordResult::Failed {
            error_code: refusal.shape_name().to_owned(),
            error_message: refusal.to_string(),
        },
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRecordResult {
    encrypted: bool,
    record_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRecordBatchResult {
    encrypted: bool,
    failed_put_count: usize,
    request_responses: Vec<RecordResult>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum RecordResult {
    #[serde(rename_all = "PascalCase")]
    Accepted { record_id: String },
    #[serde(rename_all = "PascalCase")]
    Failed { error_code: String, error_message: String },
}

const MOST_BYTES: usize = 4 << 20;
const MOST_RECORD_BYTES: usize = 1_024_000;
const MOST_RECORDS: usize = 500;
