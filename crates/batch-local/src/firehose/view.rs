use std::sync::Arc;

use super::call::Firehose;
use super::state::{StoredFirehoseRecord, Stream};
use crate::history::AppliedBatch;

/// A view of the records that the delivery streams accepted, read without a request.
///
/// Returned by [`LocalServer::firehose`](crate::LocalServer::firehose). A delivery stream that does not exist is empty.
#[derive(Clone, Debug)]
pub struct FirehoseView {
    firehose: Arc<Firehose>,
}

impl FirehoseView {
    pub(crate) fn new(firehose: Arc<Firehose>) -> Self {
        Self { firehose }
    }

    /// Returns all records that the delivery stream has accepted, in the order of acceptance. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn accepted(&self, stream_name: &str) -> Vec<StoredFirehoseRecord> {
        self.read(stream_name, |stream| {
            stream.history.accepted.iter().map(|record| (**record).clone()).collect()
        })
    }

    /// Returns the number of records that the delivery stream has accepted, even if the server discards entries.
    #[must_use]
    pub fn accepted_count(&self, stream_name: &str) -> u64 {
        self.read(stream_name, |stream| stream.history.count)
    }

    /// Returns the sizes of all `PutRecordBatch` requests that were applied, in order, whatever the response. Requests
    /// that were rejected as a whole are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, stream_name: &str) -> Vec<AppliedBatch> {
        self.read(stream_name, |stream| stream.history.batches.clone())
    }

    /// Returns the names of the delivery streams, sorted.
    #[must_use]
    pub fn stream_names(&self) -> Vec<String> {
        self.firehose.lock().streams.keys().cloned().collect()
    }

    fn read<T: Default>(&self, stream_name: &str, look: impl FnOnce(&Stream) -> T) -> T {
        self.firehose.lock().streams.get(stream_name).map_or_else(T::default, look)
    }
}
