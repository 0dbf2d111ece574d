//! Writes, from `submit` to the table.

use std::collections::HashMap;
use std::time::Duration;

use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, Linger, ScalarType, Settings, Write};
use batch_local::{Chosen, Fault, FaultPlan};
use batchwright_kit::{check_sums, now};
use serde_json::json;

use crate::support::{delete, discovered, puts, s, served, stored, writer};

#[tokio::test(start_paused = true)]
async fn everything_of_an_item_arrives() {
    let (server, client) = served().await;
    let writer = discovered(client).await;
    let write = Write::put(full_item());
    let sent = writer.submit_tracked(write.clone()).await.unwrap().await.unwrap();
    assert_eq!((sent.attempts, sent.maybe_duplicate, sent.is_superseded()), (1, false, false));
    let [stored] = &server.dynamodb().items("orders")[..] else { panic!() };
    let expected = json!({
        "pk": { "S": "tab\t \u{1f600} \"quoted\"" },
        "n": { "N": "12345678901234567890.12345678901234567" },
        "b": { "B": "AP8=" },
        "set": { "SS": ["a", "b"] },
        "l": { "L": [{ "NULL": true }, { "S": "" }] },
        "m": { "M": { "k": { "BOOL": true } } },
    });
    assert_eq!((&stored.attributes, stored.bytes), (&expected, write.item_bytes()));
}

#[tokio::test(start_paused = true)]
async fn everything_of_an_item_comes_back_and_may_be_submitted_to_another_table() {
    let (server, client) = served().await;
    let writer = writer(server.http_client());
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    writer.submit(Write::put(full_item())).await.unwrap();
    let unprocessed = writer.flush().await;
    let [item] = &unprocessed[..] else { panic!() };
    assert_eq!((item.entry.attributes(), item.entry.is_delete()), (&full_item(), false));
    assert_eq!(item.entry, Write::put(full_item()));

    let of_numbers = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::Number);
    let of_numbers = DynamoDbWriter::builder(of_numbers).build().unwrap();
    let refused = of_numbers.submit(item.entry.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("is of type S"), "{refused}");
    assert_eq!(refused.into_entry().into_attributes(), full_item());

    server.set_faults(FaultPlan::none());
    writer.submit(item.entry.clone()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.dynamodb().items("orders").len(), 1);
}

fn full_item() -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), s("tab\t \u{1f600} \"quoted\"")),
        ("n".to_owned(), AttributeValue::N("12345678901234567890.12345678901234567".to_owned())),
        ("b".to_owned(), AttributeValue::B(vec![0, 255].into())),
        ("set".to_owned(), AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
        ("l".to_owned(), AttributeValue::L(vec![AttributeValue::Null(true), s("")])),
        ("m".to_owned(), AttributeValue::M([("k".to_owned(), AttributeValue::Bool(true))].into())),
    ])
}

#[tokio::test(start_paused = true)]
async fn a_delete_removes_the_item_and_may_find_none() {
    let (server, client) = served().await;
    let writer = discovered(client).await;
    for write in puts(3) {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    for key in ["key 1", "nobody"] {
        writer.submit(delete(key)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 5, 0);
    assert_eq!(stored(&server).into_keys().collect::<Vec<_>>(), ["key 0", "key 2"]);
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_sent_again_and_no_others() {
    let (server, client) = served().await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
    let unprocessed = Fault::partial_failure(Chosen::At(vec![0, 3, 24]), "InternalServerError", false);
    server.set_faults(FaultPlan::script([unprocessed]));
    for write in puts(25) {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 25, 0);
    assert_eq!(server.dynamodb().applied_count("orders"), 25, "none of them twice");
    let sizes: Vec<_> = server.dynamodb().batches("orders").iter().map(|batch| batch.entries).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 25 + 3, "{sizes:?}");
    assert_eq!(writer.stats().throttled, 3);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_takes_five_writes_a_second_gets_all_of_them_in_time() {
    let (server, client) = crate::support::served_with(&[("pk", "S".into())], Some(5)).await;
    let table = DynamoDb::new(client, "orders").consumed_capacity(true).discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    let started = now();
    for write in puts(200) {
        writer.submit(write).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 200, 0);
    assert_eq!(stored(&server).len(), 200);
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(39) && took < Duration::from_secs(90), "{took:?}");
    let stats = writer.stats();
    assert_eq!(writer.service().consumed_capacity_units(), Some(200.0));
    assert!(stats.requests < 400, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_table_has_no_time_for_is_handed_back_at_the_deadline() {
    let (server, client) = crate::support::served_with(&[("pk", "S".into())], Some(5)).await;
    let settings = Settings::new().delivery_deadline(Duration::from_secs(10));
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
    for write in puts(200) {
        writer.submit(write).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    let written = stored(&server).len();
    assert_eq!(written + unprocessed.len(), 200);
    assert!((40..=60).contains(&written), "{written}");
    check_sums(&writer, written as u64, unprocessed.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn json_goes_in_and_comes_back() {
    let (server, _) = served().await;
    let writer = writer(server.http_client());
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    let text = r#"{"n":1.50,"pk":"a","z":null}"#;
    writer.submit(Write::put_json(text).unwrap()).await.unwrap();
    let unprocessed = writer.flush().await;
    assert_eq!(unprocessed[0].entry.to_json().as_deref(), Some(text));
}
