//! Amazon SNS: messages for a standard topic.

use std::ops::Range;

use anyhow::{Result, ensure};
use aws_sdk_sns::Client;
use aws_sdk_sns::types::PublishBatchRequestEntry;
use batch_core::{Settings, Writer};
use batch_sns::{Message, Sns, SnsWriter};

use super::{Workload, config, content};
use crate::case::Shape;

/// Messages for a topic.
#[derive(Clone)]
pub(crate) struct Messages {
    client: Client,
    body: String,
}

impl Messages {
    fn in_batch(&self, place: u64) -> Result<PublishBatchRequestEntry> {
        let entry = PublishBatchRequestEntry::builder().id(place.to_string());
        Ok(entry.message(self.body.clone()).build()?)
    }
}

impl Workload for Messages {
    type Service = Sns;

    fn open(shape: Shape, endpoint: &str) -> Self {
        Self { client: Client::new(&config(endpoint)), body: content(shape.bytes) }
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES.min(REQUEST_BYTES / self.body.len().max(1) as u64)
    }

    fn entry(&self, _: u64) -> Message {
        Message::new(self.body.clone())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<Sns>> {
        let topic = Sns::new(self.client.clone(), TOPIC).max_message_bytes(REQUEST_BYTES as usize);
        Ok(SnsWriter::builder(topic).settings(settings).build()?)
    }

    async fn single(&self, _: u64) -> Result<()> {
        let call = self.client.publish().topic_arn(TOPIC).message(self.body.clone());
        ensure!(call.send().await?.message_id().is_some(), "a message without an id");
        Ok(())
    }

    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        let entries: Vec<_> =
            (0..).zip(numbers).map(|(place, _)| self.in_batch(place)).collect::<Result<_>>()?;
        let sent = entries.len();
        let call = self.client.publish_batch().topic_arn(TOPIC);
        let response = call.set_publish_batch_request_entries(Some(entries)).send().await?;
        ensure!(response.failed().is_empty(), "{} messages failed", response.failed().len());
        ensure!(response.successful().len() == sent, "{} of {sent} accepted", response.successful().len());
        Ok(())
    }
}

const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:bench";
/// Messages of a request (Amazon SNS API reference, `PublishBatch`).
const REQUEST_ENTRIES: u64 = 10;
/// Bytes of a request to a topic with the largest `MaximumMessageSize` (Amazon SNS developer guide, large
/// messages).
const REQUEST_BYTES: u64 = 1 << 20;
