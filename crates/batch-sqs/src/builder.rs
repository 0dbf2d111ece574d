use std::fmt;

use aws_sdk_sqs::Client;
use batch_core::{ConfigError, Duplicates, LimitPolicy, Order, Settings, UnprocessedItem, Writer};

use crate::deduplication::{Deduplication, Generator};
use crate::limits::{MESSAGE_BYTES, REQUEST_BYTES, REQUEST_MESSAGES, SMALLEST_QUEUE_MAXIMUM};
use crate::{Message, Queue, Sqs, SqsWriter, validate};

/// Puts an [`SqsWriter`] together; nothing is checked or sent before [`build`](Self::build).
#[must_use = "a builder does nothing until it is built"]
pub struct SqsWriterBuilder {
    client: Client,
    queue: Queue,
    settings: Settings,
    on_unprocessed: Option<Handler>,
    default_group: Option<String>,
    content_based_deduplication: bool,
    max_message_bytes: usize,
}

type Handler = Box<dyn Fn(UnprocessedItem<Message>) + Send + Sync>;

impl SqsWriterBuilder {
    pub(crate) fn new(client: Client, queue: Queue) -> Self {
        Self {
            client,
            queue,
            settings: Settings::new(),
            on_unprocessed: None,
            default_group: None,
            content_based_deduplication: false,
            max_message_bytes: MESSAGE_BYTES,
        }
    }

    /// How the writer gathers, sends, retries and bounds. Default: [`Settings::new`], with
    /// [`Duplicates::KeepFirst`] and [`Order::Relaxed`].
    ///
    /// A FIFO queue remembers what it got for five minutes, and a later retry could put a message into
    /// it twice. So one attempt timeout before five minutes have passed since the first attempt that may
    /// have delivered it, a message comes back with [`Cause::Ambiguous`](crate::Cause::Ambiguous), however
    /// long the delivery deadline is; the attempt timeout itself must be below five minutes.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use std::time::Duration;
    /// use batch_sqs::{Linger, Queue, Settings, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let gather_longer = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    /// let writer = SqsWriter::builder(client, Queue::name("orders")).settings(gather_longer).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Gives every failure without a live receipt to this handler, as it happens, instead of
    /// keeping it for `flush`. The handler runs on the writer's task and should return soon.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Queue, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(client, Queue::name("orders"))
    ///     .on_unprocessed(|item| eprintln!("{:?}: {item:#}", item.entry.entry_id()))
    ///     .build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn on_unprocessed(
        mut self,
        handler: impl Fn(UnprocessedItem<Message>) + Send + Sync + 'static,
    ) -> Self {
        self.on_unprocessed = Some(Box::new(handler));
        self
    }

    /// The group of every message that has none; FIFO queues only. A message keeps it when it is
    /// handed back. Default: none, and a message without a group is refused.
    ///
    /// One group means one batch in flight at a time, up to 10 messages a request.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Queue, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(client, Queue::name("orders.fifo"))
    ///     .default_group("everything")
    ///     .build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn default_group(mut self, group: impl Into<String>) -> Self {
        self.default_group = Some(group.into());
        self
    }

    /// Says that the queue has content-based deduplication: messages without a deduplication id
    /// are sent without one, and the queue derives it from the body. FIFO queues only. Default:
    /// false, and the writer generates an id for each message that has none.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Queue, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(client, Queue::name("orders.fifo"))
    ///     .content_based_deduplication(true)
    ///     .build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn content_based_deduplication(mut self, on: bool) -> Self {
        self.content_based_deduplication = on;
        self
    }

    /// Lowers the most bytes of a message to the queue's own `MaximumMessageSize`, 1,024 to
    /// 1,048,576, so that a larger one is refused when it is submitted and not by the queue.
    /// Queues made before August 2025 may have 262,144. Default: 1,048,576.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Queue, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(client, Queue::name("orders"))
    ///     .max_message_bytes(262_144)
    ///     .build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// The writer. Needs no runtime and no network: whether the queue exists shows when the first
    /// request is sent.
    ///
    /// # Errors
    ///
    /// When the queue's name, URL or ARN cannot be one, when its ARN is of another region than the client,
    /// when a setting does not fit the kind of queue, and when settings contradict each other or the limits of the service.
    pub fn build(self) -> Result<SqsWriter, ConfigError> {
        self.queue.check()?;
        self.queue.check_region(self.client.config().region().map(AsRef::as_ref))?;
        self.check_kind()?;
        let limits = LimitPolicy::new(REQUEST_MESSAGES, REQUEST_BYTES, self.checked_message_bytes()?)?;
        let deduplication = match (self.queue.is_fifo(), self.content_based_deduplication) {
            (false, _) => Deduplication::None,
            (true, true) => Deduplication::ByContent,
            (true, false) => Deduplication::Generated(Generator::new()),
        };
        let sqs = Sqs::new(&self.client, self.queue, limits, self.default_group, deduplication);
        let settings = self.settings.or_duplicates(Duplicates::KeepFirst).or_order(Order::Relaxed);
        let mut writer = Writer::builder(sqs).settings(settings);
        if let Some(handler) = self.on_unprocessed {
            writer = writer.on_unprocessed(handler);
        }
        writer.build().map(SqsWriter::new)
    }

    /// Whether the settings fit a standard or a FIFO queue.
    fn check_kind(&self) -> Result<(), ConfigError> {
        let Self { queue, default_group, .. } = self;
        if queue.is_fifo() {
            let group = default_group.as_deref().map_or(Ok(()), validate::group);
            group.map_err(|reason| ConfigError::Unsupported(format!("the default group: {reason}")))?;
            return Ok(());
        }
        let setting = match (default_group, self.content_based_deduplication) {
            (Some(_), _) => "a default group",
            (None, true) => "content-based deduplication",
            (None, false) => return Ok(()),
        };
        Err(ConfigError::Unsupported(format!(
            "{setting} is for FIFO queues, and {queue} is a standard queue: its name does not end in \".fifo\""
        )))
    }

    fn checked_message_bytes(&self) -> Result<usize, ConfigError> {
        const SETTING: &str = "SqsWriterBuilder::max_message_bytes";
        match self.max_message_bytes {
            value if value > MESSAGE_BYTES => {
                Err(ConfigError::AboveLimit { setting: SETTING, value, limit: MESSAGE_BYTES })
            }
            value if value < SMALLEST_QUEUE_MAXIMUM => Err(ConfigError::BelowNeed {
                setting: SETTING,
                value,
                needed: SMALLEST_QUEUE_MAXIMUM,
                why: "every queue takes",
            }),
            value => Ok(value),
        }
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for SqsWriterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsWriterBuilder")
            .field("queue", &self.queue)
            .field("settings", &self.settings)
            .field("default_group", &self.default_group)
            .field("content_based_deduplication", &self.content_based_deduplication)
            .field("max_message_bytes", &self.max_message_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
