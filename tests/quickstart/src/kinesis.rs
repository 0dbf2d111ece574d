use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::client::Waiters;
use aws_sdk_kinesis::types::{Record as Received, ShardIteratorType};
use batchwright::Settings;
use batchwright::core::Writer;
use batchwright::kinesis::{Aggregate, Kinesis, KinesisWriter, Record};

use crate::aggregates::{self, Submitted};
use crate::args::Args;
use crate::billed::Billed;
use crate::copies::{self, Copy, Rules};
use crate::destination::{Destination, Lines};
use crate::input::Line;
use crate::outcome::{Outcome, Verdict};
use crate::place::Place;

const SHARDS: i32 = 4;

/// A stream of this run.
pub(crate) struct KinesisStream {
    client: Client,
    name: String,
    keeps_order: bool,
    is_real: bool,
}

/// Creates a stream, and a writer to it.
pub(crate) async fn create(place: &Place, args: &Args) -> anyhow::Result<(KinesisStream, Writer<Kinesis>)> {
    let client = Client::new(&place.config);
    let name = place.name();
    let created = client.create_stream().stream_name(&name).shard_count(SHARDS).send().await;
    created.with_context(|| format!("cannot create the stream {name}"))?;
    let exists = client.wait_until_stream_exists().stream_name(&name).wait(super::PATIENCE).await;
    exists.map_err(|error| anyhow!("the stream {name} does not become active: {error}"))?;
    let settings = Settings::new().max_entries(1_000).order(args.order.into());
    let aggregate = if args.aggregate { Aggregate::ByKey } else { Aggregate::Off };
    let service = Kinesis::new(client.clone(), &*name).aggregate(aggregate);
    let writer = KinesisWriter::builder(service).settings(settings).build()?;
    let stream = KinesisStream { client, name, keeps_order: args.keeps_order(), is_real: place.is_real };
    Ok((stream, writer))
}

#[async_trait]
impl Destination for KinesisStream {
    type Service = Kinesis;

    fn entry(&self, line: &Line) -> Result<Option<Record>, String> {
        Ok(Some(Record::new(line.text.clone()).partition_key(&line.station)))
    }

    fn billed(stream: &Kinesis) -> Vec<Billed> {
        let usage = stream.usage();
        vec![
            Billed::of("KiB ingested, if on demand", usage.ingested_kib),
            Billed::of("PUT payload units, if provisioned", usage.put_payload_units),
        ]
    }

    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict> {
        let mut numbers = Numbers::of(lines);
        let mut copies = Vec::new();
        for shard in self.shards().await? {
            for received in self.read_back(&shard).await? {
                for record in aggregates::records_in(received)? {
                    copies.push(numbers.copy_of(record)?);
                }
            }
        }
        let rules = Rules { may_double: true, must_be_ordered: self.keeps_order };
        Ok(copies::verify(&copies, outcome, lines, rules))
    }

    async fn remove(&self) -> anyhow::Result<()> {
        if self.is_real {
            let deleted = self.client.delete_stream().stream_name(&self.name).send().await;
            deleted.with_context(|| self.name.clone())?;
        }
        Ok(())
    }
}

impl KinesisStream {
    async fn shards(&self) -> anyhow::Result<Vec<String>> {
        let listed = self.client.list_shards().stream_name(&self.name).send().await;
        let listed = listed.context("cannot list shards")?;
        Ok(listed.shards.unwrap_or_default().into_iter().map(|shard| shard.shard_id).collect())
    }

    /// Everything that the shard holds, in its order.
    async fn read_back(&self, shard: &str) -> anyhow::Result<Vec<Received>> {
        let from_start = self.client.get_shard_iterator().stream_name(&self.name).shard_id(shard);
        let start = from_start.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await;
        let start = start.context("cannot read back")?;
        let (mut all, mut iterator) = (Vec::new(), start.shard_iterator);
        loop {
            let from = iterator.context("a shard that is open has a next iterator")?;
            let read = self.client.get_records().shard_iterator(from).send().await;
            let read = read.context("cannot read back")?;
            let is_end = read.records.is_empty() && read.millis_behind_latest.unwrap_or(0) == 0;
            all.extend(read.records);
            if is_end {
                return Ok(all);
            }
            iterator = read.next_shard_iterator;
        }
    }
}

/// Which lines have which text: a record carries the text alone.
struct Numbers(BTreeMap<(String, String), VecDeque<usize>>);

impl Numbers {
    fn of(lines: &Lines) -> Self {
        let mut numbers: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
        for line in lines.values() {
            numbers.entry((line.station.clone(), line.text.clone())).or_default().push_back(line.number);
        }
        Self(numbers)
    }

    /// Lines of equal text take turns; the last of them takes what comes doubled.
    fn copy_of(&mut self, (key, data): Submitted) -> anyhow::Result<Copy> {
        let key = (key, String::from_utf8(data).context("a record is no text")?);
        let numbers = self.0.get_mut(&key);
        let number = numbers.and_then(|numbers| match numbers.len() {
            1 => numbers.front().copied(),
            _ => numbers.pop_front(),
        });
        Ok(Copy { number, text: key.1 })
    }
}
