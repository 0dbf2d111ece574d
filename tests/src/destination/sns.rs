//! Amazon SNS: a standard and a FIFO topic.

use std::error::Error;

use aws_sdk_sns::Client;
use batch_local::LocalServer;
use batch_sns::{Message, Sns};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client};

/// A topic that keeps the order of its message groups and recognizes what it already has.
#[derive(Debug)]
pub struct FifoTopic(Client);

/// A topic without order that takes what comes.
#[derive(Debug)]
pub struct Topic(Client);

const FIFO: &str = "orders.fifo";
const STANDARD: &str = "orders";

impl Destination for FifoTopic {
    type Service = Sns;

    const OPERATION: &'static str = "PublishBatch";
    const BATCH: usize = 10;
    const LARGE: (usize, usize) = (65_536, 4);
    const COPIES: Copies = Copies::Never;
    const LANES: usize = 7;
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameter");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sns, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_topic().name(FIFO).attributes("FifoTopic", "true").send().await?;
        Ok(())
    }

    fn service(&self) -> Sns {
        service(&self.0, FIFO)
    }

    fn entry(content: String, lane: Option<String>) -> Message {
        Message::new(content).group(lane.expect("every message of a FIFO topic has a group"))
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, FIFO)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sns().accepted_count(FIFO)
    }
}

impl Destination for Topic {
    type Service = Sns;

    const OPERATION: &'static str = "PublishBatch";
    const BATCH: usize = 10;
    const LARGE: (usize, usize) = (65_536, 4);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameter");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sns, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_topic().name(STANDARD).send().await?;
        Ok(())
    }

    fn service(&self) -> Sns {
        service(&self.0, STANDARD)
    }

    fn entry(content: String, _: Option<String>) -> Message {
        Message::new(content)
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, STANDARD)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sns().accepted_count(STANDARD)
    }
}

/// The topic of this name in the account of the local server.
fn service(client: &Client, topic: &str) -> Sns {
    Sns::new(client.clone(), format!("arn:aws:sns:us-east-1:000000000000:{topic}"))
}

fn held(server: &LocalServer, topic: &str) -> Vec<Held> {
    let accepted = server.sns().accepted(topic).into_iter();
    accepted.map(|message| Held { content: message.body, lane: message.group_id }).collect()
}
