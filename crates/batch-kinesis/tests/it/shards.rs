//! Shards that take only so much, as the service's do: 1,000 records a second each.

use std::time::Duration;

use batch_kinesis::{Kinesis, KinesisWriter, Record, Settings};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};
use batchwright_kit::{check_sums, now, pass};

use crate::support::{served, to_measurements};

/// So many keys whose records go to this shard of four.
fn keys(shard: u128, count: usize) -> Vec<String> {
    let names = (0..).map(|n| format!("station-{n}"));
    let shard_of = |key: &String| u128::from_be_bytes(md5::compute(key).0) / (u128::MAX / 4 + 1);
    names.filter(|key| shard_of(key) == shard).take(count).collect()
}

/// Submits 600 records a second for two seconds, by turns to the other three shards.
async fn go_on(writer: &KinesisWriter) {
    let keys: Vec<_> = [1, 2, 3].iter().flat_map(|&shard| keys(shard, 3)).collect();
    for n in 0..1_200 {
        let record = Record::new(format!("{n}")).partition_key(&keys[n % keys.len()]);
        writer.submit(record).await.unwrap();
        if n % 6 == 5 {
            pass(Duration::from_millis(10)).await;
        }
    }
}

/// Submits so many records of these stations at once.
async fn hammer(writer: &KinesisWriter, stations: &[String], records: usize) {
    for n in 0..records {
        let record = Record::new("hammered").partition_key(&stations[n % stations.len()]);
        writer.submit(record).await.unwrap();
    }
}

/// How long each of the 1,200 other records took to arrive, in milliseconds, in order.
fn waits(server: &LocalServer, began_millis: u64) -> Vec<u64> {
    let accepted = server.kinesis().accepted("measurements");
    let others = accepted.iter().filter(|record| record.data != "hammered");
    let number = |data: &[u8]| std::str::from_utf8(data).unwrap().parse::<u64>();
    let wait = |record: &batch_local::StoredRecord| {
        number(&record.data).ok().map(|n| record.arrived_millis - began_millis - n / 6 * 10)
    };
    let mut waits: Vec<_> = others.filter_map(wait).collect();
    waits.sort_unstable();
    waits
}

/// The server's clock, in milliseconds.
async fn server_millis(server: &LocalServer, writer: &KinesisWriter) -> u64 {
    writer.submit("first".into()).await.unwrap();
    assert!(writer.flush().await.is_empty());
    server.kinesis().accepted("measurements")[0].arrived_millis
}

/// Hammers the first of four shards with 6,000 records of so many stations, and checks that it gets them in 1.1 of the
/// five seconds that are possible, that each is sent so many times at most, and that the other shards notice nothing.
async fn check_hot_shard(stations: usize, sends: f64) {
    let (server, client) = served(4).await;
    let milliseconds = Duration::from_millis;
    server.set_faults(FaultPlan::none().latency(milliseconds(20)..milliseconds(20)));
    let writer = to_measurements(client);
    let began_millis = server_millis(&server, &writer).await;
    let stations = keys(0, stations);
    tokio::join!(hammer(&writer, &stations, 6_000), go_on(&writer));
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 7_201, 0);

    let records = server.kinesis().accepted("measurements");
    let hammered = records.iter().filter(|record| record.data == "hammered");
    let took = hammered.map(|record| record.arrived_millis).max().unwrap() - began_millis;
    let sent: usize = server.kinesis().batches("measurements").iter().map(|batch| batch.entries).sum();
    let waits = waits(&server, began_millis);
    let stations = stations.len();
    assert!(took <= 5_500, "{stations}: {took} ms");
    assert!(sent as f64 <= 1_201.0 + 6_000.0 * sends, "{stations}: {sent} sent");
    assert!(
        waits[600] <= 60 && waits[1_199] <= 250,
        "{stations}: {} and up to {} ms",
        waits[600],
        waits[1_199]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hot_shard_gets_what_it_accepts_and_disturbs_no_other() {
    for stations in [1, 2, 5, 50, 500, 6_000] {
        check_hot_shard(stations, 1.2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_a_few_keys_shows_its_shard_by_a_request_of_its_own() {
    check_hot_shard(10, 1.6).await;
    check_hot_shard(20, 1.35).await;
}

#[tokio::test(start_paused = true)]
async fn two_stations_that_hammer_one_shard_of_four_hold_back_no_others() {
    let (server, client) = served(4).await;
    let milliseconds = Duration::from_millis;
    server.set_faults(FaultPlan::none().latency(milliseconds(20)..milliseconds(20)));
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600));
    let builder = KinesisWriter::builder(Kinesis::new(client, "measurements")).settings(settings);
    let writer = builder.build().unwrap();
    let began_millis = server_millis(&server, &writer).await;

    let stations = keys(0, 2);
    let began = now();
    tokio::join!(hammer(&writer, &stations, 3_000), go_on(&writer));
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 4_201, 0);
    let stats = writer.stats();
    assert!(stats.throttled > 100, "the shard is too small for them: {stats:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?} for what takes two seconds", began.elapsed());

    let waits = waits(&server, began_millis);
    assert_eq!(waits.len(), 1_200);
    assert!(waits[600] <= 60 && waits[1_199] <= 250, "{} and up to {} ms", waits[600], waits[1_199]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_created_again_with_other_shards_is_learned_again() {
    let (server, client) = served(4).await;
    let writer = to_measurements(client.clone());
    hammer(&writer, &keys(0, 50), 3_000).await;
    assert!(writer.flush().await.is_empty());
    client.delete_stream().stream_name("measurements").send().await.unwrap();
    client.create_stream().stream_name("measurements").shard_count(1).send().await.unwrap();
    let began = now();
    let stations: Vec<_> = (0..4).flat_map(|shard| keys(shard, 10)).collect();
    hammer(&writer, &stations, 4_000).await;
    assert!(writer.flush().await.is_empty());
    let took = began.elapsed();
    let sent: usize = server.kinesis().batches("measurements").iter().map(|batch| batch.entries).sum();
    assert!(took <= Duration::from_millis(3_300), "{took:?}, where 3 s are possible");
    assert!(sent <= 5_200, "4,000 records were sent {sent} times");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_shards_that_throttle_at_random_lose_nothing() {
    let (server, client) = served(10_000).await;
    let throttle = Fault::throttle_entries(Chosen::Rate(0.3));
    server.set_faults(FaultPlan::random(0.5, 7).kinds(&[(throttle, 1)]));
    let writer = to_measurements(client);
    let began = now();
    for n in 0..5_000 {
        let record = Record::new(format!("{n}"));
        let record = if n % 2 == 0 { record.partition_key(format!("station-{n}")) } else { record };
        writer.submit(record).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 5_000, 0);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(server.kinesis().accepted_count("measurements"), 5_000);
}
