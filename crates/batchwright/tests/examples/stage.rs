//! What the examples write to, and how each of them is checked.

use std::error::Error;

use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright::dynamodb::aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batchwright::{dynamodb::aws_sdk_dynamodb, kinesis::aws_sdk_kinesis, sqs::aws_sdk_sqs};

/// What an example returns.
pub(crate) type Ended = Result<(), Box<dyn Error>>;

/// Checks that the example delivers so much, and fails where everything is denied.
pub(crate) async fn check(
    run: impl AsyncFn(&LocalServer) -> Ended,
    arrived: impl Fn(&LocalServer) -> u64,
    expected: u64,
) {
    let server = LocalServer::new();
    run(&server).await.unwrap();
    assert_eq!(arrived(&server), expected);

    let denying = LocalServer::builder().faults(FaultPlan::always(Fault::access_denied())).build();
    assert!(run(&denying).await.is_err());
    assert_eq!(arrived(&denying), 0);
}

pub(crate) async fn sqs_with(server: &LocalServer, queue: &str) -> aws_sdk_sqs::Client {
    use aws_sdk_sqs::types::QueueAttributeName::FifoQueue;

    let client = aws_sdk_sqs::Client::new(&server.sdk_config());
    let create = client.create_queue().queue_name(queue);
    let create = if queue.ends_with(".fifo") { create.attributes(FifoQueue, "true") } else { create };
    create.send().await.unwrap();
    client
}

pub(crate) async fn kinesis_with(server: &LocalServer, stream: &str) -> aws_sdk_kinesis::Client {
    let client = aws_sdk_kinesis::Client::new(&server.sdk_config());
    client.create_stream().stream_name(stream).shard_count(2).send().await.unwrap();
    client
}

/// The key of the table is a text.
pub(crate) async fn dynamodb_with(server: &LocalServer, table: &str, key: &str) -> aws_sdk_dynamodb::Client {
    let client = aws_sdk_dynamodb::Client::new(&server.sdk_config());
    let attribute = AttributeDefinition::builder().attribute_name(key);
    let schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash);
    let create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    let create =
        create.attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build().unwrap());
    create.key_schema(schema.build().unwrap()).send().await.unwrap();
    client
}
