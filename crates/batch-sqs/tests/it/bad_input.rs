//! Messages that the service would refuse, and what they get.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use batch_local::{Fault, FaultPlan};
use batch_sqs::{Cause, Message, Sqs, SqsWriter, SubmitError};
use batchwright_kit::{check_sums, codes, says};

use crate::support::served;

/// Checks that the message is refused when it is submitted, comes back as it was, and is not
/// counted.
async fn check_refused(queue: &str, message: Message, words: &[&str]) {
    let (server, client) = served(queue, &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, queue)).build().unwrap();
    let error = writer.submit(message.clone()).await.unwrap_err();
    says(&error, words);
    assert_eq!(error.into_entry().into_body(), message.body());
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 0, 0);
    assert_eq!(server.requests().count("SendMessageBatch"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_refused_at_submit() {
    check_refused("orders", Message::new(""), &["invalid entry: the body is empty"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_character_that_sqs_does_not_take_is_refused_at_submit() {
    let message = Message::new("0123456789abcdefg\u{fffe}");
    check_refused("orders", message, &["the character at byte 17 of the body is not allowed", "base64"])
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_eleventh_attribute_is_refused_at_submit() {
    let message = (0..11).fold(Message::new("x"), |message, n| message.attribute(format!("name-{n}"), n));
    check_refused("orders", message, &["11 attributes are above the limit of 10"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_901_seconds_is_refused_at_submit() {
    let message = Message::new("x").delay(Duration::from_secs(901));
    check_refused(
        "orders",
        message,
        &["delay of 901 s is above the limit of 900 s; submit the message later"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_group_is_refused_by_a_fifo_queue_at_submit() {
    check_refused(
        "orders.fifo",
        Message::new("x"),
        &["has no group, and a FIFO queue needs one", "default_group"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_deduplication_id_is_refused_by_a_standard_queue_at_submit() {
    check_refused("orders", Message::new("x").deduplication_id("once"), &["only FIFO queues accept"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_of_exactly_the_limit_is_delivered_and_one_byte_more_is_refused() {
    let (server, client) = served("orders", &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    let largest = Message::new("x".repeat(1_048_576 - 9)).attribute("ab", "c"); // 2 + "String" 6 + 1
    writer.submit(largest.clone()).await.unwrap();
    writer.submit(Message::new("y".repeat(1_048_576))).await.unwrap();

    let error = writer.submit(largest.attribute("ab", "cd")).await.unwrap_err();
    says(&error, &["1048577 bytes", "1048576"]);
    let SubmitError::TooLarge { entry, .. } = error else { panic!("{error}") };
    assert_eq!(entry.body().len(), 1_048_576 - 9);

    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert!(server.sqs().accepted("orders").iter().all(|message| message.bytes == 1_048_576));
}

#[tokio::test(start_paused = true)]
async fn no_batch_is_larger_than_the_service_takes() {
    let (server, client) = served("orders", &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    for n in 0..30_usize {
        writer.submit(Message::new("x".repeat(1 + n * 90_001 % 300_000))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 30, 0);
    let batches = server.sqs().batches("orders");
    assert!(batches.iter().all(|batch| batch.entries <= 10 && batch.bytes <= 1_048_576), "{batches:?}");
    assert_eq!(server.requests().count("SendMessageBatch"), batches.len() as u64, "none was refused");
}

#[tokio::test(start_paused = true)]
async fn a_message_above_the_queues_own_maximum_fails_alone() {
    let (server, client) = served("orders", &[(QueueAttributeName::MaximumMessageSize, "1024")]).await;
    let writer = SqsWriter::builder(Sqs::new(client.clone(), "orders")).build().unwrap();
    for bytes in [1_024, 1_025, 10, 1_024] {
        writer.submit(Message::new("x".repeat(bytes))).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidParameterValue"]);
    assert_eq!(unprocessed[0].entry.body().len(), 1_025);
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    check_sums(&writer, 3, 1);
    assert_eq!(server.sqs().accepted_count("orders"), 3);

    let writer = SqsWriter::builder(Sqs::new(client, "orders").max_message_bytes(1_024)).build().unwrap();
    let error = writer.submit(Message::new("x".repeat(1_025))).await.unwrap_err();
    says(&error, &["1025 bytes, above the limit of 1024"]);
}

/// Checks that of ten messages the poisoned one is handed back and the others are delivered.
async fn check_poison(fault: Fault, code: &str) {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(fault));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    for n in 0..10 {
        writer
            .submit(Message::new(if n == 6 { "poison".to_owned() } else { format!("good {n}") }))
            .await
            .unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), [code]);
    assert_eq!(unprocessed[0].entry.body(), "poison");
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    check_sums(&writer, 9, 1);
    let accepted = server.sqs().accepted("orders");
    assert!(accepted.len() == 9 && accepted.iter().all(|message| message.body.starts_with("good")));
}

#[tokio::test(start_paused = true)]
async fn one_poisoned_entry_among_ten_is_handed_back_alone() {
    let poison = |body: &str| body == "poison";
    check_poison(Fault::fail_where(poison, "InvalidMessageContents", true), "InvalidMessageContents").await;
}

#[tokio::test(start_paused = true)]
async fn two_messages_of_one_id_are_duplicates_while_the_first_is_inside() {
    let (server, client) = served("orders", &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    writer.submit(Message::new("first").id("order-17")).await.unwrap();
    let error = writer.submit(Message::new("second").id("order-17")).await.unwrap_err();
    let SubmitError::Duplicate(entry) = error else { panic!("{error}") };
    assert_eq!(entry.body(), "second");
    assert!(writer.flush().await.is_empty());
    writer.submit(entry).await.unwrap();
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert_eq!(server.sqs().accepted_count("orders"), 2);
}
