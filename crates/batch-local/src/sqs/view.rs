use std::sync::Arc;

use super::call::Sqs;
use super::message::StoredMessage;
use super::queue::Queue;
use crate::history::AppliedBatch;

/// What the queues hold and what they accepted, without going through the wire. A queue that does
/// not exist is empty.
#[derive(Clone, Debug)]
pub struct SqsView {
    sqs: Arc<Sqs>,
}

impl SqsView {
    pub(crate) fn new(sqs: Arc<Sqs>) -> Self {
        Self { sqs }
    }

    /// Every message that the queue ever accepted, in the order of acceptance, whether or not it
    /// was received, deleted or purged since. Duplicates that a FIFO queue recognized are not
    /// among them; on a standard queue each is a message of its own. Empty if the server discards.
    #[must_use]
    pub fn accepted(&self, queue_name: &str) -> Vec<StoredMessage> {
        self.read(queue_name, |queue| copy(queue.history.accepted.iter()))
    }

    /// How many messages the queue ever accepted; also known if the server discards.
    #[must_use]
    pub fn accepted_count(&self, queue_name: &str) -> u64 {
        self.read(queue_name, |queue| queue.history.count)
    }

    /// The sizes of the `SendMessageBatch` requests that were applied, in order, whatever the
    /// client was told. Requests that were refused as a whole are not among them. Empty if the
    /// server discards.
    #[must_use]
    pub fn batches(&self, queue_name: &str) -> Vec<AppliedBatch> {
        self.read(queue_name, |queue| queue.history.batches.clone())
    }

    /// The messages that the queue holds now, be they visible, delayed or in flight, in the order
    /// of acceptance. Empty if the server discards.
    #[must_use]
    pub fn messages(&self, queue_name: &str) -> Vec<StoredMessage> {
        self.read(queue_name, |queue| copy(queue.shelf.messages()))
    }

    /// The names of the queues, sorted.
    #[must_use]
    pub fn queue_names(&self) -> Vec<String> {
        self.sqs.lock().queues.keys().cloned().collect()
    }

    fn read<T: Default>(&self, queue_name: &str, look: impl FnOnce(&Queue) -> T) -> T {
        let now = self.sqs.now();
        let mut state = self.sqs.lock();
        state.queues.get_mut(queue_name).map_or_else(T::default, |queue| {
            queue.settle(now);
            look(queue)
        })
    }
}

fn copy<'a>(messages: impl Iterator<Item = &'a Arc<StoredMessage>>) -> Vec<StoredMessage> {
    messages.map(|message| StoredMessage::clone(message)).collect()
}
