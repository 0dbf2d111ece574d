//! Amazon Data Firehose: records for a delivery stream.

use std::ops::Range;

use anyhow::{Result, ensure};
use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record as Entry;
use batch_core::{Settings, Writer};
use batch_firehose::{Firehose, FirehoseWriter, Record};

use super::{Workload, config, content};
use crate::case::Shape;

/// Records for a delivery stream.
#[derive(Clone)]
pub(crate) struct Records {
    client: Client,
    data: Vec<u8>,
}

impl Records {
    fn in_batch(&self) -> Result<Entry> {
        Ok(Entry::builder().data(Blob::new(self.data.clone())).build()?)
    }
}

impl Workload for Records {
    type Service = Firehose;

    fn open(shape: Shape, endpoint: &str) -> Self {
        Self { client: Client::new(&config(endpoint)), data: content(shape.bytes).into_bytes() }
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES.min(REQUEST_BYTES / self.data.len() as u64)
    }

    fn entry(&self, _: u64) -> Record {
        Record::new(self.data.clone())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Firehose>> {
        let stream = Firehose::new(self.client.clone(), STREAM);
        Ok(FirehoseWriter::builder(stream).settings(settings).build()?)
    }

    async fn single(&self, _: u64) -> Result<()> {
        let call = self.client.put_record().delivery_stream_name(STREAM).record(self.in_batch()?);
        ensure!(!call.send().await?.record_id().is_empty(), "a record without an id");
        Ok(())
    }

    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        let records: Vec<_> = numbers.map(|_| self.in_batch()).collect::<Result<_>>()?;
        let sent = records.len();
        let call = self.client.put_record_batch().delivery_stream_name(STREAM);
        let response = call.set_records(Some(records)).send().await?;
        ensure!(response.failed_put_count() == 0, "{} failed", response.failed_put_count());
        let answered = response.request_responses().len();
        ensure!(answered == sent, "{answered} of {sent} answered");
        Ok(())
    }
}

const STREAM: &str = "bench";
/// Records of a request (Amazon Data Firehose API reference, `PutRecordBatch`).
const REQUEST_ENTRIES: u64 = 500;
/// Bytes of a request (Amazon Data Firehose developer guide, quota).
const REQUEST_BYTES: u64 = 4 << 20;
