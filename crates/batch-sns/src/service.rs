use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sns::operation::publish_batch::PublishBatchInput;
use aws_sdk_sns::types::PublishBatchResultEntry;
use batch_core::{
    Batch, ConfigError, Invalid, Key, LimitPolicy, Measure, Quota, Reply, Service, Settings, Verdicts,
};
use batch_smithy::{BILLED_BY_REQUEST, DEDUPLICATION_INTERVAL, DeduplicationId, EntryIds};

use crate::limits::REQUEST_MESSAGES;
use crate::usage::message_bytes;
use crate::validate::{self, NAMING};
use crate::verdict::{self, CODES};
use crate::{Message, Sns};

/// The response of the service for a message that it accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage(pub(crate) PublishBatchResultEntry);

impl SentMessage {
    /// The id that the service gave the message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.0.message_id().unwrap_or_default()
    }

    /// Its position in the order of its group; FIFO topics only.
    #[must_use]
    pub fn sequence_number(&self) -> Option<&str> {
        self.0.sequence_number()
    }
}

impl Sns {
    async fn request(&self, messages: &[Message]) -> Reply<SentMessage> {
        let (ids, topic) = (EntryIds::of(messages, |_| None), self.topic.as_str());
        let entries = || Some(messages.iter().zip(ids.iter()).map(|(one, id)| one.entry(id)).collect());
        let input = PublishBatchInput::builder().topic_arn(topic);
        let input = || input.set_publish_batch_request_entries(entries()).build().expect("none is required");
        let call = || self.client.publish_batch().topic_arn(topic);
        let send =
            |hook| call().set_publish_batch_request_entries(entries()).customize().interceptor(hook).send();
        let not_found = || self.topic.0.not_found(&NAMING, self.client.config().region());
        match self.prepared.send_typed(input, send).await {
            Ok(response) => Ok(Verdicts::Each(verdict::of_entries(&ids, response))),
            Err(error) => Err(batch_smithy::refusal(error, &CODES, not_found)),
        }
    }
}

#[async_trait]
impl Service for Sns {
    type Entry = Message;
    type Response = SentMessage;

    fn name(&self) -> &'static str {
        "sns"
    }

    fn destination(&self) -> String {
        self.topic.to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(REQUEST_MESSAGES, self.max_message_bytes, self.max_message_bytes)
    }

    fn defaults(&self) -> Settings {
        Settings::new().linger(BILLED_BY_REQUEST)
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        validate::options(self)
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.topic.is_fifo().then_some(DEDUPLICATION_INTERVAL)
    }

    fn prepare(&self, message: &mut Message) -> Result<(), Invalid> {
        if self.topic.is_fifo() && !self.is_by_content {
            DeduplicationId::fill_in(&mut message.deduplication_id, &self.ids);
        }
        Ok(())
    }

    fn measure<'a>(&self, message: &'a Message) -> Result<Measure<'a>, Invalid> {
        validate::message(message, self.topic.is_fifo())?;
        let measure = Measure::of_bytes(message_bytes(message)).heap_bytes(message.heap_bytes());
        // A message of a FIFO topic has a group, and only there is that a lane.
        let Some(group) = message.get_group().filter(|_| self.topic.is_fifo()) else { return Ok(measure) };
        let known = message.deduplication_id.as_ref().and_then(DeduplicationId::identity);
        Ok(measure.lane(Some(Key::from(group))).identity(known.map(|id| Key::pair(group, id))))
    }

    /// The group of the message, if the topic throttles groups one by one.
    fn quota(&self, message: &Message) -> Option<Quota> {
        message.get_group().filter(|_| self.has_group_quotas).map(Quota::of)
    }

    async fn send(&self, batch: &Batch<Message>) -> Reply<SentMessage> {
        let reply = self.credentials.watch(|| self.request(batch.entries())).await;
        reply.inspect(|_| self.requests.add(batch_smithy::requests(batch, message_bytes)))
    }
}
