//! Amazon Kinesis Data Streams: records that keep their order by partition key.

use anyhow::Result;
use aws_config::SdkConfig;
use aws_sdk_kinesis::Client;
use batch_core::{Settings, Writer};
use batch_kinesis::{Kinesis, KinesisWriter, Record};
use batch_local::{LocalServer, StoredRecord};

use super::{Copies, Destination, Held, Throttles, content, lane, number_of};

/// A stream.
pub(crate) struct Records(Client);

impl Destination for Records {
    type Service = Kinesis;

    const COPIES: Copies = Copies::IfMarked;
    const LANES: u64 = 50;
    const REQUEST_ENTRIES: usize = 500;
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn create(&self) -> Result<()> {
        self.0.create_stream().stream_name(STREAM).shard_count(4).send().await?;
        Ok(())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Kinesis>> {
        let stream = Kinesis::new(self.0.clone(), STREAM);
        Ok(KinesisWriter::builder(stream).settings(settings).build()?)
    }

    fn entry(number: u64, bytes: usize) -> Record {
        let lane = lane(number, Self::LANES).expect("a stream has lanes");
        Record::new(content(number, bytes)).partition_key(lane)
    }

    fn number(record: &Record) -> Option<u64> {
        number(record.data())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |record: StoredRecord| Held { number: number(&record.data), lane: record.partition_key };
        server.kinesis().accepted(STREAM).into_iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.kinesis().accepted_count(STREAM)
    }
}

fn number(data: &[u8]) -> Option<u64> {
    number_of(std::str::from_utf8(data).ok()?)
}

const STREAM: &str = "load";
