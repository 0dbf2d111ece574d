//! The order of records of one partition key.

use std::collections::BTreeMap;
use std::time::Duration;

use batch_kinesis::{Kinesis, KinesisWriter, Order, Record, Settings};
use batch_local::{FaultPlan, LocalServer};
use batchwright_kit::check_sums;

use crate::support::served;

/// Numbers of the records of each key, in the order of the shard; repetitions left out.
fn arrived(server: &LocalServer) -> BTreeMap<String, Vec<usize>> {
    let mut records = server.kinesis().accepted("measurements");
    records.sort_by(|one, other| one.sequence_number.cmp(&other.sequence_number));
    let mut arrived = BTreeMap::<_, Vec<_>>::new();
    for record in records {
        let numbers = arrived.entry(record.partition_key.unwrap()).or_default();
        let number = std::str::from_utf8(&record.data).unwrap().parse().unwrap();
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    arrived
}

/// Submits 30 records of each of ten stations, by turns, and checks that all arrive.
async fn deliver(order: Order, faults: FaultPlan) -> LocalServer {
    let (server, client) = served(2).await;
    server.set_faults(faults);
    let settings = Settings::new().order(order).max_attempts(50).max_batch_entries(20);
    let builder = KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    for n in 0..300 {
        let record = Record::new(format!("{}", n / 10)).partition_key(format!("station-{}", n % 10));
        writer.submit(record).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 300, 0);
    server
}

#[track_caller]
fn check_order(server: &LocalServer) {
    let arrived = arrived(server);
    assert_eq!(arrived.len(), 10);
    for (key, numbers) in arrived {
        assert_eq!(numbers, (0..30).collect::<Vec<_>>(), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn strict_order_holds_whatever_goes_wrong() {
    for seed in 0..3 {
        let latency = Duration::ZERO..Duration::from_millis(50);
        let server = deliver(Order::Strict, FaultPlan::random(0.3, seed).latency(latency)).await;
        check_order(&server);
        let batches = server.kinesis().batches("measurements");
        assert!(
            batches.iter().all(|batch| batch.entries <= 10),
            "one record of a station a request: {batches:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn relaxed_order_holds_while_no_request_fails_in_part_and_fills_its_requests() {
    let latency = Duration::from_millis(1)..Duration::from_millis(50);
    let server = deliver(Order::Relaxed, FaultPlan::none().latency(latency)).await;
    check_order(&server);
    let batches = server.kinesis().batches("measurements");
    assert!(batches.iter().any(|batch| batch.entries > 10), "{batches:?}");
}

#[tokio::test(start_paused = true)]
async fn an_explicit_hash_key_changes_the_shard_and_not_the_order() {
    let (server, client) = served(2).await;
    let settings = Settings::new().order(Order::Strict);
    let builder = KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    for n in 0..20 {
        let record = Record::new(format!("{n}")).partition_key("EWR");
        writer.submit(record.explicit_hash_key(if n % 2 == 0 { 0 } else { u128::MAX })).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived(&server)["EWR"], (0..20).collect::<Vec<_>>());
    let shards: Vec<_> =
        server.kinesis().accepted("measurements").into_iter().map(|record| record.shard_id).collect();
    assert!(shards.iter().step_by(2).all(|shard| shard == "shardId-000000000000"), "{shards:?}");
    assert!(shards.iter().skip(1).step_by(2).all(|shard| shard == "shardId-000000000001"), "{shards:?}");
}
