//! Messages that the service would refuse, and what they get.

use batch_local::{Fault, FaultPlan};
use batch_sns::{Cause, Message, Sns, SnsWriter, SubmitError};
use batchwright_kit::{check_sums, codes, says};

use crate::support::{arn, served};

/// Checks that the message is refused when it is submitted, comes back as it was, and is not counted.
async fn check_refused(topic: &str, message: Message, words: &[&str]) {
    let (server, client) = served(topic, &[]).await;
    let writer = SnsWriter::builder(Sns::new(client, arn(topic))).build().unwrap();
    let error = writer.submit(message.clone()).await.unwrap_err();
    says(&error, words);
    assert_eq!(error.into_entry().body(), message.body());
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 0, 0);
    assert_eq!(server.requests().count("PublishBatch"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_invalid_is_refused_at_submit() {
    check_refused("alerts", Message::new(""), &["invalid entry: the body is empty"]).await;
    check_refused("alerts", Message::new("x").subject("a\nb"), &["character 2 of the subject"]).await;
    check_refused("alerts", Message::new("x").message_structure_json(), &["not a JSON object"]).await;
    check_refused("alerts", Message::new("x").deduplication_id("once"), &["only FIFO topics accept"]).await;
    check_refused("alerts.fifo", Message::new("x"), &["has no group, and a FIFO topic needs one"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_of_exactly_the_limit_is_delivered_and_one_byte_more_is_refused() {
    let (server, client) = served("alerts", &[]).await;
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    let largest = Message::new("x".repeat(262_144 - 9)).attribute("ab", "c"); // 2 + "String" 6 + 1
    writer.submit(largest.clone()).await.unwrap();
    writer.submit(Message::new("y".repeat(262_144)).subject("s".repeat(100))).await.unwrap();

    let error = writer.submit(largest.attribute("ab", "cd")).await.unwrap_err();
    says(&error, &["262145 bytes", "262144"]);
    let SubmitError::TooLarge { entry, .. } = error else { panic!("{error}") };
    assert_eq!(entry.body().len(), 262_144 - 9);

    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert!(server.sns().accepted("alerts").iter().all(|message| message.bytes == 262_144));
}

#[tokio::test(start_paused = true)]
async fn no_request_is_larger_than_the_topic_takes() {
    for maximum in [262_144, 1_048_576] {
        let (server, client) = served("alerts", &[("MaximumMessageSize", &maximum.to_string())]).await;
        let topic = Sns::new(client, arn("alerts")).max_message_bytes(maximum);
        let writer = SnsWriter::builder(topic).build().unwrap();
        for n in 0..30_usize {
            writer.submit(Message::new("ä".repeat(1 + n * 30_001 % 100_000))).await.unwrap();
        }
        assert!(writer.flush().await.is_empty());
        check_sums(&writer, 30, 0);
        let batches = server.sns().batches("alerts");
        assert!(batches.iter().all(|batch| batch.entries <= 10 && batch.bytes <= maximum), "{batches:?}");
        assert_eq!(server.requests().count("PublishBatch"), batches.len() as u64, "none was refused");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_above_the_topics_own_maximum_fail_alone() {
    let (server, client) = served("alerts", &[("MaximumMessageSize", "1024")]).await;
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    for bytes in [1_024, 1_025, 10, 1_024] {
        writer.submit(Message::new("x".repeat(bytes))).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["BatchRequestTooLong"]);
    assert_eq!(unprocessed[0].entry.body().len(), 1_025);
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    check_sums(&writer, 3, 1);
    assert_eq!(server.sns().accepted_count("alerts"), 3);
}

/// Checks that of ten messages the poisoned one is handed back and the others are delivered.
async fn check_poison(fault: Fault) {
    let (server, client) = served("alerts", &[]).await;
    server.set_faults(FaultPlan::always(fault));
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    for n in 0..10 {
        writer
            .submit(Message::new(if n == 6 { "poison".to_owned() } else { format!("good {n}") }))
            .await
            .unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidParameter"]);
    assert_eq!(unprocessed[0].entry.body(), "poison");
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    check_sums(&writer, 9, 1);
    let accepted = server.sns().accepted("alerts");
    assert!(accepted.len() == 9 && accepted.iter().all(|message| message.body.starts_with("good")));
}

#[tokio::test(start_paused = true)]
async fn one_poisoned_entry_among_ten_is_handed_back_alone() {
    let poison = |body: &str| body == "poison";
    check_poison(Fault::fail_where(poison, "InvalidParameter", true)).await;
    check_poison(Fault::reject_request_where(poison, 400, "InvalidParameter")).await;
}
