//! The operations on queues.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::support::{delayed, delete, drain, local, pass, plain, queue, receive, send};

async fn refusal(client: &Client, name: &str, attributes: &[(&str, &str)]) -> String {
    let mut request = client.create_queue().queue_name(name);
    for (name, value) in attributes {
        request = request.attributes(QueueAttributeName::from(*name), *value);
    }
    request.send().await.unwrap_err().code().unwrap().to_owned()
}

async fn attributes(client: &Client, url: &str, names: &[&str]) -> HashMap<String, String> {
    let names = names.iter().map(|name| QueueAttributeName::from(*name)).collect();
    let request = client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names));
    let found = request.send().await.unwrap().attributes.unwrap_or_default();
    found.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_queue_has_a_url_at_the_host_where_the_client_reached_the_server() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    assert_eq!(url, "http://localhost:9324/000000000000/q");
    let found = client.get_queue_url().queue_name("q").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(url.as_str()));
    // Any other host will do as well.
    send(&client, "https://sqs.eu-west-1.amazonaws.com/123456789012/q", vec![plain("a")]).await.unwrap();
    assert_eq!(drain(&client, &url).await, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_queue_is_reported_by_every_operation() {
    let (_, client) = local();
    let url = "http://localhost/000000000000/q";
    const MISSING: Option<&str> = Some("AWS.SimpleQueueService.NonExistentQueue");
    let error = send(&client, url, vec![plain("a")]).await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist());
    assert_eq!(error.code(), MISSING);
    assert_eq!(
        client.send_message().queue_url(url).message_body("a").send().await.unwrap_err().code(),
        MISSING
    );
    assert_eq!(client.receive_message().queue_url(url).send().await.unwrap_err().code(), MISSING);
    assert_eq!(
        client.delete_message().queue_url(url).receipt_handle("x").send().await.unwrap_err().code(),
        MISSING
    );
    assert_eq!(client.delete_queue().queue_url(url).send().await.unwrap_err().code(), MISSING);
    assert_eq!(client.purge_queue().queue_url(url).send().await.unwrap_err().code(), MISSING);
    assert_eq!(client.get_queue_attributes().queue_url(url).send().await.unwrap_err().code(), MISSING);
    assert_eq!(client.get_queue_url().queue_name("q").send().await.unwrap_err().code(), MISSING);
    let malformed = client.purge_queue().queue_url("q").send().await.unwrap_err();
    assert_eq!(malformed.code(), Some("InvalidAddress"));
}

