//! Amazon SQS: a standard and a FIFO queue.

use std::error::Error;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use batch_local::LocalServer;
use batch_sqs::{Message, Sqs};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client};

/// A queue that keeps the order of its message groups and recognizes what it already has.
#[derive(Debug)]
pub struct Fifo(Client);

/// A queue without order that takes what comes.
#[derive(Debug)]
pub struct Standard(Client);

const FIFO: &str = "orders.fifo";
const STANDARD: &str = "orders";

impl Destination for Fifo {
    type Service = Sqs;

    const OPERATION: &'static str = "SendMessageBatch";
    const BATCH: usize = 10;
    const LARGE: (usize, usize) = (262_144, 4);
    const COPIES: Copies = Copies::Never;
    const LANES: usize = 7;
    const REFUSAL: (u16, &'static str) = (400, "InvalidMessageContents");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sqs, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let create = self.0.create_queue().queue_name(FIFO);
        create.attributes(QueueAttributeName::FifoQueue, "true").send().await?;
        Ok(())
    }

    fn service(&self) -> Sqs {
        Sqs::new(self.0.clone(), FIFO)
    }

    fn entry(content: String, lane: Option<String>) -> Message {
        Message::new(content).group(lane.expect("every message of a FIFO queue has a group"))
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, FIFO)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sqs().accepted_count(FIFO)
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
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sqs, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_queue().queue_name(STANDARD).send().await?;
        Ok(())
    }

    fn service(&self) -> Sqs {
        Sqs::new(self.0.clone(), STANDARD)
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
        server.sqs().accepted_count(STANDARD)
    }
}

fn held(server: &LocalServer, queue: &str) -> Vec<Held> {
    let accepted = server.sqs().accepted(queue).into_iter();
    accepted.map(|message| Held { content: message.body, lane: message.group_id }).collect()
}
