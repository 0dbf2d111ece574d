//! The operations that write records.

use std::borrow::Cow;

use super::answer::{Confirmation, PutRecordsResult, RecordResult};
use super::call::{Kinesis, check_dry_run};
use super::code::{DIALECT, INVALID_ARGUMENT, PROVISIONED_THROUGHPUT_EXCEEDED};
use super::draft::Draft;
use super::name;
use super::request::{Entry, PutRecord, PutRecords};
use super::sequence;
use super::settings::{Settings, Strategy};
use super::shard::Shard;
use super::stream::Stream;
use crate::account::ACCOUNT;
use crate::clock::Moment;
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::{Mark, Marks};
use crate::memory::weight;
use crate::refusal::Refusal;
use crate::validation::{check_length, required};

impl Kinesis {
    pub(super) fn put_record(&self, input: PutRecord, drawn: &Drawn) -> Result<Confirmation, Refusal> {
        let name = name::of(&input.stream)?;
        let settings = self.lock().stream(name)?.settings;
        if let Some(number) = &input.sequence_number_for_ordering {
            self.check_ordering(name, number)?;
        }
        let entry = Entry {
            data: input.data,
            partition_key: input.partition_key,
            explicit_hash_key: input.explicit_hash_key,
        };
        let draft = Draft::read(entry, "", settings)?;
        let marks = marks(std::slice::from_ref(&draft), drawn)?;
        check_dry_run(input.dry_run)?;
        // One record in, one outcome out.
        self.store(name, vec![draft], &marks, None)?.remove(0)
    }

    pub(super) fn put_records(&self, input: PutRecords, drawn: &Drawn) -> Result<PutRecordsResult, Refusal> {
        let name = name::of(&input.stream)?;
        let entries = required(input.records, "records")?;
        check_length("records", entries.len(), 1..=MOST_RECORDS)?;
        let settings = self.lock().stream(name)?.settings;
        let drafts = read(entries, settings)?;
        let size =
            AppliedBatch { entries: drafts.len(), bytes: drafts.iter().map(|draft| draft.bytes).sum() };
        if size.bytes > MOST_BYTES {
            return Err(Refusal::new(&INVALID_ARGUMENT, "Records size exceeds 10 MB limit"));
        }
        let marks = marks(&drafts, drawn)?;
        check_dry_run(input.dry_run)?;
        let records: Vec<RecordResult> =
            self.store(name, drafts, &marks, Some(size))?.into_iter().map(result).collect();
        let failed = records.iter().filter(|result| matches!(result, RecordResult::Failed { .. }));
        Ok(PutRecordsResult { failed_record_count: failed.count(), records })
    }

    /// Puts valid records into their shards, in this order, unless a shard or the plan refuses.
    fn store(
        &self,
        name: &str,
        drafts: Vec<Draft>,
        marks: &Marks,
        batch: Option<AppliedBatch>,
    ) -> Result<Vec<Result<Confirmation, Refusal>>, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        state.memory.check_room(drafts.iter().map(|draft| weight(draft.bytes)).sum())?;
        let stream = state.stream(name)?;
        let before = stream.history.bytes;
        let outcomes = drafts
            .into_iter()
            .enumerate()
            .map(|(index, draft)| put(stream, name, draft, marks.at(index), now))
            .collect();
        if let Some(batch) = batch {
            stream.record(batch);
        }
        let added = stream.history.bytes - before;
        state.memory.remember(added);
        Ok(outcomes)
    }

    fn check_ordering(&self, name: &str, number: &str) -> Result<(), Refusal> {
        let mut state = self.lock();
        let stream = state.stream(name)?;
        if stream.settings.strategy == Strategy::Auto {
            let message = "SequenceNumberForOrdering cannot be used on a stream whose record distribution strategy is AUTO.";
            return Err(Refusal::new(&INVALID_ARGUMENT, message));
        }
        if sequence::number(number).is_some_and(|number| stream.has_numbered(number)) {
            return Ok(());
        }
        let message = format!(
            "SequenceNumberForOrdering {number} is not a sequence number of stream {name} under account {ACCOUNT}."
        );
        Err(Refusal::new(&INVALID_ARGUMENT, message))
    }
}

fn read(entries: Vec<Entry>, settings: Settings) -> Result<Vec<Draft>, Refusal> {
    let read = |(index, entry)| Draft::read(entry, &format!("records.{}.member.", index + 1), settings);
    entries.into_iter().enumerate().map(read).collect()
}

fn marks(drafts: &[Draft], drawn: &Drawn) -> Result<Marks, Refusal> {
    if drawn.fault.is_none() {
        return Ok(Marks::None);
    }
    let texts: Vec<Cow<'_, str>> = drafts.iter().map(|draft| String::from_utf8_lossy(&draft.data)).collect();
    Marks::drawn(drawn, &DIALECT, &texts)
}

/// Puts one record into its shard, unless the shard or the plan refuses it.
fn put(
    stream: &mut Stream,
    name: &str,
    draft: Draft,
    mark: Option<Mark<'_>>,
    now: Moment,
) -> Result<Confirmation, Refusal> {
    let shard = stream.route(&draft);
    if let Some(mark) = mark {
        let refusal = mark.refusal(&DIALECT);
        return Err(if refusal.is_throttling(&DIALECT) { throttled(name, shard) } else { refusal });
    }
    if !stream.admit(shard, draft.bytes, now) {
        return Err(throttled(name, shard));
    }
    let number = stream.accept(draft, shard, now);
    Ok(Confirmation { shard_id: Shard::id(shard), sequence_number: sequence::text(number) })
}

fn throttled(name: &str, shard: usize) -> Refusal {
    let message =
        format!("Rate exceeded for shard {} in stream {name} under account {ACCOUNT}.", Shard::id(shard));
    Refusal::new(&PROVISIONED_THROUGHPUT_EXCEEDED, message)
}

fn result(outcome: Result<Confirmation, Refusal>) -> RecordResult {
    match outcome {
        Ok(confirmation) => RecordResult::Accepted(confirmation),
        Err(refusal) => RecordResult::Failed {
            error_code: refusal.shape_name().to_owned(),
            error_message: refusal.to_string(),
        },
    }
}

const MOST_BYTES: usize = 10 << 20;
const MOST_RECORDS: usize = 500;
