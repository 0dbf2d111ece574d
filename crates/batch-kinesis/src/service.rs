use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_kinesis::error::SdkError;
use aws_sdk_kinesis::operation::put_records::builders::PutRecordsFluentBuilder;
use aws_sdk_kinesis::operation::put_records::{PutRecordsError, PutRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use batch_core::{
    Batch, ConfigError, Invalid, Key, LimitPolicy, Linger, Measure, Order, Quota, Reply, Service, Settings,
};
use batch_smithy::Answer;

use crate::accepted::{Accepted, PutRecordsForm};
use crate::groups::{self, AGGREGATE_BYTES, Groups};
use crate::limits::{REQUEST_RECORDS, record_bytes};
use crate::partition_key::{KeySource, PartitionKey};
use crate::shards::Shards;
use crate::{Aggregate, Kinesis, Record, SentRecord, body, kpl, serializer, validate, verdict};

pub(crate) type Sent = Result<PutRecordsOutput, SdkError<PutRecordsError>>;

impl Kinesis {
    async fn request(&self, batch: &Batch<Record>, groups: &Groups) -> Reply<SentRecord> {
        let (sent, accepted) = match self.send_directly(batch, groups).await {
            Some((sent, accepted)) => (sent, accepted),
            // Its future is large, and would make that of every request so.
            None => (Box::pin(self.send_typed(batch.entries(), groups)).await, None),
        };
        match (sent, accepted) {
            (Ok(_), Some(accepted)) => {
                self.shards().inspect(|shards| shards.sample(groups.heads(batch.entries()), &accepted));
                Ok(accepted.into_verdicts(groups.clone()))
            }
            (Ok(response), None) => {
                let reply = verdict::of_records(response.records, groups.len());
                self.shards().inspect(|shards| shards.learn(groups.heads(batch.entries()), &reply));
                reply.map(|verdicts| groups.of_entries(verdicts))
            }
            (Err(error), _) => {
                let unknown = || self.stream.not_found(&self.client);
                Err(batch_smithy::refusal(error, &verdict::PUT_RECORDS, unknown))
            }
        }
    }

    /// Sends a request that is written from the records, if it can be. If the response shows at once that all
    /// were accepted, the output has no results, and the rest is read on demand.
    async fn send_directly(
        &self,
        batch: &Batch<Record>,
        groups: &Groups,
    ) -> Option<(Sent, Option<Accepted>)> {
        let write = || serializer::request(body::of_batch(&self.stream, batch, groups));
        let mut written = self.known?.written(write)?;
        let answer = Answer::<PutRecordsForm>::to(groups.len());
        if let Some(known) = &self.known_deserializer {
            let empty = || PutRecordsOutput::builder().set_records(Some(Vec::new())).build().ok();
            written = answer.read_in(written, known, empty);
        }
        let send = |written| {
            let stream_alone = self.put_records().set_records(Some(Vec::new()));
            stream_alone.customize().interceptor(written).send()
        };
        let sent = written.send(&self.prepared, send).await?;
        Some((sent, answer.into_results().map(Accepted)))
    }

    /// Sends a request with the records as its typed input, which interceptors may look at.
    async fn send_typed(&self, records: &[Record], groups: &Groups) -> Sent {
        let entries = groups.ranges().map(|(range, is_aggregate)| match is_aggregate {
            true => aggregate(&records[range]),
            false => entry(&records[range.start]),
        });
        self.put_records().set_records(Some(entries.collect())).send().await
    }

    /// The shards that throttle, unless the stream distributes records whatever their keys.
    fn shards(&self) -> Option<&Shards> {
        (!self.distributes()).then_some(&self.shards)
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
        let limits = LimitPolicy::new(REQUEST_RECORDS, self.request_bytes(), self.record_bytes())?;
        match self.aggregate {
            Aggregate::ByKey => limits.with_carrier_bytes(AGGREGATE_BYTES),
            Aggregate::Off => Ok(limits),
        }
    }

    /// Order is relaxed, an idle writer sends at once, and one request is in flight at first.
    ///
    /// Kinesis bills each record by its size, however many a request carries, so company saves nothing on the
    /// bill. While a request is in flight, records gather for the next one for up to 100 ms. Where they are
    /// aggregated, company saves much, and all wait for 100 ms.
    ///
    /// A full request is worth half of what a shard accepts in a second. If eight went at first, a burst for one shard
    /// would be throttled by the thousand before the first response says so. While none is, the window is above twenty
    /// within a second.
    fn defaults(&self) -> Settings {
        let linger = match self.aggregate {
            Aggregate::ByKey => Linger::Fixed(Duration::from_millis(100)),
            Aggregate::Off => Linger::default(),
        };
        Settings::new().in_flight(1..=64).linger(linger).order(Order::Relaxed)
    }

    fn check(&self, settings: &Settings) -> Result<(), ConfigError> {
        self.check_options()?;
        self.check_aggregate()?;
        self.check_order(settings)
    }

    fn prepare(&self, record: &mut Record) -> Result<(), Invalid> {
        if record.key().is_none() {
            let key = match &self.keys {
                KeySource::Random(keys) if record.get_explicit_hash_key().is_none() => {
                    PartitionKey::Random(self.shards.avoiding(|| keys.generate()))
                }
                keys => keys.key(record.data())?,
            };
            record.fill_in(key);
        }
        Ok(())
    }

    #[inline(always)]
    fn measure<'a>(&self, record: &'a Record) -> Result<Measure<'a>, Invalid> {
        validate::record(record)?;
        if self.distributes() {
            validate::without_keys(record)?;
        }
        let mut measure = match self.aggregate {
            Aggregate::ByKey => groups::measure(record),
            Aggregate::Off => Measure::of_bytes(record_bytes(record)),
        };
        measure.heap_bytes = record.heap_bytes();
        measure.lane = record.known_key().map(Key::from);
        Ok(measure)
    }

    /// The shard of the record, in thousandths of what a shard accepts in a second, if it is one that throttles.
    fn quota(&self, record: &Record) -> Option<Quota> {
        let has_a_key = || record.known_key().is_some() || record.get_explicit_hash_key().is_some();
        // Records without a key go where the first of their aggregate goes.
        if self.aggregate == Aggregate::ByKey && !has_a_key() {
            return None;
        }
        self.shards()?.quota(record)
    }

    async fn send(&self, batch: &Batch<Record>) -> Reply<SentRecord> {
        let groups = Groups::of(batch.entries(), self.aggregate);
        let reply = self.credentials.watch(|| self.request(batch, &groups)).await;
        reply.inspect(|verdicts| self.meters.add(batch.entries(), &groups, verdicts))
    }
}

/// A record as the entry of a request, which shares its data.
pub(crate) fn entry(record: &Record) -> PutRecordsRequestEntry {
    with_keys_of(record, Blob::from_maybe_shared(record.data().clone()))
}

/// Records of one key as the entry of a request.
fn aggregate(records: &[Record]) -> PutRecordsRequestEntry {
    let mut aggregate = Vec::new();
    kpl::write(&mut aggregate, records);
    with_keys_of(&records[0], Blob::new(aggregate))
}

fn with_keys_of(record: &Record, data: Blob) -> PutRecordsRequestEntry {
    let entry = PutRecordsRequestEntry::builder().data(data).build();
    let mut entry = entry.expect("an entry needs data, and it is set");
    entry.partition_key = record.get_partition_key().map(str::to_owned);
    entry.explicit_hash_key = record.get_explicit_hash_key().map(|key| key.as_str().to_owned());
    entry
}

#[cfg(test)]
mod tests;
