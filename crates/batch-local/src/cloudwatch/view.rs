use std::sync::Arc;

use super::call::CloudWatch;
use super::datum::StoredDatum;
use super::state::Namespace;
use crate::history::AppliedBatch;

/// A view of the datums that the namespaces accepted, read without a request.
///
/// Returned by [`LocalServer::cloudwatch`](crate::LocalServer::cloudwatch). An unknown namespace is empty.
#[derive(Clone, Debug)]
pub struct CloudWatchView {
    cloudwatch: Arc<CloudWatch>,
}

impl CloudWatchView {
    pub(crate) fn new(cloudwatch: Arc<CloudWatch>) -> Self {
        Self { cloudwatch }
    }

    /// Returns all datums that the namespace has accepted, in the order of acceptance. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn accepted(&self, namespace: &str) -> Vec<StoredDatum> {
        self.read(namespace, |namespace| {
            namespace.history.accepted.iter().map(|datum| StoredDatum::clone(datum)).collect()
        })
    }

    /// Returns the number of datums that the namespace has accepted, even if the server discards entries.
    #[must_use]
    pub fn accepted_count(&self, namespace: &str) -> u64 {
        self.read(namespace, |namespace| namespace.history.count)
    }

    /// Returns the sizes of all `PutMetricData` requests that were applied, in order, whatever the response:
    /// the number of datums, and the bytes of CBOR before compression. Empty if the server
    /// [discards](crate::LocalServerBuilder::discard) entries.
    #[must_use]
    pub fn batches(&self, namespace: &str) -> Vec<AppliedBatch> {
        self.read(namespace, |namespace| namespace.history.batches.clone())
    }

    /// Returns the namespaces that have accepted a datum, sorted.
    #[must_use]
    pub fn namespaces(&self) -> Vec<String> {
        self.cloudwatch.lock().namespaces.keys().cloned().collect()
    }

    fn read<T: Default>(&self, namespace: &str, look: impl FnOnce(&Namespace) -> T) -> T {
        self.cloudwatch.lock().namespaces.get(namespace).map_or_else(T::default, look)
    }
}
