//! Amazon Kinesis Data Streams: records with the user's partition keys, and records spread at
//! random.

use std::error::Error;

use aws_sdk_kinesis::Client;
use batch_kinesis::{Kinesis, Record};
use batch_local::{LocalServer, StoredRecord};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client};

/// Records that keep their order by partition key.
#[derive(Debug)]
pub struct Keyed(Client);

/// Records without a key of their own.
#[derive(Debug)]
pub struct Spread(Client);

const STREAM: &str = "orders";

/// So many that none of them is asked for more than a thousand records a second.
const SHARDS: i32 = 200;

impl Destination for Keyed {
    type Service = Kinesis;

    const OPERATION: &'static str = "PutRecords";
    const BATCH: usize = 500;
    const LARGE: (usize, usize) = (104_850, 50);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 50;
    const REFUSAL: (u16, &'static str) = (400, "InvalidArgumentException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_kinesis, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        create(&self.0).await
    }

    fn service(&self) -> Kinesis {
        Kinesis::new(self.0.clone(), STREAM)
    }

    fn entry(content: String, lane: Option<String>) -> Record {
        Record::new(content).partition_key(lane.expect("entries have lanes"))
    }

    fn content(record: &Record) -> String {
        content(record)
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, |key| key)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.kinesis().accepted_count(STREAM)
    }
}

impl Destination for Spread {
    type Service = Kinesis;

    const OPERATION: &'static str = "PutRecords";
    const BATCH: usize = 500;
    const LARGE: (usize, usize) = (104_700, 50);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_kinesis, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        create(&self.0).await
    }

    fn service(&self) -> Kinesis {
        Kinesis::new(self.0.clone(), STREAM)
    }

    fn entry(content: String, _: Option<String>) -> Record {
        Record::new(content)
    }

    fn content(record: &Record) -> String {
        content(record)
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, |_| None)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.kinesis().accepted_count(STREAM)
    }
}

async fn create(client: &Client) -> Result<(), Box<dyn Error + Send + Sync>> {
    client.create_stream().stream_name(STREAM).shard_count(SHARDS).send().await?;
    Ok(())
}

fn held(server: &LocalServer, lane: fn(Option<String>) -> Option<String>) -> Vec<Held> {
    let held = |record: StoredRecord| Held { content: text(&record.data), lane: lane(record.partition_key) };
    server.kinesis().accepted(STREAM).into_iter().map(held).collect()
}

fn content(record: &Record) -> String {
    text(record.data())
}

/// What is not text was altered.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}
