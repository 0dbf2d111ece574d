use async_trait::async_trait;
use aws_sdk_kinesis::error::SdkError;
use aws_sdk_kinesis::operation::put_records::builders::PutRecordsFluentBuilder;
use aws_sdk_kinesis::operation::put_records::{PutRecordsError, PutRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{
    Batch, ConfigError, Invalid, Key, LimitPolicy, Linger, Measure, Order, Reply, Service, Settings,
};

use crate::accepted::{Accepted, Response};
use crate::limits::{REQUEST_RECORDS, record_bytes};
use crate::{Kinesis, Record, body, serializer, validate, verdict};

pub(crate) type Sent = Result<PutRecordsOutput, SdkError<PutRecordsError>>;

/// The response of the service for a record that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentRecord {
    /// Its position in the order of its shard.
    pub sequence_number: String,
    /// The shard that stores it, such as `shardId-000000000000`.
    pub shard_id: String,
}

impl Kinesis {
    async fn request(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        let (sent, accepted) = match self.send_directly(batch).await {
            Some((sent, accepted)) => (sent, accepted),
            // Its future is large, and would make that of every request so.
            None => (Box::pin(self.send_typed(batch.entries())).await, None),
        };
        match (sent, accepted) {
            (Ok(_), Some(accepted)) => Ok(accepted.into_verdicts()),
            (Ok(response), None) => verdict::of_records(response.records, batch.entries().len()),
            (Err(error), _) => {
                let unknown = || self.stream.not_found(&self.client);
                Err(batch_smithy::refusal(error, &verdict::PUT_RECORDS, unknown))
            }
        }
    }

    /// Sends a request that is written from the records, if it can be. If the response shows at once that all
    /// were accepted, the output has no results, and the rest is read on demand.
    async fn send_directly(&self, batch: &Batch<Record>) -> Option<(Sent, Option<Accepted>)> {
        let write = || serializer::request(body::of_batch(&self.stream, batch));
        let mut written = self.known?.written(write)?;
        let response = Response::of(batch.entries().len());
        if let Some(known) = &self.known_deserializer {
            written = response.read_in(written, known);
        }
        let send = |written| {
            let stream_alone = self.put_records().set_records(Some(Vec::new()));
            stream_alone.customize().interceptor(written).send()
        };
        let sent = written.send(&self.prepared, send).await?;
        Some((sent, response.into_accepted()))
    }

    /// Sends a request with the records as its typed input, which interceptors may look at.
    async fn send_typed(&self, records: &[Record]) -> Sent {
        self.put_records().set_records(Some(records.iter().map(entry).collect())).send().await
    }

    fn put_records(&self) -> PutRecordsFluentBuilder {
        let request = self.client.put_records();
        request.set_stream_name(self.stream.stream_name()).set_stream_arn(self.stream.stream_arn())
    }
}

#[async_trait]
impl Service for Kinesis {
    type Entry = Record;
    type Response = SentRecord;

    fn name(&self) -> &'static str {
        "kinesis"
    }

    fn destination(&self) -> String {
        self.stream.to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(REQUEST_RECORDS, self.request_bytes(), self.record_bytes())
    }

    /// Order is relaxed, and an idle writer sends at once.
    ///
    /// Kinesis bills each record by its size, however many a request carries, so company saves nothing on the
    /// bill. While a request is in flight, records gather for the next one for up to 100 ms.
    fn defaults(&self) -> Settings {
        Settings::new().linger(Linger::default()).order(Order::Relaxed)
    }

    fn check(&self, settings: &Settings) -> Result<(), ConfigError> {
        self.check_options()?;
        self.check_order(settings)
    }

    fn prepare(&self, record: &mut Record) -> Result<(), Invalid> {
        if record.get_partition_key().is_none() {
            let key = self.keys.key(record.data())?;
            record.fill_in(key);
        }
        Ok(())
    }

    fn measure<'a>(&self, record: &'a Record) -> Result<Measure<'a>, Invalid> {
        validate::record(record)?;
        if self.distributes() {
            validate::without_keys(record)?;
        }
        let bytes = record_bytes(record);
        Ok(Measure::of_bytes(bytes).heap_bytes(record.heap_bytes()).lane(record.known_key().map(Key::from)))
    }

    async fn send(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        self.credentials.watch(|| self.request(batch)).await
    }
}

/// A record as the entry of a request, which shares its data.
pub(crate) fn entry(record: &Record) -> PutRecordsRequestEntry {
    let data = Blob::from_maybe_shared(record.data().clone());
    let entry = PutRecordsRequestEntry::builder().data(data).build();
    let mut entry = entry.expect("an entry needs data, and it is set");
    entry.partition_key = record.get_partition_key().map(str::to_owned);
    entry.explicit_hash_key = record.get_explicit_hash_key().map(|key| key.as_str().to_owned());
    entry
}

#[cfg(test)]
mod tests;
