use batch_core::{Failure, Reply};

/// What an error of a whole request means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Class {
    /// It may or may not have been applied.
    Ambiguous,
    /// Not applied: the credentials, or the signature, have expired or are not valid yet. Others, or the same at
    /// another time, may be accepted.
    Expired,
    /// Not applied, and no retry changes that.
    Fatal,
    /// Not applied, a retry may succeed.
    Retry,
    /// Not applied, perhaps because of a single entry.
    Split,
    /// Not applied because the service is asked too much.
    Throttled,
    /// Not applied: there is no such queue, stream or table.
    UnknownDestination,
    /// Not applied: the service does not know the credentials, or they did not make the signature.
    Unrecognized,
    /// It never left.
    Unsent,
}

impl Class {
    /// The reply of a request that failed in this way.
    pub(crate) fn into_reply<T>(self, failure: Failure) -> Reply<T> {
        match self {
            Self::Ambiguous => Reply::Ambiguous(failure),
            Self::Expired | Self::Unsent => Reply::Unsent(failure),
            Self::Fatal | Self::UnknownDestination | Self::Unrecognized => Reply::Fatal(failure),
            Self::Retry => Reply::Retry(failure),
            Self::Split => Reply::Split(failure),
            Self::Throttled => Reply::Throttled(failure),
        }
    }
}
