//! Standard queues, from `submit` to the queue.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_local::{Chosen, Fault, FaultPlan};
use batch_sqs::{AttributeValue, Linger, Message, Queue, Settings, Sqs, SqsWriter};

use crate::support::{check_sums, codes, served};

#[tokio::test(start_paused = true)]
async fn messages_arrive_as_they_were_in_full_batches() {
    let (server, client) = served("orders", &[]).await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).settings(settings).build().unwrap();
    for n in 0..95 {
        writer.submit(Message::new(format!("message {n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 95, 0);
    let bodies: BTreeSet<_> =
        server.sqs().accepted("orders").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, (0..95).map(|n| format!("message {n}")).collect());
    assert_eq!(server.requests().count("SendMessageBatch"), 10);
}

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
    assert_eq!(sent.response.unwrap().message_id, stored.message_id);
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
async fn entries_that_fail_inside_a_success_are_sent_again_and_no_others() {
    let (server, client) = served("orders", &[]).await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).settings(settings).build().unwrap();
    server.set_faults(FaultPlan::script([
        Fault::partial_failure(Chosen::At(vec![0, 3, 9]), "InternalError", false),
        Fault::throttle_entries(Chosen::At(vec![1])),
    ]));
    for n in 0..10 {
        writer.submit(Message::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 0);
    assert_eq!(server.sqs().accepted_count("orders"), 10);
    let sizes: Vec<_> = server.sqs().batches("orders").iter().map(|batch| batch.entries).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 10 + 3 + 1, "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_is_lost_is_sent_again_and_marked() {
    for fault in [
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::error_after(500, "InternalError"),
        Fault::HangAfter,
    ] {
        let (server, client) = served("orders", &[]).await;
        server.set_faults(FaultPlan::script([fault.clone()]));
        let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
        let sent = writer.submit_tracked("message".into()).await.unwrap().await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true), "{fault:?}");
        assert_eq!(server.sqs().accepted_count("orders"), 2, "{fault:?}");
        check_sums(&writer, 1, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_keeps_failing_is_handed_back_to_its_owner() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(Fault::fail_where(|body| body != "good", "InternalError", false)));
    let handled = Arc::new(Mutex::new(Vec::new()));
    let handler = Arc::clone(&handled);
    let writer = SqsWriter::builder(Sqs::new(client, "orders"))
        .on_unprocessed(move |item| handler.lock().unwrap().push(item))
        .settings(Settings::new().max_attempts(5))
        .build()
        .unwrap();
    writer.submit(Message::new("good")).await.unwrap();
    writer.submit(Message::new("handled")).await.unwrap();
    let tracked = writer.submit_tracked(Message::new("tracked")).await.unwrap();

    let item = tracked.await.unwrap_err();
    assert_eq!((item.entry.body(), item.attempts, item.maybe_delivered), ("tracked", 5, false));
    assert!(writer.flush().await.is_empty(), "the handler has it");
    let handled = handled.lock().unwrap();
    assert_eq!(handled[0].entry.body(), "handled");
    assert_eq!(codes(&handled), ["InternalError"]);
    check_sums(&writer, 1, 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_whatever_goes_wrong() {
    for seed in 0..5 {
        let (server, client) = served("orders", &[]).await;
        server.set_faults(FaultPlan::random(0.4, seed).latency(Duration::ZERO..Duration::from_millis(50)));
        let settings = Settings::new().max_attempts(20);
        let writer = SqsWriter::builder(Sqs::new(client, "orders")).settings(settings).build().unwrap();
        for n in 0..200 {
            writer.submit(Message::new(format!("message {n}"))).await.unwrap();
        }
        assert!(writer.flush().await.is_empty(), "seed {seed}");
        check_sums(&writer, 200, 0);
        let accepted = server.sqs().accepted("orders");
        let bodies: BTreeSet<_> = accepted.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(bodies.len(), 200, "seed {seed}");
        let doubled = accepted.len() as u64 - 200;
        assert!(
            doubled <= writer.stats().retries,
            "seed {seed}: no message doubled without an ambiguous attempt"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_given_by_its_arn_is_looked_up_by_name_and_account() {
    let (server, client) = served("orders", &[]).await;
    let url = client.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    let account = url.rsplit('/').nth(1).unwrap();
    let arn = |region| Queue::new(format!("arn:aws:sqs:{region}:{account}:orders"));
    let writer = SqsWriter::builder(Sqs::new(client.clone(), arn("eu-west-1"))).build().unwrap();
    writer.submit(Message::new("message")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.sqs().accepted_count("orders"), 1);

    let error = SqsWriter::builder(Sqs::new(client, arn("us-east-1"))).build().unwrap_err().to_string();
    assert!(error.contains("give the client the region of the queue"), "{error}");
}
