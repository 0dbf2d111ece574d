//! Standard queues, from `submit` to the queue.

use std::time::Duration;

use batch_local::FaultPlan;
use batch_sqs::{AttributeValue, Message, Queue, Sqs, SqsWriter};

use crate::support::served;

#[tokio::test(start_paused = true)]
async fn everything_of_a_message_arrives() {
    let (server, client) = served("orders", &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    let message = Message::new("tab\t \u{1f600} \"quoted\"")
        .id("mine")
        .delay(Duration::from_secs(7))
        .group("tenant-1")
        .attribute("text", AttributeValue::string("ä").label("utf8"))
        .attribute("number", AttributeValue::number(-1.5e3_f64))
        .attribute("count", 12_u64)
        .attribute("bytes", AttributeValue::binary([0, 255]));
    let sent = writer.submit_tracked(message).await.unwrap().await.unwrap();
    let [stored] = &server.sqs().accepted("orders")[..] else { panic!() };
    assert_eq!(sent.response.unwrap().message_id(), stored.message_id);
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
    assert_eq!(stored.body, "tab\t \u{1f600} \"quoted\"");
    assert_eq!((stored.delay, stored.group_id.as_deref()), (Duration::from_secs(7), Some("tenant-1")));
    let types: Vec<_> =
        stored.attributes.iter().map(|(name, value)| (name.as_str(), value.data_type.as_str())).collect();
    assert_eq!(
        types,
        [("bytes", "Binary"), ("count", "Number"), ("number", "Number"), ("text", "String.utf8")]
    );
}

#[tokio::test(start_paused = true)]
async fn numbers_of_a_body_keep_every_digit() {
    let (server, client) = served("orders", &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    let body = r#"{"price":-1.5,"large":12345678901234567890.123}"#;
    writer.submit(Message::new(body)).await.unwrap();
    writer.submit(Message::json(&-1.5_f64).unwrap()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let bodies: Vec<_> = server.sqs().accepted("orders").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, [body, "-1.5"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_on_a_standard_queue_is_sent_only_when_set_and_keeps_no_order() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::none().latency(Duration::from_millis(50)..Duration::from_millis(50)));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    for n in 0..40 {
        writer.submit(Message::new(format!("{n}")).group("tenant")).await.unwrap();
    }
    writer.submit(Message::new("plain")).await.unwrap();
    tokio::task::yield_now().await;
    let most_in_flight = writer.stats().requests_in_flight;
    assert!(writer.flush().await.is_empty());
    assert!(most_in_flight > 1, "one group does not make a lane");
    let groups: Vec<_> =
        server.sqs().accepted("orders").into_iter().filter_map(|message| message.group_id).collect();
    assert_eq!(groups, vec!["tenant"; 40]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_given_by_its_arn_is_looked_up_by_name_and_account() {
    let (server, client) = served("orders", &[]).await;
    let url = client.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    let account = url.rsplit('/').nth(1).unwrap();
    let arn = |region| Queue::new(format!("arn:aws:sqs:{region}:{account}:orders"));
    let writer = SqsWriter::builder(Sqs::new(client.clone(), arn("us-east-1"))).build().unwrap();
    writer.submit(Message::new("message")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.sqs().accepted_count("orders"), 1);

    let error = SqsWriter::builder(Sqs::new(client, arn("eu-west-1"))).build().unwrap_err().to_string();
    assert!(error.contains("give the client the region of the queue"), "{error}");
}
