use async_trait::async_trait;
use aws_sdk_firehose::error::SdkError;
use aws_sdk_firehose::operation::put_record_batch::builders::PutRecordBatchFluentBuilder;
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchError, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record as Entry;
use batch_core::{Batch, ConfigError, Invalid, LimitPolicy, Linger, Measure, Reply, Service, Settings};
use batch_smithy::json;

use crate::accepted::{Accepted, Response};
use crate::limits::{RECORD_BYTES, REQUEST_BYTES, REQUEST_RECORDS};
use crate::{Firehose, Record, body, verdict};

type Sent = Result<PutRecordBatchOutput, SdkError<PutRecordBatchError>>;

/// The response of the service for a record that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentRecord {
    record_id: String,
}

impl SentRecord {
    pub(crate) fn new(record_id: String) -> Self {
        Self { record_id }
    }

    /// The id that the service gave the record.
    #[must_use]
    pub fn record_id(&self) -> &str {
        &self.record_id
    }
}

impl Firehose {
    async fn request(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        let (sent, accepted) = match self.send_directly(batch).await {
            Some((sent, accepted)) => (sent, accepted),
            None => (self.send_typed(batch.entries()).await, None),
        };
        match (sent, accepted) {
            (Ok(_), Some(accepted)) => Ok(accepted.into_verdicts()),
            (Ok(response), None) => verdict::of_records(response.request_responses, batch.entries().len()),
            (Err(error), _) => {
                let not_found = || self.stream.not_found(&self.client);
                Err(batch_smithy::refusal(error, &verdict::PUT_RECORD_BATCH, not_found))
            }
        }
    }

    /// Sends a request that is written from the records, if it can be. If the response shows at once that all
    /// were accepted, the output has no results, and an id is read on demand.
    async fn send_directly(&self, batch: &Batch<Record>) -> Option<(Sent, Option<Accepted>)> {
        let write = || {
            let body = body::of_batch(&self.stream, batch).ok()?;
            json::request("1.1", "Firehose_20150804.PutRecordBatch", body)
        };
        let response = Response::default();
        let send = |mut written| {
            if let Some(known) = &self.known_deserializer {
                written = response.read_in(written, known, batch.entries().len());
            }
            self.put(Vec::new()).customize().interceptor(written).send()
        };
        let sent = self.known?.send_written(write, send).await?;
        Some((sent, response.into_accepted()))
    }

    /// Sends a request with the records as its typed input, which interceptors may look at.
    async fn send_typed(&self, records: &[Record]) -> Sent {
        self.put(records.iter().map(entry).collect()).send().await
    }

    fn put(&self, entries: Vec<Entry>) -> PutRecordBatchFluentBuilder {
        let request = self.client.put_record_batch().delivery_stream_name(self.stream.stream_name());
        request.set_records(Some(entries))
    }
}

#[async_trait]
impl Service for Firehose {
    type Entry = Record;
    type Response = SentRecord;

    fn name(&self) -> &'static str {
        "firehose"
    }

    fn destination(&self) -> String {
        self.stream.to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(REQUEST_RECORDS, REQUEST_BYTES, RECORD_BYTES)
    }

    /// An idle writer sends at once.
    ///
    /// Firehose bills each record by its size, rounded up to 5 KB, however many a request carries, so company
    /// saves nothing on the bill. While a request is in flight, records gather for the next one for up to 100 ms.
    fn defaults(&self) -> Settings {
        Settings::new().linger(Linger::default())
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.stream.check(&self.client)
    }

    fn measure<'a>(&self, record: &'a Record) -> Result<Measure<'a>, Invalid> {
        let bytes = record.data().len();
        Ok(Measure::of_bytes(bytes).heap_bytes(bytes))
    }

    async fn send(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        self.credentials.watch(self.request(batch)).await
    }
}

/// A record as the entry of a request, which shares its data.
fn entry(record: &Record) -> Entry {
    let entry = Entry::builder().data(Blob::from_maybe_shared(record.data().clone())).build();
    entry.expect("an entry needs data, and it is set")
}

#[cfg(test)]
mod tests;
