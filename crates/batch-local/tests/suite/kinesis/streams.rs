//! The operations on streams as a whole.

use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::types::{
    RecordDistributionStrategy, ScalingType, ShardFilter, ShardFilterType, StreamMode, StreamStatus,
};

use super::support::{FIRST, SECOND, arn, create_auto, local, mode, outcome, plain, put, with_stream};
use crate::support::pass;

#[tokio::test(start_paused = true)]
async fn a_stream_is_created_with_a_valid_name_once() {
    let (server, client) = local();
    let create = |name: &str| client.create_stream().stream_name(name).shard_count(1).send();
    for good in ["a", "A-z_0.9", &"x".repeat(128)] {
        create(good).await.unwrap();
    }
    for bad in ["", "a b", "a/b", "é", &"x".repeat(129)] {
        assert_eq!(create(bad).await.unwrap_err().code(), Some("ValidationException"), "{bad}");
    }
    let again = create("a").await.unwrap_err();
    assert!(again.into_service_error().is_resource_in_use_exception());
    assert_eq!(server.kinesis().stream_names().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_the_shards_and_the_size_of_records_that_it_may_have() {
    let (server, client) = local();
    let request = || client.create_stream().stream_name("s");
    let on_demand = || request().stream_mode_details(mode(StreamMode::OnDemand));
    for (request, code) in [
        (request(), "ValidationException"),
        (request().shard_count(0), "ValidationException"),
        (request().shard_count(-1), "ValidationException"),
        (request().shard_count(20_001), "LimitExceededException"),
        (request().shard_count(i32::MAX), "LimitExceededException"),
        (on_demand().shard_count(2), "ValidationException"),
        (request().stream_mode_details(mode("OTHER".into())), "ValidationException"),
        (request().shard_count(1).max_record_size_in_kib(1_023), "ValidationException"),
        (request().shard_count(1).max_record_size_in_kib(10_241), "ValidationException"),
        (on_demand().record_distribution_strategy("OTHER".into()), "ValidationException"),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(request.send().await.unwrap_err().code(), Some(code), "{shown}");
    }
    assert!(server.kinesis().stream_names().is_empty());
    request().shard_count(20_000).send().await.unwrap();
    let more = client.create_stream().stream_name("t").shard_count(1).send().await.unwrap_err();
    assert!(more.into_service_error().is_limit_exceeded_exception());
}

#[tokio::test(start_paused = true)]
async fn a_summary_tells_what_the_stream_is() {
    let (_, client) = with_stream(3).await;
    let summary = client.describe_stream_summary().stream_name("s").send().await.unwrap();
    let summary = summary.stream_description_summary.unwrap();
    assert_eq!((&*summary.stream_name, &*summary.stream_arn), ("s", &*arn("s")));
    assert_eq!(summary.stream_status, StreamStatus::Active);
    assert_eq!(summary.open_shard_count, 3);
    assert_eq!(summary.max_record_size_in_kib, Some(1_024));
    assert_eq!(summary.record_distribution_strategy, None);
    assert_eq!(summary.retention_period_hours, 24);
    assert_eq!(summary.stream_mode_details.unwrap().stream_mode, StreamMode::Provisioned);
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_an_on_demand_stream_tells_its_strategy() {
    let (_, client) = local();
    create_auto(&client, "s").await;
    client.update_max_record_size().stream_arn(arn("s")).max_record_size_in_kib(5_000).send().await.unwrap();
    let summary = async || {
        let described = client.describe_stream_summary().stream_arn(arn("s")).send().await.unwrap();
        described.stream_description_summary.unwrap()
    };
    let first = summary().await;
    assert_eq!(first.stream_mode_details.unwrap().stream_mode, StreamMode::OnDemand);
    assert_eq!(first.open_shard_count, 4);
    assert_eq!(first.max_record_size_in_kib, Some(5_000));
    assert_eq!(first.record_distribution_strategy, Some(RecordDistributionStrategy::Auto));
    let update = client.update_stream_record_distribution_strategy().stream_arn(arn("s"));
    update.record_distribution_strategy(RecordDistributionStrategy::UserPartitionKey).send().await.unwrap();
    let strategy = summary().await.record_distribution_strategy;
    assert_eq!(strategy, Some(RecordDistributionStrategy::UserPartitionKey));
}

#[tokio::test(start_paused = true)]
async fn a_description_has_pages_of_shards() {
    let (_, client) = with_stream(3).await;
    let describe = || client.describe_stream().stream_name("s");
    let first = describe().limit(2).send().await.unwrap().stream_description.unwrap();
    assert_eq!((first.shards.len(), first.has_more_shards), (2, true));
    assert_eq!(first.shards[0].shard_id, FIRST);
    assert_eq!(first.stream_status, StreamStatus::Active);
    let rest = describe().exclusive_start_shard_id(SECOND).send().await.unwrap().stream_description.unwrap();
    assert_eq!((rest.shards.len(), rest.has_more_shards), (1, false));
    assert_eq!(rest.shards[0].hash_key_range.as_ref().unwrap().ending_hash_key, u128::MAX.to_string());
    let beyond = describe().exclusive_start_shard_id("shardId-999999999999").send().await.unwrap();
    assert!(beyond.stream_description.unwrap().shards.is_empty());
    let error = describe().exclusive_start_shard_id("first").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}

#[tokio::test(start_paused = true)]
async fn shards_are_listed_in_pages() {
    let (_, client) = with_stream(3).await;
    let first = client.list_shards().stream_name("s").max_results(2).send().await.unwrap();
    assert_eq!(first.shards.unwrap().len(), 2);
    let token = first.next_token.unwrap();
    let rest = client.list_shards().next_token(&token).send().await.unwrap();
    assert_eq!((rest.shards.unwrap().len(), rest.next_token), (1, None));
    let filter =
        ShardFilter::builder().r#type(ShardFilterType::AfterShardId).shard_id(FIRST).build().unwrap();
    let after = client.list_shards().stream_name("s").shard_filter(filter).send().await.unwrap();
    assert_eq!(after.shards.unwrap().len(), 2);
    for (request, code) in [
        (client.list_shards().next_token(&token).stream_name("s"), "InvalidArgumentException"),
        (client.list_shards().next_token("x"), "InvalidArgumentException"),
        (client.list_shards().stream_name("s").max_results(0), "ValidationException"),
        (client.list_shards(), "InvalidArgumentException"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    pass(301.0).await;
    let expired = client.list_shards().next_token(&token).send().await.unwrap_err();
    assert!(expired.into_service_error().is_expired_next_token_exception());
}

#[tokio::test(start_paused = true)]
async fn streams_are_listed_in_pages_by_name() {
    let (_, client) = local();
    for name in ["b", "c", "a"] {
        client.create_stream().stream_name(name).shard_count(1).send().await.unwrap();
    }
    let first = client.list_streams().limit(2).send().await.unwrap();
    assert_eq!((first.stream_names, first.has_more_streams), (vec!["a".into(), "b".into()], true));
    let rest = client.list_streams().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((&rest.stream_names, rest.has_more_streams), (&vec!["c".to_owned()], false));
    assert_eq!(rest.stream_summaries.unwrap()[0].stream_arn, arn("c"));
    let after = client.list_streams().exclusive_start_stream_name("b").send().await.unwrap();
    assert_eq!(after.stream_names, ["c"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_named_by_its_name_its_arn_or_both_alike() {
    let (_, client) = with_stream(1).await;
    let put = || client.put_records().records(plain("a"));
    put().stream_arn(arn("s")).send().await.unwrap();
    put().stream_arn(arn("s")).stream_name("s").send().await.unwrap();
    put().stream_arn("arn:aws-cn:kinesis:cn-north-1:123456789012:stream/s").send().await.unwrap();
    for (request, code) in [
        (put(), "InvalidArgumentException"),
        (put().stream_arn(arn("t")).stream_name("s"), "InvalidArgumentException"),
        (put().stream_arn(arn("t")), "ResourceNotFoundException"),
        (put().stream_name("t"), "ResourceNotFoundException"),
        (put().stream_name("a b"), "ValidationException"),
        (put().stream_arn("arn:aws:sqs:us-east-1:000000000000:s"), "ValidationException"),
        (put().stream_arn("s"), "ValidationException"),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(request.send().await.unwrap_err().code(), Some(code), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_stream_is_gone_and_its_name_is_free() {
    let (server, client) = with_stream(1).await;
    put(&client, vec![plain("a")]).await.unwrap();
    client.delete_stream().stream_name("s").send().await.unwrap();
    assert_eq!(outcome(put(&client, vec![plain("a")]).await), "whole ResourceNotFoundException");
    let error = client.delete_stream().stream_arn(arn("s")).send().await.unwrap_err();
    assert_eq!(error.message(), Some("Stream s under account 000000000000 not found."));
    client.create_stream().stream_name("s").shard_count(1).send().await.unwrap();
    assert!(server.kinesis().accepted("s").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_served_says_so() {
    let (_, client) = with_stream(1).await;
    let update = client.update_shard_count().stream_name("s").target_shard_count(2);
    let error = update.scaling_type(ScalingType::UniformScaling).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
}
