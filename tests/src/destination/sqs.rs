//! Amazon SQS: a standard and a FIFO queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Region, SharedHttpClient};
use aws_sdk_sqs::types::QueueAttributeName;
use batch_local::LocalServer;
use batch_sqs::{Message, Sqs};

use super::{Copies, Destination, Held};
use crate::keys::Keys;

/// A queue that keeps the order of its message groups and recognizes what it already has.
#[derive(Debug)]
pub struct Fifo(Mounted);

/// A queue without order that takes what comes.
#[derive(Debug)]
pub struct Standard(Mounted);

#[derive(Debug)]
struct Mounted {
    server: LocalServer,
    client: Client,
    queue: &'static str,
}

impl Destination for Fifo {
    type Service = Sqs;

    const OPERATION: &'static str = "SendMessageBatch";
    const BATCH: usize = 10;
    const LARGE: (usize, usize) = (262_144, 4);
    const COPIES: Copies = Copies::Never;
    const LANES: usize = 7;
    const REFUSAL: (u16, &'static str) = (400, "InvalidMessageContents");

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        Self(Mounted::new(server, http, "orders.fifo").await)
    }

    fn service(&self) -> Sqs {
        self.0.service()
    }

    fn entry(content: String, lane: Option<String>) -> Message {
        Message::new(content).group(lane.expect("every message of a FIFO queue has a group"))
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(&self) -> Vec<Held> {
        self.0.held()
    }
}

impl Destination for Standard {
    type Service = Sqs;

    const OPERATION: &'static str = "SendMessageBatch";
    const BATCH: usize = 10;
    const LARGE: (usize, usize) = (262_144, 4);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "InvalidMessageContents");

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        Self(Mounted::new(server, http, "orders").await)
    }

    fn service(&self) -> Sqs {
        self.0.service()
    }

    fn entry(content: String, _: Option<String>) -> Message {
        Message::new(content)
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(&self) -> Vec<Held> {
        self.0.held()
    }
}

impl Mounted {
    async fn new(server: &LocalServer, http: SharedHttpClient, queue: &'static str) -> Self {
        let client = Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Keys::default())
                .http_client(http)
                .region(Region::from_static("us-east-1"))
                .build(),
        );
        let mut create = client.create_queue().queue_name(queue);
        if queue.ends_with(".fifo") {
            create = create.attributes(QueueAttributeName::FifoQueue, "true");
        }
        create.send().await.unwrap();
        Self { server: server.clone(), client, queue }
    }

    fn service(&self) -> Sqs {
        Sqs::new(self.client.clone(), self.queue)
    }

    fn held(&self) -> Vec<Held> {
        let accepted = self.server.sqs().accepted(self.queue);
        accepted.into_iter().map(|message| Held { content: message.body, lane: message.group_id }).collect()
    }
}
