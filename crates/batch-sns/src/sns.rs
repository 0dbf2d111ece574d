use std::fmt;

use aws_sdk_sns::Client;
use batch_core::Writer;
use batch_smithy::{Meter, Prepared, Renewal, UniqueIds, own_config, prepared};

use crate::Topic;
use crate::limits::{MESSAGE_BYTES, RESPONSE_BYTES};

/// Accepts single messages, publishes them to one Amazon SNS topic in full batches, and reports what became
/// of each.
///
/// ```
/// use aws_sdk_sns::Client;
/// use batch_sns::{Message, Sns, SnsWriter};
///
/// async fn greet(client: Client, topic_arn: &str) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = SnsWriter::builder(Sns::new(client, topic_arn)).build()?;
///     for n in 0..1_000 {
///         writer.submit(Message::new(format!("hello {n}"))).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type SnsWriter = Writer<Sns>;

/// Amazon SNS as a service to write to: `PublishBatch` to one topic.
///
/// The default linger is [natural](crate::Linger::Natural), and 5 ms for an idle writer, since each request is
/// billed.
///
/// A FIFO topic remembers what it accepted for five minutes, and a later retry could publish a message twice.
/// So one attempt timeout before five minutes have passed since the first attempt that may have delivered it,
/// a message comes back with [`Cause::Ambiguous`](crate::Cause::Ambiguous), however long the delivery deadline
/// is; the attempt timeout itself must be below five minutes.
pub struct Sns {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    pub(crate) topic: Topic,
    pub(crate) is_by_content: bool,
    pub(crate) has_group_quotas: bool,
    pub(crate) max_message_bytes: usize,
    pub(crate) ids: UniqueIds,
    /// What the SDK prepared for requests.
    pub(crate) prepared: Prepared,
    /// Those that were billed.
    pub(crate) requests: Meter,
}

impl Sns {
    /// Creates a service that publishes to the topic with this ARN through this client: its credentials,
    /// region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy of the client:
    /// without the client's retries, because the writer retries itself, and with new credentials from the
    /// provider when the service rejects the current ones, whatever the client's cache holds.
    ///
    /// Needs no runtime and no network. The ARN is validated when the writer is built; whether the topic
    /// exists, when the first request is sent.
    ///
    /// ```
    /// # use aws_sdk_sns::{Client, Config, config::BehaviorVersion};
    /// use batch_sns::{Sns, SnsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let topic = Sns::new(client, "arn:aws:sns:eu-west-1:123456789012:alerts");
    /// let writer = SnsWriter::builder(topic).build()?;
    /// # Ok::<(), batch_sns::ConfigError>(())
    /// ```
    pub fn new(client: Client, topic: impl Into<Topic>) -> Self {
        let (config, credentials) = own_config!(aws_sdk_sns, client, RESPONSE_BYTES);
        Self {
            client: Client::from_conf(config.build()),
            credentials,
            topic: topic.into(),
            is_by_content: false,
            has_group_quotas: false,
            max_message_bytes: MESSAGE_BYTES,
            ids: UniqueIds::new(),
            prepared: prepared!("aws_sdk_sns::operation::publish_batch", client.config()),
            requests: Meter::default(),
        }
    }

    /// Whether the topic uses content-based deduplication: messages without a deduplication id are sent
    /// without one, and the topic derives it from the body. FIFO topics only. Default: false; the writer
    /// generates an id for each message without one.
    ///
    /// ```
    /// # use aws_sdk_sns::{Client, Config, config::BehaviorVersion};
    /// use batch_sns::{Sns, SnsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let topic = Sns::new(client, "arn:aws:sns:eu-west-1:123456789012:alerts.fifo");
    /// let writer = SnsWriter::builder(topic.content_based_deduplication(true)).build()?;
    /// # Ok::<(), batch_sns::ConfigError>(())
    /// ```
    #[must_use]
    pub fn content_based_deduplication(mut self, on: bool) -> Self {
        self.is_by_content = on;
        self
    }

    /// Whether the topic throttles message groups one by one, as one with [high throughput][scope] does, whose
    /// `FifoThroughputScope` is `MessageGroup`. The writer then learns how many messages per second each throttled
    /// group accepts, and fills requests from the other groups. FIFO topics only. Default: false; a throttled message
    /// waits for its retry, and its group waits behind it.
    ///
    /// [scope]: https://docs.aws.amazon.com/sns/latest/dg/fifo-high-throughput.html
    ///
    /// ```
    /// # use aws_sdk_sns::{Client, Config, config::BehaviorVersion};
    /// use batch_sns::{Sns, SnsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let topic = Sns::new(client, "arn:aws:sns:eu-west-1:123456789012:alerts.fifo");
    /// let writer = SnsWriter::builder(topic.quota_per_group(true)).build()?;
    /// # Ok::<(), batch_sns::ConfigError>(())
    /// ```
    #[must_use]
    pub fn quota_per_group(mut self, on: bool) -> Self {
        self.has_group_quotas = on;
        self
    }

    /// Sets the maximum size of a message, and of all messages of a request together, to the topic's
    /// `MaximumMessageSize`, 1,024 to 1,048,576 bytes. Default: 262,144, as of topics that do not set it.
    ///
    /// ```
    /// # use aws_sdk_sns::{Client, Config, config::BehaviorVersion};
    /// use batch_sns::{Sns, SnsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let topic = Sns::new(client, "arn:aws:sns:eu-west-1:123456789012:alerts");
    /// let writer = SnsWriter::builder(topic.max_message_bytes(1_048_576)).build()?;
    /// # Ok::<(), batch_sns::ConfigError>(())
    /// ```
    #[must_use]
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for Sns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sns").field("topic", &self.topic).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
