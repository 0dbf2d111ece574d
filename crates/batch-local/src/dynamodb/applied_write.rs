use serde_json::Value;

use super::change::Change;
use super::item::StoredItem;

/// A write that a table applied.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AppliedWrite {
    /// A delete of the item with this key, in DynamoDB JSON, whether or not there was such an item.
    Delete(Value),
    /// A put of this item, which replaced any earlier item with its key.
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
