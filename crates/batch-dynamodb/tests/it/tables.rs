//! Several tables in one writer and one request.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use batch_dynamodb::{
    Cause, DynamoDb, DynamoDbWriter, Linger, PrimaryKey, ScalarType, Settings, SubmitError, Write,
};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer, StoredItem};
use batchwright_kit::{Canned, Response, check_sums, failure, report, says, shown};
use serde_json::{Value, json};

use crate::support::{accept, client, create, delete, error, put, puts, s, send};

const TABLES: [&str; 3] = ["orders", "audit", "log"];

/// The table `orders`, `audit` and `log`, each with the partition key `pk`.
fn tables(client: Client) -> DynamoDb {
    let key = || PrimaryKey::partition_key("pk", ScalarType::String);
    let orders = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String);
    orders.table("audit", key()).table("log", key())
}

fn writer(client: Client) -> DynamoDbWriter {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    DynamoDbWriter::builder(tables(client)).settings(settings).build().unwrap()
}

/// A server with these tables, and a client of it.
async fn served(names: &[&str]) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    for name in names {
        create(&client, &[("pk", ScalarAttributeType::S)], None).table_name(*name).send().await.unwrap();
    }
    (server, client)
}

/// What a table of the server holds: each key and its value.
fn held(server: &LocalServer, table: &str) -> BTreeMap<String, String> {
    let text =
        |item: &StoredItem, name: &str| item.attributes[name]["S"].as_str().unwrap_or_default().to_owned();
    server.dynamodb().items(table).iter().map(|item| (text(item, "pk"), text(item, "value"))).collect()
}

