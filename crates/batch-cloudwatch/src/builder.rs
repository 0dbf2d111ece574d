use std::fmt;
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use batch_core::{ConfigError, LimitPolicy, Settings, UnprocessedItem, Writer};

use crate::limits::{DATUM_BYTES, REQUEST_BYTES, REQUEST_DATUMS};
use crate::{CloudWatch, CloudWatchWriter, Compression, Metric, Namespace, body, clock};

/// Puts a [`CloudWatchWriter`] together; nothing is checked or sent before
/// [`build`](Self::build).
#[must_use = "a builder does nothing until it is built"]
pub struct CloudWatchWriterBuilder {
    client: Client,
    namespace: Namespace,
    settings: Settings,
    on_unprocessed: Option<Handler>,
    compression: Compression,
}

/// How long a metric may be sent unless the user says so.
const DELIVERY_DEADLINE: Duration = Duration::from_secs(3_600);

type Handler = Box<dyn Fn(UnprocessedItem<Metric>) + Send + Sync>;

impl CloudWatchWriterBuilder {
    pub(crate) fn new(client: Client, namespace: Namespace) -> Self {
        Self {
            client,
            namespace,
            settings: Settings::new(),
            on_unprocessed: None,
            compression: Compression::default(),
        }
    }

    /// How the writer gathers, sends, retries and bounds. Default: [`Settings::new`], with a delivery
    /// deadline of an hour: a metric is worth as much then as it was at first. Metrics have neither an
    /// order nor duplicates, so that those two settings change nothing.
    ///
    /// CloudWatch cannot tell a metric that is sent again from a new one: where a lost answer must
    /// never count a metric twice, choose [`OnAmbiguous::HandBack`](crate::Ambiguous::HandBack).
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{OnAmbiguous, CloudWatchWriter, Namespace, Settings};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let never_twice = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
    /// let writer = CloudWatchWriter::builder(client, Namespace::new("Weather")).settings(never_twice).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Gives every failure without a live receipt to this handler, as it happens, instead of
    /// keeping it for `flush`. The handler runs on the writer's task and should return soon.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatchWriter, Namespace};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = CloudWatchWriter::builder(client, Namespace::new("Weather"))
    ///     .on_unprocessed(|item| eprintln!("{:?}: {item:#}", item.entry))
    ///     .build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn on_unprocessed(
        mut self,
        handler: impl Fn(UnprocessedItem<Metric>) + Send + Sync + 'static,
    ) -> Self {
        self.on_unprocessed = Some(Box::new(handler));
        self
    }

    /// Whether requests are compressed. Default: [`Compression::Client`], as the client is
    /// configured, which unless you say otherwise means gzip from 10,240 bytes on.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatchWriter, Compression, Namespace};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = CloudWatchWriter::builder(client, Namespace::new("Weather"))
    ///     .compression(Compression::Off)
    ///     .build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The writer. Needs no runtime and no network.
    ///
    /// # Errors
    ///
    /// When there can be no such namespace, and when settings contradict each other or the limits
    /// of the service.
    pub fn build(self) -> Result<CloudWatchWriter, ConfigError> {
        self.namespace.check()?;
        let limits = LimitPolicy::new(REQUEST_DATUMS, REQUEST_BYTES, DATUM_BYTES)?
            .with_overhead_bytes(body::request_overhead_bytes(self.namespace.name()))?;
        let cloudwatch = CloudWatch::new(&self.client, self.namespace, limits, self.compression, clock::wall);
        let settings = self.settings.or_delivery_deadline(DELIVERY_DEADLINE);
        let mut writer = Writer::builder(cloudwatch).settings(settings);
        if let Some(handler) = self.on_unprocessed {
            writer = writer.on_unprocessed(handler);
        }
        writer.build().map(CloudWatchWriter::new)
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for CloudWatchWriterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudWatchWriterBuilder")
            .field("namespace", &self.namespace)
            .field("settings", &self.settings)
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
