//! Which shard a record goes to.

use std::collections::BTreeMap;

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry as Entry;

use super::support::{create_auto, hashed, local, plain, put, with_stream};

#[tokio::test(start_paused = true)]
async fn an_explicit_hash_key_chooses_the_shard_whose_range_has_it() {
    let (_, client) = with_stream(3).await;
    let shards = client.list_shards().stream_name("s").send().await.unwrap().shards.unwrap();
    for shard in shards {
        let range = shard.hash_key_range.unwrap();
        for hash in [&range.starting_hash_key, &range.ending_hash_key] {
            let output = put(&client, vec![hashed(hash)]).await.unwrap();
            assert_eq!(output.records[0].shard_id(), Some(&*shard.shard_id), "{hash}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_hash_key_wins_over_the_partition_key() {
    let (_, client) = with_stream(2).await;
    let by_key = put(&client, vec![plain("k")]).await.unwrap().records.remove(0).shard_id.unwrap();
    let shards: Vec<String> = put(&client, vec![hashed("0"), hashed(&u128::MAX.to_string())])
        .await
        .unwrap()
        .records
        .into_iter()
        .map(|record| record.shard_id.unwrap())
        .collect();
    assert_ne!(shards[0], shards[1]);
    assert!(shards.contains(&by_key));
}

#[tokio::test(start_paused = true)]
async fn a_partition_key_chooses_the_shard_by_its_md5() {
    let (server, client) = with_stream(2).await;
    // The digests start with 9d and 0c: above and below the middle.
    for (key, digest, shard) in [
        ("hello", "5d41402abc4b2a76b9719d911017c592", 0),
        ("a", "0cc175b9c0f1b6a831c399e269772661", 0),
        ("b", "92eb5ffee6ae2fec3ad71c777531578f", 1),
    ] {
        let hash = u128::from_str_radix(digest, 16).unwrap();
        assert_eq!(usize::from(hash >= 1 << 127), shard);
        let output = put(&client, vec![plain(key)]).await.unwrap();
        let expected = format!("shardId-{shard:012}");
        assert_eq!(output.records[0].shard_id(), Some(expected.as_str()), "{key}");
        assert_eq!(server.kinesis().accepted("s").pop().unwrap().shard_id, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn records_with_one_partition_key_share_a_shard_and_many_keys_spread() {
    let (server, client) = with_stream(8).await;
    put(&client, vec![plain("same"); 20]).await.unwrap();
    let shards = |view: Vec<batch_local::StoredRecord>| {
        let mut counts = BTreeMap::new();
        view.into_iter().for_each(|record| *counts.entry(record.shard_id).or_insert(0) += 1);
        counts
    };
    assert_eq!(shards(server.kinesis().accepted("s")).len(), 1);
    put(&client, (0..400).map(|index| plain(&index.to_string())).collect()).await.unwrap();
    let counts = shards(server.kinesis().accepted("s"));
    assert!(counts.len() == 8 && counts.values().all(|count| (25..=100).contains(count)), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_distributes_its_records_itself_ignores_their_keys() {
    let (server, client) = local();
    create_auto(&client, "s").await;
    let keyless = Entry::builder().data(Blob::new("x")).build().unwrap();
    put(&client, vec![plain("same"), plain("same"), hashed("0"), keyless]).await.unwrap();
    let accepted = server.kinesis().accepted("s");
    let mut shards: Vec<&str> = accepted.iter().map(|record| &*record.shard_id).collect();
    shards.sort_unstable();
    shards.dedup();
    assert_eq!(shards.len(), 4);
    // What the producer said is kept all the same.
    assert_eq!(accepted[0].partition_key.as_deref(), Some("same"));
    assert_eq!(accepted[3].partition_key, None);
}
