use std::fmt;

use aws_sdk_dynamodb::Client;
use batch_core::{ConfigError, Duplicates, LimitPolicy, Settings, UnprocessedItem, Writer};

use crate::key::{KeyAttribute, KeySchema, Role};
use crate::limits::{ATTRIBUTE_NAME_BYTES, ITEM_BYTES, KEY_NAME, REQUEST_BYTES, REQUEST_WRITES};
use crate::{ConnectError, DynamoDb, DynamoDbWriter, KeyType, Table, Write, body, connect};

/// Puts a [`DynamoDbWriter`] together; nothing is checked or sent before it is built.
///
/// A writer must know the keys of its table. Either they are given, with
/// [`partition_key`](DynamoDbWriterBuilder::partition_key) and
/// [`sort_key`](DynamoDbWriterBuilder::sort_key), and [`build`](DynamoDbWriterBuilder::build) needs no
/// network; or [`connect`](DynamoDbWriterBuilder::connect) reads them from the table.
#[must_use = "a builder does nothing until it is built"]
pub struct DynamoDbWriterBuilder<K = KeysOfTable> {
    client: Client,
    table: Table,
    keys: K,
    settings: Settings,
    on_unprocessed: Option<Handler>,
    partition_key_from: Option<String>,
    consumed_capacity: bool,
}

/// The keys of the table are still to be given, or to be read from it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeysOfTable;

/// The keys of the table were given.
#[derive(Clone, Debug)]
pub struct KeysGiven(KeySchema);

type Handler = Box<dyn Fn(UnprocessedItem<Write>) + Send + Sync>;

impl DynamoDbWriterBuilder {
    pub(crate) fn new(client: Client, table: Table) -> Self {
        Self {
            client,
            table,
            keys: KeysOfTable,
            settings: Settings::new(),
            on_unprocessed: None,
            partition_key_from: None,
            consumed_capacity: false,
        }
    }

    /// The table's partition key: the name of the attribute, 1 to 255 characters, and its type. After
    /// this the writer is [built](DynamoDbWriterBuilder::build) without asking the table.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("id", KeyType::String)
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn partition_key(
        self,
        name: impl Into<String>,
        key_type: KeyType,
    ) -> DynamoDbWriterBuilder<KeysGiven> {
        let partition = KeyAttribute { name: name.into(), key_type, role: Role::Partition };
        self.with_keys(KeySchema { partition, sort: None, indexes: Vec::new() })
    }

    /// The writer, with the keys that the table itself tells (`DescribeTable`, which takes the
    /// permission `dynamodb:DescribeTable`). It also learns the keys of the table's indexes, so that
    /// an item with a value of the wrong type for one of them is refused when it is submitted.
    ///
    /// Waits for the answer, and asks as the client is configured, its own retries included.
    /// Cancelling it leaves nothing behind.
    ///
    /// ```no_run
    /// use aws_sdk_dynamodb::Client;
    /// use batch_dynamodb::{ConnectError, DynamoDbWriter, Table};
    ///
    /// async fn writer(client: Client) -> Result<DynamoDbWriter, ConnectError> {
    ///     DynamoDbWriter::builder(client, Table::name("orders")).connect().await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the table does not exist, cannot be described or takes no writes, and for the reasons of
    /// [`build`](DynamoDbWriterBuilder::build).
    pub async fn connect(self) -> Result<DynamoDbWriter, ConnectError> {
        self.table.check()?;
        let schema = connect::schema(&self.client, &self.table).await?;
        Ok(self.with_keys(schema).build()?)
    }

    fn with_keys(self, schema: KeySchema) -> DynamoDbWriterBuilder<KeysGiven> {
        DynamoDbWriterBuilder {
            client: self.client,
            table: self.table,
            keys: KeysGiven(schema),
            settings: self.settings,
            on_unprocessed: self.on_unprocessed,
            partition_key_from: self.partition_key_from,
            consumed_capacity: self.consumed_capacity,
        }
    }
}

impl<K> DynamoDbWriterBuilder<K> {
    /// How the writer gathers, sends, retries and bounds. Default: [`Settings::new`], with
    /// [`Duplicates::KeepLast`].
    ///
    /// Its order makes no difference: of the writes to one key, a request never carries two, and
    /// never are two in flight.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use std::time::Duration;
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Linger, Settings, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let gather_longer = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("id", KeyType::String)
    ///     .settings(gather_longer)
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Gives every failure without a live receipt to this handler, as it happens, instead of
    /// keeping it for `flush`. The handler runs on the writer's task and should return soon.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("id", KeyType::String)
    ///     .on_unprocessed(|item| eprintln!("{:?}: {item:#}", item.entry))
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn on_unprocessed(
        mut self,
        handler: impl Fn(UnprocessedItem<Write>) + Send + Sync + 'static,
    ) -> Self {
        self.on_unprocessed = Some(Box::new(handler));
        self
    }

