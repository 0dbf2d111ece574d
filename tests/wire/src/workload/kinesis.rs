//! Amazon Kinesis Data Streams: records, with partition keys of several kinds.

use std::ops::Range;

use anyhow::{Result, ensure};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{Settings, Writer};
use batch_kinesis::{Kinesis, KinesisWriter, Record};

use super::{Workload, config, content};
use crate::case::{Keys, Shape};

/// Records for a stream.
#[derive(Clone)]
pub(crate) struct Records {
    client: Client,
    data: Vec<u8>,
    keys: Keys,
}

impl Records {
    /// The key that a record has by hand. Where any key will do, it is a number in eight characters, as long
    /// as those of the writer.
    fn key(&self, number: u64) -> String {
        self.given_key(number).unwrap_or_else(|| format!("{number:08x}"))
    }

    fn given_key(&self, number: u64) -> Option<String> {
        match self.keys {
            Keys::Cycle(keys) => Some(format!("station-{}", number % u64::from(keys))),
            Keys::Each => Some(format!("station-{number}")),
            Keys::Random => None,
        }
    }

    fn in_batch(&self, number: u64) -> Result<PutRecordsRequestEntry> {
        let record = PutRecordsRequestEntry::builder().data(Blob::new(self.data.clone()));
        Ok(record.partition_key(self.key(number)).build()?)
    }
}

impl Workload for Records {
    type Service = Kinesis;

    fn open(shape: Shape, endpoint: &str) -> Self {
        let data = content(shape.bytes).into_bytes();
        Self { client: Client::new(&config(endpoint)), data, keys: shape.keys }
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES.min(REQUEST_BYTES / (self.data.len() + KEY) as u64)
    }

    fn entry(&self, number: u64) -> Record {
        let record = Record::new(self.data.clone());
        match self.given_key(number) {
            Some(key) => record.partition_key(key),
            None => record,
        }
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Kinesis>> {
        let stream = Kinesis::new(self.client.clone(), STREAM);
        Ok(KinesisWriter::builder(stream).settings(settings).build()?)
    }

    async fn single(&self, number: u64) -> Result<()> {
        let call = self.client.put_record().stream_name(STREAM).data(Blob::new(self.data.clone()));
        let response = call.partition_key(self.key(number)).send().await?;
        ensure!(!response.sequence_number().is_empty(), "a record without a sequence number");
        Ok(())
    }

    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        let records: Vec<_> = numbers.map(|number| self.in_batch(number)).collect::<Result<_>>()?;
        let sent = records.len();
        let response =
            self.client.put_records().stream_name(STREAM).set_records(Some(records)).send().await?;
        ensure!(response.failed_record_count() == Some(0), "{:?} failed", response.failed_record_count());
        ensure!(response.records().len() == sent, "{} of {sent} answered", response.records().len());
        Ok(())
    }
}

const STREAM: &str = "bench";
/// Bytes of a key, at most.
const KEY: usize = 16;
/// Records of a request (Amazon Kinesis Data Streams API reference, `PutRecords`).
const REQUEST_ENTRIES: u64 = 500;
/// Bytes of a request that every stream accepts: half of what the API reference allows, and the writer's
/// default.
const REQUEST_BYTES: u64 = 5 << 20;
