use std::fmt;

use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::IdentityCache;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{Invalid, Key, LimitPolicy, Measure, Reply, Service};
use batch_smithy::{Refusal, Renewal, cap_answers, known};

use crate::limits::{ANSWER_BYTES, record_bytes};
use crate::partition_key::KeySource;
use crate::{Record, Stream, serializer, validate, verdict};

/// Amazon Kinesis Data Streams as the writer sees it: `PutRecords` to one stream. Made by
/// [`KinesisWriter::builder`](crate::KinesisWriter::builder); its name is needed to spell the types of
/// receipts and permits, `Receipt<Kinesis>` and `Permit<Kinesis>`.
pub struct Kinesis {
    client: Client,
    credentials: Renewal,
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
        let credentials = renewal(client);
        Self { client: own_copy(client, &credentials), credentials, stream, limits, keys, distributes }
    }

    async fn request(&self, records: &[Record]) -> Result<Reply<SentRecord>, Refusal> {
        let request = self.client.put_records().set_records(Some(records.iter().map(entry).collect()));
        let request =
            request.set_stream_name(self.stream.stream_name()).set_stream_arn(self.stream.stream_arn());
        match request.send().await {
            Ok(answer) => Ok(verdict::of_records(answer.records, records.len())),
            Err(error) => {
                let unknown = || self.stream.unknown(&self.client);
                Err(Refusal::new(error, &verdict::PUT_RECORDS, unknown))
            }
        }
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
        self.credentials.watch(self.request(records)).await
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

/// What asks the client's provider again for credentials that are refused.
pub(crate) fn renewal(client: &Client) -> Renewal {
    Renewal::of(client.config().identity_cache().unwrap_or_else(|| IdentityCache::lazy().build()))
}

/// The same client but for its retries, which are the writer's and would multiply, for credentials that
/// are refused, for how much of an answer it reads, and for how it writes records.
fn own_copy(client: &Client, credentials: &Renewal) -> Client {
    let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
    config.set_identity_cache(credentials.cache());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    if let Some(known) = known!(client.config(), serializer::SERIALIZER) {
        config.push_interceptor(serializer::swap(known));
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
