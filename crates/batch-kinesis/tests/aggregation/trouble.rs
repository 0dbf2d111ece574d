//! Aggregates in strict order before a server with faults, while its shards are split and merged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{Shard, ShardFilter, ShardFilterType};
use batch_kinesis::{Aggregate, Kinesis, KinesisWriter, Order, Record, Settings};
use batch_local::{FaultPlan, LocalServer};
use bytes::Bytes;
use fastrand::Rng;

use crate::decoder::Decoder;

const RECORDS: usize = 40_000;
const KEYS: usize = 100;

/// What a receipt says of a record.
#[derive(Clone, Copy, Debug)]
struct Told {
    is_delivered: bool,
    may_be_there: bool,
    may_be_there_twice: bool,
}

pub(crate) async fn check(decoders: &[Decoder], seed: u64) {
    let server = LocalServer::builder().seed(seed).build();
    let client = Client::new(&server.sdk_config());
    client.create_stream().stream_name("s").shard_count(20).send().await.unwrap();
    let millis = Duration::from_millis;
    server.set_faults(FaultPlan::random(0.3, seed).latency(millis(5)..millis(30)));
    let service = Kinesis::new(client.clone(), "s").aggregate(Aggregate::ByKey);
    let settings =
        Settings::new().order(Order::Strict).max_entries(2_000).delivery_deadline(Duration::from_secs(600));
    let writer = KinesisWriter::builder(service).settings(settings).build().unwrap();
    let reshards = tokio::spawn(reshard(client, seed));
    let mut receipts = Vec::new();
    for n in 0..RECORDS {
        let record = Record::new(format!("{n}")).partition_key(key(n));
        receipts.push(writer.submit_tracked(record).await.unwrap());
    }
    drop(writer.flush().await);
    reshards.abort();
    let mut told = Vec::new();
    for receipt in receipts {
        told.push(match receipt.await {
            Ok(sent) => {
                Told { is_delivered: true, may_be_there: true, may_be_there_twice: sent.maybe_duplicate }
            }
            Err(item) => Told {
                is_delivered: false,
                may_be_there: item.maybe_delivered,
                may_be_there_twice: item.maybe_delivered,
            },
        });
    }
    let records = server.kinesis().accepted("s");
    let shards = records.iter().map(|record| &*record.shard_id).collect::<BTreeSet<_>>();
    for decoder in decoders {
        check_all(
            &decoder.decode(&records).into_iter().map(|one| (one.key, one.data)).collect::<Vec<_>>(),
            &told,
        );
    }
    let (stats, marked) = (writer.stats(), told.iter().filter(|told| told.may_be_there_twice).count());
    assert!(records.len() < RECORDS / 2 && stats.retries > 0 && shards.len() > 20, "{stats:?}");
    println!(
        "{RECORDS} records in strict order with faults of 0.3 (seed {seed}): {} aggregates in {} shards, {} retries, {} \
         delivered, {marked} marked as perhaps there twice; none lost or out of order",
        records.len(),
        shards.len(),
        stats.retries,
        stats.delivered
    );
}

fn key(n: usize) -> String {
    format!("user-{}", n % KEYS)
}

/// Nothing is lost, only what is marked is there twice, and those of a key came in their order.
fn check_all(decoded: &[(String, Bytes)], told: &[Told]) {
    let mut copies = vec![0; told.len()];
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, data) in decoded {
        let n: usize = std::str::from_utf8(data).unwrap().parse().unwrap();
        assert_eq!(*name, key(n));
        copies[n] += 1;
        if copies[n] == 1 {
            let before = last.insert(name, n);
            assert!(before.is_none_or(|before| before < n), "record {n} comes after {before:?}");
        }
    }
    for (n, (&copies, told)) in copies.iter().zip(told).enumerate() {
        let fits = (copies > 0 || !told.is_delivered)
            && (copies == 0 || told.may_be_there)
            && (copies < 2 || told.may_be_there_twice);
        assert!(fits, "record {n} is there {copies} times: {told:?}");
    }
}

/// Splits and merges shards until it is stopped.
async fn reshard(client: Client, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    loop {
        tokio::time::sleep(Duration::from_millis(rng.u64(5..40))).await;
        let open = ShardFilter::builder().r#type(ShardFilterType::AtLatest).build().unwrap();
        let mut shards =
            client.list_shards().stream_name("s").shard_filter(open).send().await.unwrap().shards.unwrap();
        shards.sort_by_key(|shard| range(shard).0);
        let at = rng.usize(..shards.len() - 1);
        let (start, end) = range(&shards[at]);
        if rng.bool() && shards.len() > 5 {
            let merge = client.merge_shards().stream_name("s").shard_to_merge(&shards[at].shard_id);
            merge.adjacent_shard_to_merge(&shards[at + 1].shard_id).send().await.unwrap();
        } else if end - start > 4 {
            let split = client.split_shard().stream_name("s").shard_to_split(&shards[at].shard_id);
            split.new_starting_hash_key((start + (end - start) / 2).to_string()).send().await.unwrap();
        }
    }
}

fn range(shard: &Shard) -> (u128, u128) {
    let range = shard.hash_key_range.as_ref().unwrap();
    (range.starting_hash_key.parse().unwrap(), range.ending_hash_key.parse().unwrap())
}
