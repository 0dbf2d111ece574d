use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use batch_core::{
    Batch, Class, ConfigError, Duplicates, Invalid, Key, LimitPolicy, Measure, Order, Quota, Reply, Service,
    Settings, Verdicts,
};
use batch_smithy::{BILLED_BY_REQUEST, DEDUPLICATION_INTERVAL, EntryIds, Written};

use crate::limits::{REQUEST_BYTES, REQUEST_MESSAGES, message_bytes};
use crate::response::Accepted;
use crate::verdict::{self, BY_CONTENT, CODES};
use crate::{Message, Sqs, direct, serializer, validate, wire};

/// The response of the service for a message that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentMessage {
    pub(crate) message_id: String,
    pub(crate) sequence_number: Option<String>,
}

impl SentMessage {
    /// The id that the service gave the message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// Its position in the order of its group; FIFO queues only.
    #[must_use]
    pub fn sequence_number(&self) -> Option<&str> {
        self.sequence_number.as_deref()
    }
}

type Sent = Result<SendMessageBatchOutput, SdkError<SendMessageBatchError>>;

/// What was read of a response that accepts every message.
type Read = Arc<Mutex<Option<Accepted>>>;

impl Sqs {
    async fn request(&self, batch: &Batch<Message>) -> Reply<SentMessage> {
        let url = self.lookup.url(&self.client).await?;
        let codes = if self.is_by_content { &BY_CONTENT } else { &CODES };
        let ids = EntryIds::of(batch.entries(), Message::get_id);
        let read = Read::default();
        let sent = match self.send_directly(&url, batch, &ids, &read).await {
            Some(sent) => sent,
            // Its future is large, and would make that of every request so.
            None => Box::pin(self.send_typed(&url, batch.entries(), &ids)).await,
        };
        match sent {
            Ok(response) => Ok(match read.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(accepted) => Verdicts::all_accepted(move |position| accepted.message(position)),
                None => {
                    Verdicts::Each(verdict::of_entries(codes, &ids, response.successful, response.failed))
                }
            }),
            Err(error) => {
                let refusal = batch_smithy::refusal(error, codes, || self.queue().not_found(&self.client));
                if refusal.class == Class::UnknownDestination {
                    self.lookup.forget(&url);
                }
                Err(refusal)
            }
        }
    }

    /// Sends a request that is written from the messages, if it can be, and reads the response into `read`
    /// if it accepts all of them: then the typed output is empty.
    async fn send_directly(
        &self,
        url: &str,
        batch: &Batch<Message>,
        ids: &EntryIds<'_>,
        read: &Read,
    ) -> Option<Sent> {
        let write = || serializer::request(direct::json(url, batch.entries(), ids, batch.load().bytes));
        let mut written = self.known?.written(write)?;
        if let Some(deserializer) = &self.deserializer {
            written = written.reading(deserializer, reader(ids.clone().into_static(), Arc::clone(read)));
        }
        let send = |written: Written| {
            let url_alone = self.client.send_message_batch().queue_url(url);
            url_alone.customize().interceptor(written).send()
        };
        written.send(&self.prepared, send).await
    }

    /// Sends a request with the messages as its typed input, which interceptors may look at.
    async fn send_typed(&self, url: &str, messages: &[Message], ids: &EntryIds<'_>) -> Sent {
        let request = self.client.send_message_batch().queue_url(url);
        request.set_entries(Some(wire::entries(messages, ids))).send().await
    }
}

/// Reads a response that accepts every message, and leaves all others to the SDK.
fn reader(
    ids: EntryIds<'static>,
    read: Read,
) -> impl Fn(&HttpResponse) -> Option<SendMessageBatchOutput> + Send + Sync {
    move |response| {
        let body = response.body().bytes().filter(|_| response.status().as_u16() == 200);
        let accepted = body.and_then(|body| Accepted::read(body, &ids));
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        *read = accepted;
        read.as_ref()?;
        let empty = SendMessageBatchOutput::builder().set_successful(Some(Vec::new()));
        empty.set_failed(Some(Vec::new())).build().ok()
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

    /// Duplicates are rejected, order is relaxed, and an idle writer waits 5 ms for company.
    ///
    /// SQS bills each request, and each further 64 KiB of one, whether it carries one message or ten. At 1,000
    /// messages a second to a queue that responds at once, a writer that waits for nothing sends one or two in
    /// a request, 500 to 800 requests a second; with 5 ms it sends six to eight, at most 170 requests. If the
    /// queue responds after 10 ms, requests are full either way. A message that comes alone takes 5 ms longer.
    fn defaults(&self) -> Settings {
        Settings::new().duplicates(Duplicates::KeepFirst).linger(BILLED_BY_REQUEST).order(Order::Relaxed)
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

    /// The group of the message, if the queue throttles groups one by one.
    fn quota(&self, message: &Message) -> Option<Quota> {
        message.get_group().filter(|_| self.has_group_quotas).map(Quota::of)
    }

    async fn send(&self, batch: &Batch<Message>) -> Reply<SentMessage> {
        let reply = self.credentials.watch(|| self.request(batch)).await;
        reply.inspect(|_| self.requests.add(batch_smithy::requests(batch, message_bytes)))
    }
}

/// What tells a message of a FIFO queue from others: the group, and the deduplication id if another
/// message can have the same.
fn fifo_identity(message: &Message) -> Option<Key<'static>> {
    let (group, id) = (message.get_group()?, message.known_deduplication_id()?);
    Some(Key::pair(group, id))
}
