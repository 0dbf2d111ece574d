use std::fmt;
use std::sync::Arc;

use crate::Failure;

/// What became of a request: a verdict for each of its entries, or why there is none.
pub type Reply<R> = Result<Verdicts<R>, Refusal>;

/// What became of the entries of a request that the service answered.
#[derive(Clone, Debug)]
pub enum Verdicts<R> {
    /// The service accepted all of them. A response is read when the receipt of its entry is awaited.
    AllAccepted(Responses<R>),
    /// One verdict for each entry, in the order of the entries. A vector of another length makes the
    /// whole request ambiguous.
    Each(Vec<Verdict<R>>),
}

/// What became of one entry of a request that the service answered.
#[derive(Clone, Debug)]
pub enum Verdict<R> {
    /// The service accepted it.
    Accepted(R),
    /// Unknown, for example because the response omits the entry. Uses up an attempt.
    Ambiguous(Failure),
    /// The service rejected it, and no retry changes that.
    Reject(Failure),
    /// The service did not accept it, and a retry may succeed. Uses up an attempt.
    Retry(Failure),
    /// The service did not accept it because it is overloaded. Uses up no attempt.
    Throttled(Failure),
}

/// Why a request has no verdict for each of its entries.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What it means for the entries.
    pub class: Class,
    /// The reason, as it is given to the owners of the entries.
    pub failure: Failure,
}

/// What the failure of a whole request means for its entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Class {
    /// The request may or may not have been applied: a timeout, a reset, a 5xx after sending, a response
    /// that cannot be read. Uses up an attempt.
    Ambiguous,
    /// Not applied: the credentials, or the signature, have expired or are not valid yet. Others, or the
    /// same at another time, may be accepted. Treated like [`Unsent`](Self::Unsent).
    Expired,
    /// Not applied, and no retry changes that, for example because access is denied. The entries are
    /// handed back; the writer stays usable.
    Fatal,
    /// Not applied, and a retry may succeed. Uses up an attempt.
    Retry,
    /// Not applied because the request is invalid or too large. Its entries are sent again in parts, one
    /// part after the other, until each culprit was refused in a request of its own
    /// ([`Cause::Rejected`](crate::Cause::Rejected)) and the others are delivered. That takes at most
    /// 2k⌈log₂ n⌉ + 1 requests for k culprits of n entries. Where n is above 25 it ends after 3n/2 + 25
    /// requests; what is left then comes back with [`Cause::Unisolated`](crate::Cause::Unisolated). Uses
    /// up no attempt.
    Split,
    /// Not applied because the service is overloaded. Uses up no attempt; the writer slows down.
    Throttled,
    /// Not applied: the destination does not exist. Treated like [`Fatal`](Self::Fatal).
    UnknownDestination,
    /// Not applied: the service does not know the credentials, or they did not make the signature.
    /// Treated like [`Fatal`](Self::Fatal).
    Unrecognized,
    /// The request never left: connection refused, no such host. Uses up no attempt; the writer sends one
    /// probe at a time until the service answers one. An ambiguous reply is no answer.
    Unsent,
}

/// The responses for the entries of a request that were all accepted, each read when it is asked for.
pub struct Responses<R>(Arc<dyn Fn(usize) -> R + Send + Sync>);

/// The response for one accepted entry, read when it is asked for.
pub struct Unread<R>(Source<R>);

enum Source<R> {
    One(R),
    Of(Responses<R>, usize),
}

impl<R> Verdicts<R> {
    /// The service accepted every entry. `read` cuts the response for the entry at a position out of the
    /// service's answer; the writer calls it only for entries whose receipts are awaited, and from any
    /// thread. It must not panic.
    ///
    /// ```
    /// use batch_core::Verdicts;
    ///
    /// let answer = vec!["id 1", "id 2"];
    /// let verdicts = Verdicts::all_accepted(move |position| answer[position]);
    /// # let _ = verdicts;
    /// ```
    pub fn all_accepted(read: impl Fn(usize) -> R + Send + Sync + 'static) -> Self {
        Self::AllAccepted(Responses(Arc::new(read)))
    }
}

/// The verdicts in the order of the entries.
impl<R> FromIterator<Verdict<R>> for Verdicts<R> {
    fn from_iter<I: IntoIterator<Item = Verdict<R>>>(verdicts: I) -> Self {
        Self::Each(verdicts.into_iter().collect())
    }
}

impl<R> Responses<R> {
    /// The response for the entry at this position of the request.
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

    /// The response.
    #[must_use]
    pub fn read(self) -> R {
        match self.0 {
            Source::One(response) => response,
            Source::Of(responses, position) => responses.read(position),
        }
    }
}

impl Refusal {
    /// A refusal of this class for this reason.
    #[must_use]
    pub fn new(class: Class, failure: Failure) -> Self {
        Self { class, failure }
    }

    /// The same for a request that carried no entry, such as a lookup: nothing can have been applied, and
    /// no entry is to blame.
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
