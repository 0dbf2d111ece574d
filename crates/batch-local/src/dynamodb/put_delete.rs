//! The operations that write a single item.

use serde_json::value::RawValue;

use super::call::DynamoDb;
use super::change::Change;
use super::code::{DIALECT, invalid_values};
use super::consumed::{Reporting, count};
use super::wire::{DeleteItem, PutItem, Written};
use crate::injector::Drawn;
use crate::marks::Marks;
use crate::memory::weight;
use crate::refusal::Refusal;

impl DynamoDb {
    pub(super) fn delete_item(&self, input: &DeleteItem, drawn: &Drawn) -> Result<Written, Refusal> {
        let marks = marks(input.key.as_deref(), drawn)?;
        let reporting = Reporting::read(input.return_consumed_capacity.as_deref())?;
        let change = Change::delete(input.key.as_deref())?;
        self.write(input.table_name.as_deref(), change, &marks, reporting)
    }

    pub(super) fn put_item(&self, input: &PutItem, drawn: &Drawn) -> Result<Written, Refusal> {
        let marks = marks(input.item.as_deref(), drawn)?;
        let reporting = Reporting::read(input.return_consumed_capacity.as_deref())?;
        let change = Change::put(input.item.as_deref())?;
        self.write(input.table_name.as_deref(), change, &marks, reporting)
    }

    fn write(
        &self,
        table: Option<&str>,
        change: Change,
        marks: &Marks,
        reporting: Reporting,
    ) -> Result<Written, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let definition = std::sync::Arc::clone(&state.table(table)?.definition);
        if let Change::Put(item) = &change
            && let Some(misfit) = definition.schema.misfit(&item.attributes)
        {
            return Err(invalid_values(&misfit));
        }
        let key = change.key(&definition.schema)?;
        if let Some(mark) = marks.at(0) {
            return Err(mark.refusal(&DIALECT));
        }
        let added = weight(change.sent().bytes);
        state.memory.check_room(added)?;
        let table = state.table(table)?;
        let units = table.write(key, change, now).ok_or_else(|| table.throttled())?;
        state.memory.remember(added);
        Ok(Written { consumed_capacity: reporting.report(&definition.name, count(units)) })
    }
}

fn marks(sent: Option<&RawValue>, drawn: &Drawn) -> Result<Marks, Refusal> {
    Marks::drawn(drawn, &DIALECT, &[sent.map_or("", RawValue::get)])
}
