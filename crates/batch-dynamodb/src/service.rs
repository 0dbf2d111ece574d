use std::fmt;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use batch_core::{Invalid, LimitPolicy, Measure, Reply, Service};
use batch_smithy::{Refusal, cap_answers};

use crate::body::{self, COMMA};
use crate::key::KeySchema;
use crate::limits::ANSWER_BYTES;
use crate::serializer::Written;
use crate::stats::Consumed;
use crate::{Table, Write, partition_key, serializer, validate, verdict};

/// Amazon DynamoDB as the writer sees it: `BatchWriteItem` to one table. Made by
/// [`DynamoDbWriter::builder`](crate::DynamoDbWriter::builder); its name is needed to spell the types
/// of receipts and permits, `Receipt<DynamoDb>` and `Permit<DynamoDb>`.
pub struct DynamoDb {
    client: Client,
    table: Table,
    schema: KeySchema,
    limits: LimitPolicy,
    partition_key_from: Option<String>,
    consumed: Option<Consumed>,
    /// Whether the client has interceptors, which may look at what is sent.
    observed: bool,
}

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
        Self {
            client: own_copy(client, observed),
            table,
            schema,
            limits,
            partition_key_from,
            consumed,
            observed,
        }
    }

    /// Sends the writes. Only a client with interceptors, which look at it, gets them as typed input.
    async fn request(&self, writes: &[Write]) -> Result<BatchWriteItemOutput, SdkError<BatchWriteItemError>> {
        let request = self.client.batch_write_item();
        let written = match self.observed {
            true => None,
            false => {
                body::of_writes(self.table.address(), writes, self.consumed.is_some()).and_then(Written::new)
            }
        };
        if let Some(written) = written {
            let table_alone = request.request_items(self.table.address(), Vec::new());
            return table_alone.customize().interceptor(written).send().await;
        }
        let capacity = self.consumed.as_ref().map(|_| ReturnConsumedCapacity::Total);
        let requests = writes.iter().map(Write::request).collect();
        let request = request.request_items(self.table.address(), requests);
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
    type Sent = SentWrite;

    fn name(&self) -> &'static str {
        "dynamodb"
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
        match self.request(writes).await {
            Ok(answer) => {
                if let Some(consumed) = &self.consumed {
                    consumed.add(answer.consumed_capacity());
                }
                // One table was asked, by whatever name the answer calls it.
                let unprocessed = answer.unprocessed_items.into_iter().flatten();
                let unprocessed = unprocessed.flat_map(|(_, requests)| requests);
                Reply::Each(verdict::of_writes(&self.schema, writes, unprocessed))
            }
            Err(error) => {
                let unknown = || self.table.unknown(&self.client);
                Refusal::new(error, &verdict::BATCH_WRITE_ITEM, unknown).into_reply()
            }
        }
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

/// The same client but for its retries, which are the writer's and would multiply, for how much of an
/// answer it reads, and for how it writes a batch.
fn own_copy(client: &Client, observed: bool) -> Client {
    let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    if observed {
        config.push_interceptor(serializer::swap());
    }
    Client::from_conf(config.build())
}

#[cfg(test)]
mod tests;
