use std::sync::{Arc, Mutex};

use aws_sdk_kinesis::config::interceptors::{
    BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_kinesis::config::{BehaviorVersion, Builder, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_kinesis::error::BoxError;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use aws_sdk_kinesis::{Client, Config};
use aws_smithy_json::protocol::aws_json_rpc::AwsJsonRpcProtocol;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use batch_smithy::known;
use proptest::collection::vec;
use proptest::option::of as maybe;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::*;

/// Notes how a request was written, and ends it before it goes anywhere.
#[derive(Clone, Debug, Default)]
struct Spy(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    serializer: String,
    /// Method, URI and headers.
    head: String,
    body: Vec<u8>,
}

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
        let serializer = bag.load::<SharedRequestSerializer>().ok_or("there is none")?;
        self.0.lock().expect("nobody panics with it").serializer = format!("{serializer:?}");
        Ok(())
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let body = request.body().bytes().ok_or("it is a stream")?.to_vec();
        assert_eq!(request.headers().get("content-length"), Some(&*body.len().to_string()));
        let headers = request.headers().iter().filter(|(name, _)| *name != "content-length");
        let mut headers: Vec<_> = headers.collect();
        headers.sort_unstable();
        let mut seen = self.0.lock().expect("nobody panics with it");
        seen.head = format!("{} {} {headers:?}", request.method(), request.uri());
        seen.body = body;
        Err("seen enough".into())
    }
}

/// Puts a serializer of its own into the bag.
#[derive(Debug)]
struct Own;

impl SerializeRequest for Own {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        Err("nothing to see".into())
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

fn config() -> Builder {
    Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1"))
}

/// A client, what is seen of its requests, and a runtime to send them on.
struct Watched {
    client: Client,
    spy: Spy,
    runtime: tokio::runtime::Runtime,
}

impl Watched {
    /// A client of this configuration, with the exchange that the writer makes or without.
    fn new(mut config: Builder, exchanges: bool) -> Self {
        let spy = Spy::default();
        if exchanges && let Some(known) = known!(&config.clone().build(), SERIALIZER) {
            config.push_interceptor(swap(known));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        Self {
            client: Client::from_conf(config.interceptor(spy.clone()).build()),
            spy,
            runtime: runtime.expect("nothing is missing"),
        }
    }

    /// What is seen of a request with this input.
    fn written(&self, input: &PutRecordsInput) -> Seen {
        let request = self.client.put_records().set_records(input.records.clone());
        let request =
            request.set_stream_name(input.stream_name.clone()).set_stream_arn(input.stream_arn.clone());
        self.seen(request.set_stream_id(input.stream_id.clone()).set_dry_run(input.dry_run).send())
    }

    fn seen<T, E>(&self, request: impl Future<Output = Result<T, E>>) -> Seen {
        assert!(self.runtime.block_on(request).is_err(), "the spy ends it");
        std::mem::take(&mut *self.spy.0.lock().expect("nobody panics with it"))
    }
}

fn of(records: impl IntoIterator<Item = PutRecordsRequestEntry>) -> PutRecordsInput {
    let input = PutRecordsInput::builder().set_records(Some(records.into_iter().collect()));
    input.stream_name("measurements").build().expect("nothing is missing")
}

fn record(data: &[u8], key: &str) -> PutRecordsRequestEntry {
    let record = PutRecordsRequestEntry::builder().data(Blob::new(data)).partition_key(key);
    record.build().expect("nothing is missing")
}

#[test]
fn records_are_written_by_the_writer_in_place_of_the_known_serializer() {
    let input = of([record(b"x", "k")]);
    let theirs = Watched::new(config(), false).written(&input).serializer;
    assert_eq!(
        theirs,
        format!("SharedRequestSerializer({SERIALIZER})"),
        "the SDK's serializer has another name"
    );
    let ours = Watched::new(config(), true).written(&input).serializer;
    assert!(ours.starts_with("SharedRequestSerializer(Swapped"), "{ours}");
}

#[test]
fn a_serializer_that_the_user_put_there_stays() {
    let seen = Watched::new(config().interceptor(Own), true).written(&of([]));
    assert_eq!(seen.serializer, "SharedRequestSerializer(Own)");
}

#[test]
fn a_protocol_that_the_user_chose_stays() {
    let other = config().protocol(AwsJsonRpcProtocol::aws_json_1_0());
    let seen = Watched::new(other, true).written(&of([record(b"x", "k")]));
    assert_eq!(seen.serializer, format!("SharedRequestSerializer({SERIALIZER})"));
    assert!(seen.head.contains("application/x-amz-json-1.0"), "{}", seen.head);
}

#[test]
fn other_operations_keep_the_serializer_of_the_sdk() {
    let watched = Watched::new(config(), true);
    let seen = watched.seen(watched.client.describe_stream_summary().stream_name("measurements").send());
    assert_eq!(seen.serializer, "SharedRequestSerializer(DescribeStreamSummaryRequestSerializer)");
}

/// Writes with the writer's serializer and with the SDK's.
struct Both([Watched; 2]);

impl Both {
    fn new() -> Self {
        Self([true, false].map(|exchanges| Watched::new(config(), exchanges)))
    }

