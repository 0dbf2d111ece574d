//! Amazon Kinesis Data Streams: records with the user's partition keys, and records spread at
//! random.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Config, Region, SharedHttpClient};
use batch_kinesis::{Kinesis, Record};
use batch_local::LocalServer;

use super::{Copies, Destination, Held};
use crate::keys::Keys;

/// Records that keep their order by partition key.
#[derive(Debug)]
pub struct Keyed(Mounted);

/// Records without a key of their own.
#[derive(Debug)]
pub struct Spread(Mounted);

#[derive(Debug)]
struct Mounted {
    server: LocalServer,
    client: Client,
}

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

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        Self(Mounted::new(server, http).await)
    }

    fn service(&self) -> Kinesis {
        self.0.service()
    }

    fn entry(content: String, lane: Option<String>) -> Record {
        Record::new(content).partition_key(lane.expect("entries have lanes"))
    }

    fn content(record: &Record) -> String {
        content(record)
    }

    fn held(&self) -> Vec<Held> {
        self.0.held(|key| key)
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

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        Self(Mounted::new(server, http).await)
    }

    fn service(&self) -> Kinesis {
        self.0.service()
    }

    fn entry(content: String, _: Option<String>) -> Record {
        Record::new(content)
    }

    fn content(record: &Record) -> String {
        content(record)
    }

    fn held(&self) -> Vec<Held> {
        self.0.held(|_| None)
    }
}

impl Mounted {
    async fn new(server: &LocalServer, http: SharedHttpClient) -> Self {
        let client = Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Keys::default())
                .http_client(http)
                .region(Region::from_static("us-east-1"))
                .build(),
        );
        client.create_stream().stream_name(STREAM).shard_count(SHARDS).send().await.unwrap();
        Self { server: server.clone(), client }
    }

    fn service(&self) -> Kinesis {
        Kinesis::new(self.client.clone(), STREAM)
    }

    fn held(&self, lane: fn(Option<String>) -> Option<String>) -> Vec<Held> {
        let accepted = self.server.kinesis().accepted(STREAM);
        let held = |record: batch_local::StoredRecord| Held {
            content: String::from_utf8(record.data.to_vec()).unwrap(),
            lane: lane(record.partition_key),
        };
        accepted.into_iter().map(held).collect()
    }
}

fn content(record: &Record) -> String {
    String::from_utf8(record.data().to_vec()).unwrap()
}
