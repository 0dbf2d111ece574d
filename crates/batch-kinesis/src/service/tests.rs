use aws_sdk_kinesis::Client;
use batch_smithy::known;
use batchwright_kit::{Canned, Request, Response, Setup};
use proptest::collection::vec;
use proptest::option::of as maybe;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;

use super::*;
use crate::Stream;
use crate::partition_key::{Generator, KeySource};
use crate::serializer::SERIALIZER;

fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("nothing is missing")
}

/// The requests of the writer and of the SDK with the same records, which have partition keys.
fn sent(stream: &str, records: &[Record]) -> [Request; 2] {
    let http = Canned::new(|_| Response::with(200, "application/x-amz-json-1.1", "{}"));
    let client = Client::new(&Setup::through(http.clone()).config);
    let kinesis = Kinesis::new(client.clone(), stream);
    let entries = records.iter().map(entry).collect();
    let typed = client.put_records().set_records(Some(entries)).set_stream_name(kinesis.stream.stream_name());
    let typed = typed.set_stream_arn(kinesis.stream.stream_arn());
    runtime().block_on(async {
        let batch = Batch::of(records);
        let groups = Groups::of(batch.entries(), Aggregate::Off);
        assert!(kinesis.send_directly(&batch, &groups).await.is_some(), "it is not observed");
        typed.send().await.expect("a response without anything is one");
    });
    let [ours, theirs] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
    [ours.clone(), theirs.clone()]
}

fn head(request: &Request) -> [Option<&str>; 4] {
    let header = |name| request.header(name);
    [Some(request.uri()), header("content-type"), header("x-amz-target"), header("x-amz-user-agent")]
}

/// Checks that the request is what the SDK makes of the same records.
#[track_caller]
fn check_direct(stream: &str, records: &[Record]) {
    let [ours, theirs] = sent(stream, records);
    assert_eq!(head(&ours), head(&theirs));
    assert_eq!(ours.json(), theirs.json());
    assert_eq!(ours.header("content-length"), Some(&*ours.body().len().to_string()));
}

const ARN: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/measurements";

#[test]
fn records_are_written_directly_as_the_sdk_writes_them() {
    let every: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{1f600}']).collect();
    let full = Record::new(vec![0, 255]).partition_key(every).explicit_hash_key(u128::MAX);
    for stream in ["measurements", ARN] {
        check_direct(
            stream,
            &[prepared(Record::new("21.5 °C")), full.clone(), Record::new("").partition_key("k")],
        );
    }
}

#[test]
fn what_an_unknown_sdk_serializes_is_typed() {
    let record = |text: &'static str, key: &str| Record::new(text).partition_key(key);
    check_typed(Aggregate::Off, Batch::of([record("21.5 °C", "EWR")]));
    let records = [
        record("a", "EWR"),
        record("b", "EWR"),
        record("c", "JFK"),
        record("d", "LGA").explicit_hash_key("7"),
    ];
    check_typed(Aggregate::ByKey, Batch::of(records));
}

/// Checks that a request is the same, whichever way it is written.
fn check_typed(aggregate: Aggregate, batch: Batch<Record>) {
    let http = Canned::new(|_| Response::with(200, "application/x-amz-json-1.1", "{}"));
    let runtime = runtime();
    let bodies = [known!(&(), SERIALIZER), known!(&(), "AnotherSerializer"), None].map(|known| {
        let client = Client::new(&Setup::through(http.clone()).config);
        let mut kinesis = Kinesis::new(client, "measurements");
        (kinesis.known, kinesis.aggregate) = (known, aggregate);
        let groups = Groups::of(batch.entries(), aggregate);
        let is_direct = runtime.block_on(kinesis.send_directly(&batch, &groups)).is_some();
        assert_eq!(is_direct, known.is_some_and(|known| format!("{known:?}").contains(SERIALIZER)));
        let _ambiguous = runtime.block_on(kinesis.send(&batch));
        http.requests().last().expect("it was sent").json()
    });
    assert_eq!(http.requests().len(), 4, "what is not written directly is sent once, typed");
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
}

#[test]
fn a_direct_body_is_not_moved_while_it_grows() {
    for data in [0, 1, 2, 3, 1_000] {
        let full = Record::new(vec![7; data]).partition_key("k".repeat(256)).explicit_hash_key(u128::MAX);
        let batch = Batch::of(vec![full; 500]);
        let load = batch.entries().iter().map(record_bytes).sum();
        let json = body::of_batch(&Stream::new(ARN), &batch, &Groups::Each(batch.entries().len()));
        assert!(json.len() <= body::batch_bytes(load, 500), "{} bytes", json.len());
    }
}

prop_compose! {
    fn any_record()(
        data in vec(any::<u8>(), 0..100), key in maybe(any_key()), hash_key in maybe(any::<u128>()),
    ) -> Record {
        let record = Record::new(data);
        let record = match key {
            Some(key) => record.partition_key(key),
            None => prepared(record),
        };
        hash_key.into_iter().fold(record, Record::explicit_hash_key)
    }
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "[a-z\"\\\\\t\n\r]{0,40}", "\\PC{0,40}", any::<String>()]
}

fn prepared(mut record: Record) -> Record {
    record.fill_in(KeySource::Random(Generator::new()).key(b"").expect("it needs no data"));
    record
}

#[test]
fn a_request_written_directly_is_what_the_sdk_makes_of_the_same_records() {
    let input = (vec(any_record(), 0..10), any::<bool>());
    let result = TestRunner::default().run(&input, |(records, by_arn)| {
        check_direct(if by_arn { ARN } else { "measurements" }, &records);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
