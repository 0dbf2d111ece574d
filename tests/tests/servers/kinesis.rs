//! Amazon Kinesis Data Streams.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::client::Waiters;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, ShardIteratorType};
use batch_core::{Settings, Writer};
use batch_kinesis::{Kinesis, KinesisWriter, Record};
use batchwright_kit::Setup;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};

/// A stream of two shards.
pub(crate) struct Records {
    client: Client,
    name: String,
    /// moto loses records of requests that overlap, and confirms them.
    one_at_a_time: bool,
}

const SHARDS: usize = 2;

#[async_trait]
impl Remote for Records {
    type Service = Kinesis;

    const BATCH: usize = 500;
    const LANES: usize = 4;
    const FORBIDDEN: &'static [&'static str] = &[TOO_LARGE, NO_KEY, LONG_KEY, LARGE_HASH_KEY];

    async fn create(endpoint: &Endpoint, name: &str) -> Self {
        let client = client(endpoint);
        client.create_stream().stream_name(name).shard_count(SHARDS as i32).send().await.unwrap();
        let exists = client.wait_until_stream_exists().stream_name(name);
        exists.wait(Duration::from_secs(30)).await.unwrap();
        Self { client, name: name.to_owned(), one_at_a_time: endpoint.name == "moto" }
    }

    fn writer(&self, settings: Settings) -> Writer<Kinesis> {
        let settings = if self.one_at_a_time { settings.in_flight(1..=1) } else { settings };
        writer(&self.client, &self.name, settings)
    }

    fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<Kinesis> {
        writer(&client(endpoint), &self.name, settings)
    }

    fn astray(&self) -> Option<Writer<Kinesis>> {
        Some(writer(&self.client, "nowhere", Settings::new()))
    }

    fn entry(&self, n: usize, text: &str, lane: usize) -> Record {
        Record::new(format!("{n} {text}")).partition_key(format!("key-{lane}"))
    }

    async fn held(&self, expected: usize) -> Vec<Held> {
        let mut all = Vec::new();
        for shard in self.shards().await {
            self.read(&shard, expected, &mut all).await;
        }
        all
    }

    fn forbidden(&self, what: &str) -> Record {
        match what {
            LARGE_HASH_KEY => Record::new("x").partition_key("key").explicit_hash_key(BEYOND_HASH_KEYS),
            LONG_KEY => Record::new("x").partition_key("k".repeat(257)),
            NO_KEY => Record::new("x").partition_key(""),
            TOO_LARGE => Record::new(vec![b'x'; (1 << 20) + 1]).partition_key("key"),
            other => panic!("what is {other}?"),
        }
    }

    async fn refuses(&self, what: &str) -> bool {
        let record = self.forbidden(what);
        let entry = PutRecordsRequestEntry::builder().data(Blob::new(record.data().to_vec()));
        let entry = entry.partition_key(record.get_partition_key().unwrap_or_default());
        let entry =
            entry.set_explicit_hash_key((what == LARGE_HASH_KEY).then(|| BEYOND_HASH_KEYS.to_owned()));
        let put = self.client.put_records().stream_name(&self.name).records(entry.build().unwrap());
        match put.send().await {
            Ok(answer) => answer.records.iter().any(|record| record.error_code.is_some()),
            Err(_) => true,
        }
    }
}

impl Records {
    async fn shards(&self) -> Vec<String> {
        let listed = self.client.list_shards().stream_name(&self.name).send().await.unwrap();
        listed.shards.unwrap_or_default().into_iter().map(|shard| shard.shard_id).collect()
    }

    async fn read(&self, shard: &str, expected: usize, all: &mut Vec<Held>) {
        let start = self.client.get_shard_iterator().stream_name(&self.name).shard_id(shard);
        let start = start.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
        let (mut iterator, mut empty_in_a_row) = (start.shard_iterator, 0);
        while let Some(from) = iterator
            && all.len() < expected
            && empty_in_a_row < 3
        {
            let read = self.client.get_records().shard_iterator(from).send().await.unwrap();
            empty_in_a_row = if read.records.is_empty() { empty_in_a_row + 1 } else { 0 };
            all.extend(read.records.iter().map(held));
            iterator = read.next_shard_iterator;
        }
    }
}

fn client(endpoint: &Endpoint) -> Client {
    Client::new(&Setup::at(&endpoint.url).build())
}

fn writer(client: &Client, name: &str, settings: Settings) -> Writer<Kinesis> {
    KinesisWriter::builder(Kinesis::new(client.clone(), name)).settings(settings).build().unwrap()
}

fn held(record: &aws_sdk_kinesis::types::Record) -> Held {
    let data = std::str::from_utf8(record.data.as_ref()).unwrap();
    let (n, text) = data.split_once(' ').unwrap();
    let lane = record.partition_key().and_then(|key| key.strip_prefix("key-")).unwrap().parse().unwrap();
    Held { n: n.parse().unwrap(), text: text.to_owned(), lane }
}

/// 2^128.
const BEYOND_HASH_KEYS: &str = "340282366920938463463374607431768211456";

const LARGE_HASH_KEY: &str = "an explicit hash key of 2^128";
const LONG_KEY: &str = "a partition key of 257 characters";
const NO_KEY: &str = "an empty partition key";
const TOO_LARGE: &str = "data of one byte over 1 MiB";
