//! Several writes to one key.

use std::time::Duration;

use aws_sdk_dynamodb::types::ScalarAttributeType;
use batch_dynamodb::{
    AttributeValue, Backoff, Duplicates, DynamoDb, DynamoDbWriter, Linger, Order, ScalarType, Settings,
    SubmitError, Write,
};
use batch_local::{AppliedWrite, Chosen, Fault, FaultPlan, LocalServer};
use batchwright_kit::{check_sums, pass};

use crate::support::{delete, put, s, served, served_with, stored};

async fn writer(client: aws_sdk_dynamodb::Client, settings: Settings) -> DynamoDbWriter {
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    DynamoDbWriter::builder(table).settings(settings).build().unwrap()
}

/// The values that were put under one key, in the order in which the table took them.
fn history(server: &LocalServer) -> Vec<String> {
    let value = |write: AppliedWrite| match write {
        AppliedWrite::Put(item) => item.attributes["value"]["S"].as_str().unwrap().to_owned(),
        other => format!("{other:?}").split('(').next().unwrap().to_owned(),
    };
    server.dynamodb().applied("orders").into_iter().map(value).collect()
}

#[tokio::test(start_paused = true)]
async fn a_key_written_a_thousand_times_in_a_second_costs_few_requests_and_ends_with_the_last() {
    let (server, client) = served().await;
    server.set_faults(FaultPlan::none().latency(Duration::from_millis(20)..Duration::from_millis(20)));
    let writer = writer(client, Settings::new()).await;
    for n in 0..1_000 {
        writer.submit(put("a", &format!("value {n}"))).await.unwrap();
        pass(Duration::from_millis(1)).await;
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(stored(&server), [("a".to_owned(), "value 999".to_owned())].into());
    let stats = writer.stats();
    assert_eq!(stats.delivered + stats.superseded, 1_000, "{stats:?}");
    assert!(server.requests().count("BatchWriteItem") <= 60, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_of_a_put_and_a_delete_of_one_key_stays() {
    for (writes, expected) in
        [([put("a", "x"), delete("a")], None), ([delete("a"), put("a", "x")], Some("x"))]
    {
        let (server, client) = served().await;
        let linger = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
        let writer = writer(client, linger).await;
        for write in writes {
            writer.submit(write).await.unwrap();
        }
        assert!(writer.flush().await.is_empty());
        assert_eq!(stored(&server).get("a").map(String::as_str), expected);
        let stats = writer.stats();
        assert_eq!((stats.delivered, stats.superseded, stats.duplicates), (1, 1, 1), "{stats:?}");
        assert_eq!(server.requests().count("BatchWriteItem"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_newer_write_is_never_overtaken_by_the_retry_of_an_older_one() {
    for seed in 0..8 {
        let (server, client) = served().await;
        let settings = Settings::new().max_attempts(50).linger(Linger::Fixed(Duration::from_millis(5)));
        let writer = writer(client, settings).await;
        server.set_faults(FaultPlan::random(0.5, seed).latency(Duration::ZERO..Duration::from_millis(30)));
        for n in 0..200 {
            writer.submit(put(&format!("key {}", n % 7), &format!("value {n}"))).await.unwrap();
            pass(Duration::from_millis(2)).await;
        }
        assert!(writer.flush().await.is_empty(), "seed {seed}");
        let last = |key: usize| (193..200).find(|n| n % 7 == key).unwrap();
        let expected = (0..7).map(|key| (format!("key {key}"), format!("value {}", last(key)))).collect();
        assert_eq!(stored(&server), expected, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unprocessed_write_gives_way_to_a_newer_one() {
    let (server, client) = served().await;
    let minute = Duration::from_secs(60);
    let writer = writer(client, Settings::new().backoff(Backoff::new(minute, minute))).await;
    server.set_faults(FaultPlan::script([Fault::throttle_entries(Chosen::At(vec![0]))]));
    let older = writer.submit_tracked(put("a", "older")).await.unwrap();
    writer.submit(put("b", "beside")).await.unwrap();
    pass(Duration::from_millis(1)).await;
    writer.submit(put("a", "newer")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert!(older.await.unwrap().is_superseded());
    assert_eq!(stored(&server)["a"], "newer");
}

#[tokio::test(start_paused = true)]
async fn numbers_that_are_spelt_differently_are_one_key() {
    let (server, client) = served_with(&[("n", ScalarAttributeType::N)], None).await;
    let linger = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = writer(client, linger).await;
    for spelling in ["1", "1.0", "1e0", "0", "-0", "2"] {
        let key = ("n".to_owned(), AttributeValue::N(spelling.to_owned()));
        writer.submit(Write::put([key, ("value".to_owned(), s(spelling))].into())).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 0);
    let values: Vec<_> =
        server.dynamodb().items("orders").iter().map(|item| item.attributes["value"]["S"].clone()).collect();
    assert_eq!(values, ["-0", "1e0", "2"]);
}

#[tokio::test(start_paused = true)]
async fn keys_of_two_parts_are_one_only_if_both_parts_are() {
    let keys = [("pk", ScalarAttributeType::S), ("sk", ScalarAttributeType::N)];
    let (server, client) = served_with(&keys, None).await;
    let linger = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = writer(client, linger).await;
    for (partition, sort) in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1.0")] {
        let sort = ("sk".to_owned(), AttributeValue::N(sort.to_owned()));
        writer.submit(Write::put([("pk".to_owned(), s(partition)), sort].into())).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 0);
    assert_eq!(server.dynamodb().items("orders").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn with_keep_first_a_second_write_is_refused_while_the_first_is_inside() {
    let (server, client) = served().await;
    let writer = writer(client, Settings::new().duplicates(Duplicates::KeepFirst)).await;
    writer.submit(put("a", "first")).await.unwrap();
    let error = writer.submit(put("a", "second")).await.unwrap_err();
    let SubmitError::Duplicate(entry) = error else { panic!("{error}") };
    assert!(writer.flush().await.is_empty());
    assert_eq!(stored(&server)["a"], "first");
    writer.submit(entry).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(stored(&server)["a"], "second");
}

#[tokio::test(start_paused = true)]
async fn with_allow_every_write_is_sent_in_order_and_no_two_in_one_request() {
    for order in [Order::Relaxed, Order::Strict] {
        let (server, client) = served().await;
        let settings = Settings::new().duplicates(Duplicates::Allow).order(order);
        let writer = writer(client, settings).await;
        for n in 0..10 {
            writer.submit(put("a", &n.to_string())).await.unwrap();
        }
        assert!(writer.flush().await.is_empty());
        check_sums(&writer, 10, 0);
        assert_eq!(history(&server), (0..10).map(|n| n.to_string()).collect::<Vec<_>>(), "{order:?}");
        assert_eq!(server.requests().count("BatchWriteItem"), 10, "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_partition_key_taken_from_another_attribute_is_the_key_of_the_write() {
    let (server, client) = served().await;
    let linger = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let table =
        DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String).partition_key_from("id");
    let writer = DynamoDbWriter::builder(table).settings(linger).build().unwrap();
    for text in
        [r#"{"id":7,"value":"older"}"#, r#"{"id":8,"value":"other"}"#, r#"{"id":"7","value":"newer"}"#]
    {
        writer.submit(Write::put_json(text).unwrap()).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(
        stored(&server),
        [("7", "newer"), ("8", "other")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    );
}
