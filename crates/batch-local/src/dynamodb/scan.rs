//! The operation that reads all items.

use std::ops::Bound;

use serde_json::value::RawValue;

use super::call::DynamoDb;
use super::code::{constraint, invalid};
use super::consumed::{Reporting, read_units};
use super::item::Item;
use super::key::Key;
use super::read::attributes;
use super::schema::Schema;
use super::table::Table;
use super::wire::{Scan, ScanOutput};
use crate::refusal::Refusal;

impl DynamoDb {
    pub(super) fn scan(&self, input: &Scan) -> Result<ScanOutput, Refusal> {
        let reporting = Reporting::read(input.return_consumed_capacity.as_deref())?;
        let shows_items = shows_items(input.select.as_deref())?;
        let limit = limit(input.limit)?;
        let mut state = self.lock();
        let table = state.table(input.table_name.as_deref())?;
        let schema = &table.definition.schema;
        let start = start(input.exclusive_start_key.as_deref(), schema)?;
        let page = Page::read(table, start.map_or(Bound::Unbounded, Bound::Excluded), limit);
        let last = page.items.last().filter(|_| page.goes_on);
        let units = read_units(page.bytes, input.consistent_read == Some(true));
        Ok(ScanOutput {
            count: page.items.len(),
            scanned_count: page.items.len(),
            last_evaluated_key: last.map(|item| schema.key_attributes(&item.attributes)),
            items: shows_items.then(|| page.items.iter().map(|item| item.attributes.clone()).collect()),
            consumed_capacity: reporting.report(&table.definition.name, units),
        })
    }
}

/// The items of one answer.
struct Page<'a> {
    items: Vec<&'a Item>,
    bytes: usize,
    /// Whether there may be more.
    goes_on: bool,
}

impl<'a> Page<'a> {
    fn read(table: &'a Table, start: Bound<Key>, limit: usize) -> Self {
        let mut page = Self { items: Vec::new(), bytes: 0, goes_on: false };
        for item in table.items.range((start, Bound::Unbounded)).map(|(_, item)| item) {
            if page.bytes + item.bytes > MOST_BYTES {
                page.goes_on = true;
                break;
            }
            page.bytes += item.bytes;
            page.items.push(item);
            if page.items.len() == limit {
                // Like the service, without a look at whether this was the last one.
                page.goes_on = true;
                break;
            }
        }
        page
    }
}

fn shows_items(select: Option<&str>) -> Result<bool, Refusal> {
    match select {
        None | Some("ALL_ATTRIBUTES") => Ok(true),
        Some("COUNT") => Ok(false),
        Some(_) => Err(constraint(
            "select",
            "Member must satisfy enum value set: [COUNT, ALL_ATTRIBUTES]; this server knows no others",
        )),
    }
}

fn limit(limit: Option<i64>) -> Result<usize, Refusal> {
    match limit.map(usize::try_from) {
        None => Ok(usize::MAX),
        Some(Ok(limit @ 1..)) => Ok(limit),
        Some(_) => Err(constraint("limit", "Member must have value greater than or equal to 1")),
    }
}

fn start(key: Option<&RawValue>, schema: &Schema) -> Result<Option<Key>, Refusal> {
    let Some(key) = key else { return Ok(None) };
    let invalid = |refusal: Refusal| invalid(format!("The provided starting key is invalid: {refusal}"));
    schema.key(&attributes(key)?).map(Some).map_err(invalid)
}

const MOST_BYTES: usize = 1_048_576;
