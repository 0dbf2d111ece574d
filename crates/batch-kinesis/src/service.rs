use std::fmt;

use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{Invalid, Key, LimitPolicy, Measure, Reply, Service};
use batch_smithy::{Refusal, cap_answers};

use crate::limits::{ANSWER_BYTES, record_bytes};
use crate::partition_key::KeySource;
use crate::{Record, Stream, serializer, validate, verdict};

/// Amazon Kinesis Data Streams as the writer sees it: `PutRecords` to one stream. Made by
/// [`KinesisWriter::builder`](crate::KinesisWriter::builder); its name is needed to spell the types of
/// receipts and permits, `Receipt<Kinesis>` and `Permit<Kinesis>`.
pub struct Kinesis {
    client: Client,
    stream: Stream,
    limits: LimitPolicy,
    keys: KeySource,
    /// Whether the stream distributes its records by itself, whatever their keys.
    distributes: bool,
}

/// What the service tells about a record that it took.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentRecord {
    /// Its place in the order of its shard.
    pub sequence_number: String,
    /// The shard that it is in, such as `shardId-000000000000`.
    pub shard_id: String,
}

impl Kinesis {
    /// The parts must fit one another; the builder sees to it.
    pub(crate) fn new(
        client: &Client,
        stream: Stream,
        limits: LimitPolicy,
        keys: KeySource,
        distributes: bool,
    ) -> Self {
        Self { client: own_copy(client), stream, limits, keys, distributes }
    }
}

#[async_trait]
impl Service for Kinesis {
    type Entry = Record;
    type Sent = SentRecord;

    fn name(&self) -> &'static str {
        "kinesis"
    }

    fn limits(&self) -> LimitPolicy {
        self.limits
    }

    /// Leaves a record as it is if it cannot have a key; `measure` says why.
    fn prepare(&self, record: &mut Record) {
        if record.key().is_none()
            && let Ok(key) = self.keys.key(record.data())
        {
            record.fill_in(key);
        }
    }

    fn measure<'a>(&self, record: &'a Record) -> Result<Measure<'a>, Invalid> {
        if record.key().is_none() {
            self.keys.key(record.data())?; // says why there is none
        }
        validate::record(record)?;
        if self.distributes {
            validate::without_keys(record)?;
        }
        let bytes = record_bytes(record);
        Ok(Measure {
            entry_bytes: bytes,
            request_bytes: bytes,
            heap_bytes: record.heap_bytes(),
            lane: record.known_key().map(Key::from),
            identity: None,
        })
    }

    async fn send(&self, records: &[Record]) -> Reply<SentRecord> {
        let request = self.client.put_records().set_records(Some(records.iter().map(entry).collect()));
        let request =
            request.set_stream_name(self.stream.stream_name()).set_stream_arn(self.stream.stream_arn());
        match request.send().await {
            Ok(answer) => verdict::of_records(answer.records, records.len()),
            Err(error) => {
                let unknown = || self.stream.unknown(&self.client);
                Refusal::new(error, &verdict::PUT_RECORDS, unknown).into_reply()
            }
        }
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for Kinesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kinesis")
            .field("stream", &self.stream)
            .field("limits", &self.limits)
            .field("keys", &self.keys)
            .field("distributes", &self.distributes)
            .finish_non_exhaustive()
    }
}

/// The same client but for its retries, which are the writer's and would multiply, for how much of an
/// answer it reads, and for how it writes records.
fn own_copy(client: &Client) -> Client {
    let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    if let Some(swap) = serializer::swap(client) {
        config.push_interceptor(swap);
    }
    Client::from_conf(config.build())
}

/// A record as the entry of a request, which shares its data.
fn entry(record: &Record) -> PutRecordsRequestEntry {
    let data = Blob::from_maybe_shared(record.data().clone());
    let entry = PutRecordsRequestEntry::builder().data(data).build();
    let mut entry = entry.expect("an entry needs data, and it is set");
    entry.partition_key = record.key().map(str::to_owned);
    entry.explicit_hash_key = record.hash_key().map(|key| key.as_str().to_owned());
    entry
}

#[cfg(test)]
mod tests;
