//! From `submit` to the delivery stream.

use std::time::Duration;

use batch_firehose::{Cause, Firehose, FirehoseWriter, Linger, Record, Settings, SubmitError};
use batch_local::{Chosen, Fault, FaultPlan};
use batchwright_kit::{Canned, Request, Response, check_sums, codes, now, says};

use crate::support::{accept, client, error, served, to_measurements};

const RECORD: usize = 1_024_000;
const REQUEST: usize = 4 << 20;

#[tokio::test(start_paused = true)]
async fn a_receipt_has_the_id_that_the_service_gave_the_record() {
    let (server, client) = served().await;
    let writer = to_measurements(client);
    let data = vec![0, 255, 10];
    let sent = writer.submit_tracked(Record::new(data.clone())).await.unwrap().await.unwrap();
    let [stored] = &server.firehose().accepted("measurements")[..] else { panic!() };
    assert_eq!(sent.response.unwrap().record_id(), stored.record_id);
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
    assert_eq!(&stored.data[..], data);
}

#[tokio::test(start_paused = true)]
async fn records_of_a_request_have_the_ids_at_their_positions() {
    let (server, client) = served().await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let builder = FirehoseWriter::builder(Firehose::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    let mut receipts = Vec::new();
    for n in 0..500 {
        receipts.push(writer.submit_tracked(Record::new(format!("{n}"))).await.unwrap());
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.requests().count("PutRecordBatch"), 1);
    for (receipt, stored) in receipts.into_iter().zip(server.firehose().accepted("measurements")) {
        assert_eq!(receipt.await.unwrap().response.unwrap().record_id(), stored.record_id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_of_exactly_the_limit_is_delivered_and_one_byte_more_is_refused() {
    let (server, client) = served().await;
    let writer = to_measurements(client);
    writer.submit(Record::new(vec![7; RECORD])).await.unwrap();
    writer.submit(Record::new("")).await.unwrap();

    let error = writer.submit(Record::new(vec![7; RECORD + 1])).await.unwrap_err();
    says(&error, &["1024001 bytes", "1024000"]);
    let SubmitError::TooLarge { entry, .. } = error else { panic!("{error}") };
    assert_eq!(entry.data().len(), RECORD + 1);

    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    let mut sizes: Vec<_> = server.firehose().accepted("measurements").iter().map(|r| r.data.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [0, RECORD]);
}

#[tokio::test(start_paused = true)]
async fn no_batch_is_larger_than_the_service_takes() {
    let (server, client) = served().await;
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let builder = FirehoseWriter::builder(Firehose::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    for n in 0..40_usize {
        writer.submit(Record::new(vec![7; 1 + n * 90_001 % 300_000])).await.unwrap();
    }
    for n in 0..1_000 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_040, 0);
    let batches = server.firehose().batches("measurements");
    assert!(batches.iter().all(|batch| batch.entries <= 500 && batch.bytes <= REQUEST), "{batches:?}");
    assert!(batches.iter().any(|batch| batch.entries == 500), "{batches:?}");
    assert!(batches.iter().any(|batch| batch.bytes > REQUEST - 300_000), "{batches:?}");
    assert_eq!(server.requests().count("PutRecordBatch"), batches.len() as u64, "none was refused");
}

/// Refuses requests that count more than this: a service may read its 4 MB as a power of ten.
fn strict_about(request: &Request, bytes: usize) -> Response {
    let body = request.json();
    let records = body["Records"].as_array().unwrap().iter();
    let counted: usize = records.map(|record| record["Data"].as_str().map_or(0, str::len) / 4 * 3).sum();
    if counted > bytes { error(400, "InvalidArgumentException") } else { accept(request) }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_service_finds_too_large_all_the_same_is_split_and_delivered() {
    let writer = to_measurements(client(Canned::new(|request| strict_about(request, 4_000_000))));
    for _ in 0..8 {
        writer.submit(Record::new(vec![7; REQUEST / 8])).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 8, 0);
    assert!(writer.stats().splits > 0, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn throttled_records_wait_and_use_up_no_attempt() {
    let (server, client) = served().await;
    let throttle = || Fault::throttle_entries(Chosen::Rate(0.5));
    server.set_faults(FaultPlan::script((0..8).map(|_| throttle()).chain([Fault::ThrottleRequest])));
    let builder = FirehoseWriter::builder(Firehose::new(client, "measurements"));
    let writer = builder.settings(Settings::new().max_attempts(1)).build().unwrap();
    for n in 0..100 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 100, 0);
    assert!(writer.stats().throttled > 50, "{:?}", writer.stats());
    assert_eq!(server.firehose().accepted_count("measurements"), 100, "none twice");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_another_service_feeds_takes_no_records() {
    let (server, client) = served().await;
    let kind = aws_sdk_firehose::types::DeliveryStreamType::KinesisStreamAsSource;
    let create = client.create_delivery_stream().delivery_stream_name("fed").delivery_stream_type(kind);
    create.send().await.unwrap();
    let writer = FirehoseWriter::builder(Firehose::new(client, "fed")).build().unwrap();
    writer.submit(Record::new("21.5 °C")).await.unwrap();
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidArgumentException"]);
    assert!(matches!(unprocessed[0].cause, Cause::Rejected(_)), "{:?}", unprocessed[0]);
    assert_eq!(server.firehose().accepted_count("fed"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_writer_sends_a_record_at_once() {
    let (server, client) = served().await;
    let writer = to_measurements(client);
    let began = now();
    writer.submit_tracked(Record::new("21.5 °C")).await.unwrap().await.unwrap();
    assert_eq!((began.elapsed(), server.firehose().accepted_count("measurements")), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn the_same_record_twice_is_delivered_twice() {
    let (server, client) = served().await;
    let writer = to_measurements(client);
    for _ in 0..2 {
        writer.submit(Record::new("21.5 °C")).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2, 0);
    assert_eq!(server.firehose().accepted_count("measurements"), 2);
}
