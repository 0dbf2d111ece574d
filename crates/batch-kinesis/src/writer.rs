use std::ops::Deref;

use aws_sdk_kinesis::Client;
use batch_core::Writer;

use crate::{Kinesis, KinesisWriterBuilder, Stream};

/// Takes single records, sends them to one Amazon Kinesis data stream in full batches, and answers
/// for every one of them.
///
/// A handle is cheap to clone; all clones feed the same writer. It is a [`Writer`] and has its
/// methods:
///
/// - [`submit`](Writer::submit) takes a record and waits only for room, [`try_submit`](Writer::try_submit)
///   never waits, [`reserve`](Writer::reserve) waits for room without a record;
/// - [`submit_tracked`](Writer::submit_tracked) and [`try_submit_tracked`](Writer::try_submit_tracked)
///   return a receipt, to be awaited for the answer to this one record: a
///   [`SentRecord`](crate::SentRecord) or the record handed back;
/// - [`flush`](Writer::flush) waits for what was accepted before and returns what could not be
///   delivered, [`flush_by`](Writer::flush_by) does so until a deadline;
/// - [`shutdown`](Writer::shutdown) and [`shutdown_by`](Writer::shutdown_by) flush and take no
///   more;
/// - [`take_unprocessed`](Writer::take_unprocessed) collects failures without waiting, and
///   [`stats`](Writer::stats) counts everything.
///
/// Every method that takes a record gives it back when it does not accept it: invalid, too large, no
/// room.
///
/// ```
/// use aws_sdk_kinesis::Client;
/// use batch_kinesis::{KinesisWriter, Record, Stream};
///
/// async fn measure(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = KinesisWriter::builder(client, Stream::name("measurements")).build()?;
///     for n in 0..1_000 {
///         writer.submit(Record::new(format!("{n} °C")).partition_key("station-17")).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct KinesisWriter(Writer<Kinesis>);

impl KinesisWriter {
    /// A builder of a writer to this stream, which sends with this client: its credentials, region,
    /// endpoint, HTTP client, interceptors and timeouts. In the writer's own copy its retries are switched off,
    /// because the writer retries by itself, and credentials that the service refuses are asked for again, whatever
    /// the client's cache holds.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{KinesisWriter, Stream};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = KinesisWriter::builder(client, Stream::name("measurements")).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    pub fn builder(client: Client, stream: Stream) -> KinesisWriterBuilder {
        KinesisWriterBuilder::new(client, stream)
    }

    pub(crate) fn new(writer: Writer<Kinesis>) -> Self {
        Self(writer)
    }
}

impl Deref for KinesisWriter {
    type Target = Writer<Kinesis>;

    fn deref(&self) -> &Writer<Kinesis> {
        &self.0
    }
}
