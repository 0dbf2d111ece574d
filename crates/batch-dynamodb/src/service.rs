use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use batch_core::{
    Batch, ConfigError, Duplicates, Invalid, Key, LimitPolicy, Linger, Measure, Reply, Service, Settings,
};

use crate::body::{self, COMMA};
use crate::encoded::{Encoded, Unencoded};
use crate::limits::{ITEM_BYTES, REQUEST_BYTES, REQUEST_WRITES};
use crate::{DynamoDb, Write, partition_key, serializer, verdict};

/// The response of the service for a write that it accepted, which reports nothing more so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentWrite {}

pub(crate) type Sent = Result<BatchWriteItemOutput, SdkError<BatchWriteItemError>>;

impl DynamoDb {
    async fn request(&self, batch: &Batch<Write>) -> Reply<SentWrite> {
        let sent = match self.send_directly(batch).await {
            Some(sent) => sent,
            // Its future is large, and would make that of every request so.
            None => Box::pin(self.send_typed(batch)).await,
        };
        let response = sent.map_err(|error| {
            let unknown = || self.table.not_found(&self.client);
            batch_smithy::refusal(error, &verdict::BATCH_WRITE_ITEM, unknown)
        })?;
        if let Some(consumed) = &self.consumed {
            consumed.add(response.consumed_capacity());
        }
        // The request has one table, by whatever name the response calls it.
        let unprocessed = response.unprocessed_items.into_iter().flatten();
        let unprocessed = unprocessed.flat_map(|(_, requests)| requests);
        Ok(verdict::of_writes(self.schema(), batch.entries(), unprocessed))
    }

    /// Sends a request that is written from the writes, if it can be.
    pub(crate) async fn send_directly(&self, batch: &Batch<Write>) -> Option<Sent> {
        let table = self.table.as_str();
        let write = || serializer::request(body::of_batch(table, batch, self.consumed.is_some())?);
        let send = |written| {
            let table_alone = self.client.batch_write_item().request_items(table, Vec::new());
            table_alone.customize().interceptor(written).send()
        };
        self.known?.written(write)?.send(&self.prepared, send).await
    }

    /// Sends a request with the writes as its typed input, which interceptors may look at.
    async fn send_typed(&self, batch: &Batch<Write>) -> Sent {
        let capacity = self.consumed.as_ref().map(|_| ReturnConsumedCapacity::Total);
        let requests = batch.entries().iter().map(Write::request).collect();
        let request = self.client.batch_write_item().request_items(self.table.as_str(), requests);
        request.set_return_consumed_capacity(capacity).send().await
    }

    fn fill_in_partition_key(&self, write: &mut Write) -> Result<(), Invalid> {
        let Some(from) = &self.partition_key_from else { return Ok(()) };
        let partition = &self.schema().partition;
        if write.is_delete() || write.attributes().contains_key(&partition.name) {
            return Ok(());
        }
        let value = partition_key::copied(from, write.attributes(), partition)?;
        write.insert(partition.name.clone(), value);
        Ok(())
    }

    /// The measure of a write that is too large for its encoding, or that no writer prepared.
    fn measure_unprepared(&self, write: &Write) -> Result<Measure<'static>, Invalid> {
        match Encoded::of(write.kind(), write.attributes(), self.schema(), self.schema_id) {
            Ok(encoded) => {
                let key = encoded.key(write.kind(), self.schema());
                let key = key.map(|key| Key::from(key.as_bytes().to_vec()));
                Ok(measure(&encoded, write.heap_bytes(), key))
            }
            Err(Unencoded::Invalid(reason)) => Err(reason),
            Err(Unencoded::TooLarge) => Ok(Measure::of_bytes(write.item_bytes())),
        }
    }
}

fn measure<'a>(encoded: &Encoded, heap_bytes: usize, key: Option<Key<'a>>) -> Measure<'a> {
    Measure::of_bytes(encoded.item_bytes())
        .request_bytes(encoded.json().len() + COMMA)
        .heap_bytes(heap_bytes)
        .identity(key)
}

#[async_trait]
impl Service for DynamoDb {
    type Entry = Write;
    type Response = SentWrite;

    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn destination(&self) -> String {
        self.table.to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        let fixed = body::fixed_bytes(self.table.as_str(), self.consumed.is_some());
        LimitPolicy::new(REQUEST_WRITES, REQUEST_BYTES, ITEM_BYTES)?.with_overhead_bytes(fixed)
    }

    /// The last write of a key wins, and an idle writer sends at once.
    ///
    /// DynamoDB bills each write by the size of its item, however many a request carries, so company saves
    /// nothing on the bill. While a request is in flight, writes gather for the next one for up to 100 ms.
    fn defaults(&self) -> Settings {
        Settings::new().duplicates(Duplicates::KeepLast).linger(Linger::default())
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.table.check(&self.client)?;
        let schema = self.keys.check(&self.table)?;
        self.check_partition_key_from(&schema.partition.name)
    }

    fn prepare(&self, write: &mut Write) -> Result<(), Invalid> {
        if write.is_encoded(self.schema_id) {
            return Ok(());
        }
        self.fill_in_partition_key(write)?;
        write.encode(self.schema(), self.schema_id)
    }

    /// The lane of a write is its identity: no two of one key are ever in one request or in flight,
    /// whatever the settings say about order.
    fn measure<'a>(&self, write: &'a Write) -> Result<Measure<'a>, Invalid> {
        match write.encoded().filter(|encoded| encoded.is_for(self.schema_id)) {
            Some(encoded) => {
                Ok(measure(encoded, write.heap_bytes(), encoded.key(write.kind(), self.schema())))
            }
            None => self.measure_unprepared(write),
        }
    }

    async fn send(&self, batch: &Batch<Write>) -> Reply<SentWrite> {
        self.credentials.watch(|| self.request(batch)).await
    }
}
