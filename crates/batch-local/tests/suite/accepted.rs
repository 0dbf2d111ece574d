//! What clients in other processes read that AWS has no request for.

use batch_local::LocalServer;
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

async fn get(server: &LocalServer, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).body(Bytes::new()).unwrap();
    let answer = server.handle(request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    (answer.status(), serde_json::from_slice(answer.body()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_topic_shows_its_messages() {
    let server = LocalServer::new();
    let client = aws_sdk_sns::Client::new(&server.sdk_config());
    client.create_topic().name("alerts").send().await.unwrap();
    assert_eq!(get(&server, "/accepted/sns/alerts").await, (StatusCode::OK, json!([])));
    let topic = client.create_topic().name("a.fifo").attributes("FifoTopic", "true").send().await.unwrap();
    let attribute = aws_sdk_sns::types::MessageAttributeValue::builder()
        .data_type("Binary")
        .binary_value(aws_sdk_sns::primitives::Blob::new([255]))
        .build()
        .unwrap();
    let publish = client.publish().topic_arn(topic.topic_arn().unwrap()).message("fire").subject("now");
    let publish = publish.message_group_id("g").message_deduplication_id("d");
    let published = publish.message_attributes("a", attribute).send().await.unwrap();
    let expected = json!([{
        "MessageId": published.message_id(),
        "Message": "fire",
        "Subject": "now",
        "MessageAttributes": { "a": { "DataType": "Binary", "BinaryValue": "/w==" } },
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
        "SequenceNumber": published.sequence_number(),
    }]);
    assert_eq!(get(&server, "/accepted/sns/a.fifo").await, (StatusCode::OK, expected));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_stream_shows_its_records() {
    let server = LocalServer::new();
    let client = aws_sdk_firehose::Client::new(&server.sdk_config());
    client.create_delivery_stream().delivery_stream_name("logs").send().await.unwrap();
    let data = aws_sdk_firehose::primitives::Blob::new([1, 10]);
    let record = aws_sdk_firehose::types::Record::builder().data(data).build().unwrap();
    let put = client.put_record().delivery_stream_name("logs").record(record).send().await.unwrap();
    let expected = json!([{ "RecordId": put.record_id(), "Data": "AQo=" }]);
    assert_eq!(get(&server, "/accepted/firehose/logs").await, (StatusCode::OK, expected));
    assert_eq!(server.firehose().stream_names(), ["logs"]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_not_found_and_nothing_is_counted() {
    let server = LocalServer::new();
    for path in ["", "sns", "sns/", "sns/alerts", "firehose/logs", "sqs/orders"] {
        let (status, body) = get(&server, &format!("/accepted/{path}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body["message"].as_str().unwrap().contains(&format!("{path:?}")), "{body}");
    }
    assert_eq!(server.requests().count("Unknown"), 0);
}
