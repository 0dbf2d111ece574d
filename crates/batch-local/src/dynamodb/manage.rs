//! The operations on tables as a whole.

use std::ops::Bound;

use super::call::DynamoDb;
use super::code::{RESOURCE_IN_USE, constraint};
use super::definition::Definition;
use super::describe::{Changed, Described, Description};
use super::table::Table;
use super::wire::{CreateTable, ListTables, OfTable, TableNames, UpdateTable};
use crate::refusal::Refusal;

impl DynamoDb {
    /// Creates a table, which is there at once.
    pub(super) fn create_table(&self, input: CreateTable) -> Result<Changed, Refusal> {
        let definition = Definition::new(input)?;
        let name = definition.name.clone();
        let now = self.now();
        let mut state = self.lock();
        if state.tables.contains_key(&name) {
            return Err(Refusal::new(&RESOURCE_IN_USE, format!("Table already exists: {name}")));
        }
        let table = Table::new(definition, now, state.memory.keeps());
        let table_description = Description::of(&table, "ACTIVE");
        state.tables.insert(name, table);
        Ok(Changed { table_description })
    }

    /// Changes the capacity of a table, which it has at once.
    pub(super) fn update_table(&self, input: UpdateTable) -> Result<Changed, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let table = state.table(input.table_name.as_deref())?;
        let definition = table.definition.updated(input)?;
        table.redefine(definition, now);
        Ok(Changed { table_description: Description::of(table, "ACTIVE") })
    }

    /// Deletes a table, which is gone at once.
    pub(super) fn delete_table(&self, input: &OfTable) -> Result<Changed, Refusal> {
        let table = self.lock().delete(input.table_name.as_deref())?;
        Ok(Changed { table_description: Description::of(&table, "DELETING") })
    }

    pub(super) fn describe_table(&self, input: &OfTable) -> Result<Described, Refusal> {
        let mut state = self.lock();
        let table = state.table(input.table_name.as_deref())?;
        Ok(Described { table: Description::of(table, "ACTIVE") })
    }

    pub(super) fn list_tables(&self, input: ListTables) -> Result<TableNames, Refusal> {
        let limit = match input.limit.map(usize::try_from) {
            None => MOST_LISTED,
            Some(Ok(limit @ 1..=MOST_LISTED)) => limit,
            Some(_) => {
                return Err(constraint(
                    "limit",
                    "Member must have value greater than or equal to 1 and less than or equal to 100",
                ));
            }
        };
        let after = input.exclusive_start_table_name.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.lock();
        let mut names = state.tables.range((after, Bound::Unbounded)).map(|(name, _)| name.clone());
        let table_names: Vec<String> = names.by_ref().take(limit).collect();
        let goes_on = names.next().is_some();
        Ok(TableNames {
            last_evaluated_table_name: table_names.last().filter(|_| goes_on).cloned(),
            table_names,
        })
    }
}

const MOST_LISTED: usize = 100;
