use std::sync::Arc;

use super::call::Kinesis;
use super::record::StoredRecord;
use super::stream::Stream;
use crate::history::AppliedBatch;

/// A view of the records that the streams accepted, read without a request.
///
/// Returned by [`LocalServer::kinesis`](crate::LocalServer::kinesis). A stream that does not exist is empty.
#[derive(Clone, Debug)]
pub struct KinesisView {
    kinesis: Arc<Kinesis>,
}

impl KinesisView {
    pub(crate) fn new(kinesis: Arc<Kinesis>) -> Self {
        Self { kinesis }
    }

    /// Returns all records that the stream has accepted, in the order of acceptance over all shards,
    /// including expired ones. Empty if the server [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn accepted(&self, stream_name: &str) -> Vec<StoredRecord> {
        self.read(stream_name, |stream| stream.history.accepted.iter().map(|record| record.show()).collect())
    }

    /// Returns the number of records that the stream has accepted, even if the server discards entries.
    #[must_use]
    pub fn accepted_count(&self, stream_name: &str) -> u64 {
        self.read(stream_name, |stream| stream.history.count)
    }

    /// Returns the sizes of all `PutRecords` requests that were applied, in order, whatever the response.
    /// Requests that were rejected as a whole are left out. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, stream_name: &str) -> Vec<AppliedBatch> {
        self.read(stream_name, |stream| stream.history.batches.clone())
    }

    /// Returns the names of the streams, sorted.
    #[must_use]
    pub fn stream_names(&self) -> Vec<String> {
        self.kinesis.lock().streams.keys().cloned().collect()
    }

    fn read<T: Default>(&self, stream_name: &str, look: impl FnOnce(&Stream) -> T) -> T {
        self.kinesis.lock().streams.get(stream_name).map_or_else(T::default, look)
    }
}
