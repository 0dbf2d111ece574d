//! Clients, tables and items for the tests.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, DeleteRequest, KeySchemaElement, KeyType,
    ProvisionedThroughput, PutRequest, ScalarAttributeType, WriteRequest,
};
use batch_local::{FaultPlan, LocalServer};
use bytes::Bytes;
use http::{Request, Response};

pub(crate) type Batch = Result<BatchWriteItemOutput, SdkError<BatchWriteItemError>>;
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A server, a client that does not retry, and a table `items` whose key is the string `id`.
pub(crate) async fn local() -> (LocalServer, Client) {
    with_table(LocalServer::new()).await
}

/// The server, a client that does not retry, and a table `items` whose key is the string `id`.
pub(crate) async fn with_table(server: LocalServer) -> (LocalServer, Client) {
    let client = client_of(&server);
    table(&client, "items", &["id:S"], None).await;
    (server, client)
}

/// The same, with these faults.
pub(crate) async fn faulty(plan: FaultPlan) -> (LocalServer, Client) {
    let (server, client) = local().await;
    server.set_faults(plan);
    (server, client)
}

pub(crate) fn client_of(server: &LocalServer) -> Client {
    Client::from_conf(config().http_client(server.http_client()).build())
}

pub(crate) fn config() -> Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://localhost:8000")
        .retry_config(RetryConfig::disabled())
}

/// Creates a table with one or two keys, such as `id:S`, and so many writes a second, or any number.
pub(crate) async fn table(client: &Client, name: &str, keys: &[&str], writes: Option<i64>) {
    let mut request = client.create_table().table_name(name);
    for (key, key_type) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let (element, definition) = key_attribute(key, key_type);
        request = request.key_schema(element).attribute_definitions(definition);
    }
    request = match writes {
        None => request.billing_mode(BillingMode::PayPerRequest),
        Some(writes) => request.provisioned_throughput(throughput(1, writes)),
    };
    request.send().await.unwrap();
}

/// The attribute of a key, such as `id:S`.
pub(crate) fn key_attribute(key: &str, key_type: KeyType) -> (KeySchemaElement, AttributeDefinition) {
    let (name, scalar) = key.split_once(':').unwrap();
    let element = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build().unwrap();
    let definition = AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::from(scalar))
        .build()
        .unwrap();
    (element, definition)
}

pub(crate) fn throughput(reads: i64, writes: i64) -> ProvisionedThroughput {
    ProvisionedThroughput::builder().read_capacity_units(reads).write_capacity_units(writes).build().unwrap()
}

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

pub(crate) fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The put of an item.
pub(crate) fn put(item: Item) -> WriteRequest {
    WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().unwrap()).build()
}

/// The put of an item that has only its key.
pub(crate) fn plain(id: &str) -> WriteRequest {
    put(item([("id", s(id))]))
}

/// The put of an item of so many bytes in all.
pub(crate) fn sized(id: &str, bytes: usize) -> WriteRequest {
    put(item([("id", s(id)), ("x", s("x".repeat(bytes - "id".len() - id.len() - "x".len())))]))
}

/// The deletion of the item with this key.
pub(crate) fn delete(key: Item) -> WriteRequest {
    WriteRequest::builder()
        .delete_request(DeleteRequest::builder().set_key(Some(key)).build().unwrap())
        .build()
}

pub(crate) fn count(writes: usize) -> Vec<WriteRequest> {
    (0..writes).map(|index| plain(&format!("{index:02}"))).collect()
}

/// Writes a batch into one table.
pub(crate) async fn write(client: &Client, table: &str, writes: Vec<WriteRequest>) -> Batch {
    client.batch_write_item().request_items(table, writes).send().await
}

/// What became of a batch: `ok`, the code of the whole request (`whole X`), or the `id`s of its
/// unprocessed items.
pub(crate) fn outcome(batch: &Batch) -> String {
    match batch {
        Err(error) => format!("whole {}", error.code().unwrap_or("without a code")),
        Ok(output) => match output.unprocessed_items() {
            None => "without a list".to_owned(),
            Some(tables) if tables.is_empty() => "ok".to_owned(),
            Some(tables) => tables.values().flatten().map(id_of).collect::<Vec<_>>().join(", "),
        },
    }
}

/// The message of a request that was refused.
pub(crate) fn message(batch: &Batch) -> String {
    batch.as_ref().unwrap_err().message().unwrap_or_default().to_owned()
}

/// Writes a batch into a table with these keys and compares what becomes of it, as told and as
/// applied: `ok`, or a part of the refusal's message.
pub(crate) async fn check(keys: &[&str], writes: Vec<WriteRequest>, expected: &str) {
    let server = LocalServer::new();
    let client = client_of(&server);
    table(&client, "checked", keys, None).await;
    let entries = writes.len();
    let met = write(&client, "checked", writes).await;
    let applied = server.dynamodb().applied("checked").len();
    if expected == "ok" {
        assert_eq!((outcome(&met).as_str(), applied), ("ok", entries), "{met:?}");
    } else {
        assert_eq!((outcome(&met).as_str(), applied), ("whole ValidationException", 0), "{met:?}");
        let message = message(&met);
        assert!(message.contains(expected), "{message} instead of {expected}");
    }
}

/// The answer to a request as no SDK would send it, or none as quickly.
pub(crate) async fn answer(server: &LocalServer, operation: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let target = format!("DynamoDB_20120810.{operation}");
    let request = Request::post("/").header("host", "example.com").header("x-amz-target", target);
    server.handle(request.body(body.into()).unwrap()).await.unwrap()
}

/// The type of an error, without its namespace, and its message.
pub(crate) fn error(answer: &Response<Bytes>) -> (String, String) {
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (text("__type").rsplit('#').next().unwrap().to_owned(), text("message"))
}

/// The `id`s of the items that the table `items` holds.
pub(crate) fn ids(server: &LocalServer) -> Vec<String> {
    let items = server.dynamodb().items("items");
    items.iter().map(|item| item.attributes["id"]["S"].as_str().unwrap().to_owned()).collect()
}

fn id_of(request: &WriteRequest) -> &str {
    let attributes = match (request.put_request(), request.delete_request()) {
        (Some(put), _) => put.item(),
        (None, delete) => delete.unwrap().key(),
    };
    attributes["id"].as_s().unwrap()
}
