//! Shards that take only so much, as the service's do: 1,000 records a second each.

use std::time::Duration;

use batch_kinesis::{Kinesis, KinesisWriter, Record, Settings};
use batch_local::{FaultPlan, LocalServer};
use batchwright_kit::{check_sums, now, pass};

use crate::support::served;

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

/// Submits 3,000 records of these stations, three times what their shard takes in a second, at once.
async fn hammer(writer: &KinesisWriter, stations: &[String]) {
    for n in 0..3_000 {
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
    tokio::join!(hammer(&writer, &stations), go_on(&writer));
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 4_201, 0);
    let stats = writer.stats();
    assert!(stats.throttled > 1_000, "the shard is too small for them: {stats:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?} for what takes two seconds", began.elapsed());

    let waits = waits(&server, began_millis);
    assert_eq!(waits.len(), 1_200);
    assert!(waits[600] <= 60 && waits[1_199] <= 250, "{} and up to {} ms", waits[600], waits[1_199]);
}
