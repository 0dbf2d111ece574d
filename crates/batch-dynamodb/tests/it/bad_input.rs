//! Writes that the service would refuse, and what they get.

use std::time::Duration;

use aws_sdk_dynamodb::types::ScalarAttributeType;
use batch_dynamodb::{
    AttributeValue, DynamoDb, DynamoDbWriter, Linger, ScalarType, Settings, SubmitError, Write,
};
use batchwright_kit::{check_sums, codes, says};

use crate::support::{discovered, put, s, served, served_with, stored};

/// Checks that the write is refused when it is submitted, comes back as it was, and is not counted.
async fn check_refused(write: Write, words: &[&str]) {
    let (server, client) = served_with(&[("pk", ScalarAttributeType::S)], None).await;
    let writer = discovered(client).await;
    let error = writer.submit(write.clone()).await.unwrap_err();
    says(&error, words);
    assert_eq!(error.into_entry(), write);
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 0, 0);
    assert_eq!(server.requests().count("BatchWriteItem"), 0);
}

/// The same for an item with a key and this attribute.
async fn check_attribute(value: AttributeValue, words: &[&str]) {
    check_refused(Write::put([("pk".to_owned(), s("a")), ("x".to_owned(), value)].into()), words).await;
}

#[tokio::test(start_paused = true)]
async fn an_item_without_its_key_is_refused_at_submit() {
    let item = Write::put([("x".to_owned(), s("a"))].into());
    check_refused(
        item,
        &[r#"invalid entry: the item lacks the partition key "pk" of the table, a string (S)"#],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_of_the_wrong_type_is_refused_at_submit() {
    for write in [Write::put, Write::delete] {
        let write = write([("pk".to_owned(), AttributeValue::N("1".to_owned()))].into());
        check_refused(write, &[r#""pk" is of type N"#, "is a string (S); convert it"]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_key_is_refused_at_submit() {
    check_refused(put("", "x"), &[r#"the table's partition key "pk" is empty"#]).await;
}

#[tokio::test(start_paused = true)]
async fn a_number_of_39_digits_is_refused_at_submit() {
    let number = AttributeValue::N("123456789012345678901234567890123456789".to_owned());
    check_attribute(number, &["a number of 39 significant digits", "limit of 38"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_set_and_a_member_twice_are_refused_at_submit() {
    check_attribute(AttributeValue::Ss(vec![]), &["a set is empty"]).await;
    let numbers = vec!["1".to_owned(), "1.0".to_owned()];
    check_attribute(AttributeValue::Ns(numbers), &["a set has a duplicate member"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_delete_with_more_than_its_key_is_refused_at_submit() {
    let key = [("pk".to_owned(), s("a")), ("x".to_owned(), s("b"))];
    check_refused(
        Write::delete(key.into()),
        &["has an attribute that is not part of the table's primary key"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_item_whose_key_cannot_be_copied_is_refused_as_it_was_submitted() {
    let (server, client) = served().await;
    let table =
        DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String).partition_key_from("id");
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    for (text, words) in [
        (r#"{"x":1}"#, r#"neither the partition key "pk" nor the attribute "id""#),
        (r#"{"id":[1]}"#, r#"the attribute "id" (L) cannot become the partition key "pk""#),
        (r#"{"id":""}"#, r#"the table's partition key "pk" is empty"#),
    ] {
        let error = writer.submit(Write::put_json(text).unwrap()).await.unwrap_err();
        says(&error, &[words]);
    }
    assert_eq!(server.requests().count("BatchWriteItem"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_item_of_exactly_the_limit_is_written_and_one_byte_more_is_refused() {
    let (server, client) = served().await;
    let writer = discovered(client).await;
    let sized =
        |key: &str, bytes: usize| put(key, &"x".repeat(bytes - "pk".len() - key.len() - "value".len()));
    writer.submit(sized("a", 409_600)).await.unwrap();

    let error = writer.submit(sized("b", 409_601)).await.unwrap_err();
    says(&error, &["409601 bytes", "409600"]);
    let SubmitError::TooLarge { entry, .. } = error else { panic!("{error}") };
    assert_eq!(entry.item_bytes(), 409_601);

    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1, 0);
    assert_eq!(server.dynamodb().items("orders")[0].bytes, 409_600);
}

#[tokio::test(start_paused = true)]
async fn no_request_is_longer_than_allowed_however_json_inflates_it() {
    let (server, client) = served().await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1))).max_batch_bytes(1_000_000);
    let table = DynamoDb::new(client, "orders").discover_keys().await.unwrap();
    let writer = DynamoDbWriter::builder(table).settings(settings).build().unwrap();
    // Each of 20,000 bytes when it is stored, and of 120,000 on the wire.
    for n in 0..25 {
        writer.submit(put(&format!("key {n:02}"), &"\u{1}".repeat(20_000))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 25, 0);
    assert_eq!(stored(&server).len(), 25);
    let batches = server.dynamodb().batches("orders");
    assert_eq!(batches.iter().map(|batch| batch.entries).collect::<Vec<_>>(), [8, 8, 8, 1]);
    assert_eq!(server.requests().count("BatchWriteItem"), 4, "none was refused");
}

#[tokio::test(start_paused = true)]
async fn an_item_that_only_the_table_knows_to_be_wrong_is_found_and_handed_back_alone() {
    let (server, client) = served().await;
    // The table's key is `pk`; the writer was told another.
    let table = DynamoDb::new(client, "orders").partition_key("value", ScalarType::String);
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    for n in 0..5 {
        writer.submit(put(&format!("key {n}"), &format!("value {n}"))).await.unwrap();
    }
    writer.submit(Write::put([("value".to_owned(), s("no key"))].into())).await.unwrap();
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["ValidationException"]);
    assert_eq!(unprocessed[0].entry.attributes().len(), 1);
    check_sums(&writer, 5, 1);
    assert_eq!(stored(&server).len(), 5);
}
