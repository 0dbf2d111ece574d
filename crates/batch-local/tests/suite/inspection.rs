//! What the server tells without the wire.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use batch_local::{AttributeValue, LocalServer};

use crate::support::{client_of, drain, entry, grouped, local, plain, queue, receive, send, text, with};

#[tokio::test(start_paused = true)]
async fn the_history_keeps_what_the_queue_no_longer_holds() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a"), plain("b")]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["a", "b"]);
    // On a standard queue every message is one of its own.
    send(&client, &url, vec![plain("b"), plain("c")]).await.unwrap();
    receive(&client, &url, 1).await;
    let bodies = |messages: Vec<batch_local::StoredMessage>| {
        messages.into_iter().map(|message| message.body).collect::<Vec<_>>()
    };
    assert_eq!(bodies(server.sqs().messages("q")), ["b", "c"]);
    assert_eq!(bodies(server.sqs().accepted("q")), ["a", "b", "b", "c"]);
    assert_eq!(server.sqs().accepted_count("q"), 4);
    assert!(server.sqs().accepted("other").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stored_message_shows_everything_that_was_sent() {
    let (server, client) = local();
    let url = queue(&client, "q.fifo", &[]).await;
    let trace =
        MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1").build().unwrap();
    let sent = with(grouped("g", "a"), |entry| {
        entry.message_attributes = Some([("name".to_owned(), text("String.label", "value"))].into());
        entry.message_system_attributes =
            Some([(MessageSystemAttributeNameForSends::AwsTraceHeader, trace)].into());
    });
    let confirmed = send(&client, &url, vec![sent]).await.unwrap().successful.remove(0);
    let stored = server.sqs().accepted("q.fifo").remove(0);
    assert_eq!(stored.message_id, confirmed.message_id);
    assert_eq!(stored.sequence_number, confirmed.sequence_number);
    assert!(confirmed.md5_of_message_system_attributes.is_some());
    assert_eq!(stored.group_id.as_deref(), Some("g"));
    assert_eq!(stored.deduplication_id.as_deref(), Some("a"));
    assert_eq!(stored.trace_header.as_deref(), Some("Root=1"));
    assert_eq!(stored.attributes["name"].data_type, "String.label");
    assert_eq!(stored.attributes["name"].value, AttributeValue::Text("value".to_owned()));
    assert_eq!(stored.bytes, "a".len() + "name".len() + "String.label".len() + "value".len());
}

#[tokio::test(start_paused = true)]
async fn the_sizes_of_batches_are_remembered_with_their_failed_entries() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![entry("a", "12345"), entry("b", "678"), entry("bad", "\0")]).await.unwrap();
    send(&client, &url, vec![plain("a"), plain("a")]).await.unwrap_err();
    send(&client, &url, vec![plain("c")]).await.unwrap();
    client.send_message().queue_url(&url).message_body("single").send().await.unwrap();
    let sizes: Vec<(usize, usize)> =
        server.sqs().batches("q").iter().map(|batch| (batch.entries, batch.bytes)).collect();
    assert_eq!(sizes, [(3, 9), (1, 1)]);
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_by_operation() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap();
    send(&client, &url, vec![]).await.unwrap_err();
    client.tag_queue().queue_url(&url).tags("a", "b").send().await.unwrap_err();
    let requests = server.requests();
    assert_eq!(requests.count("SendMessageBatch"), 2);
    assert_eq!(requests.count("SendMessage"), 0);
    let all: Vec<(&str, u64)> = requests.iter().collect();
    assert_eq!(all, [("CreateQueue", 1), ("SendMessageBatch", 2), ("Unknown", 1)]);
    assert_eq!(requests.total(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_discarding_server_validates_and_counts_but_holds_nothing() {
    let server = LocalServer::builder().discard(true).build();
    let client = client_of(&server);
    let url = queue(&client, "q.fifo", &[]).await;
    for _ in 0..2 {
        let sent = send(&client, &url, vec![grouped("g", "a"), entry("b", "\0")]).await;
        assert_eq!(sent.unwrap_err().code(), Some("MissingParameter"));
        send(&client, &url, vec![grouped("g", "a")]).await.unwrap();
    }
    assert!(drain(&client, &url).await.is_empty());
    let view = server.sqs();
    assert_eq!(view.accepted_count("q.fifo"), 2);
    assert!(
        view.accepted("q.fifo").is_empty()
            && view.messages("q.fifo").is_empty()
            && view.batches("q.fifo").is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_server_refuses_until_a_queue_is_deleted() {
    let server = LocalServer::builder().capacity(10_000).build();
    let client = client_of(&server);
    let url = queue(&client, "q", &[]).await;
    let send_large = async |url: &str| send(&client, url, vec![entry("a", &"x".repeat(6_000))]).await;
    send_large(&url).await.unwrap();
    let error = send_large(&url).await.unwrap_err();
    assert_eq!(error.code(), Some("ServiceUnavailable"));
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(server.sqs().accepted("q").len(), 1);
    client.delete_queue().queue_url(&url).send().await.unwrap();
    let other = queue(&client, "other", &[]).await;
    send_large(&other).await.unwrap();
}
