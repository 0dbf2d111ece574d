use std::collections::BTreeMap;

/// A snapshot of the numbers of requests that the server received, by operation.
///
/// Operations have their names of the AWS documentation, such as `SendMessageBatch`. Requests for operations
/// that the server does not support count as `Unknown`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Requests {
    by_operation: BTreeMap<&'static str, Counts>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Counts {
    received: u64,
    faulted: u64,
}

impl Requests {
    pub(crate) fn record(&mut self, operation: &'static str, faulted: bool) {
        let counts = self.by_operation.entry(operation).or_default();
        counts.received += 1;
        counts.faulted += u64::from(faulted);
    }

    /// Returns the number of requests of this operation, including those that a fault hit.
    #[must_use]
    pub fn count(&self, operation: &str) -> u64 {
        self.counts(operation).received
    }

    /// Returns the number of requests of this operation for which the plan chose a fault.
    #[must_use]
    pub fn faulted(&self, operation: &str) -> u64 {
        self.counts(operation).faulted
    }

    /// Returns the number of requests of all operations.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_operation.values().map(|counts| counts.received).sum()
    }

    /// Returns the operations that were requested, in the order of their names, with the numbers of requests.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.by_operation.iter().map(|(name, counts)| (*name, counts.received))
    }

    fn counts(&self, operation: &str) -> Counts {
        self.by_operation.get(operation).copied().unwrap_or_default()
    }
}
