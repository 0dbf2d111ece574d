use std::fmt;

use aws_sdk_dynamodb::Client;
use batch_core::{ConfigError, ConnectError, Writer};
use batch_smithy::{Known, Meter, Prepared, Renewal, known, lookup_config, own_config, prepared};

use crate::capacity::Share;
use crate::consumed::Consumed;
use crate::key::{KeyAttribute, Role};
use crate::limits::{ATTRIBUTE_NAME_BYTES, DESCRIPTION_BYTES, RESPONSE_BYTES};
use crate::table_keys::TableKeys;
use crate::tables::Tables;
use crate::{ScalarType, Table, discovery, serializer};

/// Accepts single puts and deletes, sends them to Amazon DynamoDB in full batches, to one table or several, and
/// reports what became of each.
///
/// ```
/// use aws_sdk_dynamodb::Client;
/// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType, Write};
///
/// async fn count(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let table = DynamoDb::new(client, "numbers").partition_key("n", ScalarType::Number);
///     let writer = DynamoDbWriter::builder(table).build()?;
///     for n in 0..1_000 {
///         writer.submit(Write::put_json(&format!(r#"{{"n": {n}}}"#))?).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type DynamoDbWriter = Writer<DynamoDb>;

/// Amazon DynamoDB as a service to write to: `BatchWriteItem` to one table, or to [several](Self::table).
///
/// A writer needs the keys of its table. Set them with [`partition_key`](Self::partition_key)
/// and [`sort_key`](Self::sort_key), or read them from the table with [`discover_keys`](Self::discover_keys).
///
/// Default settings: [`Duplicates::KeepLast`](crate::Duplicates::KeepLast). The rule for order has no
/// effect: a request never carries two writes to the same key, and two are never in flight.
pub struct DynamoDb {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    /// The client as it was given.
    pub(crate) given: Client,
    pub(crate) tables: Tables,
    pub(crate) partition_key_from: Option<String>,
    pub(crate) consumed: Option<Consumed>,
    /// Those that were billed.
    pub(crate) write_units: Meter,
    /// What the writer may send, if it is to take a share of the table's capacity.
    pub(crate) share: Option<Share>,
    /// How the SDK serializes requests, if they may be written in its place.
    pub(crate) known: Option<Known>,
    /// What the SDK prepared for requests that are written from the writes.
    pub(crate) prepared: Prepared,
}

impl DynamoDb {
    /// Creates a service that writes to the table with this name or ARN through this client: its
    /// credentials, region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy
    /// of the client: without the client's retries, because the writer retries itself, and with new
    /// credentials from the provider when the service rejects the current ones, whatever the client's cache
    /// holds.
    ///
    /// Needs no runtime and no network. The name or ARN is validated when the writer is built; whether the
    /// table exists, when the first request is sent, or by [`discover_keys`](Self::discover_keys).
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let table = DynamoDb::new(client, "orders").partition_key("id", ScalarType::String);
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn new(client: Client, table: impl Into<Table>) -> Self {
        let known = known!(client.config(), serializer::SERIALIZER);
        let (own, credentials) = own_copy(&client, known);
        Self {
            client: own,
            credentials,
            given: client,
            tables: Tables::new(table.into()),
            partition_key_from: None,
            consumed: None,
            write_units: Meter::default(),
            share: None,
            known,
            prepared: prepared!("aws_sdk_dynamodb::operation::batch_write_item"),
        }
    }

    /// Sets the table's partition key: the name of the attribute, 1 to 255 characters, and its type.
    /// Default: none; a writer cannot be built before it is set or [discovered](Self::discover_keys).
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let table = DynamoDb::new(client, "orders").partition_key("id", ScalarType::String);
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    #[must_use]
    pub fn partition_key(mut self, name: impl Into<String>, scalar_type: ScalarType) -> Self {
        let partition = KeyAttribute { name: name.into(), scalar_type, role: Role::Partition };
        self.tables.own.set_keys(|keys| keys.with_partition(partition));
        self
    }

    /// Sets the table's sort key, if it has one: the name of the attribute, 1 to 255 characters, and its
    /// type. It requires a partition key. Default: none.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let table = DynamoDb::new(client, "measurements")
    ///     .partition_key("station", ScalarType::String)
    ///     .sort_key("hour", ScalarType::Number);
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    #[must_use]
    pub fn sort_key(mut self, name: impl Into<String>, scalar_type: ScalarType) -> Self {
        let sort = KeyAttribute { name: name.into(), scalar_type, role: Role::Sort };
        self.tables.own.set_keys(|keys| keys.with_sort(sort));
        self
    }

