use crate::ScalarType;
use crate::key::{KeyAttribute, KeySchema, Role};

/// The primary key of a table: a partition key, and a sort key if the table has one.
///
/// It is validated when the writer is built.
///
/// ```
/// use batch_dynamodb::{PrimaryKey, ScalarType};
///
/// let key = PrimaryKey::partition_key("station", ScalarType::String).sort_key("hour", ScalarType::Number);
/// # let _ = key;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct PrimaryKey(pub(crate) KeySchema);

impl PrimaryKey {
    /// A primary key of this partition key alone: the name of the attribute, 1 to 255 characters, and its type.
    ///
    /// ```
    /// use batch_dynamodb::{PrimaryKey, ScalarType};
    ///
    /// let key = PrimaryKey::partition_key("id", ScalarType::String);
    /// # let _ = key;
    /// ```
    pub fn partition_key(name: impl Into<String>, scalar_type: ScalarType) -> Self {
        let partition = KeyAttribute { name: name.into(), scalar_type, role: Role::Partition };
        Self(KeySchema { partition, sort: None, indexes: Vec::new() })
    }

    /// Sets the sort key: the name of the attribute, 1 to 255 characters, and its type. Default: none.
    ///
    /// ```
    /// use batch_dynamodb::{PrimaryKey, ScalarType};
    ///
    /// let key = PrimaryKey::partition_key("order", ScalarType::String).sort_key("at", ScalarType::Number);
    /// # let _ = key;
    /// ```
    pub fn sort_key(mut self, name: impl Into<String>, scalar_type: ScalarType) -> Self {
        self.0.sort = Some(KeyAttribute { name: name.into(), scalar_type, role: Role::Sort });
        self
    }
}
