use std::ops::Deref;

use aws_sdk_sqs::Client;
use batch_core::Writer;

use crate::{Queue, Sqs, SqsWriterBuilder};

/// Takes single messages, sends them to one Amazon SQS queue in full batches, and answers for
/// every one of them.
///
/// A handle is cheap to clone; all clones feed the same writer. It is a [`Writer`] and has its
/// methods:
///
/// - [`submit`](Writer::submit) takes a message and waits only for room, [`try_submit`](Writer::try_submit)
///   never waits, [`reserve`](Writer::reserve) waits for room without a message;
/// - [`submit_tracked`](Writer::submit_tracked) and [`try_submit_tracked`](Writer::try_submit_tracked)
///   return a receipt, to be awaited for the answer to this one message: a
///   [`SentMessage`](crate::SentMessage) or the message handed back;
/// - [`flush`](Writer::flush) waits for what was accepted before and returns what could not be
///   delivered, [`flush_by`](Writer::flush_by) does so until a deadline;
/// - [`shutdown`](Writer::shutdown) and [`shutdown_by`](Writer::shutdown_by) flush and take no
///   more;
/// - [`take_unprocessed`](Writer::take_unprocessed) collects failures without waiting, and
///   [`stats`](Writer::stats) counts everything.
///
/// Every method that takes a message gives it back when it does not accept it: invalid, too large,
/// a duplicate, no room.
///
/// ```
/// use aws_sdk_sqs::Client;
/// use batch_sqs::{Message, Queue, SqsWriter};
///
/// async fn greet(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = SqsWriter::builder(client, Queue::name("greetings")).build()?;
///     for n in 0..1_000 {
///         writer.submit(Message::new(format!("hello {n}"))).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SqsWriter(Writer<Sqs>);

impl SqsWriter {
    /// A builder of a writer to this queue, which sends with this client: its credentials, region,
    /// endpoint, HTTP client, interceptors and timeouts. In the writer's own copy its retries are switched off,
    /// because the writer retries by itself, and credentials that the service refuses are asked for again, whatever
    /// the client's cache holds.
    ///
    /// ```
    /// # use aws_sdk_sqs::{Client, Config, config::BehaviorVersion};
    /// use batch_sqs::{Queue, SqsWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = SqsWriter::builder(client, Queue::name("orders")).build()?;
    /// # Ok::<(), batch_sqs::ConfigError>(())
    /// ```
    pub fn builder(client: Client, queue: Queue) -> SqsWriterBuilder {
        SqsWriterBuilder::new(client, queue)
    }

    pub(crate) fn new(writer: Writer<Sqs>) -> Self {
        Self(writer)
    }
}

impl Deref for SqsWriter {
    type Target = Writer<Sqs>;

    fn deref(&self) -> &Writer<Sqs> {
        &self.0
    }
}
