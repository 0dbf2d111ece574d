//! Shards that are split and merged.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::types::{Shard, ShardFilter, ShardFilterType, ShardIteratorType, StreamMode};

use super::support::{FIRST, SECOND, hashed, iterator, local, mode, put, read, with_stream};

const MIDDLE: u128 = 1 << 127;

async fn split(client: &Client, shard: &str, at: u128) -> Result<(), String> {
    let request = client.split_shard().stream_name("s").shard_to_split(shard);
    let split = request.new_starting_hash_key(at.to_string()).send().await;
    split.map(drop).map_err(|error| error.code().unwrap_or("without a code").to_owned())
}

async fn merge(client: &Client, shard: &str, adjacent: &str) -> Result<(), String> {
    let request = client.merge_shards().stream_name("s").shard_to_merge(shard);
    let merged = request.adjacent_shard_to_merge(adjacent).send().await;
    merged.map(drop).map_err(|error| error.code().unwrap_or("without a code").to_owned())
}

async fn shards(client: &Client, filter: Option<ShardFilterType>) -> Vec<Shard> {
    let filter = filter.map(|kind| ShardFilter::builder().r#type(kind).build().unwrap());
    client.list_shards().stream_name("s").set_shard_filter(filter).send().await.unwrap().shards.unwrap()
}

fn ids(shards: &[Shard]) -> Vec<usize> {
    let number = |shard: &Shard| shard.shard_id.rsplit('-').next().unwrap().parse().unwrap();
    shards.iter().map(number).collect()
}

fn range(shard: &Shard) -> (u128, u128) {
    let range = shard.hash_key_range.as_ref().unwrap();
    (range.starting_hash_key.parse().unwrap(), range.ending_hash_key.parse().unwrap())
}

fn is_open(shard: &Shard) -> bool {
    shard.sequence_number_range.as_ref().unwrap().ending_sequence_number.is_none()
}

#[tokio::test(start_paused = true)]
async fn the_children_of_a_shard_that_is_split_share_its_hashes() {
    let (_, client) = with_stream(1).await;
    assert_eq!(split(&client, FIRST, 1_000).await, Ok(()));
    let all = shards(&client, None).await;
    assert_eq!(ids(&all), [0, 1, 2]);
    assert_eq!(all.iter().map(range).collect::<Vec<_>>(), [(0, u128::MAX), (0, 999), (1_000, u128::MAX)]);
    assert_eq!(all.iter().map(is_open).collect::<Vec<_>>(), [false, true, true]);
    assert!(all[1..].iter().all(|child| child.parent_shard_id.as_deref() == Some(FIRST)));
    assert_eq!(ids(&shards(&client, Some(ShardFilterType::AtLatest)).await), [1, 2]);
    let summary = client.describe_stream_summary().stream_name("s").send().await.unwrap();
    assert_eq!(summary.stream_description_summary.unwrap().open_shard_count, 2);
}

#[tokio::test(start_paused = true)]
async fn the_child_of_two_shards_that_are_merged_has_the_hashes_of_both() {
    let (_, client) = with_stream(3).await;
    let before = shards(&client, None).await;
    assert_eq!(merge(&client, SECOND, FIRST).await, Ok(()));
    let all = shards(&client, None).await;
    assert_eq!(ids(&all), [0, 1, 2, 3]);
    assert_eq!(range(&all[3]), (0, range(&before[1]).1));
    let parents = [&all[3].parent_shard_id, &all[3].adjacent_parent_shard_id];
    assert_eq!(parents.map(|parent| parent.as_deref().unwrap()), [SECOND, FIRST]);
    assert_eq!(all.iter().map(is_open).collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!(ids(&shards(&client, Some(ShardFilterType::FromTrimHorizon)).await), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn records_go_to_open_shards_and_those_of_closed_ones_can_be_read() {
    let (_, client) = with_stream(1).await;
    let latest = iterator(&client, FIRST, ShardIteratorType::Latest).await;
    put(&client, vec![hashed("7")]).await.unwrap();
    split(&client, FIRST, MIDDLE).await.unwrap();
    let sent = put(&client, vec![hashed("7"), hashed(&u128::MAX.to_string())]).await.unwrap();
    let to: Vec<_> = sent.records.iter().map(|record| record.shard_id.clone().unwrap()).collect();
    assert_eq!(to, [SECOND, "shardId-000000000002"]);
    let end = client.get_records().shard_iterator(latest).send().await.unwrap();
    assert_eq!((end.records.len(), end.next_shard_iterator), (1, None));
    let children = end.child_shards.unwrap();
    assert_eq!(children.iter().map(|child| &*child.shard_id).collect::<Vec<_>>(), [&to[0], &to[1]]);
    assert_eq!(children[0].parent_shards, [FIRST]);
    let before = client.get_shard_iterator().stream_name("s").shard_id(FIRST);
    let before = before.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
    let part = client.get_records().set_shard_iterator(before.shard_iterator).limit(1).send().await.unwrap();
    assert_eq!((part.records.len(), part.next_shard_iterator), (1, None));
    let numbers = [&end.records[0].sequence_number, sent.records[0].sequence_number.as_ref().unwrap()];
    assert!(numbers[0] < numbers[1], "numbers grow from a shard to its children");
    assert_eq!(read(&client, SECOND).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_split_or_merged_is_refused() {
    let (_, client) = with_stream(3).await;
    let (_, end) = range(&shards(&client, None).await[0]);
    for at in [0, 1, end, end + 1] {
        assert_eq!(split(&client, FIRST, at).await, Err("InvalidArgumentException".into()), "{at}");
    }
    let third = "shardId-000000000002";
    for (one, other) in [(FIRST, third), (third, FIRST), (FIRST, FIRST)] {
        assert_eq!(merge(&client, one, other).await, Err("InvalidArgumentException".into()));
    }
    let missing = "shardId-000000000003";
    assert_eq!(split(&client, missing, 2).await, Err("ResourceNotFoundException".into()));
    assert_eq!(merge(&client, FIRST, missing).await, Err("ResourceNotFoundException".into()));
    split(&client, FIRST, 2).await.unwrap();
    assert_eq!(split(&client, FIRST, 3).await, Err("ResourceInUseException".into()));
    assert_eq!(merge(&client, SECOND, FIRST).await, Err("ResourceInUseException".into()));
}

#[tokio::test(start_paused = true)]
async fn an_on_demand_stream_is_not_resharded_by_its_users() {
    let (_, client) = local();
    let create = client.create_stream().stream_name("s").stream_mode_details(mode(StreamMode::OnDemand));
    create.send().await.unwrap();
    assert_eq!(split(&client, FIRST, 2).await, Err("ValidationException".into()));
    assert_eq!(merge(&client, FIRST, SECOND).await, Err("ValidationException".into()));
}

#[tokio::test(start_paused = true)]
async fn pages_of_open_shards_go_on_where_they_ended() {
    let (_, client) = with_stream(1).await;
    split(&client, FIRST, MIDDLE).await.unwrap();
    split(&client, SECOND, MIDDLE / 2).await.unwrap();
    let filter = ShardFilter::builder().r#type(ShardFilterType::AtLatest).build().unwrap();
    let first =
        client.list_shards().stream_name("s").shard_filter(filter).max_results(2).send().await.unwrap();
    assert_eq!(ids(first.shards()), [2, 3]);
    let rest = client.list_shards().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((ids(rest.shards()), rest.next_token), (vec![4], None));
}
