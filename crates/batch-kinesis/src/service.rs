use async_trait::async_trait;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{Batch, ConfigError, Invalid, Key, LimitPolicy, Measure, Order, Reply, Service, Settings};

use crate::limits::{REQUEST_RECORDS, record_bytes};
use crate::{Kinesis, Record, validate, verdict};

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
    async fn request(&self, records: &[Record]) -> Reply<SentRecord> {
        let request = self.client.put_records().set_records(Some(records.iter().map(entry).collect()));
        let request =
            request.set_stream_name(self.stream.stream_name()).set_stream_arn(self.stream.stream_arn());
        match request.send().await {
            Ok(response) => verdict::of_records(response.records, records.len()),
            Err(error) => {
                let unknown = || self.stream.not_found(&self.client);
                Err(batch_smithy::refusal(error, &verdict::PUT_RECORDS, unknown))
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

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(REQUEST_RECORDS, self.request_bytes(), self.record_bytes())
    }

    fn defaults(&self) -> Settings {
        Settings::new().order(Order::Relaxed)
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
        self.credentials.watch(self.request(batch.entries())).await
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
