use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::code::{Refusal, SERIALIZATION};
use super::operation::Operation;
use super::settings::Settings;
use super::state::State;
use crate::answer;
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;

/// All queues, and the operations on them.
#[derive(Debug)]
pub(crate) struct Sqs {
    pub(super) clock: Clock,
    state: Mutex<State>,
}

impl Sqs {
    pub(crate) fn new(seed: u64, keeps: bool, capacity: usize) -> Self {
        Self { clock: Clock::start(), state: Mutex::new(State::new(seed, keeps, capacity)) }
    }

    /// Serves one request; `base_url` is where the client reached the server.
    pub(crate) async fn call(
        &self,
        operation: Operation,
        body: &Bytes,
        base_url: &str,
        drawn: &Drawn,
    ) -> Response<Bytes> {
        let served = match operation {
            Operation::CreateQueue => serve(body, |input| self.create_queue(input, base_url)),
            Operation::DeleteMessage => serve(body, |input| self.delete_message(input)),
            Operation::DeleteMessageBatch => serve(body, |input| self.delete_message_batch(input, drawn)),
            Operation::DeleteQueue => serve(body, |input| self.delete_queue(&input)),
            Operation::GetQueueAttributes => serve(body, |input| self.queue_attributes(input)),
            Operation::GetQueueUrl => serve(body, |input| self.queue_url(input, base_url)),
            Operation::ListQueues => serve(body, |input| self.list_queues(input, base_url)),
            Operation::PurgeQueue => serve(body, |input| self.purge_queue(&input)),
            Operation::ReceiveMessage => match parse(body) {
                Ok(input) => self.receive_message(input).await.map(|output| answer::json(&output)),
                Err(refusal) => Err(refusal),
            },
            Operation::SendMessage => serve(body, |input| self.send_message(input, drawn)),
            Operation::SendMessageBatch => serve(body, |input| self.send_message_batch(input, drawn)),
        };
        served.unwrap_or_else(|refusal| refusal.answer())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave a queue half changed in a way that later requests trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The settings of the queue at `url`, for checks that need no lock.
    pub(super) fn settings(&self, url: Option<&str>) -> Result<Arc<Settings>, Refusal> {
        Ok(Arc::clone(&self.lock().queue(url)?.settings))
    }
}

fn serve<I: DeserializeOwned, O: Serialize>(
    body: &Bytes,
    operation: impl FnOnce(I) -> Result<O, Refusal>,
) -> Result<Response<Bytes>, Refusal> {
    Ok(answer::json(&operation(parse(body)?)?))
}

fn parse<I: DeserializeOwned>(body: &Bytes) -> Result<I, Refusal> {
    let body = if body.is_empty() { &b"{}"[..] } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::new(&SERIALIZATION, error.to_string()))
}
