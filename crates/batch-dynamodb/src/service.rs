use std::fmt;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::IdentityCache;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use batch_core::{Invalid, LimitPolicy, Measure, Reply, Service};
use batch_smithy::{Known, Refusal, Renewal, Written, cap_answers, known};

use crate::body::{self, COMMA};
use crate::key::KeySchema;
use crate::limits::ANSWER_BYTES;
use crate::stats::Consumed;
use crate::{Table, Write, partition_key, serializer, validate, verdict};

/// Amazon DynamoDB as the writer sees it: `BatchWriteItem` to one table. Made by
/// [`DynamoDbWriter::builder`](crate::DynamoDbWriter::builder); its name is needed to spell the types
/// of receipts and permits, `Receipt<DynamoDb>` and `Permit<DynamoDb>`.
pub struct DynamoDb {
    client: Client,
    credentials: Renewal,
    table: Table,
    schema: KeySchema,
    limits: LimitPolicy,
    partition_key_from: Option<String>,
    consumed: Option<Consumed>,
    /// Lets requests be written from the writes where they are: if nothing may look at their input.
    direct: Option<Known>,
}

type Sent = Result<BatchWriteItemOutput, SdkError<BatchWriteItemError>>;

/// What the service tells about a write that it took: nothing, so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentWrite {}

impl DynamoDb {
    /// The parts must fit one another; the builder sees to it.
    pub(crate) fn new(
        client: &Client,
        table: Table,
        schema: KeySchema,
        limits: LimitPolicy,
        partition_key_from: Option<String>,
        consumed_capacity: bool,
    ) -> Self {
        let consumed = consumed_capacity.then(Consumed::default);
        let observed = client.config().interceptors().next().is_some();
        let known = known!(client.config(), serializer::SERIALIZER);
        let credentials = renewal(client);
        Self {
            client: own_copy(client, &credentials, known.filter(|_| observed)),
            credentials,
            table,
            schema,
            limits,
            partition_key_from,
            consumed,
            direct: known.filter(|_| !observed),
        }
    }

    async fn send_all(&self, writes: &[Write]) -> Result<Reply<SentWrite>, Refusal> {
        let sent = match self.send_directly(writes).await {
            Some(sent) => sent,
            None => self.send_typed(writes).await,
        };
        let answer = sent.map_err(|error| {
            let unknown = || self.table.unknown(&self.client);
            Refusal::new(error, &verdict::BATCH_WRITE_ITEM, unknown)
        })?;
        if let Some(consumed) = &self.consumed {
            consumed.add(answer.consumed_capacity());
        }
        // One table was asked, by whatever name the answer calls it.
        let unprocessed = answer.unprocessed_items.into_iter().flatten();
        let unprocessed = unprocessed.flat_map(|(_, requests)| requests);
        Ok(Reply::Each(verdict::of_writes(&self.schema, writes, unprocessed)))
    }

    /// Sends a request that is written from the writes, if it can be.
    async fn send_directly(&self, writes: &[Write]) -> Option<Sent> {
        let known = self.direct?;
        let body = body::of_writes(self.table.address(), writes, self.consumed.is_some())?;
        let written = Written::new(known, serializer::request(body)?);
        let table_alone = self.client.batch_write_item().request_items(self.table.address(), Vec::new());
        let sent = table_alone.customize().interceptor(written.clone()).send().await;
        (!written.is_refused()).then_some(sent)
    }

    /// Sends a request with the writes as its typed input, which interceptors may look at.
    async fn send_typed(&self, writes: &[Write]) -> Sent {
        let capacity = self.consumed.as_ref().map(|_| ReturnConsumedCapacity::Total);
        let requests = writes.iter().map(Write::request).collect();
        let request = self.client.batch_write_item().request_items(self.table.address(), requests);
        request.set_return_consumed_capacity(capacity).send().await
    }

    /// The capacity units consumed so far, if they are asked for.
    pub(crate) fn consumed_capacity_units(&self) -> Option<f64> {
        self.consumed.as_ref().map(Consumed::units)
    }
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

    fn limits(&self) -> LimitPolicy {
        self.limits
    }

    fn prepare(&self, write: &mut Write) {
        let partition = &self.schema.partition;
        let Some(from) = &self.partition_key_from else { return };
        if write.is_delete() || write.attributes().contains_key(&partition.name) {
            return;
        }
        // What cannot be copied is left alone, and refused for the same reason when it is measured.
        if let Ok(value) = partition_key::copied(from, write.attributes(), partition) {
            write.insert(partition.name.clone(), value);
        }
    }

    /// The lane of a write is its identity: no two of one key are ever in one request or in flight,
    /// whatever the settings say about order.
    fn measure<'a>(&self, write: &'a Write) -> Result<Measure<'a>, Invalid> {
        validate::write(write, &self.schema, self.partition_key_from.as_deref())?;
        let weight = write.weight();
        Ok(Measure {
            entry_bytes: weight.item,
            request_bytes: weight.wire + COMMA,
            heap_bytes: weight.heap,
            lane: None,
            identity: self.schema.key_of(write.attributes()),
        })
    }

    async fn send(&self, writes: &[Write]) -> Reply<SentWrite> {
        self.credentials.watch(self.send_all(writes)).await
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb")
            .field("table", &self.table)
            .field("schema", &self.schema)
            .field("limits", &self.limits)
            .field("partition_key_from", &self.partition_key_from)
            .field("consumed", &self.consumed)
            .finish_non_exhaustive()
    }
}

/// What asks the client's provider again for credentials that are refused.
pub(crate) fn renewal(client: &Client) -> Renewal {
    Renewal::of(client.config().identity_cache().unwrap_or_else(|| IdentityCache::lazy().build()))
}

/// The same client but for its retries, which are the writer's and would multiply, for credentials that
/// are refused, for how much of an answer it reads, and for how it writes a batch from its input.
fn own_copy(client: &Client, credentials: &Renewal, swapped: Option<Known>) -> Client {
    let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
    config.set_identity_cache(credentials.cache());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    if let Some(known) = swapped {
        config.push_interceptor(serializer::swap(known));
    }
    Client::from_conf(config.build())
}

#[cfg(test)]
mod tests;
