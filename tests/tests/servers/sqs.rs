//! Amazon SQS, standard and FIFO.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName, SendMessageBatchRequestEntry};
use batch_core::{Settings, Writer};
use batch_sqs::{AttributeValue, Message, Sqs, SqsWriter};
use batchwright_kit::Setup;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};

/// A standard queue.
pub(crate) struct Standard(Queue);

/// A FIFO queue.
pub(crate) struct Fifo(Queue);

/// A queue on a server.
pub(crate) struct Queue {
    client: Client,
    name: String,
    url: String,
}

/// The attributes that carry an entry's number and lane.
pub(crate) const NUMBER: &str = "n";
pub(crate) const LANE: &str = "lane";

/// What the older of the servers still take for the limit of a message and of a request.
const OLD_LIMIT: usize = 262_144;

macro_rules! remote {
    ($name:ident, $suffix:literal, $lanes:literal, $forbidden:expr) => {
        #[async_trait]
        impl Remote for $name {
            type Service = Sqs;

            const BATCH: usize = 10;
            const LANES: usize = $lanes;
            const FORBIDDEN: &'static [&'static str] = $forbidden;

            async fn create(endpoint: &Endpoint, name: &str) -> Self {
                Self(Queue::create(endpoint, &format!("{name}{}", $suffix)).await)
            }

            fn writer(&self, settings: Settings) -> Writer<Sqs> {
                writer(&self.0.client, &self.0.name, settings)
            }

            fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<Sqs> {
                writer(&client(endpoint), &self.0.name, settings)
            }

            fn astray(&self) -> Option<Writer<Sqs>> {
                Some(writer(&self.0.client, concat!("nowhere", $suffix), Settings::new()))
            }

            fn entry(&self, n: usize, text: &str, lane: usize) -> Message {
                let message =
                    Message::new(format!("body {text}")).attribute(NUMBER, AttributeValue::number(n));
                let message = message.attribute(LANE, AttributeValue::number(lane));
                if $lanes > 0 { message.group(format!("group-{lane}")) } else { message }
            }

            async fn held(&self, expected: usize) -> Vec<Held> {
                self.0.held(expected).await
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

remote!(Standard, "", 0, &[TOO_LARGE, EMPTY, CONTROL, MANY_ATTRIBUTES, LONG_DELAY]);
remote!(Fifo, ".fifo", 4, &[TOO_LARGE, EMPTY, CONTROL, NO_GROUP]);

impl Queue {
    pub(crate) async fn create(endpoint: &Endpoint, name: &str) -> Self {
        let client = client(endpoint);
        let mut create = client.create_queue().queue_name(name);
        if name.ends_with(".fifo") {
            create = create.attributes(QueueAttributeName::FifoQueue, "true");
        }
        let url = create.send().await.unwrap().queue_url.unwrap();
        Self { client, name: name.to_owned(), url }
    }

    pub(crate) async fn arn(&self) -> String {
        let name = QueueAttributeName::QueueArn;
        let attributes =
            self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone());
        attributes.send().await.unwrap().attributes.unwrap().remove(&name).unwrap()
    }

    pub(crate) async fn held(&self, expected: usize) -> Vec<Held> {
        let mut all = Vec::new();
        while all.len() < expected {
            let receive = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let received = receive.message_attribute_names("All").wait_time_seconds(1).send().await.unwrap();
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            let mut delete = self.client.delete_message_batch().queue_url(&self.url);
            for (index, message) in messages.iter().enumerate() {
                let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
                let handle = message.receipt_handle.clone().unwrap();
                delete = delete.entries(entry.receipt_handle(handle).build().unwrap());
            }
            delete.send().await.unwrap();
            all.extend(messages.iter().map(held));
        }
        all
    }

    /// Sends the message by hand, and alone.
    async fn refuses(&self, message: &Message, is_fifo: bool) -> bool {
        let entry = SendMessageBatchRequestEntry::builder().id("0").message_body(message.body());
        let mut entry = entry.build().unwrap();
        entry.message_group_id = message.get_group().map(str::to_owned);
        entry.message_deduplication_id = is_fifo.then(|| "once".to_owned());
        entry.delay_seconds = message.get_delay().map(|delay| delay.as_secs() as i32);
        let attributes: BTreeMap<_, _> = message.attributes().collect();
        if !attributes.is_empty() {
            let value = |n: usize| {
                let value = aws_sdk_sqs::types::MessageAttributeValue::builder().data_type("String");
                value.string_value(n.to_string()).build().unwrap()
            };
            let named = attributes.keys().enumerate().map(|(n, name)| ((*name).to_owned(), value(n)));
            entry.message_attributes = Some(named.collect());
        }
        match self.client.send_message_batch().queue_url(&self.url).entries(entry).send().await {
            Ok(answer) => !answer.failed.is_empty(),
            Err(_) => true,
        }
    }
}

fn client(endpoint: &Endpoint) -> Client {
    Client::new(&Setup::at(&endpoint.url).build())
}

fn writer(client: &Client, name: &str, settings: Settings) -> Writer<Sqs> {
    let settings = settings.max_batch_bytes(OLD_LIMIT);
    let queue = Sqs::new(client.clone(), name).max_message_bytes(OLD_LIMIT);
    SqsWriter::builder(queue).settings(settings).build().unwrap()
}

fn held(message: &aws_sdk_sqs::types::Message) -> Held {
    let number = |name: &str| {
        let value = message.message_attributes().and_then(|attributes| attributes.get(name)).unwrap();
        value.string_value().unwrap().parse().unwrap()
    };
    let text = message.body().and_then(|body| body.strip_prefix("body ")).unwrap().to_owned();
    Held { n: number(NUMBER), text, lane: number(LANE) }
}

fn forbidden(what: &str) -> Message {
    match what {
        CONTROL => Message::new("before \u{1} after"),
        EMPTY => Message::new(""),
        LONG_DELAY => Message::new("late").delay(std::time::Duration::from_secs(901)),
        MANY_ATTRIBUTES => {
            (0..11).fold(Message::new("many"), |message, n| message.attribute(format!("a{n}"), n.to_string()))
        }
        NO_GROUP => Message::new("alone"),
        TOO_LARGE => Message::new("x".repeat((1 << 20) + 1)),
        other => panic!("what is {other}?"),
    }
}

const CONTROL: &str = "a control character in the body";
const EMPTY: &str = "an empty body";
const LONG_DELAY: &str = "a delay of 901 seconds";
const MANY_ATTRIBUTES: &str = "eleven attributes";
const NO_GROUP: &str = "no group in a FIFO queue";
const TOO_LARGE: &str = "a body of one byte over 1 MiB";
