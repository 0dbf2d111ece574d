//! Amazon SQS: a standard and a FIFO queue.

use anyhow::Result;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use batch_core::{Settings, Writer};
use batch_local::LocalServer;
use batch_sqs::{Message, Sqs, SqsWriter};

use super::{Copies, Destination, Held, Throttles, content, lane, number_of};

/// A queue that keeps the order of its message groups and recognizes what it already has.
pub(crate) struct Fifo(Client);

/// A queue without order that takes what comes.
pub(crate) struct Standard(Client);

impl Destination for Fifo {
    type Service = Sqs;

    const COPIES: Copies = Copies::Never;
    const LANES: u64 = 50;
    const REQUEST_ENTRIES: usize = 10;
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn create(&self) -> Result<()> {
        let create = self.0.create_queue().queue_name(FIFO).attributes(QueueAttributeName::FifoQueue, "true");
        create.send().await?;
        Ok(())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Sqs>> {
        writer(&self.0, FIFO, settings)
    }

    fn entry(number: u64, bytes: usize) -> Message {
        let lane = lane(number, Self::LANES).expect("a FIFO queue has lanes");
        Message::new(content(number, bytes)).group(lane)
    }

    fn number(message: &Message) -> Option<u64> {
        number_of(message.body())
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

    const COPIES: Copies = Copies::IfMarked;
    const LANES: u64 = 0;
    const REQUEST_ENTRIES: usize = 10;
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn create(&self) -> Result<()> {
        self.0.create_queue().queue_name(STANDARD).send().await?;
        Ok(())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Sqs>> {
        writer(&self.0, STANDARD, settings)
    }

    fn entry(number: u64, bytes: usize) -> Message {
        Message::new(content(number, bytes))
    }

    fn number(message: &Message) -> Option<u64> {
        number_of(message.body())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        held(server, STANDARD)
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sqs().accepted_count(STANDARD)
    }
}

fn writer(client: &Client, queue: &str, settings: Settings) -> Result<Writer<Sqs>> {
    let writer = SqsWriter::builder(Sqs::new(client.clone(), queue)).settings(settings).build()?;
    Ok(writer)
}

fn held(server: &LocalServer, queue: &str) -> Vec<Held> {
    let messages = server.sqs().accepted(queue).into_iter();
    messages.map(|message| Held { number: number_of(&message.body), lane: message.group_id }).collect()
}

const FIFO: &str = "load.fifo";
const STANDARD: &str = "load";