    /// Checks that the request is what the SDK makes of the same input.
    #[track_caller]
    fn check(&self, input: &PutRecordsInput) {
        let json = |seen: &Seen| serde_json::from_slice::<Value>(&seen.body).expect("it is JSON");
        let [ours, theirs] = self.0.each_ref().map(|watched| watched.written(input));
        assert_eq!(ours.head, theirs.head);
        assert_eq!(json(&ours), json(&theirs));
    }
}

#[test]
fn whatever_json_escapes_is_escaped() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    Both::new().check(&of([
        record(b"", &every),
        record(every.as_bytes(), "plain"),
        record(b"\xff\0", "\"\\"),
    ]));
}

#[test]
fn what_was_not_set_is_not_written() {
    let bare = PutRecordsRequestEntry::builder().data(Blob::new("")).build().expect("nothing is missing");
    let input = PutRecordsInput::builder().records(bare).build().expect("nothing is missing");
    assert_eq!(body::of_input(&input), br#"{"Records":[{"Data":""}]}"#);
    Both::new().check(&input);
}

#[test]
fn a_body_is_not_moved_while_it_grows() {
    let longest = "9".repeat(39);
    let full = |data: usize| {
        let record =
            PutRecordsRequestEntry::builder().data(Blob::new(vec![7; data])).partition_key("k".repeat(256));
        record.explicit_hash_key(&longest).build().expect("nothing is missing")
    };
    for data in [0, 1, 2, 3, 1_000] {
        let input = of((0..500).map(|_| full(data)));
        let json = body::of_input(&input);
        assert!(json.len() <= body::input_bytes(&input), "{} bytes", json.len());
        assert_eq!(json.capacity(), body::input_bytes(&input));
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "[a-z\"\\\\\t\n\r]{0,40}", "\\PC{0,40}", any::<String>()]
}

prop_compose! {
    fn any_record()(
        data in vec(any::<u8>(), 0..100), key in maybe(text()), hash_key in maybe(text()),
    ) -> PutRecordsRequestEntry {
        let record = PutRecordsRequestEntry::builder().data(Blob::new(data)).set_partition_key(key);
        record.set_explicit_hash_key(hash_key).build().expect("nothing is missing")
    }
}

prop_compose! {
    fn any_input()(
        records in maybe(vec(any_record(), 0..10)),
        (name, arn, id) in (maybe(text()), maybe(text()), maybe(text())),
        dry_run in maybe(any::<bool>()),
    ) -> PutRecordsInput {
        let input = PutRecordsInput::builder().set_records(records).set_stream_name(name);
        let input = input.set_stream_arn(arn).set_stream_id(id).set_dry_run(dry_run);
        input.build().expect("nothing is missing")
    }
}

#[test]
fn a_request_is_what_the_sdk_makes_of_the_same_input() {
    let both = Both::new();
    let mut runner = TestRunner::default();
    let result = runner.run(&any_input(), |input| {
        both.check(&input);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
