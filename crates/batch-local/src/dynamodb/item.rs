use serde_json::Value;

use super::value::{Attributes, bytes_of};

/// Attributes and what they count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) attributes: Attributes,
    pub(super) bytes: usize,
}

/// An item as a table holds it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredItem {
    /// Its attributes in DynamoDB JSON, such as `{"id": {"S": "a"}, "count": {"N": "7"}}`. Numbers
    /// are as the service returns them: without an exponent, and without zeros that could be left
    /// out.
    pub attributes: Value,
    /// What it counts against the limit of 409,600 bytes.
    pub bytes: usize,
}

impl Item {
    pub(super) fn new(attributes: Attributes) -> Self {
        Self { bytes: bytes_of(&attributes), attributes }
    }

    /// Its attributes in DynamoDB JSON.
    pub(super) fn to_json(&self) -> Value {
        serde_json::to_value(&self.attributes)
            .expect("attributes have string keys, and nothing in them fails")
    }

    pub(super) fn to_stored(&self) -> StoredItem {
        StoredItem { attributes: self.to_json(), bytes: self.bytes }
    }
}
