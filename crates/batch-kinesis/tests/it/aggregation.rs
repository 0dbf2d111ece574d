//! Records that travel together in one record of the stream.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_kinesis::types::{RecordDistributionStrategy, StreamMode, StreamModeDetails};
use batch_kinesis::{Aggregate, Kinesis, KinesisWriter, Linger, Order, Record, Settings};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer, StoredRecord};
use batchwright_kit::{check_sums, deaggregated, now, report, says};

use crate::support::served;

/// A server with a stream, and a writer to it that aggregates.
async fn aggregating(settings: Settings) -> (LocalServer, KinesisWriter) {
    aggregating_to(4, settings).await
}

/// The same with so many shards.
async fn aggregating_to(shards: i32, settings: Settings) -> (LocalServer, KinesisWriter) {
    let (server, client) = served(shards).await;
    let service = Kinesis::new(client, "measurements").aggregate(Aggregate::ByKey);
    (server, KinesisWriter::builder(service).settings(settings).build().unwrap())
}

/// What the records of the stream have in them: of each, whether it is an aggregate, its key and what is in it.
fn shown(server: &LocalServer) -> Vec<(bool, String, Vec<String>)> {
    let text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    let shown = |record: StoredRecord| {
        let key = record.partition_key.unwrap();
        match deaggregated(&record.data) {
            Some(records) => {
                assert!(records.iter().all(|record| record.partition_key == key));
                assert!(records.iter().all(|one| one.hash_key == record.explicit_hash_key));
                (true, key, records.iter().map(|record| text(&record.data)).collect())
            }
            None => (false, key, vec![text(&record.data)]),
        }
    };
    server.kinesis().accepted("measurements").into_iter().map(shown).collect()
}

fn together(key: &str, data: &[&str]) -> (bool, String, Vec<String>) {
    (data.len() > 1, key.to_owned(), data.iter().map(|&data| data.to_owned()).collect())
}

#[tokio::test(start_paused = true)]
async fn records_of_one_key_travel_together_and_each_has_its_receipt() {
    let (server, writer) = aggregating(Settings::new()).await;
    let mut receipts = Vec::new();
    for (data, key) in [("1", "EWR"), ("2", "JFK"), ("3", "EWR"), ("4", "EWR"), ("5", "LGA")] {
        receipts.push(writer.submit_tracked(Record::new(data).partition_key(key)).await.unwrap());
    }
    assert!(writer.flush().await.is_empty());
    let mut found = shown(&server);
    found.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(found, [together("EWR", &["1", "3", "4"]), together("JFK", &["2"]), together("LGA", &["5"])]);
    let mut places = Vec::new();
    let records = server.kinesis().accepted("measurements");
    for receipt in receipts {
        let sent = receipt.await.unwrap().response.unwrap();
        let stored = records.iter().find(|record| record.sequence_number == sent.sequence_number()).unwrap();
        assert_eq!(sent.shard_id(), stored.shard_id);
        places.push((stored.partition_key.clone().unwrap(), sent.sub_sequence_number()));
    }
    let place = |key: &str, place| (key.to_owned(), place);
    let expected = [
        place("EWR", Some(0)),
        place("JFK", None),
        place("EWR", Some(1)),
        place("EWR", Some(2)),
        place("LGA", None),
    ];
    assert_eq!(places, expected);
    assert_eq!(writer.stats().requests, 1);
}

