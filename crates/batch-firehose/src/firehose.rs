use std::fmt;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::operation::put_record_batch::PutRecordBatch;
use batch_core::Writer;
use batch_smithy::{Known, KnownDeserializer, Meter, Prepared, Renewal, known, own_config, prepared};

use crate::limits::RESPONSE_BYTES;
use crate::{DeliveryStream, accepted, body};

/// Accepts single records, sends them to one delivery stream of Amazon Data Firehose in full batches, and
/// reports what became of each.
///
/// ```
/// use aws_sdk_firehose::Client;
/// use batch_firehose::{Firehose, FirehoseWriter, Record};
///
/// async fn measure(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let writer = FirehoseWriter::builder(Firehose::new(client, "measurements")).build()?;
///     for n in 0..1_000 {
///         writer.submit(Record::new(format!("{n} °C\n"))).await?;
///     }
///     for item in writer.flush().await {
///         eprintln!("{:?}: {item:#}", item.entry);
///     }
///     Ok(())
/// }
/// ```
pub type FirehoseWriter = Writer<Firehose>;

/// Amazon Data Firehose as a service to write to: `PutRecordBatch` to one delivery stream.
///
/// Default settings: those of [`Settings`](crate::Settings). An idle writer sends at once: Firehose bills each
/// record by its size, however many a request carries, so that waiting for others would save nothing. Records
/// have no order, and none is a duplicate of another, so the rules for order and duplicates have no effect.
pub struct Firehose {
    pub(crate) client: Client,
    pub(crate) credentials: Renewal,
    /// How the SDK serializes requests and reads responses, if both are known.
    pub(crate) known: Option<(Known, KnownDeserializer)>,
    /// What the SDK prepared for requests that are written from the records.
    pub(crate) prepared: Prepared,
    pub(crate) stream: DeliveryStream,
    /// What was billed.
    pub(crate) ingested_kib: Meter,
}

impl Firehose {
    /// Creates a service that sends to the delivery stream with this name or ARN through this client: its
    /// credentials, region, endpoint, HTTP client, interceptors and timeouts. The writer uses its own copy
    /// of the client: without the client's retries, because the writer retries itself, and with new
    /// credentials from the provider when the service rejects the current ones, whatever the client's cache
    /// holds.
    ///
    /// Needs no runtime and no network. The name or ARN is validated when the writer is built; whether the
    /// delivery stream exists, when the first request is sent.
    ///
    /// ```
    /// # use aws_sdk_firehose::{Client, Config, config::BehaviorVersion};
    /// use batch_firehose::{Firehose, FirehoseWriter};
    ///
    /// # let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    /// let writer = FirehoseWriter::builder(Firehose::new(client, "measurements")).build()?;
    /// # Ok::<(), batch_firehose::ConfigError>(())
    /// ```
    pub fn new(client: Client, stream: impl Into<DeliveryStream>) -> Self {
        let (config, credentials) = own_config!(aws_sdk_firehose, client, RESPONSE_BYTES);
        let deserializer = KnownDeserializer::of(&PutRecordBatch::new(), accepted::DESERIALIZER);
        let known = known!(client.config(), body::SERIALIZER).zip(deserializer);
        let prepared = prepared!("aws_sdk_firehose::operation::put_record_batch");
        let client = Client::from_conf(config.build());
        Self { client, credentials, known, prepared, stream: stream.into(), ingested_kib: Meter::default() }
    }
}

/// Omits the client's configuration, which is the user's.
impl fmt::Debug for Firehose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Firehose").field("stream", &self.stream).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
