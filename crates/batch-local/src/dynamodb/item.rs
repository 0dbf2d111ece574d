use serde_json::Value;

use super::value::{Attributes, bytes_of};

/// Attributes and what they count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) attributes: Attributes,
    pub(super) bytes: usize,
}

/// An item of a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredItem {
    /// The attributes in DynamoDB JSON, such as `{"id": {"S": "a"}, "count": {"N": "7"}}`. Numbers have the
    /// form in which the service returns them, without an exponent and without superfluous zeros.
    pub attributes: Value,
    /// The size in bytes, as DynamoDB counts it against its [limit][limit] of 400 KB, which is 409,600 bytes.
    ///
    /// [limit]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
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
