use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_sqs::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_sqs::config::{BehaviorVersion, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_sqs::error::BoxError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use aws_sdk_sqs::{Client, Config};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use batch_smithy::known;
use proptest::collection::{hash_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

type Seen = Arc<Mutex<Option<SharedRequestSerializer>>>;

/// Ends a request before anything is written, and keeps the serializer that would have.
#[derive(Debug)]
struct Spy(Seen);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Spy {
    fn name(&self) -> &'static str {
        "Spy"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.0.lock().expect("nobody panics with it") = bag.load::<SharedRequestSerializer>().cloned();
        Err("seen enough".into())
    }
}

/// Puts a serializer of its own into the bag.
#[derive(Debug)]
struct Own;

impl SerializeRequest for Own {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        Err("never called".into())
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Own {
    fn name(&self) -> &'static str {
        "Own"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(SharedRequestSerializer::new(Own));
        Ok(())
    }
}

/// A client with these interceptors and, behind them, one that says which serializer they left.
fn client(interceptors: impl IntoIterator<Item = SharedInterceptor>) -> (Client, Seen) {
    let seen = Seen::default();
    let spy = SharedInterceptor::new(Spy(Arc::clone(&seen)));
    let mut config =
        Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    config.set_interceptors(interceptors.into_iter().chain([spy]));
    (Client::from_conf(config.build()), seen)
}

fn block_on<T>(request: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("nothing is missing").block_on(request)
}

/// The serializer that writes a batch behind these interceptors.
fn serializer(interceptors: impl IntoIterator<Item = SharedInterceptor>) -> SharedRequestSerializer {
    let (client, seen) = client(interceptors);
    block_on(client.send_message_batch().send()).expect_err("it was ended");
    seen.lock().expect("nobody panics with it").take().expect("it was seen")
}

fn of_the_sdk() -> SharedRequestSerializer {
    static SDK: OnceLock<SharedRequestSerializer> = OnceLock::new();
    SDK.get_or_init(|| serializer([])).clone()
}

fn ours() -> SharedRequestSerializer {
    static OURS: OnceLock<SharedRequestSerializer> = OnceLock::new();
    OURS.get_or_init(|| serializer([swap(known())])).clone()
}

fn known() -> Known {
    known!(&(), SERIALIZER).expect("the user has no protocol")
}

#[test]
fn a_batch_is_written_by_the_writer_in_place_of_the_known_serializer() {
    assert_eq!(
        format!("{:?}", of_the_sdk()),
        format!("SharedRequestSerializer({SERIALIZER})"),
        "the SDK's serializer has another name"
    );
    let ours = format!("{:?}", ours());
    assert!(ours.starts_with("SharedRequestSerializer(Swapped"), "{ours}");
}

#[test]
fn a_serializer_that_the_user_put_there_stays() {
    let found = serializer([SharedInterceptor::new(Own), swap(known())]);
    assert_eq!(format!("{found:?}"), "SharedRequestSerializer(Own)");
}

#[test]
fn other_operations_keep_the_serializer_of_the_sdk() {
    let (client, seen) = client([swap(known())]);
    block_on(client.get_queue_url().queue_name("orders").send()).expect_err("it was ended");
    let found = format!("{:?}", seen.lock().expect("nobody panics with it"));
    assert_eq!(found, "Some(SharedRequestSerializer(GetQueueUrlRequestSerializer))");
}

#[test]
fn what_was_not_set_is_not_written() {
    let body = body::json(&SendMessageBatchInput::builder().build().expect("nothing is required"));
    assert_eq!(body.expect("it can be written"), b"{}");
}

#[test]
fn whatever_json_escapes_is_escaped_and_nothing_else() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    check(batch([
        entry(&every),
        entry("plain"),
        entry("\u{7f}ä\u{1f600}"),
        entry("\""),
        entry("\\"),
        entry("\u{1f}"),
    ]));
    check(batch([entry(&format!("{}\"", "x".repeat(10_000)))]));
}

fn entry(body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id("0").message_body(body).build().expect("nothing is missing")
}

fn batch(entries: impl IntoIterator<Item = SendMessageBatchRequestEntry>) -> SendMessageBatchInput {
    let input = SendMessageBatchInput::builder().set_entries(Some(entries.into_iter().collect()));
    input.build().expect("nothing is required")
}

/// What is sent of a request: the method, the URI, the headers, the body.
fn written(serializer: &SharedRequestSerializer, input: SendMessageBatchInput) -> (String, String, Value) {
    let request = serializer.serialize_input(Input::erase(input), &mut ConfigBag::base());
    let request = request.expect("it can be written");
    let bytes = request.body().bytes().expect("it is no stream");
    let mut headers: Vec<_> =
        request.headers().iter().filter(|(name, _)| *name != "content-length").collect();
    headers.sort_unstable();
    assert_eq!(request.headers().get("content-length"), Some(&*bytes.len().to_string()));
    let head = format!("{} {headers:?}", request.method());
    (head, request.uri().to_owned(), serde_json::from_slice(bytes).expect("it is JSON"))
}

/// Checks that the request is what the SDK makes of the same input.
#[track_caller]
fn check(input: SendMessageBatchInput) {
    assert_eq!(written(&ours(), input.clone()), written(&of_the_sdk(), input));
}

/// Any text, most of it such as needs an escape here and there.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,40}",
        "[a-z\"\\\\\t\n\r]{0,40}",
        "\\PC{0,40}",
        any::<String>(),
        "[a-z]{500,1500}[\"é]?"
    ]
}

fn blob() -> impl Strategy<Value = Blob> {
    vec(any::<u8>(), 0..70).prop_map(Blob::new)
}

macro_rules! attribute {
    ($type:ident) => {
        (of(text()), of(blob()), of(vec(text(), 0..3)), of(vec(blob(), 0..3)), text()).prop_map(
            |(text, blob, texts, blobs, data_type)| {
                let value = $type::builder().set_string_value(text).set_binary_value(blob);
                let value = value.set_string_list_values(texts).set_binary_list_values(blobs);
                value.data_type(data_type).build().expect("nothing is missing")
            },
        )
    };
}

fn system_attributes()
-> impl Strategy<Value = HashMap<MessageSystemAttributeNameForSends, MessageSystemAttributeValue>> {
    let name = text().prop_map(|name| MessageSystemAttributeNameForSends::from(&*name));
    let name = prop_oneof![Just(MessageSystemAttributeNameForSends::AwsTraceHeader), name];
    hash_map(name, attribute!(MessageSystemAttributeValue), 0..3)
}

prop_compose! {
    fn any_entry()(
        (id, body, delay, group, deduplication) in (text(), text(), of(any::<i32>()), of(text()), of(text())),
        attributes in of(hash_map(text(), attribute!(MessageAttributeValue), 0..4)),
        of_the_system in of(system_attributes()),
    ) -> SendMessageBatchRequestEntry {
        let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(body).set_delay_seconds(delay);
        let entry = entry.set_message_group_id(group).set_message_deduplication_id(deduplication);
        let entry = entry.set_message_attributes(attributes).set_message_system_attributes(of_the_system);
        entry.build().expect("nothing is missing")
    }
}

proptest! {
    #[test]
    fn a_request_is_what_the_sdk_makes_of_the_same_input(
        url in of(text()), entries in of(vec(any_entry(), 0..10)),
    ) {
        let input = SendMessageBatchInput::builder().set_queue_url(url).set_entries(entries);
        check(input.build().expect("nothing is required"));
    }
}
