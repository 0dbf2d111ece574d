use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{BehaviorVersion, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::types::{
    DeleteRequest, PutRequest, ReturnConsumedCapacity, ReturnItemCollectionMetrics, WriteRequest,
};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use batch_core::Service;
use batch_smithy::known;
use proptest::collection::{hash_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::{SERIALIZER, request, swap};
use crate::body::{self, COMMA, fixed_bytes};
use crate::encoded::SchemaId;
use crate::parts::Parts;
use crate::samples::{any_attributes, any_text, attributes, b, nested, s, schema};
use crate::tables::Tables;
use crate::{DynamoDb, PrimaryKey, ScalarType, Table, Write};

/// The body for these writes to this table.
fn body_of(table: &str, writes: &[Write], consumed_capacity: bool) -> Vec<u8> {
    let tables = Tables::new(Table::new(table));
    let body = body::of_parts(&Parts::One(&tables.own, writes), 0, consumed_capacity);
    body.expect("it can be written")
}

/// Ends a request when it is written, and keeps the serializer that wrote it.
#[derive(Debug)]
struct Spy(Arc<Mutex<Option<SharedRequestSerializer>>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Spy {
    fn name(&self) -> &'static str {
        "Spy"
    }

    fn read_after_serialization(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.0.lock().expect("nobody panics with it") = bag.load::<SharedRequestSerializer>().cloned();
        Err("seen enough".into())
    }
}

/// The serializer of a client with ours swapped in, or without.
fn serializer(swapped: bool) -> SharedRequestSerializer {
    let seen = Arc::default();
    let config =
        Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"));
    let mut config = config.interceptor(Spy(Arc::clone(&seen)));
    if swapped {
        config.push_interceptor(swap(known!(&(), SERIALIZER).expect("the user has no protocol")));
    }
    let request = Client::from_conf(config.build()).batch_write_item();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("it can start");
    runtime.block_on(request.send()).expect_err("it was ended");
    seen.lock().expect("nobody panics with it").clone().expect("it came as far as this")
}

fn client() -> Client {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    Client::from_conf(config.region(Region::new("eu-west-1")).build())
}

fn ours() -> &'static SharedRequestSerializer {
    static OURS: OnceLock<SharedRequestSerializer> = OnceLock::new();
    OURS.get_or_init(|| serializer(true))
}

fn of_the_sdk() -> &'static SharedRequestSerializer {
    static OF_THE_SDK: OnceLock<SharedRequestSerializer> = OnceLock::new();
    OF_THE_SDK.get_or_init(|| serializer(false))
}

/// What is sent of a request: its head, and its body with the length that this has.
fn written(serializer: &SharedRequestSerializer, input: BatchWriteItemInput) -> (String, Json, usize) {
    let request = serializer.serialize_input(Input::erase(input), &mut ConfigBag::base());
    let request = request.expect("it can be written");
    let body = request.body().bytes().expect("it is no stream");
    (head(&request), serde_json::from_slice(body).expect("it is JSON"), body.len())
}

fn head(request: &HttpRequest) -> String {
    let mut headers: Vec<_> = request.headers().iter().collect();
    headers.sort_unstable();
    format!("{} {} {headers:?}", request.method(), request.uri())
}

/// Checks that the request is what the SDK makes of the same input.
#[track_caller]
fn check(input: BatchWriteItemInput) {
    assert_eq!(written(ours(), input.clone()), written(of_the_sdk(), input));
}

fn batch(requests: Vec<WriteRequest>) -> BatchWriteItemInput {
    BatchWriteItemInput::builder().request_items("orders", requests).build().expect("nothing is required")
}

#[test]
fn a_batch_is_written_by_the_writer_in_place_of_the_known_serializer() {
    let (ours, of_the_sdk) = (format!("{:?}", ours()), format!("{:?}", of_the_sdk()));
    let known = format!("SharedRequestSerializer({SERIALIZER})");
    assert_eq!(of_the_sdk, known, "the SDK's serializer has another name");
    assert!(ours.contains("Swapped") && ours.contains(&known), "{ours}");
}

#[test]
fn what_was_not_set_is_not_written() {
    let nothing = BatchWriteItemInput::builder().build().expect("nothing is required");
    assert_eq!(body::of_input(&nothing).as_deref(), Some(&b"{}"[..]));
}

#[test]
fn whatever_json_escapes_is_escaped_and_nothing_else() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    check(batch(vec![
        Write::put(attributes([(&*every, s(&every)), ("deep", nested(b(&[0, 255]), 31))])).request(),
        Write::delete(attributes([("pk", s("\u{7f}ä\u{1f600}"))])).request(),
    ]));
}

#[test]
fn a_request_that_is_written_already_has_the_same_head() {
    let input = batch(vec![Write::put(attributes([("pk", s("a"))])).request()]);
    let (of_the_sdk, ..) = written(of_the_sdk(), input);
    let body = body_of("orders", &[Write::put(attributes([("pk", s("a"))]))], false);
    let request = request(body).expect("it can be made");
    assert_eq!(head(&request), of_the_sdk);
}

fn any_request() -> impl Strategy<Value = WriteRequest> {
    (of(any_attributes()), of(any_attributes())).prop_map(|(item, key)| {
        let put =
            item.map(|item| PutRequest::builder().set_item(Some(item)).build().expect("it has an item"));
        let delete =
            key.map(|key| DeleteRequest::builder().set_key(Some(key)).build().expect("it has a key"));
        WriteRequest::builder().set_put_request(put).set_delete_request(delete).build()
    })
}

