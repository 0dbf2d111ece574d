use std::fmt;
use std::time::Duration;

use crate::{Class, Failure, Invalid, Refusal};

/// An error of a writer's configuration: options or settings that contradict each other or the service.
///
/// Returned by [`WriterBuilder::build`](crate::WriterBuilder::build). A setting is named by its method, such
/// as `Settings::max_bytes`. `Display` shows the value, the limit and the way out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value is above its limit.
    #[error("{setting}: {value} is above the limit of {limit}; set {limit} or less")]
    AboveLimit {
        /// The method that sets the value.
        setting: &'static str,
        /// The value, in the unit of the setting.
        value: usize,
        /// The largest value allowed.
        limit: usize,
    },
    /// A value is below the minimum that the service or the other settings need.
    #[error("{setting}: {value} is below the minimum of {needed}, {why}; set {needed} or more")]
    BelowNeed {
        /// The method that sets the value.
        setting: &'static str,
        /// The value, in the unit of the setting.
        value: usize,
        /// The smallest value allowed.
        needed: usize,
        /// What the minimum is, such as "the size that every queue accepts".
        why: &'static str,
    },
    /// A duration leaves no time for another one.
    #[error("{setting} is {value:?}, but {other} is {limit:?}: {why}")]
    TooLong {
        /// The method that sets the duration.
        setting: &'static str,
        /// The duration.
        value: Duration,
        /// The setting, or the property of the service, that it contradicts.
        other: &'static str,
        /// The duration of `other`.
        limit: Duration,
        /// What would go wrong, and the way out.
        why: &'static str,
    },
    /// An option or a setting is invalid, or not supported by the service. The text names the value, the
    /// reason and the way out.
    #[error("{0}")]
    Unsupported(String),
    /// A value is zero, so nothing could ever be sent.
    #[error("{setting} is zero, so nothing could ever be sent; set it above zero")]
    Zero {
        /// The method that sets the value.
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

/// An error of the lookup of a destination, before its writer is built.
///
/// The service's failure, if there is one, is the [source](std::error::Error::source).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The options are invalid, or contradict each other, the service or the destination.
    #[error("the options are invalid")]
    Config(#[from] ConfigError),
    /// The destination does not exist. The failure names the place where the service looked for it.
    #[error("the destination was not found")]
    NotFound(#[source] Failure),
    /// The lookup failed: there was no connection, no permission or no credentials, or the request was
    /// throttled. The failure names the reason and the way out.
    #[error("the destination could not be looked up")]
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

/// The reason why the writer did not accept an entry. Every variant gives the entry back.
///
/// An entry that is not accepted is not counted and gets no other answer. `Debug` and `Display` do not show
/// the entry.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError<E> {
    /// The writer is shut down.
    #[error("the writer is shut down; build a new one")]
    Closed(E),
    /// An entry with the same identity is still pending, and the rule is
    /// [`Duplicates::KeepFirst`](crate::Duplicates::KeepFirst).
    #[error(
        "duplicate entry: an entry with the same identity is still pending; await its answer first, or set another rule with `Settings::duplicates`"
    )]
    Duplicate(E),
    /// The writer has no capacity left for the entry. Only calls that do not wait return this error:
    /// `try_submit`, and a permit that reserved less memory than the entry occupies.
    #[error(
        "the writer is full; wait for capacity with `submit`, or raise `Settings::max_entries` or `Settings::max_bytes`"
    )]
    Full(E),
    /// The entry is invalid, so the service would reject it.
    #[error("invalid entry: {reason}")]
    Invalid {
        /// The entry.
        entry: E,
        /// What is wrong with it, and the way out.
        reason: Invalid,
    },
    /// The writer has no tokio runtime to work on: the call was made outside a runtime, in one without a
    /// timer, or in one that is shutting down.
    #[error(
        "no tokio runtime with a timer is running on this thread; submit from a runtime built with `enable_all`, or set one with `WriterBuilder::runtime`"
    )]
    NoRuntime(E),
    /// The writer had no capacity for the entry until the deadline of
    /// [`submit_by`](crate::Writer::submit_by).
    #[error(
        "the writer was full until the deadline; submit the entry again later, or raise `Settings::max_entries` or `Settings::max_bytes`"
    )]
    TimedOut(E),
    /// The entry is larger than the service accepts, or than the writer's memory bound
    /// ([`Settings::max_bytes`](crate::Settings::max_bytes)).
    #[error(
        "the entry counts {bytes} bytes, above the limit of {limit}; shrink it, or send a reference to its content"
    )]
    TooLarge {
        /// The entry.
        entry: E,
        /// The size of the entry in bytes, as the limit counts them.
        bytes: usize,
        /// The largest size allowed, in bytes.
        limit: usize,
    },
    /// Uncollected failures fill the writer, so waiting would never end.
    #[error(
        "the writer is full of failures that were not collected; collect them with `flush` or `take_unprocessed`, or await their receipts"
    )]
    Uncollected(E),
}

impl<E> SubmitError<E> {
    /// Returns the entry, together with what [`Service::prepare`](crate::Service::prepare) added to it.
    pub fn into_entry(self) -> E {
        match self {
            Self::Closed(entry)
            | Self::Duplicate(entry)
            | Self::Full(entry)
            | Self::Invalid { entry, .. }
            | Self::NoRuntime(entry)
            | Self::TimedOut(entry)
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

/// The reason why the writer reserved no capacity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// The writer is shut down.
    #[error("the writer is shut down; build a new one")]
    Closed,
    /// Uncollected failures fill the writer, so waiting would never end.
    #[error(
        "the writer is full of failures that were not collected; collect them with `flush` or `take_unprocessed`, or await their receipts"
    )]
    Uncollected,
}
