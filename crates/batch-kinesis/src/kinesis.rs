use std::fmt;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::operation::put_records::PutRecords;
use batch_core::{ConfigError, ConnectError, Settings, Writer};
use batch_smithy::{Known, KnownDeserializer, Prepared, Renewal, known, own_config, prepared};

use crate::discovery::{self, Discovered};
use crate::limits::{MOST_RECORD_BYTES, MOST_REQUEST_BYTES, RECORD_BYTES, REQUEST_BYTES, RESPONSE_BYTES};
use crate::partition_key::{Generator, KeySource};
use crate::shards::Shards;
use crate::usage::Meters;
use crate::{Aggregate, Stream, accepted, serializer};

/// Accepts single records, sends them to one Amazon Kinesis data stream in full batches, and reports what
/// became of each.
///
/// ```
/// use aws_sdk_kinesis::Client;
/// use batch_kinesis::{Kinesis, KinesisWriter, Record};
///
/// async fn measure(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = KinesisWriter::builder(Kinesis::new(client, "measurements")).build()?;
///     for n in 0..1_000 {
///         writer.submit(Record::new(format!("{n} °C")).partition_key("station-17")).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type KinesisWriter = Writer<Kinesis>;

/// Amazon Kinesis Data Streams as a service to write to: `PutRecords` to one stream.
///
/// Default settings: [`Order::Relaxed`](crate::Order::Relaxed). No record is a duplicate of another, so the
/// rule for duplicates has no effect.
///
/// The limits are those of a new stream, those set with
/// [`max_record_bytes`](Self::max_record_bytes), or those read from the stream by
/// [`discover_limits`](Self::discover_limits).
pub struct Kinesis {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    /// How the SDK serializes requests and reads responses, if it is known.
    pub(crate) known: Option<Known>,
    pub(crate) known_deserializer: Option<KnownDeserializer>,
    /// What the SDK prepared for requests that are written from the records.
    pub(crate) prepared: Prepared,
    /// The client as it was given.
    pub(crate) given: Client,
    pub(crate) stream: Stream,
    pub(crate) keys: KeySource,
    pub(crate) aggregate: Aggregate,
    pub(crate) meters: Meters,
    pub(crate) shards: Shards,
    pub(crate) max_record_bytes: Option<usize>,
    pub(crate) max_request_bytes: Option<usize>,
    pub(crate) discovered: Option<Discovered>,
}

impl Kinesis {
    /// Creates a service that sends to the stream with this name or ARN through this client: its
    /// credentials, region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy
    /// of the client: without the client's retries, because the writer retries itself, and with new
    /// credentials from the provider when the service rejects the current ones, whatever the client's cache
    /// holds.
    ///
    /// Needs no runtime and no network. The name or ARN is validated when the writer is built; whether the
    /// stream exists, when the first request is sent, or by [`discover_limits`](Self::discover_limits).
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Kinesis, KinesisWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(Kinesis::new(client, "measurements")).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn new(client: Client, stream: impl Into<Stream>) -> Self {
        let known = known!(client.config(), serializer::SERIALIZER);
        let (own, credentials) = own_copy(&client, known);
        Self {
            client: own,
            credentials,
            known,
            known_deserializer: KnownDeserializer::of(&PutRecords::new(), accepted::DESERIALIZER),
            prepared: prepared!("aws_sdk_kinesis::operation::put_records"),
            given: client,
            stream: stream.into(),
            keys: KeySource::Random(Generator::new()),
            aggregate: Aggregate::Off,
            meters: Meters::default(),
            shards: Shards::default(),
            max_record_bytes: None,
            max_request_bytes: None,
            discovered: None,
        }
    }

