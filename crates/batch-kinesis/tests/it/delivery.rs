//! From `submit` to the stream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_kinesis::{Kinesis, KinesisWriter, Linger, Record, Settings};
use batch_local::{Chosen, Fault, FaultPlan};

use crate::support::{check_sums, codes, served, to_measurements};

/// A writer that waits for full batches.
fn gathering(client: aws_sdk_kinesis::Client) -> KinesisWriter {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn records_arrive_as_they_were_in_full_batches() {
    let (server, client) = served(16).await;
    let writer = gathering(client);
    for n in 0..1_501 {
        writer.submit(Record::new(format!("record {n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 1_501, 0);
    let data: BTreeSet<_> =
        server.kinesis().accepted("measurements").into_iter().map(|record| record.data).collect();
    assert_eq!(data, (0..1_501).map(|n| format!("record {n}").into()).collect());
    assert_eq!(server.requests().count("PutRecords"), 4);
}

#[tokio::test(start_paused = true)]
async fn everything_of_a_record_arrives() {
    let (server, client) = served(2).await;
    let writer = to_measurements(client);
    let record =
        Record::new(vec![0, 255, 10]).partition_key("ä \"b\"\n\u{1f600}").explicit_hash_key(u128::MAX);
    let sent = writer.submit_tracked(record).await.unwrap().await.unwrap();
    let [stored] = &server.kinesis().accepted("measurements")[..] else { panic!() };
    let response = sent.response.unwrap();
    assert_eq!((&response.sequence_number, &response.shard_id), (&stored.sequence_number, &stored.shard_id));
    assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false));
    assert_eq!(&stored.data[..], [0, 255, 10]);
    assert_eq!(stored.partition_key.as_deref(), Some("ä \"b\"\n\u{1f600}"));
    assert_eq!(stored.explicit_hash_key.as_deref(), Some("340282366920938463463374607431768211455"));
    assert_eq!(stored.shard_id, "shardId-000000000001");
}

#[tokio::test(start_paused = true)]
async fn records_without_keys_spread_evenly() {
    let (server, client) = served(4).await;
    let writer = to_measurements(client);
    for n in 0..2_000 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    let mut counts = BTreeMap::<_, usize>::new();
    for record in server.kinesis().accepted("measurements") {
        *counts.entry(record.shard_id).or_default() += 1;
    }
    assert!(counts.len() == 4 && counts.values().all(|count| (375..=625).contains(count)), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_comes_from_the_member_that_was_named() {
    let (server, client) = served(1).await;
    let builder = KinesisWriter::builder(Kinesis::new(client, "measurements").partition_key_from("station"));
    let writer = builder.build().unwrap();
    for data in [r#"{"station":"EWR"}"#, r#"{"station":17}"#, r#"{"n":1,"station":[ true, {} ]}"#] {
        writer.submit(data.into()).await.unwrap();
    }
    writer.submit(Record::new("no JSON").partition_key("given")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let accepted = server.kinesis().accepted("measurements");
    let keys: BTreeSet<_> = accepted.iter().filter_map(|record| record.partition_key.as_deref()).collect();
    assert_eq!(keys, BTreeSet::from(["17", "EWR", "[true,{}]", "given"]));
}

#[tokio::test(start_paused = true)]
async fn records_that_fail_inside_a_success_are_sent_again_and_no_others() {
    let (server, client) = served(1).await;
    let writer = gathering(client);
    server.set_faults(FaultPlan::script([
        Fault::partial_failure(Chosen::At(vec![0, 3, 9]), "InternalFailure", false),
        Fault::throttle_entries(Chosen::At(vec![1])),
    ]));
    for n in 0..10 {
        writer.submit(Record::new(format!("{n}"))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 0);
    assert_eq!(server.kinesis().accepted_count("measurements"), 10);
    let sizes: Vec<_> = server.kinesis().batches("measurements").iter().map(|batch| batch.entries).collect();
    assert_eq!(sizes, [10, 3, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_random_key_stays_the_same_through_retries_and_handing_back() {
    let (server, client) = served(1).await;
    let writer = to_measurements(client);
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    writer.submit(Record::new("21.5 °C")).await.unwrap();
    let [item] = &writer.flush().await[..] else { panic!("it comes back") };
    let key = item.entry.key().unwrap().to_owned();

    let failing = Fault::partial_failure(Chosen::All, "InternalFailure", false);
    server.set_faults(FaultPlan::script([failing]));
    writer.submit(item.entry.clone()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let [stored] = &server.kinesis().accepted("measurements")[..] else { panic!() };
    assert_eq!(stored.partition_key, Some(key));
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_is_lost_is_sent_again_and_marked() {
    for fault in [
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::error_after(500, "InternalFailure"),
        Fault::HangAfter,
    ] {
        let (server, client) = served(1).await;
        server.set_faults(FaultPlan::script([fault.clone()]));
        let writer = to_measurements(client);
        let sent = writer.submit_tracked("record".into()).await.unwrap().await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true), "{fault:?}");
        assert_eq!(server.kinesis().accepted_count("measurements"), 2, "{fault:?}");
        check_sums(&writer, 1, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_keeps_failing_is_handed_back_to_its_owner() {
    let (server, client) = served(1).await;
    server.set_faults(FaultPlan::always(Fault::fail_where(|data| data != "good", "InternalFailure", false)));
    let handled = Arc::new(Mutex::new(Vec::new()));
    let handler = Arc::clone(&handled);
    let writer = KinesisWriter::builder(Kinesis::new(client, "measurements"))
        .on_unprocessed(move |item| handler.lock().unwrap().push(item))
        .settings(Settings::new().max_attempts(5))
        .build()
        .unwrap();
    writer.submit(Record::new("good")).await.unwrap();
    writer.submit(Record::new("handled")).await.unwrap();
    let tracked = writer.submit_tracked(Record::new("tracked")).await.unwrap();

    let item = tracked.await.unwrap_err();
    assert_eq!((&item.entry.data()[..], item.attempts, item.maybe_delivered), (&b"tracked"[..], 5, false));
    assert!(writer.flush().await.is_empty(), "the handler has it");
    let handled = handled.lock().unwrap();
    assert_eq!(handled[0].entry.data(), "handled");
    assert_eq!(codes(&handled), ["InternalFailure"]);
    check_sums(&writer, 1, 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_whatever_goes_wrong() {
    for seed in 0..3 {
        let (server, client) = served(2).await;
        server.set_faults(FaultPlan::random(0.4, seed).latency(Duration::ZERO..Duration::from_millis(50)));
        let settings = Settings::new().max_attempts(20).max_batch_entries(10);
        let builder = KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings);
        let writer = builder.build().unwrap();
        for n in 0..200 {
            writer.submit(Record::new(format!("record {n}"))).await.unwrap();
        }
        assert!(writer.flush().await.is_empty(), "seed {seed}");
        check_sums(&writer, 200, 0);
        let accepted = server.kinesis().accepted("measurements");
        let data: BTreeSet<_> = accepted.iter().map(|record| &record.data).collect();
        assert_eq!(data.len(), 200, "seed {seed}");
        let doubled = accepted.len() as u64 - 200;
        assert!(
            doubled <= writer.stats().retries,
            "seed {seed}: no record doubled without an ambiguous attempt"
        );
    }
}
