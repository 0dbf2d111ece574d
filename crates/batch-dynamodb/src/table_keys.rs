use batch_core::ConfigError;

use crate::Table;
use crate::key::{KeyAttribute, KeySchema};
use crate::limits::KEY_NAME;

/// The keys of a table, while the options of its writer are chosen.
#[derive(Clone, Debug)]
pub(crate) enum TableKeys {
    /// Given, or discovered.
    Known(KeySchema),
    /// A sort key was given, and no partition key so far.
    SortAlone(KeyAttribute),
    Unknown,
}

impl TableKeys {
    /// The same with this partition key.
    pub(crate) fn with_partition(self, partition: KeyAttribute) -> Self {
        Self::Known(match self {
            Self::Known(schema) => KeySchema { partition, ..schema },
            Self::SortAlone(sort) => KeySchema { partition, sort: Some(sort), indexes: Vec::new() },
            Self::Unknown => KeySchema { partition, sort: None, indexes: Vec::new() },
        })
    }

    /// The same with this sort key.
    pub(crate) fn with_sort(self, sort: KeyAttribute) -> Self {
        match self {
            Self::Known(schema) => Self::Known(KeySchema { sort: Some(sort), ..schema }),
            Self::SortAlone(_) | Self::Unknown => Self::SortAlone(sort),
        }
    }

    pub(crate) fn schema(&self) -> Option<&KeySchema> {
        match self {
            Self::Known(schema) => Some(schema),
            Self::SortAlone(_) | Self::Unknown => None,
        }
    }

    /// Checks whether this table can have them. It is the writer's own, or was declared beside it.
    pub(crate) fn check(&self, table: &Table, is_own: bool) -> Result<(), ConfigError> {
        let setter = if is_own { "`DynamoDb::partition_key`" } else { "`DynamoDb::table`" };
        match self {
            Self::Known(schema) => check_schema(schema),
            Self::SortAlone(KeyAttribute { name, .. }) => Err(ConfigError::Unsupported(format!(
                "the sort key {name:?} is set without a partition key; set that too with \
                 `DynamoDb::partition_key`, or read both from the table with `DynamoDb::discover_keys`"
            ))),
            Self::Unknown => Err(ConfigError::Unsupported(format!(
                "the keys of the table {table} are unknown; set them with {setter}, or read them from the table with \
                 `DynamoDb::discover_keys`"
            ))),
        }
    }
}

fn check_schema(schema: &KeySchema) -> Result<(), ConfigError> {
    let KeySchema { partition, sort, .. } = schema;
    for KeyAttribute { name, role, .. } in schema.attributes() {
        let characters = name.chars().count();
        if !(1..=KEY_NAME).contains(&characters) {
            return Err(ConfigError::Unsupported(format!(
                "the name of the {role} has a length of {characters}; use 1 to {KEY_NAME} characters"
            )));
        }
    }
    match sort {
        Some(sort) if sort.name == partition.name => Err(ConfigError::Unsupported(format!(
            "{:?} cannot be both partition key and sort key; omit the sort key if the table has none",
            sort.name
        ))),
        _ => Ok(()),
    }
}