    /// Derives the partition key of every record without one from this member of its data, which must be a
    /// JSON object: the characters of a string, the digits of a number as written, `true`, `false`, or an
    /// object or array without insignificant whitespace. A record whose member is missing, null or empty is
    /// rejected. Of two members with that name at the top level, the first counts; the data after it is not
    /// read. Default: none; such a record gets a random key.
    ///
    /// A text that begins with a slash is a JSON pointer (RFC 6901) to a value at any depth, such as `/user/id` or
    /// `/items/0/sku`: a slash within a name is written `~1`, a tilde `~0`. So `/~1a` points to a top-level member
    /// that is called `/a`.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Kinesis, KinesisWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let stream = Kinesis::new(client, "measurements").partition_key_from("station");
    /// let writer = KinesisWriter::builder(stream).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Kinesis, KinesisWriter, Record};
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let stream = Kinesis::new(client, "clicks").partition_key_from("/user/id");
    /// let writer = KinesisWriter::builder(stream).build()?;
    /// writer.submit(Record::new(r#"{"page": "/", "user": {"id": 17}}"#)).await?; // the key is 17
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn partition_key_from(mut self, member: impl Into<String>) -> Self {
        self.keys = KeySource::named(member.into());
        self
    }

    /// Sets the maximum size of a record, including its partition key, to the stream's own
    /// `MaxRecordSizeInKiB`: 1,048,576 to 10,485,760 bytes, or up to the stream's limit if that was
    /// discovered. Default: the discovered limit, else 1,048,576.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Kinesis, KinesisWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let stream = Kinesis::new(client, "photographs").max_record_bytes(2_048 * 1_024);
    /// let writer = KinesisWriter::builder(stream).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    #[must_use]
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.max_record_bytes = Some(bytes);
        self
    }

    /// Sets the maximum size of a request, including partition keys, from the maximum size of a record to
    /// 10,485,760 bytes. Default: 5,242,880, or the maximum size of a record if that is larger. For smaller
    /// requests use [`Settings::max_batch_bytes`].
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Kinesis, KinesisWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let stream = Kinesis::new(client, "measurements").max_request_bytes(10 << 20);
    /// let writer = KinesisWriter::builder(stream).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    #[must_use]
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = Some(bytes);
        self
    }

    /// Reads the limits of the stream (`DescribeStreamSummary`, permission
    /// `kinesis:DescribeStreamSummary`): how large a record may be, and whether the stream keeps records
    /// with the same partition key in order at all. It also reports a wrong name, before the first record.
    ///
    /// The most bytes of a record become the stream's `MaxRecordSizeInKiB`; those of a request become as
    /// many where that is above 5 MiB. The writer to a stream that distributes records itself (strategy
    /// `AUTO`) is not built with [`partition_key_from`](Self::partition_key_from) or
    /// [`Order::Strict`](crate::Order::Strict), and rejects a record with a partition key or an explicit
    /// hash key of its own when it is submitted.
    ///
    /// Waits for the response, for as long as the retries and timeouts of the client allow. Cancelling it
    /// loses only the value. AWS accepts 20 such requests per second and account.
    ///
    /// # Errors
    ///
    /// When the options contradict each other or the limits of the service, and when the stream does not
    /// exist or cannot be described. Options that contradict the discovered limits are reported when the
    /// writer is built.
    ///
    /// ```
    /// # use aws_sdk_kinesis::Client;
    /// use batch_kinesis::{ConnectError, Kinesis, KinesisWriter};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = batch_local::LocalServer::new();
    /// # let client = Client::new(&server.sdk_config());
    /// # client.create_stream().stream_name("measurements").shard_count(1).send().await?;
    /// let stream = Kinesis::new(client.clone(), "measurements").discover_limits().await?;
    /// let writer = KinesisWriter::builder(stream).build()?;
    ///
    /// let nowhere = Kinesis::new(client, "nowhere").discover_limits().await;
    /// assert!(matches!(nowhere, Err(ConnectError::NotFound(_))));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn discover_limits(mut self) -> Result<Self, ConnectError> {
        self.check_options()?;
        self.discovered = Some(discovery::describe(&self.given, &self.stream).await?);
        Ok(self)
    }

    /// Whether the stream distributes records itself, whatever their keys, as far as that is known.
    pub(crate) fn distributes(&self) -> bool {
        self.discovered.is_some_and(|discovered| discovered.distributes)
    }

    pub(crate) fn record_bytes(&self) -> usize {
        let discovered = self.discovered.map_or(RECORD_BYTES, |discovered| discovered.record_bytes);
        self.max_record_bytes.unwrap_or(discovered)
    }

    pub(crate) fn request_bytes(&self) -> usize {
        self.max_request_bytes.unwrap_or_else(|| self.record_bytes().max(REQUEST_BYTES))
    }

    pub(crate) fn check_options(&self) -> Result<(), ConfigError> {
        self.stream.check(&self.client)?;
        self.check_record_bytes()?;
        self.check_request_bytes()?;
        match &self.keys {
            KeySource::Invalid(reason) => Err(ConfigError::Unsupported(reason.clone())),
            KeySource::Member(_) | KeySource::Pointer(_) | KeySource::Random(_) => Ok(()),
        }
    }

    fn check_record_bytes(&self) -> Result<(), ConfigError> {
        let setting = "Kinesis::max_record_bytes";
        let limit = self.discovered.map_or(MOST_RECORD_BYTES, |discovered| discovered.record_bytes);
        match self.max_record_bytes {
            Some(value) if value < RECORD_BYTES => Err(ConfigError::BelowNeed {
                setting,
                value,
                needed: RECORD_BYTES,
                why: "the size that every stream accepts",
            }),
            Some(value) if value > limit => Err(ConfigError::AboveLimit { setting, value, limit }),
            _ => Ok(()),
        }
    }

    fn check_request_bytes(&self) -> Result<(), ConfigError> {
        let setting = "Kinesis::max_request_bytes";
        match (self.max_request_bytes, self.record_bytes()) {
            (Some(value), _) if value > MOST_REQUEST_BYTES => {
                Err(ConfigError::AboveLimit { setting, value, limit: MOST_REQUEST_BYTES })
            }
            (Some(value), needed) if value < needed => Err(ConfigError::BelowNeed {
                setting,
                value,
                needed,
                why: "the size that one record may have",
            }),
            _ => Ok(()),
        }
    }

    /// Whether the stream keeps the order that these settings and the options promise.
    pub(crate) fn check_order(&self, settings: &Settings) -> Result<(), ConfigError> {
        let promised = match &self.keys {
            _ if !self.distributes() => return Ok(()),
            KeySource::Member(member) => format!("partition keys from the member {member:?}"),
            KeySource::Pointer(pointer) => format!("partition keys from the value at {:?}", pointer.as_str()),
            KeySource::Random(_) if settings.is_strict() => String::from("strict order"),
            KeySource::Invalid(_) | KeySource::Random(_) => return Ok(()),
        };
        Err(ConfigError::Unsupported(format!(
            "{promised}: the stream {} distributes records itself (strategy AUTO), ignores partition keys and keeps \
             no order; omit this setting, or set the stream's strategy to USER_PARTITION_KEY",
            self.stream
        )))
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for Kinesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kinesis")
            .field("stream", &self.stream)
            .field("keys", &self.keys)
            .field("aggregate", &self.aggregate)
            .field("max_record_bytes", &self.max_record_bytes)
            .field("max_request_bytes", &self.max_request_bytes)
            .field("discovered", &self.discovered)
            .finish_non_exhaustive()
    }
}

/// The writer's own copy of the client, and what renews its credentials. Where interceptors observe the input,
/// requests are written from it.
fn own_copy(client: &Client, known: Option<Known>) -> (Client, Renewal) {
    let (mut config, credentials) = own_config!(aws_sdk_kinesis, client, RESPONSE_BYTES);
    if let Some(known) = known.filter(|known| known.is_observed()) {
        config.push_interceptor(serializer::swap(known));
    }
    (Client::from_conf(config.build()), credentials)
}

#[cfg(test)]
mod tests;
