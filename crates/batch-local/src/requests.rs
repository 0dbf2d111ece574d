use std::collections::BTreeMap;

/// How many requests the server received, by operation, at the time of asking.
///
/// Operations are named as in the AWS documentation, such as `SendMessageBatch`; requests for
/// operations that the server does not know are counted as `Unknown`.
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

    /// How many requests of this operation arrived, faulted ones included.
    #[must_use]
    pub fn count(&self, operation: &str) -> u64 {
        self.counts(operation).received
    }

    /// How many requests of this operation the plan chose a fault for.
    #[must_use]
    pub fn faulted(&self, operation: &str) -> u64 {
        self.counts(operation).faulted
    }

    /// How many requests arrived, of all operations.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_operation.values().map(|counts| counts.received).sum()
    }

    /// Every operation that was asked for, by name, with the number of requests.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.by_operation.iter().map(|(name, counts)| (*name, counts.received))
    }

    fn counts(&self, operation: &str) -> Counts {
        self.by_operation.get(operation).copied().unwrap_or_default()
    }
}
