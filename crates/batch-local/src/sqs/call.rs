use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;

use super::code::DIALECT;
use super::operation::Operation;
use super::settings::Settings;
use super::state::State;
use crate::answer::{self, Protocol};
use crate::clock::{Clock, Moment};
use crate::injector::Drawn;
use crate::json::{parse, serve};
use crate::refusal::Refusal;

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
            Operation::CreateQueue => serve(PROTOCOL, body, |input| self.create_queue(input, base_url)),
            Operation::DeleteMessage => serve(PROTOCOL, body, |input| self.delete_message(input)),
            Operation::DeleteMessageBatch => {
                serve(PROTOCOL, body, |input| self.delete_message_batch(input, drawn))
            }
            Operation::DeleteQueue => serve(PROTOCOL, body, |input| self.delete_queue(&input)),
            Operation::GetQueueAttributes => serve(PROTOCOL, body, |input| self.queue_attributes(input)),
            Operation::GetQueueUrl => serve(PROTOCOL, body, |input| self.queue_url(input, base_url)),
            Operation::ListQueues => serve(PROTOCOL, body, |input| self.list_queues(input, base_url)),
            Operation::PurgeQueue => serve(PROTOCOL, body, |input| self.purge_queue(&input)),
            Operation::ReceiveMessage => match parse(body) {
                Ok(input) => self.receive_message(input).await.map(|output| answer::json(PROTOCOL, &output)),
                Err(refusal) => Err(refusal),
            },
            Operation::SendMessage => serve(PROTOCOL, body, |input| self.send_message(input, drawn)),
            Operation::SendMessageBatch => {
                serve(PROTOCOL, body, |input| self.send_message_batch(input, drawn))
            }
        };
        served.unwrap_or_else(|refusal| refusal.answer(&DIALECT))
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

const PROTOCOL: Protocol = DIALECT.protocol;