    /// Copies this attribute of every item without a partition key to it: a number becomes a string as
    /// written, and a string becomes the number that it spells or its UTF-8 bytes. An item keeps its
    /// partition key when it is handed back. Default: none; an item without a partition key is rejected.
    ///
    /// An item that lacks this attribute too, or whose value cannot be converted, is rejected unchanged.
    /// Nothing is added to the key of a delete.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let table = DynamoDb::new(client, "orders")
    ///     .partition_key("pk", ScalarType::String)
    ///     .partition_key_from("id");
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    #[must_use]
    pub fn partition_key_from(mut self, attribute: impl Into<String>) -> Self {
        self.partition_key_from = Some(attribute.into());
        self
    }

    /// Whether every request returns the capacity that it consumes, for
    /// [`consumed_capacity_units`](Self::consumed_capacity_units). Default: false.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let table = DynamoDb::new(client, "orders")
    ///     .partition_key("id", ScalarType::String)
    ///     .consumed_capacity(true);
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// assert_eq!(writer.service().consumed_capacity_units(), Some(0.0));
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    #[must_use]
    pub fn consumed_capacity(mut self, on: bool) -> Self {
        self.consumed = on.then(Consumed::default);
        self
    }

    /// Reads the keys from the table itself (`DescribeTable`, permission `dynamodb:DescribeTable`), and those of
    /// the tables that were declared [beside it](Self::table) so far, one after the other; they replace keys that
    /// were set. It also reads the keys of the table's indexes, so that an item with a
    /// value of the wrong type for one of them is rejected when it is submitted.
    ///
    /// Waits for the response. The request uses the client's retries and timeouts. Cancelling it loses only
    /// the value.
    ///
    /// # Errors
    ///
    /// When the table is invalid or does not exist, when it does not accept writes, and when the service
    /// does not respond or does not report the keys.
    ///
    /// ```no_run
    /// # async fn discover(client: aws_sdk_dynamodb::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use batch_dynamodb::{DynamoDb, DynamoDbWriter};
    ///
    /// let table = DynamoDb::new(client, "orders").discover_keys().await?;
    /// let writer = DynamoDbWriter::builder(table).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn discover_keys(mut self) -> Result<Self, ConnectError> {
        let (client, credentials) = self.lookup();
        for target in self.tables.iter_mut() {
            target.table.check(&client)?;
            let schema = discovery::schema(&client, &credentials, &target.table).await?;
            target.set_keys(|_| TableKeys::Known(schema));
        }
        Ok(self)
    }

    /// The capacity units of the table and its indexes that all requests have consumed so far, as the
    /// responses report them; a request whose response was lost is not counted. `None` unless
    /// [`consumed_capacity`](Self::consumed_capacity) is on.
    ///
    /// ```
    /// # use batch_dynamodb::DynamoDbWriter;
    /// fn report(writer: &DynamoDbWriter) {
    ///     let units = writer.service().consumed_capacity_units();
    ///     println!("{} written, {units:?} capacity units", writer.stats().delivered);
    /// }
    /// ```
    #[must_use]
    pub fn consumed_capacity_units(&self) -> Option<f64> {
        self.consumed.as_ref().map(Consumed::units)
    }

    pub(crate) fn check_partition_key_from(&self, partition: &str) -> Result<(), ConfigError> {
        match &self.partition_key_from {
            Some(from) if from == partition => Err(ConfigError::Unsupported(format!(
                "the partition key {partition:?} cannot be copied from itself; name another attribute with \
                 `DynamoDb::partition_key_from`, or omit it"
            ))),
            Some(from) if !(1..=ATTRIBUTE_NAME_BYTES).contains(&from.len()) => {
                Err(ConfigError::Unsupported(format!(
                    "the name given to `DynamoDb::partition_key_from` has a length of {}; use 1 to {ATTRIBUTE_NAME_BYTES} bytes",
                    from.len()
                )))
            }
            _ => Ok(()),
        }
    }
    /// A client that looks the tables up, and what renews its credentials.
    pub(crate) fn lookup(&self) -> (Client, Renewal) {
        let (config, credentials) = lookup_config!(aws_sdk_dynamodb, self.given, DESCRIPTION_BYTES);
        (Client::from_conf(config.build()), credentials)
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb")
            .field("tables", &self.tables)
            .field("partition_key_from", &self.partition_key_from)
            .field("consumed_capacity", &self.consumed)
            .finish_non_exhaustive()
    }
}

/// The writer's own copy of the client, and what renews its credentials. Where interceptors observe the input
/// of a request, the request is written from it.
fn own_copy(client: &Client, known: Option<Known>) -> (Client, Renewal) {
    let (mut config, credentials) = own_config!(aws_sdk_dynamodb, client, RESPONSE_BYTES);
    if let Some(known) = known.filter(|known| known.is_observed()) {
        config.push_interceptor(serializer::swap(known));
    }
    (Client::from_conf(config.build()), credentials)
}

#[cfg(test)]
mod tests;
