use aws_sdk_firehose::Client;
use batch_smithy::known;
use batchwright_kit::{Canned, Request, Response as Answer, Setup};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;

use super::*;
use crate::body::SERIALIZER;

const ARN: &str = "arn:aws:firehose:us-east-1:123456789012:deliverystream/measurements";

fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("nothing is missing")
}

fn firehose(stream: &str) -> (Canned, Firehose) {
    let http = Canned::new(|_| Answer::with(200, "application/x-amz-json-1.1", "{}"));
    let client = Client::new(&Setup::through(http.clone()).config);
    (http, Firehose::new(client, stream))
}

/// The requests of the writer and of the SDK with the same records.
fn sent(stream: &str, records: &[Record]) -> [Request; 2] {
    let (http, firehose) = firehose(stream);
    runtime().block_on(async {
        let direct = firehose.send_directly(&Batch::of(records), &batch_smithy::Answer::to(0)).await;
        assert!(direct.is_some(), "it is not observed");
        let typed = firehose.put(records.iter().map(entry).collect());
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

#[test]
fn records_are_written_directly_as_the_sdk_writes_them() {
    for stream in ["measurements", ARN, "a \"stream\" that is no name"] {
        check_direct(stream, &[Record::new("21.5 °C"), Record::new(vec![0, 255]), Record::new("")]);
    }
    assert_eq!(sent(ARN, &[Record::new("")])[0].json()["DeliveryStreamName"], "measurements");
}

#[test]
fn a_request_written_directly_is_what_the_sdk_makes_of_the_same_records() {
    let input = vec(vec(any::<u8>(), 0..100).prop_map(Record::new), 1..10);
    let result = TestRunner::default().run(&input, |records| {
        check_direct("measurements", &records);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_an_unknown_sdk_serializes_is_typed() {
    let batch = Batch::of([Record::new("21.5 °C")]);
    let runtime = runtime();
    let bodies = [known!(&(), SERIALIZER), known!(&(), "AnotherSerializer"), None].map(|known| {
        let (http, mut firehose) = firehose("measurements");
        let deserializer = firehose.known.take().expect("the SDK's are known").1;
        firehose.known = known.map(|known| (known, deserializer));
        let is_direct =
            runtime.block_on(firehose.send_directly(&batch, &batch_smithy::Answer::to(0))).is_some();
        assert_eq!(is_direct, known.is_some_and(|known| format!("{known:?}").contains(SERIALIZER)));
        let _ambiguous = runtime.block_on(firehose.send(&batch));
        let requests = http.requests();
        assert_eq!(
            requests.len(),
            1 + usize::from(is_direct),
            "what is not written directly is sent once, typed"
        );
        requests.last().expect("it was sent").json()
    });
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
}

#[test]
fn a_typed_entry_shares_the_data() {
    let record = Record::new(vec![0, 255]);
    assert_eq!(entry(&record).data().as_ref().as_ptr(), record.data().as_ptr());
}
