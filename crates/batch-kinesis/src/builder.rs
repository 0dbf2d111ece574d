use std::fmt;
use std::marker::PhantomData;

use aws_sdk_kinesis::Client;
use batch_core::{ConfigError, LimitPolicy, Order, Settings, UnprocessedItem, Writer};

use crate::discovery::{self, Discovered};
use crate::limits::{MOST_RECORD_BYTES, MOST_REQUEST_BYTES, RECORD_BYTES, REQUEST_BYTES, REQUEST_RECORDS};
use crate::partition_key::{Generator, KeySource};
use crate::{ConnectError, Kinesis, KinesisWriter, Record, Stream};

/// Puts a [`KinesisWriter`] together; nothing is checked or sent before it is built.
///
/// Either the limits of the stream are those of a new one, or given, and
/// [`build`](KinesisWriterBuilder::build) needs no network; or the stream is asked for them, after
/// [`discover_limits`](KinesisWriterBuilder::discover_limits), by
/// [`connect`](KinesisWriterBuilder::connect).
#[must_use = "a builder does nothing until it is built"]
pub struct KinesisWriterBuilder<L = GivenLimits> {
    client: Client,
    stream: Stream,
    settings: Settings,
    on_unprocessed: Option<Handler>,
    partition_key_from: Option<String>,
    max_record_bytes: Option<usize>,
    max_request_bytes: Option<usize>,
    limits: PhantomData<L>,
}

/// The limits of the stream are those of a new one, or given.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GivenLimits;

/// The limits of the stream are to be read from it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LimitsOfStream;

type Handler = Box<dyn Fn(UnprocessedItem<Record>) + Send + Sync>;

impl KinesisWriterBuilder {
    pub(crate) fn new(client: Client, stream: Stream) -> Self {
        Self {
            client,
            stream,
            settings: Settings::new(),
            on_unprocessed: None,
            partition_key_from: None,
            max_record_bytes: None,
            max_request_bytes: None,
            limits: PhantomData,
        }
    }

    /// Asks the stream for its limits, by `DescribeStreamSummary`, when the writer
    /// [connects](KinesisWriterBuilder::connect): how large a record may be, and whether it keeps
    /// records of one partition key in order at all. Default: those of a new stream are assumed.
    ///
    /// ```
    /// # use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
    /// # use aws_sdk_kinesis::{Client, Config};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = batch_local::LocalServer::new();
    /// # let config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    /// # let config = config.credentials_provider(Credentials::new("local", "local", None, None, "local"));
    /// # let client = Client::from_conf(config.http_client(server.http_client()).build());
    /// # client.create_stream().stream_name("measurements").shard_count(1).send().await?;
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements"))
    ///     .discover_limits()
    ///     .connect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn discover_limits(self) -> KinesisWriterBuilder<LimitsOfStream> {
        KinesisWriterBuilder {
            client: self.client,
            stream: self.stream,
            settings: self.settings,
            on_unprocessed: self.on_unprocessed,
            partition_key_from: self.partition_key_from,
            max_record_bytes: self.max_record_bytes,
            max_request_bytes: self.max_request_bytes,
            limits: PhantomData,
        }
    }

    /// The writer. Needs no runtime and no network: whether the stream exists shows when the first
    /// request is sent.
    ///
    /// # Errors
    ///
    /// When the stream's name or ARN cannot be one, and when settings contradict each other or the
    /// limits of the service.
    pub fn build(self) -> Result<KinesisWriter, ConfigError> {
        self.check()?;
        self.finish(false)
    }
}

impl KinesisWriterBuilder<LimitsOfStream> {
    /// The writer, after one `DescribeStreamSummary`: waits for its answer, for as long as the
    /// retries and timeouts of the client allow. The most bytes of a record are the stream's
    /// `MaxRecordSizeInKiB`; those of a request become as many where that is above 5 MiB. Cancelling
    /// it has no effect but that there is no writer. AWS takes 20 such requests a second from an
    /// account.
    ///
    /// ```
    /// # use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
    /// # use aws_sdk_kinesis::{Client, Config};
    /// use batch_kinesis::{ConnectError, KinesisWriter, Stream};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let server = batch_local::LocalServer::new();
    /// # let config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    /// # let config = config.credentials_provider(Credentials::new("local", "local", None, None, "local"));
    /// # let client = Client::from_conf(config.http_client(server.http_client()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("nowhere")).discover_limits();
    /// assert!(matches!(writer.connect().await, Err(ConnectError::NoSuchStream(_))));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`build`](KinesisWriterBuilder::build); when there is no such stream or it cannot be
    /// described; and when order by key is asked for, with
    /// [`partition_key_from`](KinesisWriterBuilder::partition_key_from) or [`Order::Strict`], from a
    /// stream that distributes its records by itself (strategy `AUTO`). To such a stream a record
    /// with a partition key or an explicit hash key of its own is refused when it is submitted.
    pub async fn connect(mut self) -> Result<KinesisWriter, ConnectError> {
        self.check()?;
        let Discovered { record_bytes, distributes } =
            discovery::describe(&self.client, &self.stream).await?;
        if distributes {
            self.check_order()?;
        }
        self.check_record_bytes(record_bytes)?;
        self.max_record_bytes.get_or_insert(record_bytes);
        Ok(self.finish(distributes)?)
    }

