//! The operation that reads a single item.

use super::call::DynamoDb;
use super::code::constraint;
use super::consumed::{Reporting, read_units};
use super::read::attributes;
use super::wire::{GetItem, GetItemOutput};
use crate::refusal::Refusal;

impl DynamoDb {
    pub(super) fn get_item(&self, input: &GetItem) -> Result<GetItemOutput, Refusal> {
        let reporting = Reporting::read(input.return_consumed_capacity.as_deref())?;
        let key = input.key.as_deref().ok_or_else(|| constraint("key", "Member must not be null"))?;
        let key = attributes(key)?;
        let mut state = self.lock();
        let table = state.table(input.table_name.as_deref())?;
        let item = table.items.get(&table.definition.schema.key(&key)?);
        let units = read_units(item.map_or(0, |item| item.bytes), input.consistent_read == Some(true));
        Ok(GetItemOutput {
            item: item.map(|item| item.attributes.clone()),
            consumed_capacity: reporting.report(&table.definition.name, units),
        })
    }
}
