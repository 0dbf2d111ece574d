use std::sync::Arc;

use super::applied_write::AppliedWrite;
use super::call::DynamoDb;
use super::item::StoredItem;
use super::table::Table;
use crate::history::AppliedBatch;

/// A view of the tables, their items and the writes applied to them, read without a request.
///
/// Returned by [`LocalServer::dynamodb`](crate::LocalServer::dynamodb). A table that does not exist is empty.
#[derive(Clone, Debug)]
pub struct DynamoDbView {
    dynamodb: Arc<DynamoDb>,
}

impl DynamoDbView {
    pub(crate) fn new(dynamodb: Arc<DynamoDb>) -> Self {
        Self { dynamodb }
    }

    /// Returns all writes that were applied to the table, from batches and single requests, in their order.
    /// Empty if the server [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn applied(&self, table_name: &str) -> Vec<AppliedWrite> {
        self.read(table_name, |table| {
            table.history.accepted.iter().map(|change| AppliedWrite::of(change)).collect()
        })
    }

    /// Returns the number of writes that were applied to the table, even if the server discards entries.
    #[must_use]
    pub fn applied_count(&self, table_name: &str) -> u64 {
        self.read(table_name, |table| table.history.count)
    }

    /// Returns the size of the part for this table of each `BatchWriteItem` request that was applied, in
    /// order, whatever the response: the number of writes, including unprocessed ones, and the bytes of their
    /// items and keys. Requests that were rejected as a whole are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, table_name: &str) -> Vec<AppliedBatch> {
        self.read(table_name, |table| table.history.batches.clone())
    }

    /// Returns the current items of the table, in the order of their keys. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn items(&self, table_name: &str) -> Vec<StoredItem> {
        self.read(table_name, |table| table.items.values().map(|item| item.to_stored()).collect())
    }

    /// Returns the names of the tables, sorted.
    #[must_use]
    pub fn table_names(&self) -> Vec<String> {
        self.dynamodb.lock().tables.keys().cloned().collect()
    }

    fn read<T: Default>(&self, table_name: &str, look: impl FnOnce(&Table) -> T) -> T {
        self.dynamodb.lock().tables.get(table_name).map_or_else(T::default, look)
    }
}
