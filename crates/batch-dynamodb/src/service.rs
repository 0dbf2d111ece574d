use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use batch_core::{
    Batch, ConfigError, Duplicates, Failure, Invalid, Key, LimitPolicy, Linger, Measure, Quota, Rate, Reply,
    Service, Settings,
};

use crate::body::{self, COMMA};
use crate::encoded::{Encoded, Unencoded};
use crate::limits::{ITEM_BYTES, REQUEST_BYTES, REQUEST_WRITES, UNIT_BYTES};
use crate::parts::Parts;
use crate::tables::Target;
use crate::{DynamoDb, Write, partition_key, serializer, usage, verdict};

/// The response of the service for a write that it accepted, which reports nothing more so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentWrite {}

pub(crate) type Sent = Result<BatchWriteItemOutput, SdkError<BatchWriteItemError>>;

impl DynamoDb {
    async fn request(&self, batch: &Batch<Write>) -> Reply<SentWrite> {
        let parts = Parts::of(&self.tables, batch.entries())?;
        let sent = match self.send_directly(&parts, batch).await {
            Some(sent) => sent,
            // Its future is large, and would make that of every request so.
            None => Box::pin(self.send_typed(&parts)).await,
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let unknown = || parts.not_found(&self.client);
                let refusal = batch_smithy::refusal(error, &verdict::BATCH_WRITE_ITEM, unknown);
                return verdict::of_refusal(parts.judge(refusal), batch.entries().len());
            }
        };
        let BatchWriteItemOutput { unprocessed_items, consumed_capacity, .. } = response;
        let capacity = consumed_capacity.unwrap_or_default();
        if let Some(consumed) = &self.consumed {
            consumed.add(&capacity);
        }
        let verdicts = verdict::of_writes(&self.tables, &parts, batch.entries(), unprocessed_items);
        self.write_units.add(usage::of_writes(batch.entries(), &verdicts, &capacity));
        Ok(verdicts)
    }

    /// Sends a request that is written from the writes, if it can be.
    pub(crate) async fn send_directly(&self, parts: &Parts<'_>, batch: &Batch<Write>) -> Option<Sent> {
        let capacity = self.consumed.is_some();
        let bytes = body::fixed_bytes(self.tables.own.table.as_str(), capacity) + batch.load().bytes;
        let write = || serializer::request(body::of_parts(parts, bytes, capacity)?);
        let send = |written| {
            let tables = parts.targets().map(|target| (target.table.to_string(), Vec::new()));
            let tables_alone = self.client.batch_write_item().set_request_items(Some(tables.collect()));
            tables_alone.customize().interceptor(written).send()
        };
        let known = self.known?;
        match self.tables.share_an_endpoint() {
            true => known.written(write)?.send(&self.prepared, send).await,
            false => known.send_written(write, send).await,
        }
    }

    /// Sends a request with the writes as its typed input, which interceptors may look at.
    async fn send_typed(&self, parts: &Parts<'_>) -> Sent {
        let capacity = self.consumed.as_ref().map(|_| ReturnConsumedCapacity::Total);
        let request = self.client.batch_write_item().set_request_items(Some(parts.requests()));
        request.set_return_consumed_capacity(capacity).send().await
    }

    fn fill_in_partition_key(&self, write: &mut Write) -> Result<(), Invalid> {
        let Some(from) = &self.partition_key_from else { return Ok(()) };
        let partition = &self.tables.own.schema().partition;
        if write.is_delete() || write.attributes().contains_key(&partition.name) {
            return Ok(());
        }
        let value = partition_key::copied(from, write.attributes(), partition)?;
        write.insert(partition.name.clone(), value);
        Ok(())
    }

    /// The measure of a write that is too large for its encoding, or that no writer prepared.
    fn measure_unprepared(target: &Target, write: &Write) -> Result<Measure<'static>, Invalid> {
        match Encoded::of(write.kind(), write.attributes(), target.schema(), target.schema_id) {
            Ok(encoded) => {
                let key = encoded.key(write.kind(), target.schema());
                let key = key.map(|key| Key::from(key.as_bytes().to_vec()));
                Ok(measure(target, &encoded, write.heap_bytes(), key))
            }
            Err(Unencoded::Invalid(reason)) => Err(reason),
            Err(Unencoded::TooLarge) => Ok(Measure::of_bytes(write.item_bytes())),
        }
    }
}

fn measure<'a>(target: &Target, encoded: &Encoded, heap_bytes: usize, key: Option<Key<'a>>) -> Measure<'a> {
    Measure::of_bytes(encoded.item_bytes())
        .request_bytes(encoded.json().len() + COMMA + target.frame_bytes())
        .heap_bytes(heap_bytes)
        .identity(key.map(|key| target.identity(key)))
}

#[async_trait]
impl Service for DynamoDb {
    type Entry = Write;
    type Response = SentWrite;

    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn destination(&self) -> String {
        self.tables.own.table.to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        let fixed = body::fixed_bytes(self.tables.own.table.as_str(), self.consumed.is_some());
        LimitPolicy::new(REQUEST_WRITES, REQUEST_BYTES, ITEM_BYTES)?.with_overhead_bytes(fixed)
    }

    /// The last write of a key wins, and an idle writer sends at once.
    ///
    /// DynamoDB bills each write by the size of its item, however many a request carries, so company saves
    /// nothing on the bill. While a request is in flight, writes gather for the next one for up to 100 ms.
    fn defaults(&self) -> Settings {
        let settings = Settings::new().duplicates(Duplicates::KeepLast).linger(Linger::default());
        match &self.share {
            Some(share) => settings.rate(Rate::units(share.units())),
            None => settings,
        }
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.tables.check(&self.client)?;
        self.check_partition_key_from(&self.tables.own.schema().partition.name)
    }

    fn prepare(&self, write: &mut Write) -> Result<(), Invalid> {
        let target = self.tables.of_write(write)?;
        if write.is_encoded(target.schema_id) {
            return Ok(());
        }
        if write.get_table().is_some() {
            write.share_table(&target.table);
        }
        if target.schema_id == self.tables.own.schema_id {
            self.fill_in_partition_key(write)?;
        }
        write.encode(target.schema(), target.schema_id)
    }

    /// The lane of a write is its identity, its table and its key: no two of one item are ever in one request or in flight,
    /// whatever the settings say about order.
    fn measure<'a>(&self, write: &'a Write) -> Result<Measure<'a>, Invalid> {
        let target = self.tables.of_write(write)?;
        match write.encoded().filter(|encoded| encoded.is_for(target.schema_id)) {
            Some(encoded) => {
                let key = encoded.key(write.kind(), target.schema());
                Ok(measure(target, encoded, write.heap_bytes(), key))
            }
            None => Self::measure_unprepared(target, write),
        }
    }

    /// The table, in write units: one for each KiB of the item that is put. What a delete or a replacement takes for
    /// the item that is there, and what indexes take, is not known.
    fn quota(&self, write: &Write) -> Option<Quota> {
        let table = self.tables.of_write(write).ok()?.table.as_str();
        let units = u32::try_from(write.item_bytes().div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        Some(Quota::of(table).units(units))
    }

    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        match &self.share {
            Some(share) => Ok(Some(Rate::units(share.read(&self.tables.own.table).await?))),
            None => Ok(None),
        }
    }

    async fn send(&self, batch: &Batch<Write>) -> Reply<SentWrite> {
        self.credentials.watch(|| self.request(batch)).await
    }
}
