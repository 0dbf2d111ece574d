use std::fmt;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatch;
use batch_core::{ConfigError, ConnectError, Writer};
use batch_smithy::{
    Known, KnownDeserializer, Meter, Prepared, Renewal, UniqueIds, known, lookup_config, own_config, prepared,
};

use crate::limits::{MESSAGE_BYTES, RESPONSE_BYTES, SMALLEST_QUEUE_MAXIMUM};
use crate::lookup::Lookup;
use crate::{Queue, serializer, validate};

/// Accepts single messages, sends them to one Amazon SQS queue in full batches, and reports what became of
/// each.
///
/// ```
/// use aws_sdk_sqs::Client;
/// use batch_sqs::{Message, Sqs, SqsWriter};
///
/// async fn greet(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = SqsWriter::builder(Sqs::new(client, "greetings")).build()?;
///     for n in 0..1_000 {
///         writer.submit(Message::new(format!("hello {n}"))).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type SqsWriter = Writer<Sqs>;

/// Amazon SQS as a service to write to: `SendMessageBatch` to one queue.
///
/// Default settings: [`Duplicates::KeepFirst`](crate::Duplicates::KeepFirst),
/// [`Order::Relaxed`](crate::Order::Relaxed).
///
/// A FIFO queue remembers what it accepted for five minutes, and a later retry could put a message into it
/// twice. So one attempt timeout before five minutes have passed since the first attempt that may have
/// delivered it, a message comes back with [`Cause::Ambiguous`](crate::Cause::Ambiguous), however long the
/// delivery deadline is; the attempt timeout itself must be below five minutes.
pub struct Sqs {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    /// How the SDK writes requests and reads responses, where the writer may do so in its place.
    pub(crate) known: Option<Known>,
    /// What the SDK prepared for requests that are written from the messages.
    pub(crate) prepared: Prepared,
    pub(crate) deserializer: Option<KnownDeserializer>,
    /// The client as it was given.
    pub(crate) given: Client,
    pub(crate) lookup: Lookup,
    pub(crate) default_group: Option<String>,
    pub(crate) is_by_content: bool,
    pub(crate) has_group_quotas: bool,
    pub(crate) max_message_bytes: usize,
    pub(crate) ids: UniqueIds,
    /// Those that were billed.
    pub(crate) requests: Meter,
}

impl Sqs {
    /// Creates a service that sends to the queue with this name, URL or ARN through this client: its
    /// credentials, region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy
    /// of the client: without the client's retries, because the writer retries itself, and with new
    /// credentials from the provider when the service rejects the current ones, whatever the client's cache
    /// holds.
    ///
    /// Needs no runtime and no network. The name, URL or ARN is validated when the writer is built; whether
    /// the queue exists, when the first request is sent, or by [`check`](Self::check).
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(Sqs::new(client, "orders")).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn new(client: Client, queue: impl Into<Queue>) -> Self {
        let (own, credentials, known) = own_copy(&client);
        Self {
            client: own,
            credentials,
            known,
            prepared: prepared!("aws_sdk_sqs::operation::send_message_batch"),
            deserializer: KnownDeserializer::of(&SendMessageBatch::new(), serializer::DESERIALIZER),
            given: client,
            lookup: Lookup::new(queue.into()),
            default_group: None,
            is_by_content: false,
            has_group_quotas: false,
            max_message_bytes: MESSAGE_BYTES,
            ids: UniqueIds::new(),
            requests: Meter::default(),
        }
    }

    /// Sets the group of every message without one; FIFO queues only. A message keeps it when it is handed
    /// back. Default: none; a message without a group is rejected.
    ///
    /// With a single group, only one request of up to 10 messages is in flight at a time.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let queue = Sqs::new(client, "orders.fifo").default_group("everything");
    /// let writer = SqsWriter::builder(queue).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    #[must_use]
    pub fn default_group(mut self, group: impl Into<String>) -> Self {
        self.default_group = Some(group.into());
        self
    }

    /// Whether the queue uses content-based deduplication: messages without a deduplication id are sent
    /// without one, and the queue derives it from the body. FIFO queues only. Default: false; the writer
    /// generates an id for each message without one.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let queue = Sqs::new(client, "orders.fifo").content_based_deduplication(true);
    /// let writer = SqsWriter::builder(queue).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    #[must_use]
    pub fn content_based_deduplication(mut self, on: bool) -> Self {
        self.is_by_content = on;
        self
    }

