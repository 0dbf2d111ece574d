//! What the service says, in a form that the checker can compare.

use batch_core::{Failure, Measure};

/// What the service measured of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Its lane, if it has one.
    pub lane: Option<Vec<u8>>,
    /// Its identity, if it has one.
    pub identity: Option<Vec<u8>>,
    /// Its size against the limit of an entry.
    pub entry_bytes: usize,
    /// Its share of a request.
    pub request_bytes: usize,
    /// What it occupies in memory.
    pub heap_bytes: usize,
    /// What it may travel in with others, if it may.
    pub carrier: Option<Carrier>,
    /// A number that changes when its content does.
    pub seal: u64,
}

/// What entries travel in together that follow one another in a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Carrier {
    lane: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    /// What they count once.
    pub shared_bytes: usize,
}

/// What the service answered to a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// See [`Class::Ambiguous`](batch_core::Class::Ambiguous).
    Ambiguous(Failure),
    /// A verdict for each entry.
    Each(Vec<Fate>),
    /// See [`Class::Fatal`](batch_core::Class::Fatal).
    Fatal(Failure),
    /// See [`Class::Retry`](batch_core::Class::Retry).
    Retry(Failure),
    /// See [`Class::Split`](batch_core::Class::Split).
    Split(Failure),
    /// See [`Class::Throttled`](batch_core::Class::Throttled).
    Throttled(Failure),
    /// See [`Class::Unsent`](batch_core::Class::Unsent).
    Unsent(Failure),
}

/// What the service answered to one entry of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// Taken; with a number that tells this response from others.
    Accepted(u64),
    /// See [`Verdict::Ambiguous`](batch_core::Verdict::Ambiguous).
    Ambiguous(Failure),
    /// See [`Verdict::Throttled`](batch_core::Verdict::Throttled); of an entry that shares a limit with some others.
    Limited(Failure),
    /// See [`Verdict::Reject`](batch_core::Verdict::Reject).
    Reject(Failure),
    /// See [`Verdict::Retry`](batch_core::Verdict::Retry).
    Retry(Failure),
    /// See [`Verdict::Throttled`](batch_core::Verdict::Throttled); of an entry that shares none.
    Throttled(Failure),
}

impl Facts {
    /// What is measured here, of an entry with this seal.
    #[must_use]
    pub(crate) fn of(measure: &Measure<'_>, seal: u64) -> Self {
        Self {
            lane: measure.lane.as_ref().map(|key| key.as_bytes().to_vec()),
            identity: measure.identity.as_ref().map(|key| key.as_bytes().to_vec()),
            entry_bytes: measure.entry_bytes,
            request_bytes: measure.request_bytes,
            heap_bytes: measure.heap_bytes,
            carrier: measure.carrier.as_ref().map(|carrier| Carrier {
                lane: measure.lane.as_ref().map(|key| key.as_bytes().to_vec()),
                key: carrier.key.as_ref().map(|key| key.as_bytes().to_vec()),
                shared_bytes: carrier.shared_bytes,
            }),
            seal,
        }
    }
}
