//! What a batch is made of, and what makes it invalid as a whole.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::change::Change;
use super::code::{constraint, invalid};
use super::wire::WriteRequest;
use crate::refusal::{Refusal, SERIALIZATION};

/// One write of a batch, as it was sent.
#[derive(Debug)]
pub(super) struct SentWrite {
    /// The name or the ARN that it was sent under.
    pub(super) table: String,
    pub(super) request: Box<RawValue>,
    operand: Operand,
}

/// What is to be written, in DynamoDB JSON.
#[derive(Debug)]
enum Operand {
    Item(Option<Box<RawValue>>),
    Key(Option<Box<RawValue>>),
}

/// The writes of a batch, in the order of their tables.
pub(super) fn writes(
    request_items: Option<BTreeMap<String, Vec<Box<RawValue>>>>,
) -> Result<Vec<SentWrite>, Refusal> {
    let tables = request_items.unwrap_or_default();
    check_counts(&tables)?;
    tables
        .into_iter()
        .flat_map(|(table, requests)| requests.into_iter().map(move |request| (table.clone(), request)))
        .map(|(table, request)| SentWrite::read(table, request))
        .collect()
}

impl SentWrite {
    /// What it does, checked as far as the table does not matter.
    pub(super) fn change(&self) -> Result<Change, Refusal> {
        match &self.operand {
            Operand::Item(item) => Change::put(item.as_deref()),
            Operand::Key(key) => Change::delete(key.as_deref()),
        }
    }

    /// The text of its item or its key.
    pub(super) fn text(&self) -> &str {
        match &self.operand {
            Operand::Item(text) | Operand::Key(text) => text.as_deref().map_or("", RawValue::get),
        }
    }

    fn read(table: String, request: Box<RawValue>) -> Result<Self, Refusal> {
        let parsed: WriteRequest = serde_json::from_str(request.get())
            .map_err(|error| Refusal::new(&SERIALIZATION, error.to_string()))?;
        let operand = match (parsed.delete_request, parsed.put_request) {
            (None, Some(put)) => Operand::Item(put.item),
            (Some(delete), None) => Operand::Key(delete.key),
            // The service speaks of attributes here, whether both are there or none.
            _ => {
                return Err(invalid(
                    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
                ));
            }
        };
        Ok(Self { table, request, operand })
    }
}

fn check_counts(tables: &BTreeMap<String, Vec<Box<RawValue>>>) -> Result<(), Refusal> {
    if tables.is_empty() {
        return Err(invalid("The requestItems parameter is required for BatchWriteItem"));
    }
    if tables.values().any(|requests| !(1..=MOST_WRITES).contains(&requests.len())) {
        return Err(constraint(
            "requestItems",
            "Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
        ));
    }
    if tables.values().map(Vec::len).sum::<usize>() > MOST_WRITES {
        return Err(invalid("Too many items requested for the BatchWriteItem call"));
    }
    Ok(())
}

const MOST_WRITES: usize = 25;
