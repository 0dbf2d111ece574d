use std::fmt;
use std::sync::Arc;

use crate::Failure;

/// The outcome of a request: a verdict for each of its entries, or the reason why there is none.
pub type Reply<R> = Result<Verdicts<R>, Refusal>;

/// The outcome of each entry of a request to which the service responded.
#[derive(Clone, Debug)]
pub enum Verdicts<R> {
    /// The service accepted all entries. The response for an entry is read only when its receipt is awaited.
    AllAccepted(Responses<R>),
    /// One verdict for each entry, in the order of the entries. If their number differs from that of the
    /// entries, the whole request counts as ambiguous.
    Each(Vec<Verdict<R>>),
}

/// The outcome of one entry of a request to which the service responded.
#[derive(Clone, Debug)]
pub enum Verdict<R> {
    /// The service accepted the entry, with this response.
    Accepted(R),
    /// The outcome is unknown, for example because the response omits the entry. Uses up an attempt, and
    /// is handled as [`OnAmbiguous`](crate::OnAmbiguous) says.
    Ambiguous(Failure),
    /// The service rejected the entry, and no retry can succeed. The entry is handed back with
    /// [`Cause::Rejected`](crate::Cause::Rejected).
    Reject(Failure),
    /// The service did not accept the entry, and a retry may succeed. Uses up an attempt.
    Retry(Failure),
    /// The service throttled the entry, and a retry may succeed. Uses up no attempt.
    Throttled(Failure),
}

/// The reason why a request failed as a whole, and what that means for its entries.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What the failure means for the entries.
    pub class: Class,
    /// The reason, as the owners of the entries see it.
    pub failure: Failure,
}

/// What the failure of a whole request means for its entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Class {
    /// The request may or may not have been applied: it timed out, the connection was reset, the service
    /// responded with a 5xx status, or the response could not be parsed. Uses up an attempt, and is handled
    /// as [`OnAmbiguous`](crate::OnAmbiguous) says.
    Ambiguous,
    /// Not applied: the credentials or the signature have expired or are not valid yet. New credentials, or a
    /// later signature, may be accepted. Handled like [`Unsent`](Self::Unsent).
    Expired,
    /// Not applied, and no retry can succeed, for example because access is denied. The entries are handed
    /// back with [`Cause::Fatal`](crate::Cause::Fatal); the writer stays usable.
    Fatal,
    /// Not applied, and a retry may succeed. Uses up an attempt.
    Retry,
    /// Not applied: the service rejected the request as invalid or too large. Uses up no attempt.
    ///
    /// The entries are sent again in parts, one part after the other, until each invalid entry has been
    /// rejected in a request of its own ([`Cause::Rejected`](crate::Cause::Rejected)) and all others are
    /// delivered. For k invalid entries of n, that takes at most 2k⌈log₂ n⌉ + 1 requests. If n is above 25,
    /// the search ends after 3n/2 + 25 requests, and the remaining entries are handed back with
    /// [`Cause::Unisolated`](crate::Cause::Unisolated).
    Split,
    /// Not applied: the service throttled the request. Uses up no attempt; the writer slows down and retries.
    Throttled,
    /// Not applied: the destination does not exist. Handled like [`Fatal`](Self::Fatal).
    UnknownDestination,
    /// Not applied: the service does not know the access key, or the signature does not match it. Handled
    /// like [`Fatal`](Self::Fatal).
    Unrecognized,
    /// The request was not sent, for example because the connection was refused or the host name could not
    /// be resolved. Uses up no attempt. The writer sends one probe at a time until the service responds to
    /// one; an ambiguous reply does not count as a response.
    Unsent,
}

/// The responses for the entries of a request that were all accepted. Each is read on demand.
pub struct Responses<R>(Arc<dyn Fn(usize) -> R + Send + Sync>);

/// The response for one accepted entry, read on demand.
pub struct Unread<R>(Source<R>);

enum Source<R> {
    One(R),
    Of(Responses<R>, usize),
}

impl<R> Verdicts<R> {
    /// Creates the verdicts of a request whose entries the service accepted all.
    ///
    /// `read` extracts the response for the entry at a position, counted from 0, from the service's response.
    /// The writer calls it from any thread, and only for entries whose receipts are awaited. It must not
    /// panic.
    ///
    /// ```
    /// use batch_core::Verdicts;
    ///
    /// let ids = vec!["id 1", "id 2"];
    /// let verdicts = Verdicts::all_accepted(move |position| ids[position]);
    /// # let _ = verdicts;
    /// ```
    pub fn all_accepted(read: impl Fn(usize) -> R + Send + Sync + 'static) -> Self {
        Self::AllAccepted(Responses(Arc::new(read)))
    }
}

/// Collects one verdict for each entry, in the order of the entries.
impl<R> FromIterator<Verdict<R>> for Verdicts<R> {
    fn from_iter<I: IntoIterator<Item = Verdict<R>>>(verdicts: I) -> Self {
        Self::Each(verdicts.into_iter().collect())
    }
}

impl<R> Responses<R> {
    /// Reads the response for the entry at this position of the request, counted from 0.
    ///
    /// # Panics
    ///
    /// May panic if the request has no such position.
    #[must_use]
    pub fn read(&self, position: usize) -> R {
        (self.0)(position)
    }
}

impl<R> Unread<R> {
    pub(crate) fn one(response: R) -> Self {
        Self(Source::One(response))
    }

    pub(crate) fn of(responses: &Responses<R>, position: usize) -> Self {
        Self(Source::Of(responses.clone(), position))
    }

    /// Reads the response.
    #[must_use]
    pub fn read(self) -> R {
        match self.0 {
            Source::One(response) => response,
            Source::Of(responses, position) => responses.read(position),
        }
    }
}

impl Refusal {
    /// Creates a refusal with this meaning for the entries, and this reason.
    #[must_use]
    pub fn new(class: Class, failure: Failure) -> Self {
        Self { class, failure }
    }

    /// Converts the refusal for a request that carried no entry, such as a lookup: nothing can have been
    /// applied, so [`Ambiguous`](Class::Ambiguous) becomes [`Retry`](Class::Retry), and no entry can be
    /// invalid, so [`Split`](Class::Split) becomes [`Fatal`](Class::Fatal).
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        self.class = match self.class {
            Class::Ambiguous => Class::Retry,
            Class::Split => Class::Fatal,
            class => class,
        };
        self
    }
}

impl<R> Clone for Responses<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for Responses<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responses").finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Unread<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unread").finish_non_exhaustive()
    }
}
