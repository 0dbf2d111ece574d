use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Duplicates, Invalid, Key, LimitPolicy, Measure, Order, Reply, Service,
    Settings, Verdicts,
};
use batch_smithy::EntryIds;

use crate::limits::{DEDUPLICATION_INTERVAL, REQUEST_BYTES, REQUEST_MESSAGES, message_bytes};
use crate::verdict::{self, BY_CONTENT, CODES};
use crate::{Message, Sqs, validate, wire};

/// The response of the service for a message that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The id that the service gave the message.
    pub message_id: String,
    /// Its position in the order of its group; FIFO queues only.
    pub sequence_number: Option<String>,
}

impl Sqs {
    async fn request(&self, messages: &[Message]) -> Reply<SentMessage> {
        let url = self.lookup.url(&self.client).await?;
        let codes = if self.is_by_content { &BY_CONTENT } else { &CODES };
        let ids = EntryIds::of(messages, Message::get_id);
        let request = self
            .client
            .send_message_batch()
            .queue_url(&*url)
            .set_entries(Some(wire::entries(messages, &ids)));
        match request.send().await {
            Ok(answer) => {
                Ok(Verdicts::Each(verdict::of_entries(codes, &ids, answer.successful, answer.failed)))
            }
            Err(error) => {
                let refusal = batch_smithy::refusal(error, codes, || self.queue().not_found(&self.client));
                if refusal.class == Class::UnknownDestination {
                    self.lookup.forget(&url);
                }
                Err(refusal)
            }
        }
    }
}

#[async_trait]
impl Service for Sqs {
    type Entry = Message;
    type Response = SentMessage;

    fn name(&self) -> &'static str {
        "sqs"
    }

    fn destination(&self) -> String {
        self.queue().to_string()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(REQUEST_MESSAGES, REQUEST_BYTES, self.max_message_bytes)
    }

    fn defaults(&self) -> Settings {
        Settings::new().duplicates(Duplicates::KeepFirst).order(Order::Relaxed)
    }

    fn check(&self, _: &Settings) -> Result<(), ConfigError> {
        self.check_options()
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.is_fifo().then_some(DEDUPLICATION_INTERVAL)
    }

    fn prepare(&self, message: &mut Message) -> Result<(), Invalid> {
        message.or_group(self.default_group.as_deref());
        if self.is_fifo() && !self.is_by_content {
            message.or_deduplication_id(&self.ids);
        }
        Ok(())
    }

    fn measure<'a>(&self, message: &'a Message) -> Result<Measure<'a>, Invalid> {
        validate::message(message, self.is_fifo())?;
        let bytes = message_bytes(message);
        let (lane, identity) = match self.is_fifo() {
            true => (message.get_group().map(Key::from), fifo_identity(message)),
            false => (None, message.get_id().map(Key::from)),
        };
        Ok(Measure::of_bytes(bytes).heap_bytes(message.heap_bytes()).lane(lane).identity(identity))
    }

    async fn send(&self, batch: &Batch<Message>) -> Reply<SentMessage> {
        let messages = batch.entries();
        self.credentials.watch(self.request(messages)).await
    }
}

/// What tells a message of a FIFO queue from others: the group, and the deduplication id if another
/// message can have the same.
fn fifo_identity(message: &Message) -> Option<Key<'static>> {
    let (group, id) = (message.get_group()?, message.known_deduplication_id()?);
    Some(Key::pair(group, id))
}
