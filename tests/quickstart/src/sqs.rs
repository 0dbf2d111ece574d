use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message as Received, QueueAttributeName};
use batchwright::core::Writer;
use batchwright::sqs::{AttributeValue, Message};
use batchwright::{Settings, Sqs, SqsWriter};

use crate::args::Args;
use crate::billed::Billed;
use crate::copies::{self, Copy, Rules};
use crate::destination::{Destination, Lines};
use crate::input::Line;
use crate::outcome::{Outcome, Verdict};
use crate::place::Place;

/// The message attribute that carries a line's number, to recognise it by.
const NUMBER: &str = "line";

/// A queue of this run.
pub(crate) struct SqsQueue {
    client: Client,
    url: String,
    is_fifo: bool,
    keeps_order: bool,
    is_real: bool,
}

/// Creates a queue, and a writer to it.
pub(crate) async fn create(
    place: &Place,
    args: &Args,
    is_fifo: bool,
) -> anyhow::Result<(SqsQueue, Writer<Sqs>)> {
    let client = Client::new(&place.config);
    let name = place.name() + if is_fifo { ".fifo" } else { "" };
    let mut request = client.create_queue().queue_name(&name);
    if is_fifo {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    let created = request.send().await.with_context(|| format!("cannot create the queue {name}"))?;
    let url = created.queue_url.context("the service gave no URL for the new queue")?;
    // Few enough that the last one is sent well before its deadline, however slow the queue is.
    let settings = Settings::new().max_entries(1_000).order(args.order.into());
    let writer = SqsWriter::builder(Sqs::new(client.clone(), url.as_str())).settings(settings).build()?;
    let keeps_order = is_fifo && args.keeps_order();
    Ok((SqsQueue { client, url, is_fifo, keeps_order, is_real: place.is_real }, writer))
}

#[async_trait]
impl Destination for SqsQueue {
    type Service = Sqs;

    fn entry(&self, line: &Line) -> Result<Option<Message>, String> {
        let message = Message::new(&line.text).attribute(NUMBER, AttributeValue::number(line.number));
        Ok(Some(if self.is_fifo { message.group(&line.station) } else { message }))
    }

    fn billed(queue: &Sqs) -> Vec<Billed> {
        vec![Billed::of("requests", queue.usage().requests)]
    }

    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict> {
        let received = self.read_back().await?;
        let copies: Vec<_> = received.into_iter().map(copy_of).collect();
        let rules = Rules { may_double: !self.is_fifo, must_be_ordered: self.keeps_order };
        Ok(copies::verify(&copies, outcome, lines, rules))
    }

    async fn remove(&self) -> anyhow::Result<()> {
        if self.is_real {
            let deleted = self.client.delete_queue().queue_url(&self.url).send().await;
            deleted.with_context(|| self.url.clone())?;
        }
        Ok(())
    }
}

impl SqsQueue {
    async fn read_back(&self) -> anyhow::Result<Vec<Received>> {
        let mut all = Vec::new();
        loop {
            let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let response = request.message_attribute_names(NUMBER).wait_time_seconds(0).send().await;
            let response = response.with_context(|| format!("cannot read {} back", self.url))?;
            let messages = response.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(all);
            }
            self.delete(&messages).await?;
            all.extend(messages);
        }
    }

    async fn delete(&self, messages: &[Received]) -> anyhow::Result<()> {
        let mut request = self.client.delete_message_batch().queue_url(&self.url);
        for (index, message) in messages.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            let entry = entry.set_receipt_handle(message.receipt_handle.clone()).build();
            request = request.entries(entry.context("a message has no receipt handle")?);
        }
        request.send().await?;
        Ok(())
    }
}

fn copy_of(message: Received) -> Copy {
    let attribute = message.message_attributes().and_then(|attributes| attributes.get(NUMBER));
    let number = attribute.and_then(|number| number.string_value()?.parse().ok());
    Copy { number, text: message.body.unwrap_or_default() }
}