    /// Whether no order is asked for.
    fn check_order(&self) -> Result<(), ConfigError> {
        let asked = match &self.partition_key_from {
            Some(member) => format!("partition keys from the member {member:?}"),
            None if self.settings.is_strict() => String::from("strict order"),
            None => return Ok(()),
        };
        Err(ConfigError::Unsupported(format!(
            "{asked}: the stream {} distributes its records by itself (strategy AUTO), so that it ignores partition \
             keys and keeps no order; leave that setting out, or set the stream's strategy to USER_PARTITION_KEY",
            self.stream
        )))
    }
}

impl<L> KinesisWriterBuilder<L> {
    /// How the writer gathers, sends, retries and bounds. Default: [`Settings::new`], with
    /// [`Order::Relaxed`]. There are no duplicates here, so that its rule for them decides nothing.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Order, Settings, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let in_order = Settings::new().order(Order::Strict);
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements")).settings(in_order).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Gives every failure without a live receipt to this handler, as it happens, instead of
    /// keeping it for `flush`. The handler runs on the writer's task and should return soon.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements"))
    ///     .on_unprocessed(|item| eprintln!("{:?}: {item:#}", item.entry.key()))
    ///     .build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn on_unprocessed(
        mut self,
        handler: impl Fn(UnprocessedItem<Record>) + Send + Sync + 'static,
    ) -> Self {
        self.on_unprocessed = Some(Box::new(handler));
        self
    }

    /// Takes the partition key of every record that has none from this member of its data, which
    /// must be a JSON object: a string's characters, a number's digits as they are written, `true`,
    /// `false`, an object or an array without the whitespace between its parts. A record whose
    /// member is missing, null or empty is refused. Of two members of that name at the top level
    /// the first counts; nothing behind it is looked at. Default: none, and such a record gets a
    /// random key.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements"))
    ///     .partition_key_from("station")
    ///     .build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn partition_key_from(mut self, member: impl Into<String>) -> Self {
        self.partition_key_from = Some(member.into());
        self
    }

    /// Raises the most bytes of a record, partition key included, to the stream's own
    /// `MaxRecordSizeInKiB`: 1,048,576 to 10,485,760. Default: 1,048,576, or what is discovered;
    /// above that it is refused.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("photographs"))
    ///     .max_record_bytes(2_048 * 1_024)
    ///     .build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.max_record_bytes = Some(bytes);
        self
    }

    /// Sets the most bytes of a request, partition keys included, from those of one record to
    /// 10,485,760. Default: 5,242,880, or those of one record where that may have more. For less than
    /// one record use [`Settings::max_batch_bytes`].
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements"))
    ///     .max_request_bytes(10 << 20)
    ///     .build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = Some(bytes);
        self
    }

    /// The writer to a stream that distributes its records by itself or does not.
    fn finish(self, distributes: bool) -> Result<KinesisWriter, ConfigError> {
        let record_bytes = self.max_record_bytes.unwrap_or(RECORD_BYTES);
        let limits = LimitPolicy::new(REQUEST_RECORDS, self.request_bytes(record_bytes)?, record_bytes)?;
        let keys =
            self.partition_key_from.map_or_else(|| KeySource::Random(Generator::new()), KeySource::Member);
        let kinesis = Kinesis::new(&self.client, self.stream, limits, keys, distributes);
        let mut writer = Writer::builder(kinesis).settings(self.settings.or_order(Order::Relaxed));
        if let Some(handler) = self.on_unprocessed {
            writer = writer.on_unprocessed(handler);
        }
        writer.build().map(KinesisWriter::new)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.stream.check()?;
        self.check_record_bytes(MOST_RECORD_BYTES)?;
        match self.partition_key_from.as_deref() {
            Some("") => Err(ConfigError::Unsupported(
                "the member to take partition keys from has no name; set it, or leave out `partition_key_from`".into(),
            )),
            _ => Ok(()),
        }
    }

    fn check_record_bytes(&self, most: usize) -> Result<(), ConfigError> {
        let setting = "KinesisWriterBuilder::max_record_bytes";
        match self.max_record_bytes {
            Some(value) if value < RECORD_BYTES => Err(ConfigError::BelowNeed {
                setting,
                value,
                needed: RECORD_BYTES,
                why: "every stream takes",
            }),
            Some(value) if value > most => Err(ConfigError::AboveLimit { setting, value, limit: most }),
            _ => Ok(()),
        }
    }

    fn request_bytes(&self, record_bytes: usize) -> Result<usize, ConfigError> {
        let setting = "KinesisWriterBuilder::max_request_bytes";
        match self.max_request_bytes {
            None => Ok(record_bytes.max(REQUEST_BYTES)),
            Some(value) if value > MOST_REQUEST_BYTES => {
                Err(ConfigError::AboveLimit { setting, value, limit: MOST_REQUEST_BYTES })
            }
            Some(value) if value < record_bytes => Err(ConfigError::BelowNeed {
                setting,
                value,
                needed: record_bytes,
                why: "one record may have",
            }),
            Some(value) => Ok(value),
        }
    }
}

/// Without the client's configuration, which is the user's.
impl<L> fmt::Debug for KinesisWriterBuilder<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KinesisWriterBuilder")
            .field("stream", &self.stream)
            .field("settings", &self.settings)
            .field("partition_key_from", &self.partition_key_from)
            .field("max_record_bytes", &self.max_record_bytes)
            .field("max_request_bytes", &self.max_request_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
