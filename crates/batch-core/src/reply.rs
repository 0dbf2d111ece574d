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
    /// The service accepted all entries but these: the position of each, counted from 0, and the verdict on it.
    /// The response for an accepted entry is read only when its receipt is awaited. If a position is given
    /// twice, out of order, or is beyond the entries, the whole request counts as ambiguous.
    AllBut(Responses<R>, Vec<(usize, Verdict<R>)>),
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

impl<R> Verdicts<R> {
    /// Excepts these entries from those that were accepted, each by its position, counted from 0, in ascending
    /// order. [`Each`](Self::Each), which has a verdict for each entry already, stays as it is.
    ///
    /// ```
    /// use batch_core::{Failure, Verdict, Verdicts};
    ///
    /// let ids = vec!["id 1", ""];
    /// let failed = vec![(1, Verdict::Retry(Failure::new("InternalFailure")))];
    /// let verdicts = Verdicts::all_accepted(move |position| ids[position]).except(failed);
    /// assert!(matches!(verdicts, Verdicts::AllBut(_, failed) if failed.len() == 1));
    /// ```
    #[must_use]
    pub fn except(self, others: Vec<(usize, Verdict<R>)>) -> Self {
        match self {
            Self::AllAccepted(responses) if !others.is_empty() => Self::AllBut(responses, others),
            Self::AllBut(responses, mut more) => {
                more.extend(others);
                Self::AllBut(responses, more)
            }
            verdicts => verdicts,
        }
    }

    /// Returns whether the service accepted the entry at this position, counted from 0.
    ///
    /// ```
    /// use batch_core::{Failure, Verdict, Verdicts};
    ///
    /// let verdicts = Verdicts::all_accepted(|_| ()).except(vec![(1, Verdict::Retry(Failure::new("InternalFailure")))]);
    /// assert_eq!([0, 1, 2].map(|position| verdicts.accepts(position)), [true, false, true]);
    /// ```
    #[must_use]
    pub fn accepts(&self, position: usize) -> bool {
        match self {
            Self::AllAccepted(_) | Self::AllBut(..) => self.at(position).is_none_or(Verdict::is_accepted),
            Self::Each(verdicts) => verdicts.get(position).is_some_and(Verdict::is_accepted),
        }
    }

    /// Returns the verdict on each of a request's entries, with every response read. The writer reads them on demand.
    ///
    /// ```
    /// use batch_core::{Failure, Verdict, Verdicts};
    ///
    /// let verdicts = Verdicts::all_accepted(|n| n).except(vec![(1, Verdict::Retry(Failure::new("X")))]).into_each(3);
    /// assert!(matches!(&verdicts[..], [Verdict::Accepted(0), Verdict::Retry(_), Verdict::Accepted(2)]));
    /// ```
    #[must_use]
    pub fn into_each(self, entries: usize) -> Vec<Verdict<R>> {
        match self {
            Self::AllAccepted(responses) => each(entries, Vec::new(), |position| responses.read(position)),
            Self::AllBut(responses, others) => each(entries, others, |position| responses.read(position)),
            Self::Each(verdicts) => verdicts,
        }
    }

    /// The verdict on the entry at this position, unless the service accepted it with the others.
    pub(crate) fn at(&self, position: usize) -> Option<&Verdict<R>> {
        match self {
            Self::AllAccepted(_) => None,
            Self::AllBut(_, others) => {
                let found = others.binary_search_by_key(&position, |&(position, _)| position).ok()?;
                Some(&others[found].1)
            }
            Self::Each(verdicts) => verdicts.get(position),
        }
    }

    /// The verdicts on single entries, in the order of the entries.
    pub(crate) fn single(&self) -> impl DoubleEndedIterator<Item = &Verdict<R>> {
        let (others, each): (&[_], &[_]) = match self {
            Self::AllAccepted(_) => (&[], &[]),
            Self::AllBut(_, others) => (others, &[]),
            Self::Each(verdicts) => (&[], verdicts),
        };
        others.iter().map(|(_, verdict)| verdict).chain(each)
    }

    /// The failure of a request of so many entries, if these verdicts are not on each of them, once: they say nothing of
    /// any entry then.
    pub(crate) fn miscounted(&self, entries: usize) -> Option<Failure> {
        match self {
            Self::AllAccepted(_) => None,
            Self::AllBut(_, others) => {
                let is_ascending = others.is_sorted_by(|(one, _), (next, _)| one < next);
                let fits = is_ascending && others.last().is_none_or(|&(last, _)| last < entries);
                (!fits).then(|| Failure::misplaced(entries))
            }
            Self::Each(verdicts) => {
                (verdicts.len() != entries).then(|| Failure::miscounted(verdicts.len(), entries))
            }
        }
    }

    /// Why the service took none of so many entries though it answered, if any of them is to be sent again.
    pub(crate) fn failure_of_all(&self, entries: usize) -> Option<Failure> {
        let failure = |verdict: &Verdict<R>| match verdict {
            Verdict::Ambiguous(failure) | Verdict::Retry(failure) => Some(failure.clone()),
            Verdict::Accepted(_) | Verdict::Reject(_) | Verdict::Throttled(_) => None,
        };
        match self.miscounted(entries) {
            None if self.accepted(entries) == 0 => self.single().find_map(failure),
            miscounted => miscounted,
        }
    }

    /// How many of so many entries the service accepted.
    pub(crate) fn accepted(&self, entries: usize) -> usize {
        let others = self.single().filter(|verdict| !verdict.is_accepted()).count();
        entries.saturating_sub(others)
    }
}

impl<R> Verdict<R> {
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self, Self::Throttled(_))
    }

    /// The same verdict, with what is read of the response later.
    pub(crate) fn unread(self) -> Verdict<Unread<R>> {
        match self {
            Self::Accepted(response) => Verdict::Accepted(Unread::one(response)),
            Self::Ambiguous(failure) => Verdict::Ambiguous(failure),
            Self::Reject(failure) => Verdict::Reject(failure),
            Self::Retry(failure) => Verdict::Retry(failure),
            Self::Throttled(failure) => Verdict::Throttled(failure),
        }
    }
}

/// A verdict on each of so many entries: these, whose positions ascend, or accepted with what `read` returns.
pub(crate) fn each<R>(
    entries: usize,
    others: Vec<(usize, Verdict<R>)>,
    mut read: impl FnMut(usize) -> R,
) -> Vec<Verdict<R>> {
    let mut others = others.into_iter().peekable();
    let verdict = |position| match others.next_if(|&(other, _)| other == position) {
        Some((_, verdict)) => verdict,
        None => Verdict::Accepted(read(position)),
    };
    (0..entries).map(verdict).collect()
}

/// Collects one verdict for each entry, in the order of the entries.
impl<R> FromIterator<Verdict<R>> for Verdicts<R> {
    fn from_iter<I: IntoIterator<Item = Verdict<R>>>(verdicts: I) -> Self {
        Self::Each(verdicts.into_iter().collect())
    }
}

impl<R> Responses<R> {
    /// Whether these are responses to the same request.
    pub(crate) fn are(&self, others: &Self) -> bool {
        Arc::ptr_eq(&self.0, &others.0)
    }

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
        self.into_read().0
    }

    /// The response, and what it was read from, whose drop may panic.
    pub(crate) fn into_read(self) -> (R, Option<Responses<R>>) {
        match self.0 {
            Source::One(response) => (response, None),
            Source::Of(responses, position) => (responses.read(position), Some(responses)),
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
