//! Order, locks and deduplication of FIFO queues.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::MessageSystemAttributeName as System;

use crate::support::{
    bodies, delete, drain, entry, grouped, local, named, now, pass, queue, receive, send, wait, with,
};

#[tokio::test(start_paused = true)]
async fn messages_of_a_group_come_in_order_with_increasing_sequence_numbers() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    let sent =
        send(&client, &url, vec![grouped("g", "a"), grouped("g", "b"), grouped("g", "c")]).await.unwrap();
    let confirmed: Vec<&str> =
        sent.successful().iter().map(|entry| entry.sequence_number().unwrap()).collect();
    assert!(confirmed.is_sorted() && confirmed[0] != confirmed[1]);
    let received = receive(&client, &url, 10).await;
    assert_eq!(bodies(&received), ["a", "b", "c"]);
    let numbers: Vec<&str> = received
        .iter()
        .map(|message| message.attributes().unwrap()[&System::SequenceNumber].as_str())
        .collect();
    assert_eq!(numbers, confirmed);
    let attributes = received[0].attributes().unwrap();
    assert_eq!(attributes[&System::MessageGroupId], "g");
    assert_eq!(attributes[&System::MessageDeduplicationId], "a");
}

#[tokio::test(start_paused = true)]
async fn a_group_is_locked_while_one_of_its_messages_is_in_flight() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    let entries = ["a1", "b1", "a2", "a3"].map(|id| grouped(&id[..1], id));
    send(&client, &url, entries.to_vec()).await.unwrap();
    let a1 = receive(&client, &url, 1).await.remove(0);
    assert_eq!(a1.body(), Some("a1"));
    // Another group is free.
    assert_eq!(bodies(&receive(&client, &url, 10).await), ["b1"]);
    assert!(receive(&client, &url, 10).await.is_empty());
    delete(&client, &url, &a1).await;
    assert_eq!(bodies(&receive(&client, &url, 10).await), ["a2", "a3"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_stays_locked_until_all_messages_of_a_receive_are_done() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    send(&client, &url, ["1", "2", "3"].map(|id| grouped("g", id)).to_vec()).await.unwrap();
    let two = receive(&client, &url, 2).await;
    assert_eq!(bodies(&two), ["1", "2"]);
    delete(&client, &url, &two[0]).await;
    assert!(receive(&client, &url, 10).await.is_empty());
    delete(&client, &url, &two[1]).await;
    assert_eq!(bodies(&receive(&client, &url, 10).await), ["3"]);
}

#[tokio::test(start_paused = true)]
async fn order_is_kept_when_messages_become_visible_again() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[("VisibilityTimeout", "10")]).await;
    send(&client, &url, ["1", "2", "3", "4"].map(|id| grouped("g", id)).to_vec()).await.unwrap();
    let three = receive(&client, &url, 3).await;
    // The one in the middle is done, the others come back in front of the one that waited.
    delete(&client, &url, &three[1]).await;
    pass(10.0).await;
    assert_eq!(bodies(&receive(&client, &url, 10).await), ["1", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn a_handle_expires_with_its_visibility_timeout() {
    let (server, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    send(&client, &url, vec![grouped("g", "a")]).await.unwrap();
    let late = receive(&client, &url, 1).await.remove(0);
    pass(30.0).await;
    let handle = late.receipt_handle().unwrap();
    let error = client.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    assert_eq!(server.sqs().messages("q.fifo").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_a_group_is_unlocked() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    send(&client, &url, vec![grouped("g", "1"), grouped("g", "2")]).await.unwrap();
    let first = receive(&client, &url, 1).await.remove(0);
    let started = now();
    let poll = client.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let done = async {
        wait(2).await;
        delete(&client, &url, &first).await;
    };
    let (polled, ()) = tokio::join!(poll, done);
    assert_eq!(bodies(polled.unwrap().messages()), ["2"]);
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_confirmed_as_the_first_one_but_not_delivered() {
    let (server, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    let other = with(grouped("g", "a"), |entry| entry.message_body = "other".into());
    let batch = vec![named("1", grouped("g", "a")), named("2", other.clone())];
    let sent = send(&client, &url, batch).await.unwrap();
    assert!(sent.failed().is_empty());
    let later = send(&client, &url, vec![other]).await.unwrap();
    let first = &sent.successful()[0];
    for duplicate in [&sent.successful()[1], &later.successful()[0]] {
        assert_eq!(duplicate.message_id(), first.message_id());
        assert_eq!(duplicate.sequence_number(), first.sequence_number());
        assert_ne!(duplicate.md5_of_message_body(), first.md5_of_message_body());
    }
    assert_eq!(drain(&client, &url).await, ["a"]);
    assert_eq!(server.sqs().accepted("q.fifo").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_recognized_for_five_minutes_even_after_deletion() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    send(&client, &url, vec![grouped("g", "a")]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["a"]);
    pass(299.9).await;
    // This does not make the interval longer.
    send(&client, &url, vec![grouped("g", "a")]).await.unwrap();
    assert!(drain(&client, &url).await.is_empty());
    pass(0.2).await;
    send(&client, &url, vec![grouped("g", "a")]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_those_of_the_queue_or_of_the_group() {
    let (_, client) = local();
    let batch = || vec![named("1", grouped("g", "a")), named("2", grouped("h", "a"))];
    let by_queue = queue(&client, "queue.fifo", &[]).await;
    send(&client, &by_queue, batch()).await.unwrap();
    assert_eq!(drain(&client, &by_queue).await.len(), 1);
    let scope = [("DeduplicationScope", "messageGroup"), ("FifoThroughputLimit", "perMessageGroupId")];
    let by_group = queue(&client, "group.fifo", &scope).await;
    send(&client, &by_group, batch()).await.unwrap();
    assert_eq!(drain(&client, &by_group).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn deduplication_by_content_looks_at_the_body_unless_there_is_an_id() {
    let (server, client) = local();
    let url = queue(&client, "q.fifo", &[("ContentBasedDeduplication", "true")]).await;
    let of = |id: &str, body: &str| with(entry(id, body), |entry| entry.message_group_id = Some("g".into()));
    let with_id = with(of("4", "hello"), |entry| entry.message_deduplication_id = Some("own".into()));
    send(&client, &url, vec![of("1", "hello"), of("2", "world"), of("3", "hello"), with_id]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["hello", "world", "hello"]);
    let ids: Vec<String> =
        server.sqs().accepted("q.fifo").into_iter().filter_map(|message| message.deduplication_id).collect();
    assert_eq!(ids[0], "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(ids[2], "own");
}

#[tokio::test(start_paused = true)]
async fn the_delay_of_a_queue_holds_for_all_its_messages() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[("DelaySeconds", "5")]).await;
    send(&client, &url, vec![grouped("g", "a"), grouped("g", "b")]).await.unwrap();
    pass(4.9).await;
    assert!(drain(&client, &url).await.is_empty());
    pass(0.2).await;
    assert_eq!(drain(&client, &url).await, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn each_group_of_many_keeps_its_order() {
    let (_, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    for batch in 0..30 {
        let entries = (0..10).map(|index| {
            grouped(&format!("g{}", (batch * 7 + index * 3) % 13), &(batch * 10 + index).to_string())
        });
        send(&client, &url, entries.collect()).await.unwrap();
    }
    let mut received = 0;
    let mut last = std::collections::HashMap::new();
    loop {
        let messages = receive(&client, &url, 10).await;
        if messages.is_empty() {
            break;
        }
        for message in messages {
            let group = message.attributes().unwrap()[&System::MessageGroupId].clone();
            let number: u32 = message.body().unwrap().parse().unwrap();
            assert!(last.insert(group, number).is_none_or(|before| before < number));
            delete(&client, &url, &message).await;
            received += 1;
        }
    }
    assert_eq!(received, 300);
}
