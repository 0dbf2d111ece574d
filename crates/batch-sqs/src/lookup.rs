use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use batch_core::Refusal;
use tokio::sync::Mutex;

use crate::Queue;
use crate::verdict::{ATTRIBUTES, CODES};

/// The URL of a queue: known from the start, or looked up once for all that wait for it and
/// remembered until it turns out to be wrong.
#[derive(Debug)]
pub(crate) struct Lookup {
    queue: Queue,
    known: RwLock<Option<Arc<str>>>,
    /// Lookups that failed.
    failures: AtomicU64,
    /// Held during a lookup; with the last failure, for the requests that waited meanwhile.
    turn: Mutex<Option<Refusal>>,
}

impl Lookup {
    pub(crate) fn new(queue: Queue) -> Self {
        let known = RwLock::new(queue.given_url().map(Arc::from));
        Self { queue, known, failures: AtomicU64::new(0), turn: Mutex::new(None) }
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The URL. Requests that need it while a lookup is under way share its outcome, whatever it is. A
    /// lookup that is dropped half-way leaves its turn to the next request.
    pub(crate) async fn url(&self, client: &Client) -> Result<Arc<str>, Refusal> {
        if let Some(url) = self.known() {
            return Ok(url);
        }
        let failures_before = self.failures.load(Ordering::Acquire);
        let mut turn = self.turn.lock().await;
        if let Some(url) = self.known() {
            return Ok(url);
        }
        if self.failures.load(Ordering::Acquire) > failures_before
            && let Some(refusal) = &*turn
        {
            return Err(refusal.clone());
        }
        // Its future is large, and would make that of every request so, which seldom looks anything up.
        match Box::pin(look_up(client, &self.queue)).await {
            Ok(url) => {
                let url = Arc::<str>::from(url);
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&url));
                Ok(url)
            }
            Err(refusal) => {
                *turn = Some(refusal.clone());
                self.failures.fetch_add(1, Ordering::Release);
                Err(refusal)
            }
        }
    }

    /// Looks the queue up with this client, or one given by URL, whose URL is known, for an attribute.
    pub(crate) async fn find(&self, client: &Client) -> Result<(), Refusal> {
        match self.queue.given_url() {
            None => self.url(client).await.map(drop),
            Some(url) => look_at(client, &self.queue, url).await,
        }
    }

    /// Forgets this URL, unless the user gave it or another took its place already: the next request
    /// looks it up afresh.
    pub(crate) fn forget(&self, url: &Arc<str>) {
        if self.queue.given_url().is_some() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.take_if(|known| Arc::ptr_eq(known, url));
    }

    fn known(&self) -> Option<Arc<str>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn look_up(client: &Client, queue: &Queue) -> Result<String, Refusal> {
    let request = client
        .get_queue_url()
        .queue_name(queue.name_to_look_up())
        .set_queue_owner_aws_account_id(queue.owner().map(str::to_owned));
    match request.send().await {
        Ok(answer) => match answer.queue_url {
            Some(url) if !url.is_empty() => {
                tracing::debug!(target: "batch_sqs", %queue, url, "looked up the queue");
                Ok(url)
            }
            _ => Err(batch_smithy::unreadable().before_sending()),
        },
        Err(error) => Err(batch_smithy::refusal(error, &CODES, || queue.not_found(client)).before_sending()),
    }
}

/// Reads an attribute that every queue has.
async fn look_at(client: &Client, queue: &Queue, url: &str) -> Result<(), Refusal> {
    let request = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn);
    let refusal =
        |error| batch_smithy::refusal(error, &ATTRIBUTES, || queue.not_found(client)).before_sending();
    request.send().await.map(drop).map_err(refusal)
}