#[tokio::test(start_paused = true)]
async fn creating_a_queue_again_needs_the_same_attributes() {
    let (server, client) = local();
    let url = queue(&client, "q", &[("VisibilityTimeout", "5")]).await;
    assert_eq!(queue(&client, "q", &[("VisibilityTimeout", "5")]).await, url);
    assert_eq!(queue(&client, "q", &[("DelaySeconds", "0")]).await, url);
    assert_eq!(refusal(&client, "q", &[("VisibilityTimeout", "6")]).await, "QueueAlreadyExists");
    assert_eq!(server.sqs().queue_names(), ["q"]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_name_has_up_to_80_characters_and_tells_fifo_queues() {
    let (_, client) = local();
    const FIFO: [(&str, &str); 1] = [("FifoQueue", "true")];
    for good in ["q", "A-b_9", &"x".repeat(80), "q.fifo", &format!("{}.fifo", "x".repeat(75))] {
        queue(&client, good, &[]).await;
    }
    for bad in ["", "a b", "a.b", "é", "q.fifo", &"x".repeat(81)] {
        assert_eq!(refusal(&client, bad, &[]).await, "InvalidParameterValue", "{bad}");
    }
    for bad in ["q", ".fifo", "a b.fifo", &format!("{}.fifo", "x".repeat(76))] {
        assert_eq!(refusal(&client, bad, &FIFO).await, "InvalidParameterValue", "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_shows_its_attributes() {
    let (_, client) = local();
    let url = queue(&client, "q", &[("VisibilityTimeout", "5"), ("Policy", "{}")]).await;
    let all = attributes(&client, &url, &["All"]).await;
    for (name, value) in [
        ("ApproximateNumberOfMessages", "0"),
        ("DelaySeconds", "0"),
        ("MaximumMessageSize", "1048576"),
        ("MessageRetentionPeriod", "345600"),
        ("Policy", "{}"),
        ("QueueArn", "arn:aws:sqs:us-east-1:000000000000:q"),
        ("ReceiveMessageWaitTimeSeconds", "0"),
        ("VisibilityTimeout", "5"),
    ] {
        assert_eq!(all.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!all.contains_key("FifoQueue"));
    let fifo = queue(&client, "q.fifo", &[("ContentBasedDeduplication", "true")]).await;
    let some =
        attributes(&client, &fifo, &["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope"]).await;
    let expected =
        [("FifoQueue", "true"), ("ContentBasedDeduplication", "true"), ("DeduplicationScope", "queue")];
    assert_eq!(some, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert!(attributes(&client, &url, &[]).await.is_empty());
    let unknown = client.get_queue_attributes().queue_url(&url).attribute_names("Colour".into()).send().await;
    assert_eq!(unknown.unwrap_err().code(), Some("InvalidAttributeName"));
}

#[tokio::test(start_paused = true)]
async fn a_queue_counts_what_is_visible_delayed_and_in_flight() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a"), plain("b"), plain("c"), delayed("d", 10)]).await.unwrap();
    let message = receive(&client, &url, 1).await.remove(0);
    let count = async || {
        let names = ["", "Delayed", "NotVisible"].map(|end| format!("ApproximateNumberOfMessages{end}"));
        let found = attributes(&client, &url, &names.each_ref().map(String::as_str)).await;
        names.map(|name| found[&name].parse::<u32>().unwrap())
    };
    assert_eq!(count().await, [2, 1, 1]);
    pass(10.0).await;
    assert_eq!(count().await, [3, 0, 1]);
    delete(&client, &url, &message).await;
    assert_eq!(count().await, [3, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn queues_are_listed_by_name_in_pages() {
    let (_, client) = local();
    for name in ["b2", "a", "b1", "b3"] {
        queue(&client, name, &[]).await;
    }
    let list = async |prefix: &str, most: Option<i32>, token: Option<String>| {
        let request =
            client.list_queues().queue_name_prefix(prefix).set_max_results(most).set_next_token(token);
        let page = request.send().await.unwrap();
        let names: Vec<String> =
            page.queue_urls().iter().map(|url| url.rsplit('/').next().unwrap().to_owned()).collect();
        (names, page.next_token)
    };
    assert_eq!(list("", None, None).await, (["a", "b1", "b2", "b3"].map(String::from).to_vec(), None));
    let (first, token) = list("b", Some(2), None).await;
    assert_eq!(first, ["b1", "b2"]);
    assert_eq!(list("b", Some(2), token).await, (vec!["b3".to_owned()], None));
    let refused = client.list_queues().max_results(1001).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterValue"));
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_deleted_queue_rests_for_a_minute() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap();
    let old = receive(&client, &url, 1).await.remove(0);
    client.delete_queue().queue_url(&url).send().await.unwrap();
    pass(59.9).await;
    assert_eq!(refusal(&client, "q", &[]).await, "AWS.SimpleQueueService.QueueDeletedRecently");
    pass(0.2).await;
    let url = queue(&client, "q", &[]).await;
    assert!(server.sqs().accepted("q").is_empty());
    // A handle of the old queue opens nothing in the new one.
    send(&client, &url, vec![plain("b")]).await.unwrap();
    let request = client.delete_message().queue_url(&url).receipt_handle(old.receipt_handle().unwrap());
    assert_eq!(request.send().await.unwrap_err().code(), Some("ReceiptHandleIsInvalid"));
}

#[tokio::test(start_paused = true)]
async fn a_purge_empties_a_queue_once_a_minute() {
    let (server, client) = local();
    let url = queue(&client, "q", &[]).await;
    send(&client, &url, vec![plain("a"), plain("b")]).await.unwrap();
    receive(&client, &url, 1).await;
    client.purge_queue().queue_url(&url).send().await.unwrap();
    assert!(drain(&client, &url).await.is_empty());
    pass(59.9).await;
    assert!(drain(&client, &url).await.is_empty());
    assert_eq!(server.sqs().accepted("q").len(), 2);
    let again = client.purge_queue().queue_url(&url).send().await.unwrap_err();
    assert_eq!(again.code(), Some("AWS.SimpleQueueService.PurgeQueueInProgress"));
    pass(0.2).await;
    client.purge_queue().queue_url(&url).send().await.unwrap();
}
