use std::sync::Arc;

use super::call::CloudWatch;
use super::datum::StoredDatum;
use super::state::Namespace;
use crate::history::AppliedBatch;

/// What the metrics were sent, without going through the wire. A namespace that was sent nothing is
/// empty.
#[derive(Clone, Debug)]
pub struct CloudWatchView {
    cloudwatch: Arc<CloudWatch>,
}

impl CloudWatchView {
    pub(crate) fn new(cloudwatch: Arc<CloudWatch>) -> Self {
        Self { cloudwatch }
    }

    /// Every datum that the namespace ever accepted, in the order of acceptance. Empty if the
    /// server discards.
    #[must_use]
    pub fn accepted(&self, namespace: &str) -> Vec<StoredDatum> {
        self.read(namespace, |namespace| {
            namespace.history.accepted.iter().map(|datum| StoredDatum::clone(datum)).collect()
        })
    }

    /// How many datums the namespace ever accepted; also known if the server discards.
    #[must_use]
    pub fn accepted_count(&self, namespace: &str) -> u64 {
        self.read(namespace, |namespace| namespace.history.count)
    }

    /// The sizes of the `PutMetricData` requests that were applied, in order, whatever the client
    /// was told: how many datums, and how many bytes of CBOR before compression. Empty if the
    /// server discards.
    #[must_use]
    pub fn batches(&self, namespace: &str) -> Vec<AppliedBatch> {
        self.read(namespace, |namespace| namespace.history.batches.clone())
    }

    /// The namespaces that accepted anything, sorted.
    #[must_use]
    pub fn namespaces(&self) -> Vec<String> {
        self.cloudwatch.lock().namespaces.keys().cloned().collect()
    }

    fn read<T: Default>(&self, namespace: &str, look: impl FnOnce(&Namespace) -> T) -> T {
        self.cloudwatch.lock().namespaces.get(namespace).map_or_else(T::default, look)
    }
}
