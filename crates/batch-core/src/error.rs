use std::fmt;
use std::time::Duration;

use crate::{Class, Failure, Invalid, Refusal};

/// Settings that contradict each other or the service. A setting is named by its method.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value above the limit it must keep.
    #[error("{setting}: {value} is above the limit of {limit}; set {limit} or less")]
    AboveLimit {
        /// What was set.
        setting: &'static str,
        /// To what.
        value: usize,
        /// The most it may be.
        limit: usize,
    },
    /// A value below what the other settings need.
    #[error("{setting}: {value} is below {needed}, which {why}; set {needed} or more")]
    BelowNeed {
        /// What was set.
        setting: &'static str,
        /// To what.
        value: usize,
        /// The least it may be.
        needed: usize,
        /// Who needs that.
        why: &'static str,
    },
    /// A time that leaves none for another.
    #[error("{setting} is {value:?}, but {other} is {limit:?}: {why}")]
    TooLong {
        /// What was set.
        setting: &'static str,
        /// To what.
        value: Duration,
        /// What it contradicts.
        other: &'static str,
        /// How long that is.
        limit: Duration,
        /// What could not be delivered, and the way out.
        why: &'static str,
    },
    /// A setting that this service does not allow.
    #[error("{0}")]
    Unsupported(String),
    /// A value of zero where nothing could ever be sent with it.
    #[error("{setting} is zero; nothing could ever be sent; set 1 or more")]
    Zero {
        /// What was set.
        setting: &'static str,
    },
}

impl ConfigError {
    /// The same about the setting that a user knows.
    pub(crate) fn about(mut self, name: &'static str) -> Self {
        match &mut self {
            Self::AboveLimit { setting, .. }
            | Self::BelowNeed { setting, .. }
            | Self::TooLong { setting, .. }
            | Self::Zero { setting } => *setting = name,
            Self::Unsupported(_) => {}
        }
        self
    }
}

/// Why a destination that is asked something before its writer is built gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The options contradict each other, the service or the destination.
    #[error("the options do not fit")]
    Config(#[from] ConfigError),
    /// There is no such destination. The failure says where it was looked for.
    #[error("the destination was not found")]
    NotFound(#[source] Failure),
    /// The service did not answer the question: no connection, no permission, no credentials, throttled.
    /// The failure says which, and what to do.
    #[error("the destination could not be asked")]
    Unanswered(#[source] Failure),
}

impl From<Refusal> for ConnectError {
    fn from(refusal: Refusal) -> Self {
        match refusal.class {
            Class::UnknownDestination => Self::NotFound(refusal.failure),
            _ => Self::Unanswered(refusal.failure),
        }
    }
}

/// Why an entry was not accepted; every variant gives the entry back. An entry that is not
/// accepted is not counted and gets no other answer.
///
/// `Debug` and `Display` do not show the entry.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError<E> {
    /// The writer is shut down.
    #[error("the writer is shut down; build a new one")]
    Closed(E),
    /// An entry with the same identity is still pending.
    #[error(
        "an entry with the same identity is still pending; wait for its answer, or set another rule for duplicates"
    )]
    Duplicate(E),
    /// The writer is full. Only `try_submit` and a permit that is too small return it.
    #[error("the writer is full; wait for room with `submit`")]
    Full(E),
    /// The entry is invalid: the service would reject it.
    #[error("invalid entry: {reason}")]
    Invalid {
        /// The entry.
        entry: E,
        /// Why.
        reason: Invalid,
    },
    /// The call is outside of a tokio runtime with a timer, which the writer needs, or in one that is
    /// shutting down.
    #[error(
        "no tokio runtime with a timer is running here; submit from within one built with `enable_all`, or choose one with `WriterBuilder::runtime`"
    )]
    NoRuntime(E),
    /// The entry is above a limit of the service, or of the writer's memory.
    #[error(
        "the entry counts {bytes} bytes, the limit is {limit}; make it smaller or send a reference to it"
    )]
    TooLarge {
        /// The entry.
        entry: E,
        /// What it counts, in bytes.
        bytes: usize,
        /// What it may count at most, in bytes.
        limit: usize,
    },
    /// Entries that were handed back and not collected fill the writer: waiting would never end.
    #[error(
        "the writer is full of entries that were handed back and not collected; collect them with `flush` or `take_unprocessed`, or await their receipts"
    )]
    Uncollected(E),
}

impl<E> SubmitError<E> {
    /// The entry, as it was submitted.
    pub fn into_entry(self) -> E {
        match self {
            Self::Closed(entry)
            | Self::Duplicate(entry)
            | Self::Full(entry)
            | Self::Invalid { entry, .. }
            | Self::NoRuntime(entry)
            | Self::TooLarge { entry, .. }
            | Self::Uncollected(entry) => entry,
        }
    }
}

impl<E> fmt::Debug for SubmitError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubmitError({self})")
    }
}

/// Why no room was reserved.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// The writer is shut down.
    #[error("the writer is shut down; build a new one")]
    Closed,
    /// Entries that were handed back and not collected fill the writer: waiting would never end.
    #[error(
        "the writer is full of entries that were handed back and not collected; collect them with `flush` or `take_unprocessed`, or await their receipts"
    )]
    Uncollected,
}
