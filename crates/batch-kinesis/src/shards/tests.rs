use std::collections::BTreeSet;

use aws_smithy_types::body::SdkBody;
use batch_core::Failure;
use batch_smithy::Results;
use batch_smithy::memory::Kept;

use super::*;
use crate::partition_key::Generator;

fn id(shard: u64) -> String {
    format!("shardId-{shard:012}")
}

fn sent(shard: u64) -> Verdict<SentRecord> {
    Verdict::Accepted(SentRecord::new("7", &id(shard)))
}

fn says(message: &str) -> Verdict<SentRecord> {
    Verdict::Throttled(Failure::new("ProvisionedThroughputExceededException").with_message(message))
}

fn throttled(shard: u64) -> Verdict<SentRecord> {
    says(&format!("Rate exceeded for shard {} in stream measurements under account 1.", id(shard)))
}

fn at(hash: u128) -> Record {
    Record::new("data").partition_key("the same").explicit_hash_key(hash)
}

fn quota_of(shard: u64) -> Option<Quota> {
    ShardNumber::of_id(&id(shard)).map(Quota::of)
}

fn reply(verdicts: impl IntoIterator<Item = Verdict<SentRecord>>) -> Reply<SentRecord> {
    Ok(Verdicts::Each(verdicts.into_iter().collect()))
}

/// After a request with records at these hashes, for which the second shard was full.
fn with_full_shard() -> Shards {
    let shards = Shards::default();
    let records = [10, 20, 30, 40].map(at);
    shards.learn(&records, &reply([sent(0), sent(0), throttled(1), sent(1)]));
    shards
}

fn accepted(shards: &[u64]) -> Accepted {
    let result = |&shard: &u64| format!(r#"{{"SequenceNumber":"7","ShardId":"{}"}}"#, id(shard));
    let results: Vec<_> = shards.iter().map(result).collect();
    let body = format!(r#"{{"FailedRecordCount":0,"Records":[{}]}}"#, results.join(","));
    let body = Kept::of(&SdkBody::from(body)).expect("it is in memory");
    Results::of(body, shards.len()).map(Accepted).expect("it is one")
}

#[test]
fn the_quota_of_a_record_is_its_shard_once_that_throttles() {
    let shards = Shards::default();
    let records = [10, 20, 30, 40].map(at);
    shards.learn(&records, &reply([0, 0, 1, 1].map(sent)));
    assert_eq!(shards.quota(&at(10)), None, "none throttles");

    let shards = with_full_shard();
    assert_eq!([10, 30, 35, 50].map(|hash| shards.quota(&at(hash))), [None, quota_of(1), quota_of(1), None]);
    assert_eq!(shards.quota(&Record::new("without a key")), None);
}

#[test]
fn a_partition_key_counts_by_its_hash_unless_an_explicit_one_is_given() {
    let shards = Shards::default();
    let record = Record::new("data").partition_key("EWR");
    shards.learn(std::slice::from_ref(&record), &reply([throttled(3)]));
    assert_eq!(shards.quota(&record), quota_of(3));
    assert_eq!(shards.quota(&record.clone().explicit_hash_key(0_u128)), None);
    assert_eq!(hash_of_key(""), 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e, "MD5, its first byte first");
    assert_eq!(shards.quota(&at(hash_of_key("EWR"))), quota_of(3));
}

#[test]
fn a_record_takes_what_it_takes_of_the_tighter_limit() {
    for (bytes, expected) in [(0, 0), (1, 1), (1_024, 1), (1_049, 1), (1_050, 2), (10 << 20, 9_996)] {
        assert_eq!(units(bytes), expected, "{bytes}");
    }
    assert_eq!(units(usize::MAX), u32::MAX);
    let large = at(30).partition_key("a key of 14 B.");
    let quota = |bytes: usize| Record::new(vec![0; bytes]).partition_key("k").explicit_hash_key(30_u128);
    let shards = with_full_shard();
    assert_eq!(shards.quota(&quota(10_489)), quota_of(1).map(|quota| quota.units(10)));
    assert_eq!(shards.quota(&quota(10_490)), quota_of(1).map(|quota| quota.units(11)), "the key counts");
    assert_eq!(shards.quota(&large), quota_of(1));
}

#[test]
fn a_response_that_names_no_shard_teaches_nothing() {
    for verdict in [
        says("Rate exceeded"),
        says(""),
        Verdict::Throttled(Failure::new("ProvisionedThroughputExceededException")),
        Verdict::Retry(Failure::new("InternalFailure").with_message("shardId-000000000001")),
        Verdict::Ambiguous(Failure::not_mentioned()),
    ] {
        let shards = Shards::default();
        shards.learn(&[at(10)], &reply([verdict]));
        assert_eq!(shards.quota(&at(10)), None);
    }
    let shards = Shards::default();
    shards.learn(&[at(10), at(20)], &reply([throttled(1)]));
    assert_eq!(shards.quota(&at(10)), None, "it is not certain whose verdict that is");
}

#[test]
fn a_success_in_sixteen_extends_what_is_known_and_shows_that_it_is_past() {
    let shards = with_full_shard();
    let sampled = |hash, shard| {
        for _ in 0..SAMPLED {
            shards.sample(&[at(hash)], &accepted(&[shard]));
        }
    };
    sampled(50, 1);
    assert_eq!(shards.quota(&at(45)), quota_of(1));
    sampled(35, 2);
    assert_eq!(shards.quota(&at(45)), None, "its records go to another shard now");
    assert!(!shards.is_limited());
    let records = [at(1), at(2)];
    shards.sample(&records, &accepted(&[1, 2]));
    assert!(shards.lock().is_empty(), "none throttles");
}

#[test]
fn keys_that_are_made_up_avoid_a_full_shard() {
    let generator = Generator::new();
    let shards = Shards::default();
    // The lower half of all hashes.
    let records = [at(0), at(u128::MAX / 2)];
    shards.learn(&records, &reply([throttled(0), throttled(0)]));
    let keys: BTreeSet<_> =
        (0..1_000).map(|_| hash_of_key(shards.avoiding(|| generator.generate()).text())).collect();
    assert_eq!(keys.len(), 1_000);
    let full = keys.iter().filter(|&&hash| hash <= u128::MAX / 2).count();
    assert!((20..120).contains(&full), "{full} of 1,000, where 62 are expected");
}