    /// Copies this attribute of every item that has no partition key into it: a number becomes a
    /// string as it is written, a string the number that it spells or, as UTF-8, bytes. An item keeps
    /// its partition key when it is handed back. Default: none, and an item without a partition key
    /// is refused.
    ///
    /// An item that lacks this attribute too, or has it with a value that cannot be converted, is
    /// refused as it was submitted. Keys of deletes are never filled in.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("pk", KeyType::String)
    ///     .partition_key_from("id")
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn partition_key_from(mut self, attribute: impl Into<String>) -> Self {
        self.partition_key_from = Some(attribute.into());
        self
    }

    /// Whether to ask with every request what capacity it consumed, for
    /// [`stats`](DynamoDbWriter::stats). Default: false.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("id", KeyType::String)
    ///     .consumed_capacity(true)
    ///     .build()?;
    /// assert_eq!(writer.stats().consumed_capacity_units, Some(0.0));
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn consumed_capacity(mut self, on: bool) -> Self {
        self.consumed_capacity = on;
        self
    }
}

impl DynamoDbWriterBuilder<KeysGiven> {
    /// The table's sort key, if it has one: the name of the attribute, 1 to 255 characters, and its
    /// type. Default: none.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("measurements"))
    ///     .partition_key("station", KeyType::String)
    ///     .sort_key("hour", KeyType::Number)
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn sort_key(mut self, name: impl Into<String>, key_type: KeyType) -> Self {
        self.keys.0.sort = Some(KeyAttribute { name: name.into(), key_type, role: Role::Sort });
        self
    }

    /// The writer. Needs no runtime and no network: whether the table exists and has these keys shows
    /// when the first request is sent.
    ///
    /// # Errors
    ///
    /// When the table's name or ARN cannot be one, when the names of the keys cannot be or are the
    /// same, and when settings contradict each other or the limits of the service.
    pub fn build(self) -> Result<DynamoDbWriter, ConfigError> {
        self.table.check()?;
        self.check_keys()?;
        self.check_partition_key_from()?;
        let fixed = body::fixed_bytes(self.table.address(), self.consumed_capacity);
        let limits =
            LimitPolicy::new(REQUEST_WRITES, REQUEST_BYTES, ITEM_BYTES)?.with_overhead_bytes(fixed)?;
        let dynamodb = DynamoDb::new(
            &self.client,
            self.table,
            self.keys.0,
            limits,
            self.partition_key_from,
            self.consumed_capacity,
        );
        let settings = self.settings.or_duplicates(Duplicates::KeepLast);
        let mut writer = Writer::builder(dynamodb).settings(settings);
        if let Some(handler) = self.on_unprocessed {
            writer = writer.on_unprocessed(handler);
        }
        writer.build().map(DynamoDbWriter::new)
    }

    fn check_keys(&self) -> Result<(), ConfigError> {
        let KeySchema { partition, sort, .. } = &self.keys.0;
        for KeyAttribute { name, role, .. } in self.keys.0.attributes() {
            let characters = name.chars().count();
            if !(1..=KEY_NAME).contains(&characters) {
                return Err(ConfigError::Unsupported(format!(
                    "the name of the {role} has {characters} characters; set its 1 to {KEY_NAME}"
                )));
            }
        }
        match sort {
            Some(sort) if sort.name == partition.name => Err(ConfigError::Unsupported(format!(
                "{:?} cannot be both partition key and sort key; leave out the sort key if the table has none",
                sort.name
            ))),
            _ => Ok(()),
        }
    }

    fn check_partition_key_from(&self) -> Result<(), ConfigError> {
        let partition = &self.keys.0.partition.name;
        match &self.partition_key_from {
            Some(from) if from == partition => Err(ConfigError::Unsupported(format!(
                "the partition key {partition:?} cannot be taken from itself; name another attribute, or none"
            ))),
            Some(from) if !(1..=ATTRIBUTE_NAME_BYTES).contains(&from.len()) => {
                Err(ConfigError::Unsupported(format!(
                    "the name of the attribute to take the partition key from has {} bytes; set its 1 to \
                 {ATTRIBUTE_NAME_BYTES}",
                    from.len()
                )))
            }
            _ => Ok(()),
        }
    }
}

/// Without the client's configuration, which is the user's.
impl<K: fmt::Debug> fmt::Debug for DynamoDbWriterBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDbWriterBuilder")
            .field("table", &self.table)
            .field("keys", &self.keys)
            .field("settings", &self.settings)
            .field("partition_key_from", &self.partition_key_from)
            .field("consumed_capacity", &self.consumed_capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