#[tokio::test(start_paused = true)]
async fn records_without_a_key_share_that_of_the_first() {
    let (server, writer) = aggregating(Settings::new()).await;
    for data in ["1", "2", "3"] {
        writer.submit(Record::new(data)).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    let [(true, key, data)] = &shown(&server)[..] else { panic!("{:?}", shown(&server)) };
    assert_eq!((key.len(), data.concat()), (8, "123".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn explicit_hash_keys_travel_apart() {
    let (server, writer) = aggregating(Settings::new()).await;
    for (data, key) in [("1", 1_u128), ("2", 1), ("3", 2), ("4", 2)] {
        writer.submit(Record::new(data).partition_key("EWR").explicit_hash_key(key)).await.unwrap();
    }
    writer.submit(Record::new("5").partition_key("EWR")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(
        shown(&server),
        [together("EWR", &["1", "2"]), together("EWR", &["3", "4"]), together("EWR", &["5"])]
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_that_begins_like_an_aggregate_is_wrapped_in_one() {
    const MAGIC: [u8; 5] = [0xf3, 0x89, 0x9a, 0xc2, b'x'];
    let (server, writer) = aggregating(Settings::new()).await;
    let receipt = writer.submit_tracked(Record::new(MAGIC.to_vec()).partition_key("EWR")).await.unwrap();
    let sent = receipt.await.unwrap().response.unwrap();
    assert_eq!(sent.sub_sequence_number(), Some(0));
    let [stored] = &server.kinesis().accepted("measurements")[..] else { panic!() };
    assert_eq!(deaggregated(&stored.data).unwrap()[0].data[..], MAGIC);

    let large = [&MAGIC[..], &[0; 100_000]].concat();
    writer.submit(Record::new(large.clone()).partition_key("EWR")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(deaggregated(&server.kinesis().accepted("measurements")[1].data).unwrap()[0].data, large);
}

#[tokio::test(start_paused = true)]
async fn aggregates_fill_up_and_requests_are_full_of_them() {
    let settings = Settings::new().max_entries(100_000).max_bytes(256 << 20);
    let (server, writer) = aggregating_to(100, settings).await;
    for n in 0..60_000 {
        writer.submit(Record::new(vec![b'x'; 100]).partition_key(format!("{}", n % 50))).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 60_000, 0);
    let records = server.kinesis().accepted("measurements");
    let full = records.iter().filter(|record| (51_100..=51_200).contains(&record.bytes)).count();
    assert!(
        full >= 100 && records.iter().all(|record| record.bytes <= 51_200),
        "{full} of {}",
        records.len()
    );
    let batches = server.kinesis().batches("measurements");
    assert!(batches[0].bytes > (5 << 20) - 51_200 && batches[0].bytes <= 5 << 20, "{batches:?}");
    assert_eq!(writer.stats().splits, 0);
}

#[tokio::test(start_paused = true)]
async fn all_wait_for_the_linger_and_for_nothing_else() {
    let (server, writer) = aggregating(Settings::new()).await;
    let began = now();
    let mut receipts = Vec::new();
    for n in 0..2_000 {
        let record = Record::new(format!("{n}")).partition_key(format!("{}", n % 700));
        receipts.push(writer.submit_tracked(record).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    assert_eq!(began.elapsed(), Duration::from_millis(100));
    assert_eq!(server.kinesis().accepted("measurements").len(), 700);
}

/// Submits 3,000 records of ten stations in bursts, and checks that all arrive, in their order.
async fn deliver(order: Order, faults: FaultPlan) -> KinesisWriter {
    let settings = Settings::new().order(order).linger(Linger::Fixed(Duration::from_millis(20)));
    let (server, writer) = aggregating(settings).await;
    server.set_faults(faults);
    for n in 0..3_000 {
        writer.submit(Record::new(format!("{n}")).partition_key(format!("{}", n % 10))).await.unwrap();
        if n % 100 == 99 {
            batchwright_kit::pass(Duration::from_millis(7)).await;
        }
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3_000, 0);
    let mut last = BTreeMap::<String, usize>::new();
    let mut arrived = vec![false; 3_000];
    for (_, key, data) in shown(&server) {
        for data in data {
            let n: usize = data.parse().unwrap();
            if !std::mem::replace(&mut arrived[n], true) {
                let before = last.insert(key.clone(), n);
                assert!(before.is_none_or(|before| before < n), "{n} after {before:?}");
            }
        }
    }
    assert!(arrived.into_iter().all(|arrived| arrived));
    writer
}

#[tokio::test(start_paused = true)]
async fn strict_order_holds_whatever_goes_wrong() {
    for seed in 0..3 {
        let latency = Duration::ZERO..Duration::from_millis(50);
        let writer = deliver(Order::Strict, FaultPlan::random(0.3, seed).latency(latency)).await;
        let stats = writer.stats();
        assert!(
            stats.retries > 0 && stats.requests < 300,
            "a request has more than one record of a key: {stats:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn relaxed_order_holds_while_requests_fail_as_a_whole() {
    let kinds = [(Fault::error_before(500, "InternalFailure"), 1), (Fault::error_before(503, "Busy"), 1)];
    let writer = deliver(Order::Relaxed, FaultPlan::random(0.3, 7).kinds(&kinds)).await;
    assert!(writer.stats().retries > 0);
}

#[tokio::test(start_paused = true)]
async fn the_records_of_a_throttled_aggregate_are_sent_again_together() {
    let (server, writer) = aggregating(Settings::new()).await;
    server.set_faults(FaultPlan::script([Fault::throttle_entries(Chosen::At(vec![0]))]));
    let mut receipts = Vec::new();
    for (data, key) in [("1", "EWR"), ("2", "EWR"), ("3", "JFK"), ("4", "JFK")] {
        receipts.push(writer.submit_tracked(Record::new(data).partition_key(key)).await.unwrap());
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(shown(&server), [together("JFK", &["3", "4"]), together("EWR", &["1", "2"])]);
    let mut attempts = Vec::new();
    for receipt in receipts {
        attempts.push(receipt.await.unwrap().attempts);
    }
    assert_eq!(attempts, [2, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_distributes_by_itself_is_given_no_aggregates() {
    let server = LocalServer::new();
    let client = aws_sdk_kinesis::Client::new(&server.sdk_config());
    let mode = StreamModeDetails::builder().stream_mode(StreamMode::OnDemand).build().unwrap();
    let auto = client.create_stream().stream_name("auto").stream_mode_details(mode);
    auto.record_distribution_strategy(RecordDistributionStrategy::Auto).send().await.unwrap();
    let service = Kinesis::new(client, "auto").aggregate(Aggregate::ByKey).discover_limits().await.unwrap();
    let error = KinesisWriter::builder(service).build().unwrap_err();
    says(&report(&error), &["auto distributes records itself", "Kinesis::aggregate", "USER_PARTITION_KEY"]);
}
