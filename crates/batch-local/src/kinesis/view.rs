use std::sync::Arc;

use super::call::Kinesis;
use super::record::StoredRecord;
use super::stream::Stream;
use crate::history::AppliedBatch;

/// What the streams accepted, without going through the wire. A stream that does not exist is
/// empty.
#[derive(Clone, Debug)]
pub struct KinesisView {
    kinesis: Arc<Kinesis>,
}

impl KinesisView {
    pub(crate) fn new(kinesis: Arc<Kinesis>) -> Self {
        Self { kinesis }
    }

    /// Every record that the stream ever accepted, in the order of acceptance over all its shards,
    /// however old it is. Empty if the server discards.
    #[must_use]
    pub fn accepted(&self, stream_name: &str) -> Vec<StoredRecord> {
        self.read(stream_name, |stream| stream.history.accepted.iter().map(|record| record.show()).collect())
    }

    /// How many records the stream ever accepted; also known if the server discards.
    #[must_use]
    pub fn accepted_count(&self, stream_name: &str) -> u64 {
        self.read(stream_name, |stream| stream.history.count)
    }

    /// The sizes of the `PutRecords` requests that were applied, in order, whatever the client was
    /// told. Requests that were refused as a whole are not among them. Empty if the server
    /// discards.
    #[must_use]
    pub fn batches(&self, stream_name: &str) -> Vec<AppliedBatch> {
        self.read(stream_name, |stream| stream.history.batches.clone())
    }

    /// The names of the streams, sorted.
    #[must_use]
    pub fn stream_names(&self) -> Vec<String> {
        self.kinesis.lock().streams.keys().cloned().collect()
    }

    fn read<T: Default>(&self, stream_name: &str, look: impl FnOnce(&Stream) -> T) -> T {
        self.kinesis.lock().streams.get(stream_name).map_or_else(T::default, look)
    }
}
