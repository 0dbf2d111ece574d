use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::IdentityCache;
use aws_sdk_sqs::config::retry::RetryConfig;
use batch_core::{Invalid, Key, LimitPolicy, Measure, Reply, Service};
use batch_smithy::{Class, Refusal, Renewal, cap_answers, known};

use crate::deduplication::Deduplication;
use crate::limits::{ANSWER_BYTES, DEDUPLICATION_INTERVAL, message_bytes};
use crate::lookup::Lookup;
use crate::verdict::{self, BY_CONTENT, CODES};
use crate::wire::WireIds;
use crate::{Message, Queue, serializer, validate};

/// Amazon SQS as the writer sees it: `SendMessageBatch` to one queue. Made by
/// [`SqsWriter::builder`](crate::SqsWriter::builder); its name is needed to spell the types of
/// receipts and permits, `Receipt<Sqs>` and `Permit<Sqs>`.
pub struct Sqs {
    client: Client,
    credentials: Renewal,
    lookup: Lookup,
    limits: LimitPolicy,
    default_group: Option<String>,
    deduplication: Deduplication,
    fifo: bool,
}

/// What the service tells about a message that it took.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The id that the service gave the message.
    pub message_id: String,
    /// Its place in the order of its group; FIFO queues only.
    pub sequence_number: Option<String>,
}

impl Sqs {
    /// The parts must fit one another; the builder sees to it.
    pub(crate) fn new(
        client: &Client,
        queue: Queue,
        limits: LimitPolicy,
        default_group: Option<String>,
        deduplication: Deduplication,
    ) -> Self {
        let fifo = queue.is_fifo();
        let credentials = renewal(client);
        Self {
            client: own_copy(client, &credentials),
            credentials,
            lookup: Lookup::new(queue),
            limits,
            default_group,
            deduplication,
            fifo,
        }
    }

    async fn request(&self, messages: &[Message]) -> Result<Reply<SentMessage>, Refusal> {
        let url = self.lookup.url(&self.client).await?;
        let codes = match self.deduplication {
            Deduplication::ByContent => &BY_CONTENT,
            Deduplication::Generated(_) | Deduplication::None => &CODES,
        };
        let ids = WireIds::of(messages);
        let request =
            self.client.send_message_batch().queue_url(&*url).set_entries(Some(ids.entries(messages)));
        match request.send().await {
            Ok(answer) => Ok(Reply::Each(verdict::of_entries(codes, &ids, answer.successful, answer.failed))),
            Err(error) => {
                let refusal = Refusal::new(error, codes, || self.lookup.advice(&self.client));
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
        self.lookup.queue().to_string()
    }

    fn limits(&self) -> LimitPolicy {
        self.limits
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.fifo.then_some(DEDUPLICATION_INTERVAL)
    }

    fn prepare(&self, message: &mut Message) {
        message.or_group(self.default_group.as_deref());
        if let Deduplication::Generated(ids) = &self.deduplication {
            message.or_deduplication_id(|| ids.generate());
        }
    }

    fn measure<'a>(&self, message: &'a Message) -> Result<Measure<'a>, Invalid> {
        validate::message(message, self.fifo)?;
        let bytes = message_bytes(message);
        let (lane, identity) = match self.fifo {
            true => (message.message_group_id().map(Key::from), fifo_identity(message)),
            false => (None, message.entry_id().map(Key::from)),
        };
        Ok(Measure {
            entry_bytes: bytes,
            request_bytes: bytes,
            heap_bytes: message.heap_bytes(),
            lane,
            identity,
        })
    }

    async fn send(&self, messages: &[Message]) -> Reply<SentMessage> {
        self.credentials.watch(self.request(messages)).await
    }
}

/// Without the client's configuration, which is the user's.
impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqs")
            .field("queue", self.lookup.queue())
            .field("limits", &self.limits)
            .field("default_group", &self.default_group)
            .field("deduplication", &self.deduplication)
            .finish_non_exhaustive()
    }
}

/// What asks the client's provider again for credentials that are refused.
fn renewal(client: &Client) -> Renewal {
    Renewal::of(client.config().identity_cache().unwrap_or_else(|| IdentityCache::lazy().build()))
}

/// The same client but for its retries, which are the writer's and would multiply, for credentials that
/// are refused, for how much of an answer it reads, and for how it writes a batch.
fn own_copy(client: &Client, credentials: &Renewal) -> Client {
    let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
    config.set_identity_cache(credentials.cache());
    config.push_interceptor(cap_answers(ANSWER_BYTES));
    if let Some(known) = known!(client.config(), serializer::SERIALIZER) {
        config.push_interceptor(serializer::swap(known));
    }
    Client::from_conf(config.build())
}

/// What tells a message of a FIFO queue from others: the group, and the deduplication id if another
/// message can have the same.
fn fifo_identity(message: &Message) -> Option<Key<'static>> {
    let (group, id) = (message.message_group_id()?, message.known_deduplication_id()?);
    Some(Key::pair(group, id))
}

#[cfg(test)]
mod tests;
