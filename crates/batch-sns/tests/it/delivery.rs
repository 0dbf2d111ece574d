//! Standard topics, from `submit` to the topic.

use std::time::Duration;

use batch_local::{AttributeValue, FaultPlan};
use batch_sns::{Message, Sns, SnsWriter};

use crate::support::{arn, served};

#[tokio::test(start_paused = true)]
async fn everything_of_a_message_arrives() {
    let (server, client) = served("alerts", &[]).await;
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    let message = Message::new("tab\t & <\u{1f600}> \"quoted\" \u{1} 100 %+")
        .subject("ä & b")
        .group("tenant-1")
        .attribute("text", "a b+c")
        .attribute("number", -1.5)
        .attribute("array", ["x", "y"])
        .binary_attribute("bytes", [0, 255]);
    let sent = writer.submit_tracked(message.clone()).await.unwrap().await.unwrap();
    let [stored] = &server.sns().accepted("alerts")[..] else { panic!() };
    let response = sent.response.unwrap();
    assert_eq!((response.message_id(), response.sequence_number()), (&*stored.message_id, None));
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
    assert_eq!(stored.body, message.body());
    assert_eq!((stored.subject.as_deref(), stored.group_id.as_deref()), (Some("ä & b"), Some("tenant-1")));
    let text = |value: &str| AttributeValue::Text(value.to_owned());
    let expected = [
        ("array", "String.Array", text(r#"["x","y"]"#)),
        ("bytes", "Binary", AttributeValue::Binary(vec![0, 255])),
        ("number", "Number", text("-1.5")),
        ("text", "String", text("a b+c")),
    ];
    let attributes = stored.attributes.iter();
    let stored: Vec<_> =
        attributes.map(|(name, value)| (&**name, &*value.data_type, value.value.clone())).collect();
    assert_eq!(stored, expected);
}

#[tokio::test(start_paused = true)]
async fn a_structured_message_arrives_as_such() {
    let (server, client) = served("alerts", &[]).await;
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    let body = r#"{"default":"x","sms":"y"}"#;
    writer.submit(Message::new(body).message_structure_json()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let stored = server.sns().accepted("alerts").remove(0);
    assert_eq!((&*stored.body, stored.structure.as_deref()), (body, Some("json")));
}

#[tokio::test(start_paused = true)]
async fn a_group_on_a_standard_topic_is_sent_only_when_set_and_keeps_no_order() {
    let (server, client) = served("alerts", &[]).await;
    server.set_faults(FaultPlan::none().latency(Duration::from_millis(50)..Duration::from_millis(50)));
    let writer = SnsWriter::builder(Sns::new(client, arn("alerts"))).build().unwrap();
    for n in 0..40 {
        writer.submit(Message::new(format!("{n}")).group("tenant")).await.unwrap();
    }
    writer.submit(Message::new("plain")).await.unwrap();
    tokio::task::yield_now().await;
    let most_in_flight = writer.stats().requests_in_flight;
    assert!(writer.flush().await.is_empty());
    assert!(most_in_flight > 1, "one group does not make a lane");
    let groups: Vec<_> =
        server.sns().accepted("alerts").into_iter().filter_map(|message| message.group_id).collect();
    assert_eq!(groups, vec!["tenant"; 40]);
}
