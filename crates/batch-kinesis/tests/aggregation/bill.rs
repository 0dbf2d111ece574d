//! What aggregation saves of a million small records, and that they arrive all the same.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_kinesis::Client;
use batch_kinesis::{Aggregate, Kinesis, KinesisWriter, Linger, Record, Settings};
use batch_local::{LocalServer, StoredRecord};

use crate::decoder::Decoder;

const RECORDS: usize = 1_000_000;
const KEYS: usize = 1_000;
const ROOM: usize = 200_000;
const BYTES: usize = 100;

/// So many that none of them throttles.
const SHARDS: i32 = 500;

pub(crate) async fn check(decoders: &[Decoder]) {
    // The linger ends nothing before the writer is full, and half of what is inside waits and grows meanwhile.
    let roomy = Settings::new().max_entries(ROOM).max_bytes(256 << 20).in_flight(1..=2);
    let roomy = roomy.linger(Linger::Fixed(Duration::from_secs(10)));
    let (saved, records) = send(&format!("room for {ROOM} entries"), roomy).await;
    assert!(saved <= 0.11, "it costs {saved:.4} of what it costs without aggregation");
    for decoder in decoders {
        let began = Instant::now();
        check_order(&records, decoder);
        println!(
            "  {} gives back all in the order of their keys, after {:.0?}",
            decoder.name,
            began.elapsed()
        );
    }
    send("default capacity and linger", Settings::new()).await;
}

/// Sends all records; what that costs, as a share of what it costs without aggregation, and what the stream has.
async fn send(name: &str, settings: Settings) -> (f64, Vec<StoredRecord>) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_stream().stream_name("clicks").shard_count(SHARDS).send().await.unwrap();
    let service = Kinesis::new(client, "clicks").aggregate(Aggregate::ByKey);
    let writer = KinesisWriter::builder(service).settings(settings).build().unwrap();
    let began = Instant::now();
    let mut without = 0;
    for n in 0..RECORDS {
        let record = record(n);
        without += (BYTES + record.get_partition_key().unwrap().len()).div_ceil(1 << 10);
        writer.submit(record).await.unwrap();
    }
    assert!(writer.shutdown().await.is_empty());
    let records = server.kinesis().accepted("clicks");
    let billed: usize = records.iter().map(|record| record.bytes.div_ceil(1 << 10)).sum();
    let (saved, requests) = (billed as f64 / without as f64, writer.stats().requests);
    println!(
        "{RECORDS} records of {BYTES} B with {KEYS} keys, {name}: {saved:.4} of the {without} kB without aggregation"
    );
    println!(
        "  {billed} kB in {} records and {requests} requests, after {:.1?}",
        records.len(),
        began.elapsed()
    );
    (saved, records)
}

/// A record whose data begins with its number.
fn record(n: usize) -> Record {
    Record::new(format!("{n:<BYTES$}")).partition_key(key(n))
}

/// Keys that come in no order.
fn key(n: usize) -> String {
    format!("user-{}", (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % KEYS)
}

/// Each record is there once, and those of a key are in their order.
fn check_order(records: &[StoredRecord], decoder: &Decoder) {
    let mut next = vec![false; RECORDS];
    let mut last = BTreeMap::new();
    for one in decoder.decode(records) {
        let n: usize = std::str::from_utf8(&one.data).unwrap().trim_end().parse().unwrap();
        assert_eq!((one.data.len(), &one.key), (BYTES, &key(n)), "record {n}");
        assert!(!std::mem::replace(&mut next[n], true), "record {n} is there twice");
        let before = last.insert(one.key, n);
        assert!(before.is_none_or(|before| before < n), "record {n} comes after record {before:?}");
    }
    assert!(next.iter().all(|&is_there| is_there), "a record is lost");
}
