//! A share of the capacity of a table.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{BillingMode, OnDemandThroughput, ProvisionedThroughput, ScalarAttributeType};
use batch_dynamodb::{ConnectError, DynamoDb, DynamoDbWriter, ScalarType, Settings};
use batch_local::LocalServer;
use batchwright_kit::{Canned, Response, check_sums, pass, report, says};
use serde_json::{Value, json};

use crate::support::{client, create, put, puts, served_with};

const KEYS: &[(&str, ScalarAttributeType)] = &[("pk", ScalarAttributeType::S)];

/// Submits these writes to the table, and checks that no more than so many are applied in any second, and nearly as many
/// in all of them.
async fn check_share(server: LocalServer, client: Client, share: f64, per_second: u64) {
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table.capacity_share(share).await.unwrap()).build().unwrap();
    let applied = || server.dynamodb().applied_count("orders");
    for write in puts(10 * per_second as usize) {
        writer.submit(write).await.unwrap();
    }
    let mut seen = vec![0; 20];
    while writer.stats().inside > 0 {
        pass(Duration::from_millis(50)).await;
        seen.push(applied());
        let in_a_second = seen[seen.len() - 1] - seen[seen.len() - 21];
        assert!(in_a_second <= per_second, "{in_a_second} after {} ms", 50 * (seen.len() - 20));
    }
    check_sums(&writer, 10 * per_second, 0);
    assert_eq!(writer.stats().throttled, 0);
    let seconds = (seen.len() - 20) as f64 / 20.0;
    assert!((9.0..11.0).contains(&seconds), "{seconds} s");
}

#[tokio::test(start_paused = true)]
async fn a_share_of_a_provisioned_table_is_kept_in_every_second() {
    let (server, client) = served_with(KEYS, Some(100)).await;
    check_share(server, client, 0.5, 50).await;
}

#[tokio::test(start_paused = true)]
async fn a_share_of_the_maximum_of_an_on_demand_table_is_kept_in_every_second() {
    let (server, client) = on_demand(Some(80)).await;
    check_share(server, client, 0.25, 20).await;
}

/// Submits as much as the writer takes for a minute, and checks how many writes are applied at most in any of its last 25
/// seconds, and in all of them.
async fn check_followed(server: &LocalServer, writer: &DynamoDbWriter, seconds: u64, per_second: u64) {
    let mut seen = Vec::new();
    let watch = async {
        for _ in 0..20 * seconds {
            pass(Duration::from_millis(50)).await;
            seen.push(server.dynamodb().applied_count("orders"));
        }
    };
    let submit = async {
        for n in 0.. {
            writer.submit(put(&format!("{per_second} {n}"), "value")).await.unwrap();
        }
    };
    tokio::select! {
        () = watch => {}
        () = submit => {}
    }
    let last = &seen[seen.len() - 25 * 20..];
    let most = (20..last.len()).map(|at| last[at] - last[at - 20]).max().unwrap();
    assert!(most <= per_second, "{most} of {per_second}");
    let all = last[last.len() - 1] - last[0];
    assert!(all >= 23 * per_second, "{all} of {per_second} a second");
}

#[tokio::test(start_paused = true)]
async fn a_share_follows_the_capacity_of_the_table() {
    let (server, client) = served_with(KEYS, Some(100)).await;
    let table = DynamoDb::new(client.clone(), "orders").discover_keys().await.unwrap();
    let table = table.capacity_share(0.5).await.unwrap();
    let settings = Settings::new().max_entries(200);
    let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
    let update = async |writes| {
        let units = ProvisionedThroughput::builder().read_capacity_units(1).write_capacity_units(writes);
        let update = client.update_table().table_name("orders");
        update.provisioned_throughput(units.build().unwrap()).send().await.unwrap();
    };
    check_followed(&server, &writer, 35, 50).await;
    update(300).await;
    check_followed(&server, &writer, 60, 150).await;
    update(40).await;
    check_followed(&server, &writer, 60, 20).await;
    let on_demand = client.update_table().table_name("orders").billing_mode(BillingMode::PayPerRequest);
    on_demand.send().await.unwrap();
    check_followed(&server, &writer, 60, 20).await;
    let most = OnDemandThroughput::builder().max_write_request_units(60).build();
    client.update_table().table_name("orders").on_demand_throughput(most).send().await.unwrap();
    check_followed(&server, &writer, 60, 30).await;
}

#[tokio::test(start_paused = true)]
async fn a_capacity_is_read_again_only_while_there_is_something_to_write() {
    let described = |units: u64| {
        let units = json!({ "WriteCapacityUnits": units });
        Response::ok(&json!({ "Table": { "TableStatus": "ACTIVE", "ProvisionedThroughput": units } }))
    };
    let http = Canned::new(move |request| match request.operation() {
        "DescribeTable" => described(10),
        _ => Response::ok(&json!({ "UnprocessedItems": {} })),
    });
    let table = DynamoDb::new(client(http.clone()), "orders").partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table.capacity_share(1.0).await.unwrap()).build().unwrap();
    pass(Duration::from_secs(300)).await;
    assert_eq!(http.count("DescribeTable"), 1, "nothing was written");
    for write in puts(800) {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(http.count("DescribeTable"), 4, "eighty seconds");
    pass(Duration::from_secs(300)).await;
    assert_eq!(http.count("DescribeTable"), 4);
}

/// A server with an on-demand table of at most so many write units per second.
async fn on_demand(most: Option<i64>) -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let most = most.map(|units| OnDemandThroughput::builder().max_write_request_units(units).build());
    create(&client, KEYS, None).set_on_demand_throughput(most).send().await.unwrap();
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn a_share_of_what_has_no_bound_is_refused() {
    for most in [None, Some(-1)] {
        let (_server, client) = on_demand(most).await;
        let error = DynamoDb::new(client, "orders").capacity_share(0.5).await.unwrap_err();
        assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
        says(&report(&error), &["the table orders is billed by request", "Settings::rate"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_is_above_nothing_and_at_most_all() {
    let http = Canned::new(|_| Response::Refused);
    for share in [0.0, -0.0, -0.5, 1.000_001, f64::NAN, f64::INFINITY] {
        let error = DynamoDb::new(client(http.clone()), "orders").capacity_share(share).await.unwrap_err();
        assert!(matches!(error, ConnectError::Config(_)), "{error:?}");
        says(&report(&error), &["above 0 and up to 1"]);
    }
    assert_eq!(http.count("DescribeTable"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_response_without_the_capacity_says_how_to_go_on() {
    let none = json!({ "TableStatus": "ACTIVE", "ProvisionedThroughput": { "WriteCapacityUnits": 0 } });
    for answer in [json!({}), json!({ "Table": { "TableStatus": "ACTIVE" } }), json!({ "Table": none })] {
        let error = share_of_described(&answer).await.unwrap_err();
        assert!(matches!(error, ConnectError::Unanswered(_)), "{error:?}");
        says(&report(&error), &["does not report the write capacity", "Settings::rate"]);
    }
    let deleting = json!({ "Table": { "TableStatus": "DELETING" } });
    let error = share_of_described(&deleting).await.unwrap_err();
    says(&report(&error), &["the table orders cannot be written to: it is being deleted"]);
}

async fn share_of_described(answer: &Value) -> Result<DynamoDb, ConnectError> {
    let http = Canned::script([Response::ok(answer)]);
    DynamoDb::new(client(http), "orders").capacity_share(0.5).await
}
