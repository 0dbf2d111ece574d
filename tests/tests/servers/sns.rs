//! Amazon SNS, standard and FIFO, read back from a queue that is subscribed with raw message delivery.

use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::PublishBatchRequestEntry;
use batch_core::{Settings, Writer};
use batch_sns::{Message, Sns, SnsWriter};
use batchwright_kit::Setup;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};
use crate::sqs::{LANE, NUMBER, Queue};

/// A standard topic.
pub(crate) struct Standard(Topic);

/// A FIFO topic.
pub(crate) struct Fifo(Topic);

/// A topic, and the queue that is subscribed to it.
struct Topic {
    client: Client,
    arn: String,
    queue: Queue,
}

macro_rules! remote {
    ($name:ident, $suffix:literal, $lanes:literal, $forbidden:expr) => {
        #[async_trait]
        impl Remote for $name {
            type Service = Sns;

            const BATCH: usize = 10;
            const LANES: usize = $lanes;
            const FORBIDDEN: &'static [&'static str] = $forbidden;

            async fn create(endpoint: &Endpoint, name: &str) -> Self {
                Self(Topic::create(endpoint, &format!("{name}{}", $suffix)).await)
            }

            fn writer(&self, settings: Settings) -> Writer<Sns> {
                writer(&self.0.client, &self.0.arn, settings)
            }

            fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<Sns> {
                writer(&client(endpoint), &self.0.arn, settings)
            }

            fn astray(&self) -> Option<Writer<Sns>> {
                let (account, _) = self.0.arn.rsplit_once(':').unwrap();
                let arn = format!("{account}:nowhere{}", $suffix);
                Some(writer(&self.0.client, &arn, Settings::new()))
            }

            fn entry(&self, n: usize, text: &str, lane: usize) -> Message {
                let message = Message::new(format!("body {text}")).attribute(NUMBER, n);
                let message = message.attribute(LANE, lane);
                if $lanes > 0 { message.group(format!("group-{lane}")) } else { message }
            }

            async fn held(&self, expected: usize) -> Vec<Held> {
                self.0.queue.held(expected).await
            }

            fn forbidden(&self, what: &str) -> Message {
                let message = forbidden(what);
                let is_grouped = what == NO_GROUP || $lanes == 0;
                if is_grouped { message } else { message.group("group-0") }
            }

            async fn refuses(&self, what: &str) -> bool {
                self.0.refuses(&self.forbidden(what), $lanes > 0).await
            }
        }
    };
}

remote!(Standard, "", 0, &[TOO_LARGE, EMPTY, LONG_SUBJECT]);
remote!(Fifo, ".fifo", 4, &[TOO_LARGE, NO_GROUP]);

impl Topic {
    async fn create(endpoint: &Endpoint, name: &str) -> Self {
        let (client, queue) = (client(endpoint), Queue::create(endpoint, name).await);
        let mut create = client.create_topic().name(name);
        if name.ends_with(".fifo") {
            create = create.attributes("FifoTopic", "true");
        }
        let arn = create.send().await.unwrap().topic_arn.unwrap();
        let subscribe = client.subscribe().topic_arn(&arn).protocol("sqs").endpoint(queue.arn().await);
        subscribe.attributes("RawMessageDelivery", "true").send().await.unwrap();
        Self { client, arn, queue }
    }

    /// Sends the message by hand, and alone.
    async fn refuses(&self, message: &Message, is_fifo: bool) -> bool {
        let entry = PublishBatchRequestEntry::builder().id("0").message(message.body());
        let mut entry = entry.build().unwrap();
        entry.subject = message.get_subject().map(str::to_owned);
        entry.message_group_id = message.get_group().map(str::to_owned);
        entry.message_deduplication_id = is_fifo.then(|| "once".to_owned());
        let publish = self.client.publish_batch().topic_arn(&self.arn).publish_batch_request_entries(entry);
        publish.send().await.map_or(true, |response| response.successful().is_empty())
    }
}

fn client(endpoint: &Endpoint) -> Client {
    Client::new(&Setup::at(&endpoint.url).build())
}

fn writer(client: &Client, arn: &str, settings: Settings) -> Writer<Sns> {
    SnsWriter::builder(Sns::new(client.clone(), arn)).settings(settings).build().unwrap()
}

fn forbidden(what: &str) -> Message {
    match what {
        EMPTY => Message::new(""),
        LONG_SUBJECT => Message::new("x").subject("s".repeat(101)),
        NO_GROUP => Message::new("alone"),
        TOO_LARGE => Message::new("x".repeat((256 << 10) + 1)),
        other => panic!("what is {other}?"),
    }
}

const EMPTY: &str = "an empty body";
const LONG_SUBJECT: &str = "a subject of 101 characters";
const NO_GROUP: &str = "no group in a FIFO topic";
const TOO_LARGE: &str = "a body of one byte over 256 KiB";
