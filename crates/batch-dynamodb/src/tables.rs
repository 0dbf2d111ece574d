//! The tables of a writer: that of its service, and those that are declared beside it.

use std::collections::BTreeMap;
use std::{mem, ptr};

use aws_sdk_dynamodb::Client;
use batch_core::{ConfigError, Invalid, Key};

use crate::encoded::SchemaId;
use crate::key::KeySchema;
use crate::table_keys::TableKeys;
use crate::{DynamoDb, PrimaryKey, Table, Write, body};

/// All of them.
#[derive(Debug)]
pub(crate) struct Tables {
    /// That of writes that name none.
    pub(crate) own: Target,
    /// By the name or ARN that they were declared with.
    pub(crate) others: BTreeMap<String, Target>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) table: Table,
    pub(crate) keys: TableKeys,
    /// Of these keys, and no others.
    pub(crate) schema_id: SchemaId,
    /// What the table takes of a request beside its writes, in bytes. The writer's own takes none: every request
    /// is measured as if it were in it.
    frame_bytes: usize,
}

impl DynamoDb {
    /// Declares another table, by name or ARN, which writes name with [`Write::table`]. A request carries writes
    /// to any of them, up to 25 in all, and unprocessed items are sent again to the table that they are for.
    /// Items with the same key are different items in different tables. Default: none; a write to a table that
    /// was not declared is rejected when it is submitted.
    ///
    /// `key` is the table's primary key. `None` leaves it to [`discover_keys`](Self::discover_keys), which reads
    /// the keys of all tables that were declared before. A table that is declared again has the later key.
    /// [`partition_key_from`](Self::partition_key_from) applies to the table of [`new`](Self::new) alone.
    ///
    /// If a request fails as a whole because of one of several tables, its writes are sent again in parts, so that
    /// a table that does not exist or may not be written to holds up no other.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, PrimaryKey, ScalarType, Write};
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let audit = PrimaryKey::partition_key("order", ScalarType::String).sort_key("at", ScalarType::Number);
    /// let tables = DynamoDb::new(client, "orders")
    ///     .partition_key("id", ScalarType::String)
    ///     .table("audit", audit);
    /// let writer = DynamoDbWriter::builder(tables).build()?;
    /// writer.submit(Write::put_json(r#"{"id": "order-7", "amount": 3}"#)?).await?;
    /// writer.submit(Write::put_json(r#"{"order": "order-7", "at": 17}"#)?.table("audit")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn table(mut self, table: impl Into<Table>, key: impl Into<Option<PrimaryKey>>) -> Self {
        self.tables.declare(table.into(), key.into());
        self
    }
}

impl Tables {
    pub(crate) fn new(own: Table) -> Self {
        let own =
            Target { table: own, keys: TableKeys::Unknown, schema_id: SchemaId::unique(), frame_bytes: 0 };
        Self { own, others: BTreeMap::new() }
    }

    fn declare(&mut self, table: Table, key: Option<PrimaryKey>) {
        let target = Target {
            keys: key.map_or(TableKeys::Unknown, |PrimaryKey(schema)| TableKeys::Known(schema)),
            schema_id: SchemaId::unique(),
            frame_bytes: body::table_bytes(table.as_str()),
            table,
        };
        self.others.insert(target.table.as_str().to_owned(), target);
    }

    /// All of them, the writer's own first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        [&mut self.own].into_iter().chain(self.others.values_mut())
    }

    /// The table of a write.
    #[inline]
    pub(crate) fn of_write(&self, write: &Write) -> Result<&Target, Invalid> {
        match write.get_table() {
            None => Ok(&self.own),
            Some(table) => self.named(table),
        }
    }

    fn named(&self, table: &Table) -> Result<&Target, Invalid> {
        if *table == self.own.table {
            return Ok(&self.own);
        }
        self.others.get(table.as_str()).ok_or_else(|| {
            let shown: String = table.as_str().chars().take(MOST_SHOWN).collect();
            Invalid::new(format!(
                "the writer has no table {shown:?}; declare it with `DynamoDb::table`, or correct what was given to \
                 `Write::table`"
            ))
        })
    }

    /// All of them, the writer's own first.
    fn iter(&self) -> impl Iterator<Item = &Target> {
        [&self.own].into_iter().chain(self.others.values())
    }

    /// Whether requests to them go to one endpoint. That of the SDK may depend on the account in an ARN.
    pub(crate) fn share_an_endpoint(&self) -> bool {
        self.others.is_empty() || !self.iter().any(|target| target.table.is_arn())
    }

    /// Checks the names of the tables, their keys, and that no table has two names.
    pub(crate) fn check(&self, client: &Client) -> Result<(), ConfigError> {
        for target in self.iter() {
            target.table.check(client)?;
            target.keys.check(&target.table, ptr::eq(target, &self.own))?;
        }
        let mut names: BTreeMap<&str, &Table> = BTreeMap::new();
        for Target { table, .. } in self.iter() {
            match names.insert(table.name(), table) {
                Some(other) if other == table => {
                    return refuse(format!(
                        "the table {table} is that of the writer already; omit `DynamoDb::table`, or name another"
                    ));
                }
                // Of two accounts, perhaps; only then both are ARNs.
                Some(other) if !(other.is_arn() && table.is_arn()) => {
                    return refuse(format!(
                        "{other} and {table} may be one table, whose writes would not be kept in order; name it in one \
                     way, or give the ARNs of both"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Target {
    /// Exchanges the keys, so that no write counts as checked.
    pub(crate) fn set_keys(&mut self, keys: impl FnOnce(TableKeys) -> TableKeys) {
        let old = mem::replace(&mut self.keys, TableKeys::Unknown);
        self.keys = keys(old);
        self.schema_id = SchemaId::unique();
    }

    pub(crate) fn schema(&self) -> &KeySchema {
        self.keys.schema().expect("checked options have keys")
    }

    pub(crate) fn frame_bytes(&self) -> usize {
        self.frame_bytes
    }

    /// What distinguishes an item from every other of the writer's tables, from what distinguishes it in this one.
    #[inline]
    pub(crate) fn identity<'a>(&self, key: Key<'a>) -> Key<'a> {
        match self.frame_bytes {
            0 => key,
            // No key of the writer's own table begins like this: in JSON there is no zero.
            _ => Key::pair(self.table.as_str(), key.as_bytes()),
        }
    }
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

/// How much is shown of a name that may be anything, in characters.
const MOST_SHOWN: usize = 255;

#[cfg(test)]
mod tests;
