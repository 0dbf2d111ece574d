use std::ops::Deref;

use aws_sdk_cloudwatch::Client;
use batch_core::Writer;

use crate::{CloudWatch, CloudWatchWriterBuilder, Namespace};

/// Takes single metrics, sends them to one Amazon CloudWatch namespace in full batches, and
/// answers for every one of them.
///
/// A handle is cheap to clone; all clones feed the same writer. It is a [`Writer`] and has its
/// methods:
///
/// - [`submit`](Writer::submit) takes a metric and waits only for room, [`try_submit`](Writer::try_submit)
///   never waits, [`reserve`](Writer::reserve) waits for room without a metric;
/// - [`submit_tracked`](Writer::submit_tracked) and [`try_submit_tracked`](Writer::try_submit_tracked)
///   return a receipt, to be awaited for the answer to this one metric: a
///   [`SentMetric`](crate::SentMetric) or the metric handed back;
/// - [`flush`](Writer::flush) waits for what was accepted before and returns what could not be
///   delivered, [`flush_by`](Writer::flush_by) does so until a deadline;
/// - [`shutdown`](Writer::shutdown) and [`shutdown_by`](Writer::shutdown_by) flush and take no
///   more;
/// - [`take_unprocessed`](Writer::take_unprocessed) collects failures without waiting, and
///   [`stats`](Writer::stats) counts everything.
///
/// Every method that takes a metric gives it back when it does not accept it: invalid, no room.
///
/// ```
/// use aws_sdk_cloudwatch::Client;
/// use batch_cloudwatch::{CloudWatchWriter, Metric, Namespace};
///
/// async fn report(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = CloudWatchWriter::builder(client, Namespace::new("Weather")).build()?;
///     for temperature in [21.5, 21.0, 20.5] {
///         writer.submit(Metric::new("Temperature", temperature).dimension("Station", "10637")).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct CloudWatchWriter(Writer<CloudWatch>);

impl CloudWatchWriter {
    /// A builder of a writer to this namespace, which sends with this client: its credentials,
    /// region, endpoint, HTTP client, interceptors and timeouts. In the writer's own copy its retries are switched
    /// off, because the writer retries by itself, and credentials that the service refuses are asked for again,
    /// whatever the client's cache holds.
    ///
    /// ```
    /// # use aws_sdk_cloudwatch::{Client, Config, config::BehaviorVersion};
    /// use batch_cloudwatch::{CloudWatchWriter, Namespace};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = CloudWatchWriter::builder(client, Namespace::new("Weather")).build()?;
    /// # Ok::<(), batch_cloudwatch::ConfigError>(())
    /// ```
    pub fn builder(client: Client, namespace: Namespace) -> CloudWatchWriterBuilder {
        CloudWatchWriterBuilder::new(client, namespace)
    }

    pub(crate) fn new(writer: Writer<CloudWatch>) -> Self {
        Self(writer)
    }
}

impl Deref for CloudWatchWriter {
    type Target = Writer<CloudWatch>;

    fn deref(&self) -> &Writer<CloudWatch> {
        &self.0
    }
}
