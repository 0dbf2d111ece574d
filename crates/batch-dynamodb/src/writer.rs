use std::ops::Deref;

use aws_sdk_dynamodb::Client;
use batch_core::Writer;

use crate::{DynamoDb, DynamoDbStats, DynamoDbWriterBuilder, Table};

/// Takes single puts and deletes, sends them to one Amazon DynamoDB table in full batches, and
/// answers for every one of them.
///
/// A handle is cheap to clone; all clones feed the same writer. It is a [`Writer`] and has its
/// methods:
///
/// - [`submit`](Writer::submit) takes a write and waits only for room, [`try_submit`](Writer::try_submit)
///   never waits, [`reserve`](Writer::reserve) waits for room without a write;
/// - [`submit_tracked`](Writer::submit_tracked) and [`try_submit_tracked`](Writer::try_submit_tracked)
///   return a receipt, to be awaited for the answer to this one write;
/// - [`flush`](Writer::flush) waits for what was accepted before and returns what could not be
///   written, [`flush_by`](Writer::flush_by) does so until a deadline;
/// - [`shutdown`](Writer::shutdown) and [`shutdown_by`](Writer::shutdown_by) flush and take no
///   more;
/// - [`take_unprocessed`](Writer::take_unprocessed) collects failures without waiting, and
///   [`stats`](Self::stats) counts everything.
///
/// Every method that takes a write gives it back when it does not accept it: invalid, too large, no
/// room.
///
/// ```
/// use aws_sdk_dynamodb::Client;
/// use batch_dynamodb::{DynamoDbWriter, KeyType, Table, Write};
///
/// async fn count(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = DynamoDbWriter::builder(client, Table::name("numbers"))
///         .partition_key("n", KeyType::Number)
///         .build()?;
///     for n in 0..1_000 {
///         writer.submit(Write::put_json(&format!(r#"{{"n": {n}}}"#))?).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct DynamoDbWriter(Writer<DynamoDb>);

impl DynamoDbWriter {
    /// A builder of a writer to this table, which sends with this client: its credentials, region,
    /// endpoint, HTTP client, interceptors and timeouts. In the writer's own copy its retries are switched off,
    /// because the writer retries by itself, and credentials that the service refuses are asked for again, whatever
    /// the client's cache holds.
    ///
    /// ```
    /// # use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
    /// use batch_dynamodb::{DynamoDbWriter, KeyType, Table};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = DynamoDbWriter::builder(client, Table::name("orders"))
    ///     .partition_key("id", KeyType::String)
    ///     .build()?;
    /// # Ok::<(), batch_dynamodb::ConfigError>(())
    /// ```
    pub fn builder(client: Client, table: Table) -> DynamoDbWriterBuilder {
        DynamoDbWriterBuilder::new(client, table)
    }

    /// The counters now, and the capacity that was consumed if the builder
    /// [asked for it](DynamoDbWriterBuilder::consumed_capacity).
    ///
    /// ```
    /// # use batch_dynamodb::DynamoDbWriter;
    /// fn report(writer: &DynamoDbWriter) {
    ///     let stats = writer.stats();
    ///     println!("{} written, {:?} capacity units", stats.delivered, stats.consumed_capacity_units);
    /// }
    /// ```
    #[must_use]
    pub fn stats(&self) -> DynamoDbStats {
        let consumed_capacity_units = self.service().consumed_capacity_units();
        DynamoDbStats { writer: self.0.stats(), consumed_capacity_units }
    }

    pub(crate) fn new(writer: Writer<DynamoDb>) -> Self {
        Self(writer)
    }
}

impl Deref for DynamoDbWriter {
    type Target = Writer<DynamoDb>;

    fn deref(&self) -> &Writer<DynamoDb> {
        &self.0
    }
}
