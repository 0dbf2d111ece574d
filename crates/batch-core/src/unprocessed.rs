use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::Failure;

/// An entry that was handed back, with the cause.
///
/// The entry keeps the values that `submit` generated for it, such as a deduplication ID or a timestamp, so it
/// is safe to submit again.
///
/// `Display` shows the number of attempts and their duration. The [`Cause`] is the
/// [source](std::error::Error::source), and the [`Failure`] is the source of the cause, so a report of the
/// error chain shows nothing twice. The alternate form `{item:#}` shows the whole chain in one line. Neither
/// `Display` nor `Debug` shows the entry.
///
/// ```
/// # use std::time::Duration;
/// # use batch_core::{Cause, Failure, UnprocessedItem};
/// # let failure = Failure::new("AccessDenied").with_detail("allow sqs:SendMessage");
/// # let (age, maybe_delivered) = (Duration::from_millis(1_500), false);
/// # let item = UnprocessedItem { entry: "an order", cause: Cause::Fatal(failure), attempts: 1, age, maybe_delivered };
/// assert_eq!(item.to_string(), "not delivered after 1 attempt in 1.5s");
/// assert_eq!(
///     format!("{item:#}"),
///     "not delivered after 1 attempt in 1.5s: the request cannot succeed: AccessDenied: allow sqs:SendMessage",
/// );
/// ```
#[must_use = "an unprocessed item is an entry that was not delivered"]
pub struct UnprocessedItem<E> {
    /// The entry, with the values that were generated for it.
    pub entry: E,
    /// The cause of the failure.
    pub cause: Cause,
    /// The number of requests that carried the entry.
    pub attempts: u32,
    /// The time from the acceptance of the entry until it was handed back.
    pub age: Duration,
    /// Whether one of the attempts may have delivered the entry all the same.
    pub maybe_delivered: bool,
}

/// The cause for which an entry was handed back.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The entry may have been delivered, and is not sent again. Holds its last failure.
    ///
    /// Either the rule is [`OnAmbiguous::HandBack`](crate::OnAmbiguous::HandBack), or the service might have
    /// forgotten the entry by the time of a retry
    /// ([`Service::remembers_for`](crate::Service::remembers_for)).
    #[error("it may have been delivered, so it is not sent again")]
    Ambiguous(#[source] Failure),
    /// The delivery deadline of the entry passed. Holds its last failure.
    ///
    /// For an entry that was never sent, it holds the last failure that it waited behind, in its lane or in
    /// the whole writer, or `None` if there was none.
    #[error("its delivery deadline passed")]
    DeadlineExceeded(#[source] Option<Failure>),
    /// The request that carried the entry cannot succeed, for example because access is denied or the
    /// destination does not exist.
    #[error("the request cannot succeed")]
    Fatal(#[source] Failure),
    /// The service rejected the entry for good, individually or in a request that carried no other entry.
    #[error("the service rejected it")]
    Rejected(#[source] Failure),
    /// All attempts that [`Settings::max_attempts`](crate::Settings::max_attempts) allows failed. Holds the
    /// last failure.
    #[error("every attempt failed")]
    RetriesExhausted(#[source] Failure),
    /// The runtime on which the writer worked was shut down. Holds the last failure, like
    /// [`DeadlineExceeded`](Self::DeadlineExceeded).
    #[error("the writer's runtime was shut down")]
    RuntimeStopped(#[source] Option<Failure>),
    /// The service rejected a request that carried the entry among others, and the search for the invalid
    /// entries used up its budget before it reached this entry. Holds the last failure. The entry may be
    /// valid, and can be submitted again.
    ///
    /// The budget for a request of n entries is 3n/2 + 25 requests, for example 1,525 for 1,000 entries. A
    /// request counts if the service rejects it as a whole or responds for each of its entries; a request
    /// that fails as a whole for another reason, and is repeated, does not. The search itself always stays
    /// within the budget, however many entries are invalid; the rest of the budget covers entries of the same
    /// lane that fail individually in the meantime. Requests of at most 25 entries have no budget, and their
    /// entries are never handed back with this cause.
    #[error(
        "the service rejected a request that carried it, and the search for the invalid entries used up its budget"
    )]
    Unisolated(#[source] Failure),
    /// The entry was withdrawn at the deadline of [`flush_by`](crate::Writer::flush_by) or
    /// [`shutdown_by`](crate::Writer::shutdown_by). Holds the last failure, like
    /// [`DeadlineExceeded`](Self::DeadlineExceeded).
    #[error("it was withdrawn at the deadline of a flush")]
    Withdrawn(#[source] Option<Failure>),
}

impl Cause {
    /// Returns the name of the cause, as logs and metrics show it: `deadline exceeded`, for example.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ambiguous(_) => "ambiguous",
            Self::DeadlineExceeded(_) => "deadline exceeded",
            Self::Fatal(_) => "fatal",
            Self::Rejected(_) => "rejected",
            Self::RetriesExhausted(_) => "retries exhausted",
            Self::RuntimeStopped(_) => "runtime stopped",
            Self::Unisolated(_) => "unisolated",
            Self::Withdrawn(_) => "withdrawn",
        }
    }

    /// Returns the failure that the cause holds, if there is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Ambiguous(failure)
            | Self::Fatal(failure)
            | Self::Rejected(failure)
            | Self::RetriesExhausted(failure)
            | Self::Unisolated(failure) => Some(failure),
            Self::DeadlineExceeded(failure) | Self::RuntimeStopped(failure) | Self::Withdrawn(failure) => {
                failure.as_ref()
            }
        }
    }
}

impl<E> UnprocessedItem<E> {
    /// Maps the entry to another type.
    pub fn map<F>(self, form: impl FnOnce(E) -> F) -> UnprocessedItem<F> {
        UnprocessedItem {
            entry: form(self.entry),
            cause: self.cause,
            attempts: self.attempts,
            age: self.age,
            maybe_delivered: self.maybe_delivered,
        }
    }
}

impl<E> fmt::Display for UnprocessedItem<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempts, age, .. } = self;
        let plural = if *attempts == 1 { "" } else { "s" };
        write!(f, "not delivered after {attempts} attempt{plural} in {age:.1?}")?;
        let mut reason = self.source().filter(|_| f.alternate());
        while let Some(error) = reason {
            write!(f, ": {error}")?;
            reason = error.source();
        }
        Ok(())
    }
}

