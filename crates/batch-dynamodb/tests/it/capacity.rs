//! Tables with little capacity.

use std::time::Duration;

use aws_sdk_dynamodb::types::ScalarAttributeType;
use batch_dynamodb::{DynamoDb, DynamoDbWriter, Settings, Write};
use batch_local::FaultPlan;
use batchwright_kit::{check_sums, now};

use crate::support::{put, puts, served_with};

/// Writes these, of so many units in all, to a table that accepts 25 units per second and responds after 10 ms. Checks
/// that it takes 1.1 of the time that is possible, and that each is sent so many times at most.
async fn check_throttled(writes: Vec<Write>, units: f64, sends: f64) {
    let (server, client) = served_with(&[("pk", ScalarAttributeType::S)], Some(25)).await;
    let latency = Duration::from_millis(10);
    server.set_faults(FaultPlan::none().latency(latency..latency));
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600));
    let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
    let (began, count) = (now(), writes.len());
    for write in writes {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, count as u64, 0);
    assert_eq!(server.dynamodb().items("orders").len(), count);
    assert_eq!(server.dynamodb().applied_count("orders"), count as u64, "none of them twice");
    let (took, shortest) = (began.elapsed().as_secs_f64(), (units - 25.0) / 25.0);
    assert!(took <= 1.1 * shortest, "{took} s, where {shortest} s are possible");
    let sent = writer.stats().entries_sent as f64 / count as f64;
    assert!(sent <= sends, "each is sent {sent} times");
}

#[tokio::test(start_paused = true)]
async fn a_table_of_25_units_gets_1_500_items_at_its_pace() {
    check_throttled(puts(1_500), 1_500.0, 1.2).await;
}

/// An item of four units is throttled where three are left.
#[tokio::test(start_paused = true)]
async fn a_throttled_table_is_paced_by_units_and_not_by_items() {
    let sized = |n: usize| put(&format!("key {n}"), &"x".repeat(1_000 + 1_024 * (n % 4)));
    check_throttled((0..600).map(sized).collect(), 1_500.0, 1.5).await;
}
