use std::collections::BTreeMap;

use super::code::{RESOURCE_NOT_FOUND, constraint};
use super::table::Table;
use crate::account;
use crate::memory::Memory;
use crate::refusal::Refusal;

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) memory: Memory,
}

impl State {
    pub(super) fn new(keeps: bool, capacity: usize) -> Self {
        Self { tables: BTreeMap::new(), memory: Memory::new(keeps, capacity) }
    }

    pub(super) fn delete(&mut self, table: Option<&str>) -> Result<Table, Refusal> {
        let table = self.tables.remove(name_in(table)?).ok_or_else(missing)?;
        self.memory.forget(table.history.bytes);
        Ok(table)
    }

    /// The table with this name or ARN.
    pub(super) fn table(&mut self, table: Option<&str>) -> Result<&mut Table, Refusal> {
        self.tables.get_mut(name_in(table)?).ok_or_else(missing)
    }
}

/// The name of the table that a request names by its name or its ARN.
pub(super) fn name_in(table: Option<&str>) -> Result<&str, Refusal> {
    let table = table.ok_or_else(|| constraint("tableName", "Member must not be null"))?;
    let name = match table.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":table/").map_or("", |(_, name)| name),
        None => table,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if !(3..=255).contains(&name.len()) {
        return Err(constraint(
            "tableName",
            "Member must have length greater than or equal to 3 and less than or equal to 255",
        ));
    }
    if !name.bytes().all(plain) {
        return Err(constraint(
            "tableName",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ));
    }
    Ok(name)
}

/// The ARN of the table with this name.
pub(super) fn arn(name: &str) -> String {
    account::arn("dynamodb", &format!("table/{name}"))
}

fn missing() -> Refusal {
    Refusal::new(&RESOURCE_NOT_FOUND, "Requested resource not found")
}
