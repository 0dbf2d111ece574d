//! Amazon SQS: messages, those of a FIFO queue in ten groups.

use std::ops::Range;

use anyhow::{Result, ensure};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use batch_core::{Settings, Writer};
use batch_sqs::{Message, Sqs, SqsWriter};

use super::{Workload, config, content};
use crate::case::{Name, Shape};

/// Messages for a queue.
#[derive(Clone)]
pub(crate) struct Messages {
    client: Client,
    queue: String,
    body: String,
    is_fifo: bool,
}

impl Messages {
    /// One entry of a batch. Whoever makes batches for a FIFO queue by hand puts one group into each, so that
    /// requests that are in flight together do not overtake each other.
    fn in_batch(&self, place: u64, number: u64) -> Result<SendMessageBatchRequestEntry> {
        let entry = SendMessageBatchRequestEntry::builder().id(place.to_string());
        let entry = entry.message_body(self.body.clone());
        let entry = if self.is_fifo {
            entry
                .message_group_id(group(number / REQUEST_ENTRIES))
                .message_deduplication_id(number.to_string())
        } else {
            entry
        };
        Ok(entry.build()?)
    }
}

impl Workload for Messages {
    type Service = Sqs;

    fn open(shape: Shape, endpoint: &str) -> Self {
        let is_fifo = shape.service == Name::SqsFifo;
        let name = if is_fifo { "bench.fifo" } else { "bench" };
        Self {
            client: Client::new(&config(endpoint)),
            queue: format!("{endpoint}/000000000000/{name}"),
            body: content(shape.bytes),
            is_fifo,
        }
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES.min(REQUEST_BYTES / self.body.len().max(1) as u64)
    }

    fn entry(&self, number: u64) -> Message {
        let message = Message::new(self.body.clone());
        if self.is_fifo { message.group(group(number)).deduplication_id(number.to_string()) } else { message }
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Sqs>> {
        let queue = Sqs::new(self.client.clone(), self.queue.as_str());
        Ok(SqsWriter::builder(queue).settings(settings).build()?)
    }

    async fn single(&self, number: u64) -> Result<()> {
        let call = self.client.send_message().queue_url(&self.queue).message_body(self.body.clone());
        let call = if self.is_fifo {
            call.message_group_id(group(number)).message_deduplication_id(number.to_string())
        } else {
            call
        };
        let response = call.send().await?;
        ensure!(response.message_id().is_some(), "a message without an id");
        Ok(())
    }

    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        let entries: Vec<_> =
            (0..).zip(numbers).map(|(place, number)| self.in_batch(place, number)).collect::<Result<_>>()?;
        let sent = entries.len();
        let call = self.client.send_message_batch().queue_url(&self.queue).set_entries(Some(entries));
        let response = call.send().await?;
        ensure!(response.failed().is_empty(), "{} messages failed", response.failed().len());
        ensure!(response.successful().len() == sent, "{} of {sent} accepted", response.successful().len());
        Ok(())
    }
}

fn group(number: u64) -> String {
    format!("group-{}", number % GROUPS)
}

const GROUPS: u64 = 10;
/// Messages of a request (Amazon SQS API reference, `SendMessageBatch`).
const REQUEST_ENTRIES: u64 = 10;
/// Bytes of a request (Amazon SQS API reference, `SendMessageBatch`).
const REQUEST_BYTES: u64 = 1 << 20;
