//! Receiving and deleting on standard queues.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName as System};

use crate::support::{bodies, delayed, delete, drain, local, now, pass, plain, queue, receive, send, wait};

#[tokio::test(start_paused = true)]
async fn a_received_message_is_hidden_until_its_visibility_timeout() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap();
    assert_eq!(bodies(&receive(&client, &url, 10).await), ["a"]);
    pass(29.9).await;
    assert!(receive(&client, &url, 10).await.is_empty());
    pass(0.2).await;
    let again = receive(&client, &url, 10).await;
    assert_eq!(bodies(&again), ["a"]);
    assert_eq!(again[0].attributes().unwrap()[&System::ApproximateReceiveCount], "2");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_the_requests_or_the_queues() {
    let (_, client) = local();
    let url = queue(&client, "q", &[("VisibilityTimeout", "5")]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap();
    receive(&client, &url, 1).await;
    pass(5.0).await;
    let request = client.receive_message().queue_url(&url).visibility_timeout(60);
    assert_eq!(bodies(request.send().await.unwrap().messages()), ["a"]);
    pass(59.0).await;
    assert!(receive(&client, &url, 1).await.is_empty());
    pass(1.0).await;
    let request = client.receive_message().queue_url(&url).visibility_timeout(0);
    assert_eq!(bodies(request.send().await.unwrap().messages()), ["a"]);
    assert_eq!(bodies(&receive(&client, &url, 1).await), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_message_is_hidden_at_first() {
    let (server, client) = local();
    let url = queue(&client, "q", &[("DelaySeconds", "5")]).await;
    send(&client, &url, vec![delayed("late", 900), plain("usual"), delayed("now", 0)]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["now"]);
    pass(5.0).await;
    assert_eq!(drain(&client, &url).await, ["usual"]);
    pass(894.9).await;
    assert!(drain(&client, &url).await.is_empty());
    pass(0.2).await;
    assert_eq!(drain(&client, &url).await, ["late"]);
    let delays: Vec<u64> = server.sqs().accepted("q").iter().map(|message| message.delay.as_secs()).collect();
    assert_eq!(delays, [900, 5, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_receive_returns_up_to_ten_messages_and_one_if_not_told() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    for part in ["a", "b"] {
        let entries = (0..10).map(|index| plain(&format!("{part}{index}"))).collect();
        send(&client, &url, entries).await.unwrap();
    }
    assert_eq!(client.receive_message().queue_url(&url).send().await.unwrap().messages().len(), 1);
    assert_eq!(receive(&client, &url, 10).await.len(), 10);
    assert_eq!(receive(&client, &url, 10).await.len(), 9);
    for most in [0, 11, -1] {
        let error =
            client.receive_message().queue_url(&url).max_number_of_messages(most).send().await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidParameterValue"));
    }
    let wait = client.receive_message().queue_url(&url).wait_time_seconds(21).send().await.unwrap_err();
    assert_eq!(wait.code(), Some("InvalidParameterValue"));
    let hide = client.receive_message().queue_url(&url).visibility_timeout(43_201).send().await.unwrap_err();
    assert_eq!(hide.code(), Some("InvalidParameterValue"));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_a_message_arrives() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    let started = now();
    let poll = client.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let arrive = async {
        wait(7).await;
        send(&client, &url, vec![plain("a")]).await.unwrap();
    };
    let (polled, ()) = tokio::join!(poll, arrive);
    assert_eq!(bodies(polled.unwrap().messages()), ["a"]);
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_a_message_becomes_visible_or_time_is_up() {
    let (_, client) = local();
    let url = queue(&client, "q", &[("ReceiveMessageWaitTimeSeconds", "20")]).await;
    send(&client, &url, vec![delayed("a", 3)]).await.unwrap();
    let started = now();
    assert_eq!(bodies(&receive(&client, &url, 1).await), ["a"]);
    assert_eq!(started.elapsed().as_secs(), 3);
    assert!(receive(&client, &url, 1).await.is_empty());
    assert_eq!(started.elapsed().as_secs(), 23);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_its_queue_is_deleted() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    let poll = client.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let remove = async {
        wait(1).await;
        client.delete_queue().queue_url(&url).send().await.unwrap();
    };
    let (polled, ()) = tokio::join!(poll, remove);
    assert_eq!(polled.unwrap_err().code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
}

#[tokio::test(start_paused = true)]
async fn only_the_latest_receipt_handle_deletes() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap();
    let first = receive(&client, &url, 1).await.remove(0);
    pass(30.0).await;
    let second = receive(&client, &url, 1).await.remove(0);
    assert_ne!(first.receipt_handle(), second.receipt_handle());
    delete(&client, &url, &first).await;
    assert_eq!(server.sqs().messages("q").len(), 1);
    pass(30.0).await;
    // The timeout is over, but nobody has received it since.
    delete(&client, &url, &second).await;
    assert!(server.sqs().messages("q").is_empty());
    // Deleting is idempotent.
    delete(&client, &url, &second).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_deletions_fails_entry_by_entry() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a"), plain("b")]).await.unwrap();
    let received = receive(&client, &url, 2).await;
    let deletion = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let handle = |message: &Message| message.receipt_handle().unwrap().to_owned();
    let entries = vec![
        deletion("a", &handle(&received[0])),
        deletion("x", "forged"),
        deletion("b", &handle(&received[1])),
    ];
    let output =
        client.delete_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.unwrap();
    let done: Vec<&str> =
        output.successful().iter().map(aws_sdk_sqs::types::DeleteMessageBatchResultEntry::id).collect();
    assert_eq!(done, ["a", "b"]);
    assert_eq!((output.failed()[0].id(), output.failed()[0].code()), ("x", "ReceiptHandleIsInvalid"));
    assert!(server.sqs().messages("q").is_empty());
    let twice = vec![deletion("a", "x"), deletion("a", "x")];
    let error =
        client.delete_message_batch().queue_url(&url).set_entries(Some(twice)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"));
}

#[tokio::test(start_paused = true)]
async fn a_message_is_lost_when_its_retention_is_over() {
    let (server, client) = local();
    let url = queue(&client, "q", &[("MessageRetentionPeriod", "60")]).await;
    send(&client, &url, vec![plain("received"), plain("visible"), delayed("delayed", 900)]).await.unwrap();
    receive(&client, &url, 1).await;
    pass(30.0).await;
    send(&client, &url, vec![plain("young")]).await.unwrap();
    pass(30.0).await;
    assert_eq!(drain(&client, &url).await, ["young"]);
    assert!(server.sqs().messages("q").is_empty());
    assert_eq!(server.sqs().accepted("q").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_messages_are_received_and_deleted_in_order() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    for batch in 0..100 {
        let entries = (0..10).map(|index| plain(&(batch * 10 + index).to_string())).collect();
        send(&client, &url, entries).await.unwrap();
    }
    let mut next = 0;
    loop {
        let messages = receive(&client, &url, 10).await;
        if messages.is_empty() {
            break;
        }
        let mut request = client.delete_message_batch().queue_url(&url);
        for message in &messages {
            assert_eq!(message.body(), Some(next.to_string().as_str()));
            let deletion = DeleteMessageBatchRequestEntry::builder().id(next.to_string());
            request =
                request.entries(deletion.receipt_handle(message.receipt_handle().unwrap()).build().unwrap());
            next += 1;
        }
        assert!(request.send().await.unwrap().failed().is_empty());
    }
    assert_eq!(next, 1_000);
}
