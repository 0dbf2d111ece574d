use std::fmt;

use aws_sdk_cloudwatch::Client;
use batch_core::Writer;
use batch_smithy::{Known, Meter, Prepared, Renewal, known, own_config, prepared};

use crate::buckets::Buckets;
use crate::clock::{self, Clock};
use crate::limits::RESPONSE_BYTES;
use crate::{Compression, Merge, Namespace, direct, pages};

/// Accepts single metrics, sends them to one Amazon CloudWatch namespace in full batches, and reports what
/// became of each.
///
/// ```
/// use aws_sdk_cloudwatch::Client;
/// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric};
///
/// async fn report(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()?;
///     for temperature in [21.5, 21.0, 20.5] {
///         writer.submit(Metric::new("Temperature", temperature).dimension("Station", "10637")).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type CloudWatchWriter = Writer<CloudWatch>;

/// Amazon CloudWatch as a service to write to: `PutMetricData` to one namespace.
///
/// Default settings: a delivery deadline of one hour, because a late metric is as useful as a prompt one.
/// Metrics have neither an order nor duplicates, so [`Order`](crate::Order) and
/// [`Duplicates`](crate::Duplicates) change nothing. [`merge`](Self::merge) merges metrics while they wait.
///
/// CloudWatch cannot distinguish a metric that is sent again from a new one. If a lost response must never
/// count a metric twice, choose [`OnAmbiguous::HandBack`](crate::OnAmbiguous::HandBack):
///
/// ```
/// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
/// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, OnAmbiguous, Settings};
///
/// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
/// let never_twice = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
/// let namespace = CloudWatch::new(client, "Weather");
/// let writer = CloudWatchWriter::builder(namespace).settings(never_twice).build()?;
/// # Ok::<(), batch_cloudwatch::ConfigError>(())
/// ```
pub struct CloudWatch {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    /// The client as it was given.
    pub(crate) given: Client,
    pub(crate) namespace: Namespace,
    pub(crate) compression: Compression,
    pub(crate) merge: Merge,
    /// What [`Merge::Bounded`] exchanges values for.
    pub(crate) buckets: Option<Buckets>,
    pub(crate) clock: Clock,
    /// Those that were billed.
    pub(crate) requests: Meter,
    /// How the SDK serializes requests, if they may be written in its place.
    pub(crate) known: Option<Known>,
    /// What the SDK prepared for requests that are written from the metrics and not compressed.
    pub(crate) prepared: Prepared,
}

impl CloudWatch {
    /// Creates a service that sends to the namespace with this name through this client: its credentials,
    /// region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy of the
    /// client: without the client's retries, because the writer retries itself, and with new credentials
    /// from the provider when the service rejects the current ones, whatever the client's cache holds.
    ///
    /// Needs no runtime and no network. The name is validated when the writer is built.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatch, CloudWatchWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn new(client: Client, namespace: impl Into<Namespace>) -> Self {
        Self::with_clock(client, namespace.into(), clock::coarse)
    }

    fn with_clock(given: Client, namespace: Namespace, clock: Clock) -> Self {
        let compression = Compression::default();
        let (client, credentials) = own_copy(&given, compression);
        let known = known!(given.config(), direct::SERIALIZER);
        let (merge, buckets) = (Merge::default(), None);
        let prepared = prepared();
        let requests = Meter::default();
        Self {
            client,
            credentials,
            given,
            namespace,
            compression,
            merge,
            buckets,
            clock,
            requests,
            known,
            prepared,
        }
    }

    /// Sets whether requests are compressed. Default: [`Compression::Client`], as the client is configured;
    /// the SDK's own default is gzip for 10,240 bytes or more.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let namespace = CloudWatch::new(client, "Weather").compression(Compression::Off);
    /// let writer = CloudWatchWriter::builder(namespace).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        (self.client, self.credentials) = own_copy(&self.given, compression);
        (self.compression, self.prepared) = (compression, prepared());
        self
    }

    /// Sets whether metrics are merged while they wait. Default: [`Merge::Off`].
    ///
    /// A writer that merges waits a slot for company: its default linger is `Linger::Fixed` of 60 seconds
    /// instead of one, and no number of metrics ends it, unless a threshold is set or the writer is full. So
    /// a series costs a datum a minute, however often it is sampled, or two where the wait begins in one slot
    /// and ends in the next; a flush at the end of each minute makes it one. A metric takes up to a minute
    /// longer, and a process that ends without a flush loses up to a minute. For metrics with a storage
    /// resolution of 1, set the linger that suits them. For what is sampled more often than an entry is worth,
    /// see [`Series`](crate::Series).
    ///
    /// CloudWatch bills each request, and has the same statistics of what was merged. An ambiguous request
    /// that is sent again may double a whole slot of its series.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Merge};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let namespace = CloudWatch::new(client, "Weather").merge(Merge::Lossless);
    /// let writer = CloudWatchWriter::builder(namespace).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    #[must_use]
    pub fn merge(mut self, merge: Merge) -> Self {
        self.merge = merge;
        self.buckets = merge.buckets();
        self
    }

    pub(crate) fn merges(&self) -> bool {
        self.merge != Merge::Off
    }

    /// Whether the SDK may compress a request.
    pub(crate) fn compresses(&self) -> bool {
        self.client.config().disable_request_compression() != Some(true)
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for CloudWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudWatch")
            .field("namespace", &self.namespace)
            .field("compression", &self.compression)
            .field("merge", &self.merge)
            .finish_non_exhaustive()
    }
}

/// The writer's own copy of the client, compressed as the user wants, which also refuses pages that are no
/// response, and what renews its credentials.
fn own_copy(client: &Client, compression: Compression) -> (Client, Renewal) {
    let (config, credentials) = own_config!(aws_sdk_cloudwatch, client, RESPONSE_BYTES);
    let mut config = compression.applied_to(config);
    config.push_interceptor(pages::reject());
    (Client::from_conf(config.build()), credentials)
}

fn prepared() -> Prepared {
    prepared!("aws_sdk_cloudwatch::operation::put_metric_data")
}

#[cfg(test)]
mod tests;