#[tokio::test(start_paused = true)]
async fn one_request_carries_writes_to_every_table() {
    let (server, client) = served(&TABLES).await;
    let writer = writer(client);
    for n in 0..25 {
        let table = TABLES[n % 3];
        writer.submit(put("one key", table).table(table)).await.unwrap();
        writer.submit(put(&format!("key {n}"), table).table(table)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    for table in TABLES {
        let held = held(&server, table);
        assert_eq!(held["one key"], table, "a key is another item in each table");
        assert!(held.values().all(|value| value == table) && held.len() > 8, "{held:?}");
    }
    let stats = writer.stats();
    assert_eq!(stats.delivered + stats.superseded, 50, "{stats:?}");
    assert!(server.requests().count("BatchWriteItem") <= 3, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_names_the_tables_that_it_has_writes_to_and_no_other() {
    let http = Canned::new(accept);
    let writer = writer(client(http.clone()));
    let batch = [
        put("a", "x").table("audit"),
        put("b", "x"),
        delete("c").table("audit"),
        put("d", "x").table("orders"),
    ];
    assert_eq!(shown(&send(&writer, &batch).await), "AllAccepted");
    assert_eq!(shown(&send(&writer, &[put("e", "x").table("log")]).await), "AllAccepted");
    let item = |key: &str| json!({ "PutRequest": { "Item": { "pk": { "S": key }, "value": { "S": "x" } } } });
    let deleted = json!({ "DeleteRequest": { "Key": { "pk": { "S": "c" } } } });
    let both = json!({ "RequestItems": { "audit": [item("a"), deleted], "orders": [item("b"), item("d")] } });
    assert_eq!(http.requests()[0].json(), both);
    assert_eq!(http.requests()[1].json(), json!({ "RequestItems": { "log": [item("e")] } }));
}

/// Checks what a response to a request of the same three keys for two tables means.
async fn check(unprocessed: Value, expected: &str) {
    let response = Response::ok(&json!({ "UnprocessedItems": unprocessed }));
    let writes: Vec<_> =
        puts(3).into_iter().chain(puts(3).into_iter().map(|write| write.table("audit"))).collect();
    let reply = send(&writer(client(Canned::script([response]))), &writes).await;
    assert_eq!(shown(&reply), expected, "{unprocessed}");
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_matched_by_table() {
    let back = |n: usize| json!({ "PutRequest": { "Item": { "pk": { "S": format!("key {n}") }, "value": { "S": "value" } } } });
    check(json!({}), "AllAccepted").await;
    check(json!({ "orders": [back(1)] }), "Each[+ %UnprocessedItem + + + +]").await;
    check(json!({ "audit": [back(1)] }), "Each[+ + + + %UnprocessedItem +]").await;
    check(
        json!({ "audit": [back(2), back(0)], "orders": [back(2)] }),
        "Each[+ + %UnprocessedItem %UnprocessedItem + %UnprocessedItem]",
    )
    .await;
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/audit";
    check(json!({ arn: [back(1)] }), "Each[+ + + + %UnprocessedItem +]").await;
    let unknown = "?ContradictoryResponse";
    for stranger in
        [json!({ "log": [back(1)] }), json!({ "nowhere": [back(1)] }), json!({ "audit": [back(7)] })]
    {
        check(stranger, &format!("Each[{}]", [unknown; 6].join(" "))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_processed_is_sent_again_to_its_table() {
    let (server, client) = served(&TABLES).await;
    let writer = writer(client);
    server.set_faults(FaultPlan::random(0.4, 7).kinds(&[(Fault::throttle_entries(Chosen::Rate(0.5)), 1)]));
    for n in 0..300 {
        let table = TABLES[n % 3];
        writer.submit(put(&format!("key {}", n / 3), table).table(table)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 300, 0);
    for table in TABLES {
        let held = held(&server, table);
        assert_eq!((held.len(), server.dynamodb().applied_count(table)), (100, 100));
        assert!(held.values().all(|value| value == table));
    }
    assert!(writer.stats().throttled > 20, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_exist_holds_up_no_other() {
    let (server, client) = served(&["orders", "log"]).await;
    let writer = writer(client);
    for n in 0..75 {
        writer.submit(put(&format!("key {n}"), "value").table(TABLES[n % 3])).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(unprocessed.len(), 25);
    for item in &unprocessed {
        assert_eq!(item.entry.get_table().map(ToString::to_string).as_deref(), Some("audit"));
        assert!(matches!(item.cause, Cause::Fatal(_)), "{:?}", item.cause);
        says(&format!("{item:#}"), &["the table audit does not exist in region us-east-1"]);
    }
    assert_eq!((held(&server, "orders").len(), held(&server, "log").len()), (25, 25));
    check_sums(&writer, 50, 25);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_several_tables_splits_them_and_of_one_means_what_it_says() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", ("Split", "Fatal")),
        (400, "ResourceNotFoundException", ("Split", "UnknownDestination")),
        (400, "ProvisionedThroughputExceededException", ("Throttled", "Throttled")),
        (500, "InternalServerError", ("Ambiguous", "Ambiguous")),
    ] {
        let both = [put("a", "x"), put("a", "x").table("audit")];
        for (writes, expected) in [(&both[..], expected.0), (&both[1..], expected.1)] {
            let reply = send(&writer(client(Canned::script([error(status, code)]))), writes).await;
            let shown = shown(&reply);
            assert!(shown.contains(expected) || (expected == "Throttled" && shown.contains('%')), "{shown}");
        }
    }
    let both = [put("a", "x"), put("a", "x").table("audit")];
    let answer = error(400, "ResourceNotFoundException");
    let reply = send(&writer(client(Canned::script([answer]))), &both).await;
    says(&failure(reply), &["one of the tables orders, audit does not exist"]);
}

#[tokio::test(start_paused = true)]
async fn a_write_to_a_table_that_was_not_declared_is_refused_at_submit() {
    let (server, client) = served(&TABLES).await;
    let writer = writer(client);
    let write = put("a", "x").table("audits");
    let refused = writer.submit(write.clone()).await.unwrap_err();
    assert!(matches!(refused, SubmitError::Invalid { .. }), "{refused}");
    says(&refused, &["the writer has no table \"audits\"", "`DynamoDb::table`", "`Write::table`"]);
    let mut write = refused.into_entry();
    assert_eq!(write.get_table().map(ToString::to_string).as_deref(), Some("audits"));
    write = write.table("audit");
    writer.submit(write).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(held(&server, "audit").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_write_of_a_key_wins_in_each_table() {
    let (server, client) = served(&TABLES).await;
    let writer = writer(client);
    for n in 0..30 {
        for table in TABLES {
            writer.submit(put("a", &format!("{table} {n}")).table(table)).await.unwrap();
        }
    }
    writer.submit(delete("a").table("log")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(held(&server, "orders"), [("a".to_owned(), "orders 29".to_owned())].into());
    assert_eq!(held(&server, "audit"), [("a".to_owned(), "audit 29".to_owned())].into());
    assert!(held(&server, "log").is_empty());
    assert_eq!(server.requests().count("BatchWriteItem"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_all_declared_tables_are_discovered() {
    let (server, client) = served(&TABLES).await;
    let both = DynamoDb::new(client.clone(), "orders").table("audit", None).table("log", None);
    let writer = DynamoDbWriter::builder(both.discover_keys().await.unwrap()).build().unwrap();
    assert_eq!(server.requests().count("DescribeTable"), 3);
    for table in TABLES {
        writer.submit(put("a", "x").table(table)).await.unwrap();
        let refused =
            writer.submit(Write::put([("x".to_owned(), s("y"))].into()).table(table)).await.unwrap_err();
        says(&refused, &[r#"lacks the partition key "pk" of the table"#]);
    }
    assert!(writer.flush().await.is_empty());
    let nowhere = DynamoDb::new(client, "orders").table("nowhere", None).discover_keys().await;
    says(&report(&nowhere.unwrap_err()), &["the table nowhere does not exist"]);
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_a_request_hold_across_tables() {
    let (server, client) = served(&TABLES).await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1))).max_batch_bytes(1_000_000);
    let writer = DynamoDbWriter::builder(tables(client)).settings(settings).build().unwrap();
    // Each of 20,000 bytes when it is stored, and of 120,000 on the wire.
    for n in 0..24 {
        let write = put(&format!("key {n:02}"), &"\u{1}".repeat(20_000));
        writer.submit(write.table(TABLES[n % 3])).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 24, 0);
    assert_eq!(server.requests().count("BatchWriteItem"), 3, "none was refused");
    let stored: BTreeSet<_> = TABLES.iter().map(|table| held(&server, table).len()).collect();
    assert_eq!(stored, [8].into());
}

#[tokio::test(start_paused = true)]
async fn a_client_with_interceptors_sends_the_same() {
    use aws_sdk_dynamodb::config::Builder;
    use batchwright_kit::Setup;

    let http = Canned::new(accept);
    let observed = Builder::from(&Setup::through(http.clone()).config).interceptor(Observer);
    let observed = writer(Client::from_conf(observed.build()));
    let plain = writer(client(http.clone()));
    let batch = [put("a", "x").table("audit"), put("a", "x"), put("b", "x").table("log")];
    for writer in [observed, plain] {
        assert_eq!(shown(&send(&writer, &batch).await), "AllAccepted");
    }
    assert_eq!(http.requests()[0].json(), http.requests()[1].json());
    assert_eq!(http.requests()[0].json()["RequestItems"].as_object().unwrap().len(), 3);
}

/// Looks at nothing.
#[derive(Debug)]
struct Observer;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl aws_sdk_dynamodb::config::Intercept for Observer {
    fn name(&self) -> &'static str {
        "Observer"
    }
}
