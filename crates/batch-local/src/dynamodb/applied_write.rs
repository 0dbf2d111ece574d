use serde_json::Value;

use super::change::Change;
use super::item::StoredItem;

/// A write that a table applied.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AppliedWrite {
    /// The item with this key, in DynamoDB JSON, was deleted, whether or not there was one.
    Delete(Value),
    /// This item was put, in place of any earlier one with its key.
    Put(StoredItem),
}

impl AppliedWrite {
    pub(super) fn of(change: &Change) -> Self {
        match change {
            Change::Delete(key) => Self::Delete(key.to_json()),
            Change::Put(item) => Self::Put(item.to_stored()),
        }
    }
}
