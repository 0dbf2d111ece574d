use std::sync::Arc;

use serde_json::value::RawValue;

use super::code::{constraint, invalid};
use super::item::Item;
use super::key::Key;
use super::read::attributes;
use super::schema::Schema;
use crate::refusal::Refusal;

/// What a write does to a table.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// Removes the item whose key these attributes are.
    Delete(Arc<Item>),
    Put(Arc<Item>),
}

impl Change {
    /// The deletion of the item with this key, checked as far as the table does not matter.
    pub(super) fn delete(key: Option<&RawValue>) -> Result<Self, Refusal> {
        let key = key.ok_or_else(|| constraint("key", "Member must not be null"))?;
        Ok(Self::Delete(Arc::new(Item::new(attributes(key)?))))
    }

    /// The writing of this item, checked as far as the table does not matter.
    pub(super) fn put(item: Option<&RawValue>) -> Result<Self, Refusal> {
        let item = item.ok_or_else(|| constraint("item", "Member must not be null"))?;
        let item = Item::new(attributes(item)?);
        if item.bytes > MOST_ITEM_BYTES {
            return Err(invalid("Item size has exceeded the maximum allowed size"));
        }
        Ok(Self::Put(Arc::new(item)))
    }

    /// The key of what it changes in a table with this schema, where it is valid.
    pub(super) fn key(&self, schema: &Schema) -> Result<Key, Refusal> {
        match self {
            Self::Delete(key) => schema.key(&key.attributes),
            Self::Put(item) => schema.key_of_item(&item.attributes),
        }
    }

    /// What it was sent as: an item, or a key.
    pub(super) fn sent(&self) -> &Item {
        match self {
            Self::Delete(item) | Self::Put(item) => item,
        }
    }

    /// The bytes of the item that will be there.
    pub(super) fn new_bytes(&self) -> usize {
        match self {
            Self::Delete(_) => 0,
            Self::Put(item) => item.bytes,
        }
    }
}

const MOST_ITEM_BYTES: usize = 409_600;