    /// Whether the queue throttles message groups one by one, as one with [high throughput][high] does, whose
    /// `FifoThroughputLimit` is `perMessageGroupId`: a partition, which holds some of the groups, accepts up to 3,000
    /// messages per second in full requests. The writer then learns how many messages per second each throttled group
    /// accepts, and fills requests from the other groups. FIFO queues only. Default: false; a throttled message
    /// waits for its retry, and its group waits behind it.
    ///
    /// [high]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let queue = Sqs::new(client, "orders.fifo").quota_per_group(true);
    /// let writer = SqsWriter::builder(queue).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    #[must_use]
    pub fn quota_per_group(mut self, on: bool) -> Self {
        self.has_group_quotas = on;
        self
    }

    /// Lowers the maximum size of a message to the queue's own `MaximumMessageSize`, 1,024 to 1,048,576
    /// bytes, so that a larger message is rejected when it is submitted and not by the queue. Queues
    /// created before August 2025 may have 262,144. Default: 1,048,576.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let queue = Sqs::new(client, "orders").max_message_bytes(262_144);
    /// let writer = SqsWriter::builder(queue).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    #[must_use]
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// Checks that the queue exists, so that a wrong name is reported before the first message.
    ///
    /// A queue given by name or ARN is looked up (`GetQueueUrl`, permission `sqs:GetQueueUrl`), which saves
    /// the first request its lookup. For a queue given by URL, an attribute is read (`GetQueueAttributes`,
    /// permission `sqs:GetQueueAttributes`). The request uses the client's retries and timeouts. Cancelling
    /// it loses only the value.
    ///
    /// # Errors
    ///
    /// When the queue is invalid or does not exist, and when the service does not respond.
    ///
    /// ```no_run
    /// # async fn check(client: aws_sdk_sqs::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use batch_sqs::{Sqs, SqsWriter};
    ///
    /// let queue = Sqs::new(client, "orders").check().await?;
    /// let writer = SqsWriter::builder(queue).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn check(self) -> Result<Self, ConnectError> {
        self.check_options()?;
        let (config, credentials) = lookup_config!(aws_sdk_sqs, self.given, RESPONSE_BYTES);
        let client = Client::from_conf(config.build());
        credentials.retry(|| self.lookup.find(&client)).await?;
        Ok(self)
    }

    pub(crate) fn queue(&self) -> &Queue {
        self.lookup.queue()
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.queue().is_fifo()
    }

    pub(crate) fn check_options(&self) -> Result<(), ConfigError> {
        self.queue().check(&self.client)?;
        self.check_kind()?;
        match self.max_message_bytes {
            value if value > MESSAGE_BYTES => {
                Err(ConfigError::AboveLimit { setting: MAX_MESSAGE_BYTES, value, limit: MESSAGE_BYTES })
            }
            value if value < SMALLEST_QUEUE_MAXIMUM => Err(ConfigError::BelowNeed {
                setting: MAX_MESSAGE_BYTES,
                value,
                needed: SMALLEST_QUEUE_MAXIMUM,
                why: "the size that every queue accepts",
            }),
            _ => Ok(()),
        }
    }

    /// Whether the options fit a standard or a FIFO queue.
    fn check_kind(&self) -> Result<(), ConfigError> {
        if self.is_fifo() {
            let group = self.default_group.as_deref().map_or(Ok(()), validate::group);
            return group.map_err(|reason| ConfigError::Unsupported(format!("the default group: {reason}")));
        }
        let option = match (&self.default_group, self.is_by_content, self.has_group_quotas) {
            (Some(_), _, _) => "a default group",
            (None, true, _) => "content-based deduplication",
            (None, false, true) => "a quota per group",
            (None, false, false) => return Ok(()),
        };
        let queue = self.queue();
        Err(ConfigError::Unsupported(format!(
            "{option} requires a FIFO queue, but {queue} is a standard queue: its name does not end in \".fifo\""
        )))
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqs")
            .field("queue", self.queue())
            .field("default_group", &self.default_group)
            .field("content_based_deduplication", &self.is_by_content)
            .field("quota_per_group", &self.has_group_quotas)
            .field("max_message_bytes", &self.max_message_bytes)
            .finish_non_exhaustive()
    }
}

/// The writer's own copy of the client, what renews its credentials, and how the client serializes requests.
/// Where interceptors observe the input of a request, the request is written from it.
fn own_copy(client: &Client) -> (Client, Renewal, Option<Known>) {
    let known = known!(client.config(), serializer::SERIALIZER);
    let (mut config, credentials) = own_config!(aws_sdk_sqs, client, RESPONSE_BYTES);
    if let Some(known) = known.filter(|known| known.is_observed()) {
        config.push_interceptor(serializer::swap(known));
    }
    (Client::from_conf(config.build()), credentials, known)
}

const MAX_MESSAGE_BYTES: &str = "Sqs::max_message_bytes";

#[cfg(test)]
mod tests;