impl<E> fmt::Debug for UnprocessedItem<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnprocessedItem")
            .field("cause", &self.cause)
            .field("attempts", &self.attempts)
            .field("age", &self.age)
            .field("maybe_delivered", &self.maybe_delivered)
            .finish_non_exhaustive()
    }
}

impl<E> Error for UnprocessedItem<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::time::Duration;

    use super::{Cause, UnprocessedItem};
    use crate::Failure;

    #[test]
    fn a_cause_knows_the_failure_behind_it() {
        let failure = || Failure::new("Code");
        for (cause, shown) in [
            (Cause::Ambiguous(failure()), "it may have been delivered, so it is not sent again"),
            (Cause::DeadlineExceeded(Some(failure())), "its delivery deadline passed"),
            (Cause::Fatal(failure()), "the request cannot succeed"),
            (Cause::Rejected(failure()), "the service rejected it"),
            (Cause::RetriesExhausted(failure()), "every attempt failed"),
            (Cause::RuntimeStopped(Some(failure())), "the writer's runtime was shut down"),
            (
                Cause::Unisolated(failure()),
                "the service rejected a request that carried it, and the search for the invalid entries used up its budget",
            ),
            (Cause::Withdrawn(Some(failure())), "it was withdrawn at the deadline of a flush"),
        ] {
            assert_eq!(cause.to_string(), shown);
            assert_eq!(cause.source().map(ToString::to_string).as_deref(), Some("Code"), "{shown}");
            assert_eq!(cause.failure().map(Failure::code), Some("Code"), "{shown}");
        }
        assert!(Cause::Withdrawn(None).failure().is_none());
        assert_eq!(Cause::DeadlineExceeded(None).to_string(), "its delivery deadline passed");
    }

    #[test]
    fn an_item_tells_its_story_without_its_entry_which_can_take_another_form() {
        let item = UnprocessedItem {
            entry: 7,
            cause: Cause::Fatal(Failure::new("Code")),
            attempts: 3,
            age: Duration::from_millis(1_500),
            maybe_delivered: true,
        };
        let shown = "not delivered after 3 attempts in 1.5s";
        assert_eq!(item.to_string(), shown);
        assert_eq!(format!("{item:#}"), format!("{shown}: the request cannot succeed: Code"));
        assert_eq!(item.source().map(ToString::to_string).as_deref(), Some("the request cannot succeed"));

        let text = item.map(|entry: i32| entry.to_string());
        assert_eq!((text.entry.as_str(), text.attempts, text.maybe_delivered), ("7", 3, true));
        assert_eq!((text.to_string().as_str(), text.age), (shown, Duration::from_millis(1_500)));
    }
}
