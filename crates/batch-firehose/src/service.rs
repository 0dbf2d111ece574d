use async_trait::async_trait;
use aws_sdk_firehose::error::SdkError;
use aws_sdk_firehose::operation::put_record_batch::builders::PutRecordBatchFluentBuilder;
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchError, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record as Entry;
use batch_core::{Batch, ConfigError, Invalid, LimitPolicy, Measure, Reply, Service, Settings};
use batch_smithy::{Answer, json, refusal};

use crate::accepted::{self, PutRecordBatchForm};
use crate::limits::{RECORD_BYTES, REQUEST_BYTES, REQUEST_RECORDS};
use crate::{Firehose, Record, body, usage, validate, verdict};

type Sent = Result<PutRecordBatchOutput, SdkError<PutRecordBatchError>>;

/// The response of the service for a record that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentRecord {
    pub(crate) record_id: String,
}

impl SentRecord {
    /// The id that the service gave the record.
    #[must_use]
    pub fn record_id(&self) -> &str {
        &self.record_id
    }
}

impl Firehose {
    async fn request(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        let answer = Answer::to(batch.entries().len());
        let sent = match self.send_directly(batch, &answer).await {
            Some(sent) => sent,
            // Its future is large, and would make that of every request so.
            None => Box::pin(self.put(batch.entries().iter().map(entry).collect()).send()).await,
        };
        let not_found = || self.stream.not_found(&self.client);
        let response = sent.map_err(|error| refusal(error, &verdict::PUT_RECORD_BATCH, not_found))?;
        match answer.into_results() {
            Some(results) => Ok(accepted::verdicts(results)),
            None => verdict::of_records(response.request_responses, batch.entries().len()),
        }
    }

    /// Sends a request that is written from the records, if it can be. If the response is read here, the typed output
    /// is empty.
    async fn send_directly(
        &self,
        batch: &Batch<Record>,
        answer: &Answer<PutRecordBatchForm>,
    ) -> Option<Sent> {
        let (known, deserializer) = self.known.as_ref()?;
        let write = || {
            let body = body::of_batch(&self.stream, batch).ok()?;
            json::request("1.1", "Firehose_20150804.PutRecordBatch", body)
        };
        let empty = || {
            let empty = PutRecordBatchOutput::builder().set_request_responses(Some(Vec::new()));
            empty.failed_put_count(0).build().ok()
        };
        let written = answer.read_in(known.written(write)?, deserializer, empty);
        let send = |written| self.put(Vec::new()).customize().interceptor(written).send();
        written.send(&self.prepared, send).await
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

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        validate::stream(&self.stream, &self.client)
    }

    fn measure<'a>(&self, record: &'a Record) -> Result<Measure<'a>, Invalid> {
        let bytes = record.data().len();
        Ok(Measure::of_bytes(bytes).heap_bytes(bytes))
    }

    async fn send(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        let reply = self.credentials.watch(|| self.request(batch)).await;
        reply.inspect(|verdicts| self.ingested_kib.add(usage::of_records(batch.entries(), verdicts)))
    }
}

/// A record as the entry of a request, which shares its data.
fn entry(record: &Record) -> Entry {
    let entry = Entry::builder().data(Blob::from_maybe_shared(record.data().clone())).build();
    entry.expect("an entry needs data, and it is set")
}

#[cfg(test)]
mod tests;
