//! From `submit` to the stream.

use std::collections::{BTreeMap, BTreeSet};

use batch_kinesis::{Kinesis, KinesisWriter, Record};
use batch_local::{Chosen, Fault, FaultPlan};

use crate::support::{served, to_measurements};

#[tokio::test(start_paused = true)]
async fn everything_of_a_record_arrives() {
    let (server, client) = served(2).await;
    let writer = to_measurements(client);
    let record =
        Record::new(vec![0, 255, 10]).partition_key("ä \"b\"\n\u{1f600}").explicit_hash_key(u128::MAX);
    let sent = writer.submit_tracked(record).await.unwrap().await.unwrap();
    let [stored] = &server.kinesis().accepted("measurements")[..] else { panic!() };
    let response = sent.response.unwrap();
    assert_eq!(
        (response.sequence_number(), response.shard_id()),
        (&*stored.sequence_number, &*stored.shard_id)
    );
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
async fn a_random_key_stays_the_same_through_retries_and_handing_back() {
    let (server, client) = served(1).await;
    let writer = to_measurements(client);
    server.set_faults(FaultPlan::always(Fault::access_denied()));
    writer.submit(Record::new("21.5 °C")).await.unwrap();
    let [item] = &writer.flush().await[..] else { panic!("it comes back") };
    let key = item.entry.get_partition_key().unwrap().to_owned();

    let failing = Fault::partial_failure(Chosen::All, "InternalFailure", false);
    server.set_faults(FaultPlan::script([failing]));
    writer.submit(item.entry.clone()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let [stored] = &server.kinesis().accepted("measurements")[..] else { panic!() };
    assert_eq!(stored.partition_key, Some(key));
}
