use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::Failure;

/// An entry handed back, as it was submitted, with why.
///
/// What `submit` generated for the entry (a deduplication id, a timestamp) stays with it, so that
/// submitting it again is safe. `Debug` and `Display` do not show the entry.
///
/// `{item:#}` says how often it was sent and for how long: "not delivered after 3 attempts in 1.5s". Why
/// is its [source](std::error::Error::source), the cause, whose source is the failure behind it, so that
/// a report of the chain says nothing twice. `{item:#}` is such a report in one line.
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
    /// The entry.
    pub entry: E,
    /// Why it was not delivered.
    pub cause: Cause,
    /// How many requests carried it.
    pub attempts: u32,
    /// The time from its acceptance to now.
    pub age: Duration,
    /// Whether one of the attempts may have delivered it all the same.
    pub maybe_delivered: bool,
}

/// Why an entry was not delivered.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// It may have been delivered and is not sent again: the writer is set to hand such entries back, or
    /// the service would soon take it for another one
    /// ([`Service::remembers_for`](crate::Service::remembers_for)); with the last failure.
    #[error("it may have been delivered")]
    Ambiguous(#[source] Failure),
    /// Its delivery deadline passed; with its last failure. Where it was never sent, that of its lane,
    /// or of the writer's requests, which it waited for; none if nothing failed meanwhile.
    #[error("its delivery deadline passed")]
    DeadlineExceeded(#[source] Option<Failure>),
    /// The request that carried it cannot succeed: access denied, no such destination.
    #[error("the request cannot succeed")]
    Fatal(#[source] Failure),
    /// The service refused it for good, in an answer for each entry or in a request that carried
    /// no other entry.
    #[error("the service refused it")]
    Rejected(#[source] Failure),
    /// Each of the attempts that [`Settings::max_attempts`](crate::Settings::max_attempts) allows failed;
    /// with the last failure.
    #[error("every attempt failed")]
    RetriesExhausted(#[source] Failure),
    /// The runtime that the writer worked on was shut down; with the last failure, like
    /// [`DeadlineExceeded`](Self::DeadlineExceeded).
    #[error("the runtime was shut down")]
    RuntimeStopped(#[source] Option<Failure>),
    /// The service refused a request that carried it among others, and the search for the culprits
    /// reached its budget first; with the last refusal. It may be acceptable and may be submitted
    /// again.
    ///
    /// The budget for a request of n entries is 3n/2 + 25 requests: 1,525 for 1,000 entries. Every
    /// request counts that the service refuses as a whole or answers for each entry; those that
    /// fail as a whole for another reason, and are repeated, do not. The search for culprits alone
    /// stays within the budget, whatever their share and wherever they stand; the rest of it is for
    /// entries of the same lane that fail by themselves meanwhile. A request of at most 25 entries
    /// has no budget, and no entry of it comes back with this cause.
    #[error("a request that carried it was refused, and the search for the culprits ended first")]
    Unisolated(#[source] Failure),
    /// `flush_by` or `shutdown_by` reached its deadline; with the last failure, like
    /// [`DeadlineExceeded`](Self::DeadlineExceeded).
    #[error("it was withdrawn at the deadline of a flush")]
    Withdrawn(#[source] Option<Failure>),
}

impl Cause {
    /// The failure behind it: the service's last answer, if there was one.
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
    /// The same item around another form of its entry.
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
            (Cause::Ambiguous(failure()), "it may have been delivered"),
            (Cause::DeadlineExceeded(Some(failure())), "its delivery deadline passed"),
            (Cause::Fatal(failure()), "the request cannot succeed"),
            (Cause::Rejected(failure()), "the service refused it"),
            (Cause::RetriesExhausted(failure()), "every attempt failed"),
            (Cause::RuntimeStopped(Some(failure())), "the runtime was shut down"),
            (
                Cause::Unisolated(failure()),
                "a request that carried it was refused, and the search for the culprits ended first",
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
