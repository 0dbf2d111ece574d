//! What the tests share.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::HttpClient;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType as Role, ProvisionedThroughput,
    ScalarAttributeType,
};
use batch_core::{Batch, Reply, Service};
use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, SentWrite, Write};
use batch_local::{LocalServer, StoredItem};
use batchwright_kit::{Request, Response, Setup};
use serde_json::{Value, json};

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::new(&Setup::through(http).config)
}

/// A writer to a table of orders, whose partition key is the string `pk`.
pub(crate) fn writer(http: impl HttpClient + 'static) -> DynamoDbWriter {
    let table = DynamoDb::new(client(http), "orders").partition_key("pk", ScalarType::String);
    DynamoDbWriter::builder(table).build().unwrap()
}

/// A writer to a table of orders, with the keys that the table itself reports.
pub(crate) async fn discovered(client: Client) -> DynamoDbWriter {
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    DynamoDbWriter::builder(table).build().unwrap()
}

/// A server with a table of orders, whose partition key is the string `pk`, and a client of it.
pub(crate) async fn served() -> (LocalServer, Client) {
    served_with(&[("pk", ScalarAttributeType::S)], None).await
}

/// The same with these keys, and this many writes a second, or any number.
pub(crate) async fn served_with(
    keys: &[(&str, ScalarAttributeType)],
    writes_a_second: Option<i64>,
) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    create(&client, keys, writes_a_second).send().await.unwrap();
    (server, client)
}

/// The request for such a table.
pub(crate) fn create(
    client: &Client,
    keys: &[(&str, ScalarAttributeType)],
    writes_a_second: Option<i64>,
) -> CreateTableFluentBuilder {
    let mut create = client.create_table().table_name("orders");
    for ((name, of), role) in keys.iter().zip([Role::Hash, Role::Range]) {
        let element = KeySchemaElement::builder().attribute_name(*name).key_type(role).build().unwrap();
        let definition = AttributeDefinition::builder().attribute_name(*name).attribute_type(of.clone());
        create = create.key_schema(element).attribute_definitions(definition.build().unwrap());
    }
    match writes_a_second {
        None => create.billing_mode(BillingMode::PayPerRequest),
        Some(writes) => {
            let throughput =
                ProvisionedThroughput::builder().read_capacity_units(1).write_capacity_units(writes);
            create.provisioned_throughput(throughput.build().unwrap())
        }
    }
}

/// What a server's table of orders holds: each key and its value.
pub(crate) fn stored(server: &LocalServer) -> BTreeMap<String, String> {
    let text =
        |item: &StoredItem, name: &str| item.attributes[name]["S"].as_str().unwrap_or_default().to_owned();
    server.dynamodb().items("orders").iter().map(|item| (text(item, "pk"), text(item, "value"))).collect()
}

/// What one request with these writes, as they are after `submit`, comes to, without the writer's own retries.
pub(crate) async fn send(writer: &DynamoDbWriter, writes: &[Write]) -> Reply<SentWrite> {
    let mut writes = writes.to_vec();
    for write in &mut writes {
        writer.service().prepare(write).unwrap();
    }
    writer.service().send(&Batch::of(writes)).await
}

/// Puts of the keys `key 0`, `key 1` and so on.
pub(crate) fn puts(count: usize) -> Vec<Write> {
    (0..count).map(|n| put(&format!("key {n}"), "value")).collect()
}

pub(crate) fn put(key: &str, value: &str) -> Write {
    Write::put([("pk".to_owned(), s(key)), ("value".to_owned(), s(value))].into())
}

pub(crate) fn delete(key: &str) -> Write {
    Write::delete([("pk".to_owned(), s(key))].into())
}

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// An error as the service sends it.
pub(crate) fn error(status: u16, code: &str) -> Response {
    Response::json_error(status, "com.amazonaws.dynamodb.v20120810", code)
}

/// A response that accepts every write of the request.
pub(crate) fn accept(_: &Request) -> Response {
    Response::ok(&json!({ "UnprocessedItems": {} }))
}

/// A response that accepts every write of the request but these.
pub(crate) fn unprocessed(table: &str, requests: &[Value]) -> Response {
    Response::ok(&json!({ "UnprocessedItems": { table: requests } }))
}
