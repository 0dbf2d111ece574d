use std::sync::Arc;

use super::call::Sns;
use super::message::PublishedMessage;
use super::topic::Topic;
use crate::history::AppliedBatch;

/// A view of the topics and the messages that they accepted, read without a request.
///
/// Returned by [`LocalServer::sns`](crate::LocalServer::sns). A topic that does not exist is empty.
#[derive(Clone, Debug)]
pub struct SnsView {
    sns: Arc<Sns>,
}

impl SnsView {
    pub(crate) fn new(sns: Arc<Sns>) -> Self {
        Self { sns }
    }

    /// Returns all messages that the topic has accepted, in the order of acceptance.
    ///
    /// Duplicates that a FIFO topic recognised are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn accepted(&self, topic_name: &str) -> Vec<PublishedMessage> {
        let copy = |message: &Arc<PublishedMessage>| PublishedMessage::clone(message);
        self.read(topic_name, |topic| topic.history.accepted.iter().map(copy).collect())
    }

    /// Returns the number of messages that the topic has accepted, even if the server discards entries.
    #[must_use]
    pub fn accepted_count(&self, topic_name: &str) -> u64 {
        self.read(topic_name, |topic| topic.history.count)
    }

    /// Returns the sizes of all `PublishBatch` requests that were applied, in order, whatever the response.
    /// Requests that were rejected as a whole are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, topic_name: &str) -> Vec<AppliedBatch> {
        self.read(topic_name, |topic| topic.history.batches.clone())
    }

    /// Returns the names of the topics, sorted.
    #[must_use]
    pub fn topic_names(&self) -> Vec<String> {
        self.sns.lock().topics.keys().cloned().collect()
    }

    fn read<T: Default>(&self, topic_name: &str, look: impl FnOnce(&Topic) -> T) -> T {
        self.sns.lock().topics.get(topic_name).map_or_else(T::default, look)
    }
}
