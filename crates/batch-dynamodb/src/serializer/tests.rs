use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{BehaviorVersion, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::{
    DeleteRequest, PutRequest, ReturnConsumedCapacity, ReturnItemCollectionMetrics,
};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::ser_de::SharedRequestSerializer;
use proptest::collection::{hash_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::Write;
use crate::samples::{any_attributes, any_text, attributes, b, nested, s};

/// What is sent of a request, and the serializer that made it.
#[derive(Clone, Debug, Default)]
struct Written {
    serializer: String,
    head: String,
    body: Vec<u8>,
}

/// Keeps what was written of a request, and ends it.
#[derive(Debug)]
struct Spy(Arc<Mutex<Written>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Spy {
    fn name(&self) -> &'static str {
        "Spy"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let mut headers: Vec<_> =
            request.headers().iter().filter(|(name, _)| *name != "content-length").collect();
        headers.sort_unstable();
        let body = request.body().bytes().ok_or("a stream")?.to_vec();
        assert_eq!(request.headers().get("content-length"), Some(&*body.len().to_string()));
        *self.0.lock().expect("nobody panics with it") = Written {
            serializer: format!("{:?}", bag.load::<SharedRequestSerializer>()),
            head: format!("{} {} {headers:?}", request.method(), request.uri()),
            body,
        };
        Err("seen enough".into())
    }
}

/// What a client writes of this input, with our serializer or with its own.
fn written(input: &BatchWriteItemInput, ours: bool) -> Written {
    let seen = Arc::default();
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    let mut config = config.interceptor(Spy(Arc::clone(&seen)));
    if ours {
        config.push_interceptor(swap());
    }
    let client = Client::from_conf(config.build());
    let request = client
        .batch_write_item()
        .set_request_items(input.request_items.clone())
        .set_return_consumed_capacity(input.return_consumed_capacity.clone())
        .set_return_item_collection_metrics(input.return_item_collection_metrics.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("it can start");
    runtime.block_on(request.send()).expect_err("it was ended");
    seen.lock().expect("nobody panics with it").clone()
}

/// Checks that the request is what the SDK makes of the same input.
#[track_caller]
fn check(input: &BatchWriteItemInput) {
    let (ours, theirs) = (written(input, true), written(input, false));
    assert!(theirs.serializer.contains("BatchWriteItemRequestSerializer)"), "{}", theirs.serializer);
    assert_ne!(ours.serializer, theirs.serializer, "it was not swapped");
    assert_eq!(ours.head, theirs.head);
    let json = |body: &[u8]| serde_json::from_slice::<Json>(body).expect("it is JSON");
    assert_eq!(json(&ours.body), json(&theirs.body));
    assert_eq!(ours.body.len(), theirs.body.len(), "the length does not differ either, whatever the order");
}

fn batch(requests: Vec<WriteRequest>) -> BatchWriteItemInput {
    BatchWriteItemInput::builder().request_items("orders", requests).build().expect("nothing is required")
}

#[test]
fn what_was_not_set_is_not_written() {
    let nothing = BatchWriteItemInput::builder().build().expect("nothing is required");
    assert_eq!(written(&nothing, true).body, b"{}");
}

#[test]
fn whatever_json_escapes_is_escaped_and_nothing_else() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    check(&batch(vec![
        Write::put(attributes([(&*every, s(&every)), ("deep", nested(b(&[0, 255]), 31))])).request(),
        Write::delete(attributes([("pk", s("\u{7f}ä\u{1f600}"))])).request(),
    ]));
}

fn any_request() -> impl Strategy<Value = WriteRequest> {
    (of(any_attributes()), of(any_attributes())).prop_map(|(item, key)| {
        let put = item.map(|item| PutRequest::builder().set_item(Some(item)).build().expect("it has an item"));
        let delete = key.map(|key| DeleteRequest::builder().set_key(Some(key)).build().expect("it has a key"));
        WriteRequest::builder().set_put_request(put).set_delete_request(delete).build()
    })
}

fn any_write() -> impl Strategy<Value = Write> {
    (any::<bool>(), any_attributes())
        .prop_map(|(put, attributes)| if put { Write::put(attributes) } else { Write::delete(attributes) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_request_is_what_the_sdk_makes_of_the_same_input(
        tables in of(hash_map(any_text(), vec(any_request(), 0..5), 0..3)), capacity in of(any_text()), metrics in of(any_text()),
    ) {
        let input = BatchWriteItemInput::builder()
            .set_request_items(tables)
            .set_return_consumed_capacity(capacity.map(|text| ReturnConsumedCapacity::from(&*text)))
            .set_return_item_collection_metrics(metrics.map(|text| ReturnItemCollectionMetrics::from(&*text)));
        check(&input.build().expect("nothing is required"));
    }

    #[test]
    fn a_request_is_as_long_as_its_writes_and_the_fixed_bytes(
        table in any_text(), writes in vec(any_write(), 1..5), consumed_capacity: bool,
    ) {
        let capacity = consumed_capacity.then_some(ReturnConsumedCapacity::Total);
        let input = BatchWriteItemInput::builder()
            .request_items(&table, writes.iter().map(Write::request).collect())
            .set_return_consumed_capacity(capacity);
        let input = input.build().expect("nothing is required");
        let shares: usize = writes.iter().map(|write| write.weight().wire + COMMA).sum();
        let body = json::to_vec(&Body::from(&input), 0).expect("it can be written");
        prop_assert_eq!(fixed_bytes(&table, consumed_capacity) + shares, body.len());
    }
}
