//! What the tests share.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, HttpClient, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType as Role, ProvisionedThroughput,
    ScalarAttributeType,
};
use batch_core::{Batch, Failure, Refusal, Reply, Service, Verdict, Verdicts};
use batch_dynamodb::{
    AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, SentWrite, UnprocessedItem, Write,
};
use batch_local::{LocalServer, StoredItem};

/// A configuration that lacks credentials and an HTTP client.
pub(crate) fn bare_config() -> Builder {
    Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"))
}

pub(crate) fn config(http: impl HttpClient + 'static) -> Builder {
    let credentials = Credentials::new("local", "local", None, None, "static");
    bare_config().credentials_provider(credentials).http_client(http)
}

pub(crate) fn client(http: impl HttpClient + 'static) -> Client {
    Client::from_conf(config(http).build())
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
    let client = client(server.http_client());
    create_table(&client, keys, writes_a_second).await;
    (server, client)
}

pub(crate) async fn create_table(
    client: &Client,
    keys: &[(&str, ScalarAttributeType)],
    writes_a_second: Option<i64>,
) {
    let mut create = client.create_table().table_name("orders");
    for ((name, of), role) in keys.iter().zip([Role::Hash, Role::Range]) {
        let element = KeySchemaElement::builder().attribute_name(*name).key_type(role).build().unwrap();
        let definition = AttributeDefinition::builder().attribute_name(*name).attribute_type(of.clone());
        create = create.key_schema(element).attribute_definitions(definition.build().unwrap());
    }
    let create = match writes_a_second {
        None => create.billing_mode(BillingMode::PayPerRequest),
        Some(writes) => {
            let throughput =
                ProvisionedThroughput::builder().read_capacity_units(1).write_capacity_units(writes);
            create.provisioned_throughput(throughput.build().unwrap())
        }
    };
    create.send().await.unwrap();
}

/// What a server's table of orders holds: each key and its value.
pub(crate) fn stored(server: &LocalServer) -> BTreeMap<String, String> {
    let text =
        |item: &StoredItem, name: &str| item.attributes[name]["S"].as_str().unwrap_or_default().to_owned();
    server.dynamodb().items("orders").iter().map(|item| (text(item, "pk"), text(item, "value"))).collect()
}

/// What one request with these writes comes to, without the writer's own retries.
pub(crate) async fn send(writer: &DynamoDbWriter, writes: &[Write]) -> Reply<SentWrite> {
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

/// A reply in short: `Fatal(AccessDenied)`, `Each[+ !InternalError]`.
pub(crate) fn shown(reply: &Reply<SentWrite>) -> String {
    match reply {
        Ok(Verdicts::AllAccepted(_)) => "AllAccepted".to_owned(),
        Ok(Verdicts::Each(verdicts)) => {
            let verdicts: Vec<_> = verdicts.iter().map(shown_verdict).collect();
            format!("Each[{}]", verdicts.join(" "))
        }
        Err(Refusal { class, failure }) => format!("{class:?}({})", failure.code()),
    }
}

fn shown_verdict(verdict: &Verdict<SentWrite>) -> String {
    match verdict {
        Verdict::Accepted(_) => "+".to_owned(),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

/// The failure of a reply for the whole request.
pub(crate) fn failure(reply: Reply<SentWrite>) -> Failure {
    reply.expect_err("the request failed").failure
}

/// Checks that every write is accounted for: this many delivered, this many handed back.
#[track_caller]
pub(crate) fn check_sums(writer: &DynamoDbWriter, delivered: u64, handed_back: u64) {
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back), (delivered, handed_back), "{stats:?}");
    assert_eq!(
        stats.accepted,
        stats.delivered + stats.superseded + stats.handed_back + stats.inside,
        "{stats:?}"
    );
    assert_eq!(stats.inside, 0, "{stats:?}");
}

/// The code behind each item.
pub(crate) fn codes(items: &[UnprocessedItem<Write>]) -> Vec<String> {
    let code = |item: &UnprocessedItem<Write>| item.cause.failure().map_or("", Failure::code).to_owned();
    items.iter().map(code).collect()
}

/// Checks that all of these words are in the text.
#[track_caller]
pub(crate) fn says(text: &impl std::fmt::Display, words: &[&str]) {
    let shown = format!("{text:#}");
    for words in words {
        assert!(shown.contains(words), "{shown}\ndoes not contain\n{words}");
    }
}

/// What a report of an error and its sources says.
pub(crate) fn report(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The time, which is paused.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Lets paused time pass.
#[expect(clippy::disallowed_methods, reason = "tests stand where the shell stands")]
pub(crate) async fn pass(duration: std::time::Duration) {
    tokio::time::sleep(duration).await;
}
