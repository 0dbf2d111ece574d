//! Iterators, and what is read with them.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::ProvideErrorMetadata;
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::primitives::{Blob, DateTime};
use aws_sdk_kinesis::types::ShardIteratorType as Kind;

use super::support::{FIRST, SECOND, arn, iterator, many, plain, put, read, record, texts, with_stream};
use crate::support::pass;

async fn get(client: &Client, iterator: &str) -> GetRecordsOutput {
    client.get_records().shard_iterator(iterator).send().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_put_is_read_back_in_order() {
    let (_, client) = with_stream(1).await;
    let bytes: Vec<u8> = (0..=255).collect();
    let sent = put(&client, vec![record("k", bytes.clone()), record("é", ""), plain("c")]).await.unwrap();
    let single = client.put_record().stream_name("s").partition_key("d").data(Blob::new("d"));
    let single = single.send().await.unwrap();
    let records = read(&client, FIRST).await;
    assert_eq!(records[0].data.as_ref(), bytes);
    assert_eq!(records[1].partition_key(), Some("é"));
    assert_eq!(texts(&records[1..]), ["", "c", "d"]);
    let confirmed = sent.records.iter().map(|record| record.sequence_number().unwrap());
    let confirmed: Vec<&str> = confirmed.chain([&*single.sequence_number]).collect();
    let numbers: Vec<&str> = records.iter().map(|record| &*record.sequence_number).collect();
    assert_eq!(numbers, confirmed);
    assert!(numbers.is_sorted() && numbers.iter().all(|number| number.len() == 56));
}

#[tokio::test(start_paused = true)]
async fn an_iterator_starts_where_its_type_says() {
    let (_, client) = with_stream(1).await;
    put(&client, vec![plain("a"), plain("b")]).await.unwrap();
    pass(1.0).await;
    let sent = put(&client, vec![plain("c"), plain("d")]).await.unwrap();
    let records = read(&client, FIRST).await;
    let number = sent.records[0].sequence_number().unwrap();
    let later = records[2].approximate_arrival_timestamp.unwrap();
    let between = DateTime::from_millis(later.to_millis().unwrap() - 1);
    let request = || client.get_shard_iterator().stream_name("s").shard_id(FIRST);
    for (request, expected) in [
        (request().shard_iterator_type(Kind::TrimHorizon), &["a", "b", "c", "d"][..]),
        (request().shard_iterator_type(Kind::Latest), &[]),
        (request().shard_iterator_type(Kind::AtSequenceNumber).starting_sequence_number(number), &["c", "d"]),
        (request().shard_iterator_type(Kind::AfterSequenceNumber).starting_sequence_number(number), &["d"]),
        (request().shard_iterator_type(Kind::AtTimestamp).timestamp(later), &["c", "d"]),
        (request().shard_iterator_type(Kind::AtTimestamp).timestamp(between), &["c", "d"]),
        (
            request().shard_iterator_type(Kind::AtTimestamp).timestamp(DateTime::from_secs(0)),
            &["a", "b", "c", "d"],
        ),
    ] {
        let shown = format!("{request:?}");
        let iterator = request.send().await.unwrap().shard_iterator.unwrap();
        assert_eq!(texts(&get(&client, &iterator).await.records), expected, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shard_can_be_read_from_its_own_starting_sequence_number() {
    let (_, client) = with_stream(2).await;
    put(&client, [many(2, false, 1), many(1, true, 1)].concat()).await.unwrap();
    let shards = client.list_shards().stream_name("s").send().await.unwrap().shards.unwrap();
    let number = shards[1].sequence_number_range.clone().unwrap().starting_sequence_number;
    for kind in [Kind::AtSequenceNumber, Kind::AfterSequenceNumber] {
        let request = client.get_shard_iterator().stream_name("s").shard_id(SECOND).shard_iterator_type(kind);
        let iterator =
            request.starting_sequence_number(&number).send().await.unwrap().shard_iterator.unwrap();
        assert_eq!(get(&client, &iterator).await.records.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_latest_iterator_and_the_next_one_read_what_comes_later() {
    let (_, client) = with_stream(1).await;
    put(&client, vec![plain("a")]).await.unwrap();
    let latest = iterator(&client, FIRST, Kind::Latest).await;
    put(&client, vec![plain("b")]).await.unwrap();
    let first = get(&client, &latest).await;
    assert_eq!(texts(&first.records), ["b"]);
    let next = first.next_shard_iterator.unwrap();
    assert!(get(&client, &next).await.records.is_empty());
    put(&client, vec![plain("c")]).await.unwrap();
    assert_eq!(texts(&get(&client, &next).await.records), ["c"]);
    // An iterator is a place, not a cursor: it can be used again.
    assert_eq!(texts(&get(&client, &latest).await.records), ["b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_read_has_up_to_its_limit_and_tells_how_far_it_is_behind() {
    let (_, client) = with_stream(1).await;
    put(&client, vec![plain("a"), plain("b"), plain("c")]).await.unwrap();
    let start = iterator(&client, FIRST, Kind::TrimHorizon).await;
    let limited = client.get_records().shard_iterator(&start).limit(2).send().await.unwrap();
    assert_eq!(texts(&limited.records), ["a", "b"]);
    // Something is left, however new.
    assert_eq!(limited.millis_behind_latest, Some(1));
    pass(2.0).await;
    let limited = client.get_records().shard_iterator(&start).limit(2).send().await.unwrap();
    assert_eq!(limited.millis_behind_latest, Some(2_000));
    let rest = get(&client, &limited.next_shard_iterator.unwrap()).await;
    assert_eq!((texts(&rest.records), rest.millis_behind_latest), (vec!["c"], Some(0)));
    for (limit, code) in [(10_001, "InvalidArgumentException"), (0, "ValidationException")] {
        let error = client.get_records().shard_iterator(&start).limit(limit).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
    }
    client.get_records().shard_iterator(&start).limit(10_000).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn shards_are_read_apart() {
    let (_, client) = with_stream(2).await;
    put(&client, [many(2, true, 1), many(3, false, 2)].concat()).await.unwrap();
    assert_eq!(read(&client, FIRST).await.len(), 2);
    assert_eq!(read(&client, SECOND).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_iterator_is_valid_for_five_minutes() {
    let (_, client) = with_stream(1).await;
    let iterator = iterator(&client, FIRST, Kind::TrimHorizon).await;
    pass(300.0).await;
    let next = get(&client, &iterator).await.next_shard_iterator.unwrap();
    pass(1.0).await;
    let error = client.get_records().shard_iterator(&iterator).send().await.unwrap_err();
    assert!(error.into_service_error().is_expired_iterator_exception());
    get(&client, &next).await;
}

#[tokio::test(start_paused = true)]
async fn records_can_be_read_for_a_day() {
    let (server, client) = with_stream(1).await;
    put(&client, vec![plain("old")]).await.unwrap();
    pass(86_400.0).await;
    put(&client, vec![plain("new")]).await.unwrap();
    assert_eq!(texts(&read(&client, FIRST).await), ["old", "new"]);
    pass(0.001).await;
    assert_eq!(texts(&read(&client, FIRST).await), ["new"]);
    assert_eq!(server.kinesis().accepted("s").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_iterator_is_refused_for_what_it_cannot_mean() {
    let (_, client) = with_stream(1).await;
    put(&client, vec![plain("a")]).await.unwrap();
    let request = || client.get_shard_iterator().stream_name("s").shard_id(FIRST);
    let future = DateTime::from_secs(9_000_000_000);
    for (request, code) in [
        (request(), "ValidationException"),
        (request().shard_iterator_type("SOON".into()), "ValidationException"),
        (request().shard_iterator_type(Kind::AtTimestamp), "InvalidArgumentException"),
        (request().shard_iterator_type(Kind::AtTimestamp).timestamp(future), "InvalidArgumentException"),
        (request().shard_iterator_type(Kind::AtSequenceNumber), "InvalidArgumentException"),
        (
            request().shard_iterator_type(Kind::AtSequenceNumber).starting_sequence_number("7"),
            "InvalidArgumentException",
        ),
        (request().shard_iterator_type(Kind::Latest).shard_id(SECOND), "ResourceNotFoundException"),
        (request().shard_iterator_type(Kind::Latest).shard_id("first"), "ResourceNotFoundException"),
        (request().shard_iterator_type(Kind::Latest).stream_name("t"), "ResourceNotFoundException"),
        (request().shard_iterator_type(Kind::Latest).dry_run(true), "DryRunOperationException"),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(request.send().await.unwrap_err().code(), Some(code), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_iterator_is_of_one_stream_even_if_another_has_its_name() {
    let (_, client) = with_stream(1).await;
    let iterator = iterator(&client, FIRST, Kind::Latest).await;
    client.get_records().shard_iterator(&iterator).stream_arn(arn("s")).send().await.unwrap();
    let other = client.get_records().shard_iterator(&iterator).stream_arn(arn("t")).send().await;
    assert_eq!(other.unwrap_err().code(), Some("InvalidArgumentException"));
    client.delete_stream().stream_name("s").send().await.unwrap();
    client.create_stream().stream_name("s").shard_count(1).send().await.unwrap();
    let gone = client.get_records().shard_iterator(&iterator).send().await;
    assert_eq!(gone.unwrap_err().code(), Some("ResourceNotFoundException"));
    let invalid = client.get_records().shard_iterator("x").send().await;
    assert_eq!(invalid.unwrap_err().code(), Some("InvalidArgumentException"));
}