fn any_write() -> impl Strategy<Value = Write> {
    (any::<bool>(), any_attributes())
        .prop_map(|(put, attributes)| if put { Write::put(attributes) } else { Write::delete(attributes) })
}

/// A write to a table whose partition key is a string.
fn any_valid_write() -> impl Strategy<Value = Write> {
    let valid =
        |write: &Write| write.clone().encode(&schema(ScalarType::String, None), SchemaId::unique()).is_ok();
    let put = (any_attributes(), "[a-z\"]{1,9}").prop_map(|(mut item, partition)| {
        item.insert("pk".to_owned(), s(&partition));
        Write::put(item)
    });
    let delete = "[a-z\"]{1,9}".prop_map(|partition| Write::delete(attributes([("pk", s(&partition))])));
    prop_oneof![put, delete].prop_filter("a number has too many digits, or a name is empty", valid)
}

proptest! {
    #[test]
    fn a_request_is_what_the_sdk_makes_of_the_same_input(
        tables in of(hash_map(any_text(), vec(any_request(), 0..5), 0..3)), capacity in of(any_text()), metrics in of(any_text()),
    ) {
        let input = BatchWriteItemInput::builder()
            .set_request_items(tables)
            .set_return_consumed_capacity(capacity.map(|text| ReturnConsumedCapacity::from(&*text)))
            .set_return_item_collection_metrics(metrics.map(|text| ReturnItemCollectionMetrics::from(&*text)));
        check(input.build().expect("nothing is required"));
    }

    #[test]
    fn writes_are_written_as_the_sdk_writes_their_input_and_as_long_as_they_are_measured(
        table in any_text(), writes in vec(any_write(), 1..5), consumed_capacity: bool,
    ) {
        let capacity = consumed_capacity.then_some(ReturnConsumedCapacity::Total);
        let input = BatchWriteItemInput::builder()
            .request_items(&table, writes.iter().map(Write::request).collect())
            .set_return_consumed_capacity(capacity);
        let input = input.build().expect("nothing is required");
        let through_input = body::of_input(&input).expect("it can be written");
        let (_, of_the_sdk, length) = written(of_the_sdk(), input);
        prop_assert_eq!(length, through_input.len());
        let (keys, mut encoded) = (schema(ScalarType::String, None), writes.clone());
        for write in &mut encoded {
            let _ = write.encode(&keys, SchemaId::unique()); // the others are written all the same
        }
        for writes in [writes, encoded] {
            let direct = body_of(&table, &writes, consumed_capacity);
            prop_assert_eq!(&serde_json::from_slice::<Json>(&direct).expect("it is JSON"), &of_the_sdk);
            prop_assert_eq!(direct.len(), length);
        }
    }

    #[test]
    fn a_body_has_the_bytes_that_its_writes_are_measured_with(
        table in any_text(), writes in vec(any_valid_write(), 1..5), consumed_capacity: bool,
    ) {
        let table_of_strings = DynamoDb::new(client(), "orders").partition_key("pk", ScalarType::String);
        let mut measured = fixed_bytes(&table, consumed_capacity);
        let mut prepared = writes.clone();
        for (write, original) in prepared.iter_mut().zip(&writes) {
            table_of_strings.prepare(write).expect("it is valid");
            let measure = table_of_strings.measure(write).expect("it is valid");
            let unprepared = table_of_strings.measure(original).expect("it is valid");
            prop_assert_eq!((measure.entry_bytes, measure.request_bytes), (unprepared.entry_bytes, unprepared.request_bytes));
            prop_assert_eq!(measure.identity, unprepared.identity);
            prop_assert_eq!(measure.request_bytes, measure.heap_bytes + COMMA);
            measured += measure.request_bytes;
        }
        prop_assert_eq!(body_of(&table, &prepared, consumed_capacity).len(), measured);
    }

    #[test]
    fn writes_to_several_tables_are_written_as_the_sdk_writes_them_and_measured_with_enough(
        writes in vec((0..3_usize, any_valid_write()), 1..9), consumed_capacity: bool,
    ) {
        let key = || PrimaryKey::partition_key("pk", ScalarType::String);
        let names = ["orders", "audit", "arn:aws:dynamodb:eu-west-1:123456789012:table/log"];
        let service = DynamoDb::new(client(), names[0]).partition_key("pk", ScalarType::String);
        let service = service.table(names[1], key()).table(names[2], key());
        let mut prepared = Vec::new();
        let mut measured = fixed_bytes(names[0], consumed_capacity);
        for (table, write) in writes {
            let mut write = write.table(names[table]);
            service.prepare(&mut write).expect("it is valid");
            measured += service.measure(&write).expect("it is valid").request_bytes;
            prepared.push(write);
        }
        let parts = Parts::of(&service.tables, &prepared).expect("the tables are declared");
        let capacity = consumed_capacity.then_some(ReturnConsumedCapacity::Total);
        let input = BatchWriteItemInput::builder().set_request_items(Some(parts.requests()));
        let input = input.set_return_consumed_capacity(capacity).build().expect("nothing is required");
        let (_, of_the_sdk, length) = written(of_the_sdk(), input);
        let direct = body::of_parts(&parts, measured, consumed_capacity).expect("it can be written");
        prop_assert_eq!(&serde_json::from_slice::<Json>(&direct).expect("it is JSON"), &of_the_sdk);
        prop_assert_eq!(direct.len(), length);
        prop_assert!(direct.len() <= measured, "{} > {}", direct.len(), measured);
        prop_assert_eq!(direct.capacity(), measured, "it was not moved");
    }
}
