use std::time::Duration;

use aws_sdk_sqs::config::http::HttpRequest;
use aws_sdk_sqs::config::{ConfigBag, FrozenLayer, RuntimePlugin};
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatch, SendMessageBatchInput};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use batch_smithy::{EntryIds, KnownDeserializer};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value;

use super::json;
use crate::serializer::tests::text;
use crate::serializer::{DESERIALIZER, SERIALIZER, request};
use crate::{AttributeValue, Message, wire};

fn operation() -> FrozenLayer {
    SendMessageBatch::new().config().expect("it has a configuration")
}

/// The request that the SDK makes of these messages.
fn by_the_sdk(url: &str, messages: &[Message], ids: &EntryIds<'_>) -> HttpRequest {
    let input = SendMessageBatchInput::builder().queue_url(url);
    let input = input.set_entries(Some(wire::entries(messages, ids))).build().expect("nothing is required");
    let operation = operation();
    let sdk = operation.load::<SharedRequestSerializer>().expect("it has a serializer");
    sdk.serialize_input(Input::erase(input), &mut ConfigBag::base()).expect("it can be written")
}

/// What is sent of a request: its head, and its body.
fn sent(request: &HttpRequest) -> (String, Value) {
    let body = request.body().bytes().expect("it is no stream");
    assert_eq!(request.headers().get("content-length"), Some(&*body.len().to_string()));
    let mut headers: Vec<_> =
        request.headers().iter().filter(|(name, _)| *name != "content-length").collect();
    headers.sort_unstable();
    let head = format!("{} {} {headers:?}", request.method(), request.uri());
    (head, serde_json::from_slice(body).expect("it is JSON"))
}

#[track_caller]
fn check(url: &str, messages: &[Message]) {
    let ids = EntryIds::of(messages, Message::get_id);
    let ours = request(json(url, messages, &ids, 0)).expect("it can be made");
    assert_eq!(sent(&ours), sent(&by_the_sdk(url, messages, &ids)));
}

#[test]
fn the_sdk_writes_and_reads_in_the_way_that_ours_are_tested_against() {
    let operation = operation();
    let serializer = operation.load::<SharedRequestSerializer>().expect("it has a serializer");
    assert_eq!(format!("{serializer:?}"), format!("SharedRequestSerializer({SERIALIZER})"));
    assert!(KnownDeserializer::of(&SendMessageBatch::new(), DESERIALIZER).is_some());
}

#[test]
fn whatever_json_escapes_is_escaped_and_nothing_else() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    let full = Message::new(&every)
        .group(&every)
        .deduplication_id(&every)
        .attribute(&every, AttributeValue::string(&every).label(&every))
        .attribute("bytes", AttributeValue::binary(every.as_bytes()))
        .trace_header(&every);
    check(&every, &[full.clone(), Message::new("plain"), full.id(&every)]);
}

#[test]
fn a_body_without_escapes_is_written_into_a_buffer_that_is_not_moved() {
    let messages = vec![Message::new("x".repeat(10_000)); 10];
    let body = json("url", &messages, &EntryIds::of(&messages, Message::get_id), 100_000);
    assert_eq!(body.capacity(), "url".len() + 11 * 128 + 112_500);
    assert!(body.len() > 100_000);
}

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let value = prop_oneof![
        text().prop_map(AttributeValue::string),
        any::<i64>().prop_map(AttributeValue::number),
        vec(any::<u8>(), 0..70).prop_map(AttributeValue::binary),
    ];
    (value, of(text())).prop_map(|(value, label)| label.into_iter().fold(value, AttributeValue::label))
}

prop_compose! {
    fn any_message()(
        (body, id, delay) in (text(), of(text()), of(0..=900_u64)),
        (group, deduplication_id, header) in (of(text()), of(text()), of(text())),
        attributes in vec((text(), any_value()), 0..4),
    ) -> Message {
        let message = id.into_iter().fold(Message::new(body), Message::id);
        let message = delay.map(Duration::from_secs).into_iter().fold(message, Message::delay);
        let message = group.into_iter().fold(message, Message::group);
        let message = deduplication_id.into_iter().fold(message, Message::deduplication_id);
        let message = header.into_iter().fold(message, Message::trace_header);
        attributes.into_iter().fold(message, |message, (name, value)| message.attribute(name, value))
    }
}

proptest! {
    #[test]
    fn a_request_is_what_the_sdk_makes_of_the_same_messages(
        url in text(), messages in vec(any_message(), 1..=3),
    ) {
        check(&url, &messages);
    }
}
