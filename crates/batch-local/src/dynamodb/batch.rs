//! The operation that writes a batch.

use std::collections::{BTreeMap, BTreeSet};

use super::batch_rules::{self, SentWrite};
use super::call::DynamoDb;
use super::change::Change;
use super::code::{DIALECT, invalid, throttled};
use super::consumed::{Reporting, count};
use super::key::Key;
use super::schema::mismatch;
use super::state::State;
use super::wire::{BatchWriteItem, BatchWriteItemOutput};
use crate::clock::Moment;
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::Marks;
use crate::memory::weight;
use crate::refusal::Refusal;

impl DynamoDb {
    pub(super) fn batch_write_item(
        &self,
        input: BatchWriteItem,
        drawn: &Drawn,
    ) -> Result<BatchWriteItemOutput, Refusal> {
        let reporting = Reporting::read(input.return_consumed_capacity.as_deref())?;
        let sent = batch_rules::writes(input.request_items)?;
        let texts: Vec<&str> = sent.iter().map(SentWrite::text).collect();
        let marks = Marks::drawn(drawn, &DIALECT, &texts)?;
        let changes = sent.iter().map(SentWrite::change).collect::<Result<Vec<_>, _>>()?;
        let now = self.now();
        let mut state = self.lock();
        let writes = resolve(&mut state, sent, changes)?;
        state.memory.check_room(writes.iter().map(|write| weight(write.change.sent().bytes)).sum())?;
        Ok(apply(&mut state, writes, &marks, now)?.answer(reporting))
    }
}

/// A write whose table and key are known.
struct Write {
    table_name: String,
    key: Key,
    change: Change,
    sent: SentWrite,
}

/// What became of a batch.
#[derive(Default)]
struct Outcome {
    /// By the name of the table.
    units: BTreeMap<String, u64>,
    sizes: BTreeMap<String, AppliedBatch>,
    left: Vec<SentWrite>,
    /// What the first table without capacity says of that.
    throttled: Option<Refusal>,
    /// Whether a write is left for another reason than want of capacity.
    failed: bool,
}

/// Finds the table and the key of each write. All of them must be valid, and no two the same.
fn resolve(state: &mut State, sent: Vec<SentWrite>, changes: Vec<Change>) -> Result<Vec<Write>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut writes = Vec::with_capacity(sent.len());
    for (sent, change) in sent.into_iter().zip(changes) {
        let definition = &state.table(Some(&sent.table))?.definition;
        if let Change::Put(item) = &change
            && definition.schema.misfit(&item.attributes).is_some()
        {
            return Err(mismatch());
        }
        let key = change.key(&definition.schema)?;
        let table_name = definition.name.clone();
        if !seen.insert((table_name.clone(), key.clone())) {
            return Err(invalid("Provided list of item keys contains duplicates"));
        }
        writes.push(Write { table_name, key, change, sent });
    }
    Ok(writes)
}

fn apply(state: &mut State, writes: Vec<Write>, marks: &Marks, now: Moment) -> Result<Outcome, Refusal> {
    let mut outcome = Outcome::default();
    for (index, Write { table_name, key, change, sent }) in writes.into_iter().enumerate() {
        let size = outcome.sizes.entry(table_name.clone()).or_insert(AppliedBatch { entries: 0, bytes: 0 });
        let bytes = change.sent().bytes;
        *size = AppliedBatch { entries: size.entries + 1, bytes: size.bytes + bytes };
        if let Some(mark) = marks.at(index) {
            outcome.failed |= !mark.refusal(&DIALECT).is_throttling(&DIALECT);
            outcome.left.push(sent);
            continue;
        }
        let table = state.table(Some(&table_name))?;
        match table.write(key, change, now) {
            Some(units) => {
                *outcome.units.entry(table_name).or_default() += units;
                state.memory.remember(weight(bytes));
            }
            None => {
                outcome.throttled.get_or_insert(table.throttled());
                outcome.left.push(sent);
            }
        }
    }
    if outcome.units.is_empty() && !outcome.failed {
        return Err(outcome.throttled.unwrap_or_else(throttled));
    }
    for (table_name, size) in &outcome.sizes {
        state.table(Some(table_name))?.record(*size);
    }
    Ok(outcome)
}

impl Outcome {
    fn answer(self, reporting: Reporting) -> BatchWriteItemOutput {
        let mut unprocessed_items: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for sent in self.left {
            unprocessed_items.entry(sent.table).or_default().push(sent.request);
        }
        let consumed_capacity = self
            .units
            .iter()
            .map(|(table_name, units)| reporting.report(table_name, count(*units)))
            .collect();
        BatchWriteItemOutput { unprocessed_items, consumed_capacity }
    }
}
