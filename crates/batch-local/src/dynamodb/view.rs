use std::sync::Arc;

use super::applied_write::AppliedWrite;
use super::call::DynamoDb;
use super::item::StoredItem;
use super::table::Table;
use crate::history::AppliedBatch;

/// What the tables hold and what was written into them, without going through the wire. A table
/// that does not exist is empty.
#[derive(Clone, Debug)]
pub struct DynamoDbView {
    dynamodb: Arc<DynamoDb>,
}

impl DynamoDbView {
    pub(crate) fn new(dynamodb: Arc<DynamoDb>) -> Self {
        Self { dynamodb }
    }

    /// Every write that the table ever applied, be it of a batch or a single one, in the order in
    /// which they were applied. Empty if the server discards.
    #[must_use]
    pub fn applied(&self, table_name: &str) -> Vec<AppliedWrite> {
        self.read(table_name, |table| {
            table.history.accepted.iter().map(|change| AppliedWrite::of(change)).collect()
        })
    }

    /// How many writes the table ever applied; also known if the server discards.
    #[must_use]
    pub fn applied_count(&self, table_name: &str) -> u64 {
        self.read(table_name, |table| table.history.count)
    }

    /// What each `BatchWriteItem` request that was applied had for this table, in order, whatever
    /// the client was told: how many writes, unprocessed ones included, and the bytes of their
    /// items and keys. Requests that were refused as a whole are not among them. Empty if the
    /// server discards.
    #[must_use]
    pub fn batches(&self, table_name: &str) -> Vec<AppliedBatch> {
        self.read(table_name, |table| table.history.batches.clone())
    }

    /// The items that the table holds now, in the order of their keys. Empty if the server
    /// discards.
    #[must_use]
    pub fn items(&self, table_name: &str) -> Vec<StoredItem> {
        self.read(table_name, |table| table.items.values().map(|item| item.to_stored()).collect())
    }

    /// The names of the tables, sorted.
    #[must_use]
    pub fn table_names(&self) -> Vec<String> {
        self.dynamodb.lock().tables.keys().cloned().collect()
    }

    fn read<T: Default>(&self, table_name: &str, look: impl FnOnce(&Table) -> T) -> T {
        self.dynamodb.lock().tables.get(table_name).map_or_else(T::default, look)
    }
}
