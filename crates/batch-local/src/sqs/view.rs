use std::sync::Arc;

use super::call::Sqs;
use super::message::StoredMessage;
use super::queue::Queue;
use crate::history::AppliedBatch;

/// A view of the queues and the messages that they accepted, read without a request.
///
/// Returned by [`LocalServer::sqs`](crate::LocalServer::sqs). A queue that does not exist is empty.
#[derive(Clone, Debug)]
pub struct SqsView {
    sqs: Arc<Sqs>,
}

impl SqsView {
    pub(crate) fn new(sqs: Arc<Sqs>) -> Self {
        Self { sqs }
    }

    /// Returns all messages that the queue has accepted, in the order of acceptance, including those that were
    /// received, deleted or purged since.
    ///
    /// Duplicates that a FIFO queue recognised are left out; in a standard queue, each is a message of its
    /// own. Empty if the server [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn accepted(&self, queue_name: &str) -> Vec<StoredMessage> {
        self.read(queue_name, |queue| copy(queue.history.accepted.iter()))
    }

    /// Returns the number of messages that the queue has accepted, even if the server discards entries.
    #[must_use]
    pub fn accepted_count(&self, queue_name: &str) -> u64 {
        self.read(queue_name, |queue| queue.history.count)
    }

    /// Returns the sizes of all `SendMessageBatch` requests that were applied, in order, whatever the
    /// response. Requests that were rejected as a whole are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, queue_name: &str) -> Vec<AppliedBatch> {
        self.read(queue_name, |queue| queue.history.batches.clone())
    }

    /// Returns the current messages of the queue, whether visible, delayed or in flight, in the order of
    /// acceptance. Empty if the server [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn messages(&self, queue_name: &str) -> Vec<StoredMessage> {
        self.read(queue_name, |queue| copy(queue.shelf.messages()))
    }

    /// Returns the names of the queues, sorted.
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
