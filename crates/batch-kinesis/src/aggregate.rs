use batch_core::ConfigError;

use crate::Kinesis;

/// Whether several records travel in one record of the stream.
///
/// AWS bills a record of an on-demand stream in units of 1 KB, and that of a provisioned stream in units of 25 KB,
/// however little it holds: a thousand records of 100 bytes cost as much as a megabyte. In an *aggregate*, the format
/// of the Kinesis Producer Library (KPL), they cost their bytes: 5 or 6 for each record, and about 60 for the
/// aggregate. A shard that takes 1,000 records a second takes as many aggregates.
///
/// # Before you switch it on
///
/// **Every consumer of the stream must deaggregate.** One that does not receives a few binary records in place of
/// many, and no error. The Kinesis Client Library (KCL) and Amazon Data Firehose deaggregate by themselves. AWS Lambda,
/// `GetRecords` and enhanced fan-out do not: their functions and programs need a library for it, such as
/// [`aws-kinesis-agg`](https://github.com/awslabs/kinesis-aggregation) for Java, JavaScript and Python, which returns
/// other records as they are. Change the consumers first: they read both.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Aggregate {
    /// Records with one partition key and one explicit hash key, or without either, travel in one record of up to
    /// 51,200 bytes, its partition key included. That is two units of 25 KiB; larger ones would save at most another
    /// hundredth, and each that a full shard throttles would be sent again as a whole.
    ///
    /// An aggregate holds the records of one key: all belong to the shard that it is sent to, even while the stream is
    /// resharded. (KCL drops a record of an aggregate, without an error, that belongs to another shard than that
    /// which it was read from.) Records without a key share the one that the writer generates for the first of
    /// them.
    ///
    /// All else stays as it is: records of a key arrive in their order, also under
    /// [`Order::Strict`](crate::Order::Strict); each has an answer and a receipt of its own, with its place in the
    /// aggregate as [`sub_sequence_number`](crate::SentRecord::sub_sequence_number). The service accepts or throttles an
    /// aggregate as a whole, so its records are sent again together, perhaps in another aggregate with
    /// others. A record that travels alone is sent as it is, unless its data begins like an aggregate: consumers would
    /// take it for one, so that it travels in an aggregate of its own. One of more than 51,200 bytes travels alone.
    ///
    /// The more records of one key wait, the more is saved: the linger is 100 ms unless the user sets another one
    /// ([`Linger::Fixed`](crate::Linger::Fixed)), no number of records ends it, and a writer with
    /// more capacity ([`Settings::max_entries`](crate::Settings::max_entries)) fills larger aggregates when it is busy.
    ///
    /// Limits and rates count an aggregate as one record. One that travels alone after all is counted like an aggregate, which
    /// is some 30 bytes and its key more than it takes.
    ByKey,
    /// Each record is sent as it is.
    #[default]
    Off,
}

impl Kinesis {
    /// Sets whether several records travel in one record of the stream. Default: [`Aggregate::Off`]. Consumers must
    /// be able to read aggregates: see [`Aggregate`].
    ///
    /// The writer to a stream that distributes records itself (strategy `AUTO`) is not built with
    /// [`Aggregate::ByKey`], as far as [`discover_limits`](Self::discover_limits) has shown that: consumers would drop
    /// what belongs to another shard by its key.
    ///
    /// ```
    /// # use aws_sdk_kinesis::{Client, Config, config::BehaviorVersion};
    /// use batch_kinesis::{Aggregate, Kinesis, KinesisWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let stream = Kinesis::new(client, "measurements").aggregate(Aggregate::ByKey);
    /// let writer = KinesisWriter::builder(stream).build()?;
    /// # Ok::<(), batch_kinesis::ConfigError>(())
    /// ```
    #[must_use]
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregate = aggregate;
        self
    }

    /// Whether consumers of the stream can read what is aggregated.
    pub(crate) fn check_aggregate(&self) -> Result<(), ConfigError> {
        match self.aggregate {
            Aggregate::ByKey if self.distributes() => Err(ConfigError::Unsupported(format!(
                "the stream {} distributes records itself (strategy AUTO), and consumers drop the records of an \
                 aggregate whose key belongs to another shard; omit `Kinesis::aggregate`, or set the stream's strategy \
                 to USER_PARTITION_KEY",
                self.stream
            ))),
            Aggregate::ByKey | Aggregate::Off => Ok(()),
        }
    }
}
