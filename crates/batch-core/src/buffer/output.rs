use std::time::Instant;

use super::deliver::Deliveries;
use super::owner::{Charge, Owner};
use super::{Buffer, Stamp, Watermark};
use crate::{Failure, Load, Quota, Sent, UnprocessedItem, Unread, Verdict};

/// What is to be done next; see [`Buffer::poll`](super::Buffer::poll).
#[derive(Debug)]
pub enum Output<E, R, T> {
    /// Drop what is no longer needed.
    Drop(Garbage<E, R>),
    /// Tell submitters their answers.
    Resolve(Answers<E, R, T>),
    /// Send this batch, then [`complete`](super::Buffer::complete) it. Where a rate was chosen, say when its request
    /// [begins](super::Buffer::begins).
    Send(Batch<E>),
    /// Ask each entry of this batch for its quota ([`Batch::ask`]), then give it back at once
    /// ([`sorted`](super::Buffer::sorted)). It is not to be sent. This comes only while a quota throttles, and where a
    /// rate in units was chosen.
    Sort(Batch<E>),
    /// Nothing, until an input comes or this instant is reached.
    Wait(Option<Instant>),
}

/// The entries of one request. The buffer issues it and wants it back.
#[must_use = "entries in a batch that is not completed stay in flight for ever"]
pub struct Batch<E> {
    pub(super) owner: Owner,
    pub(super) id: BatchId,
    pub(super) load: Load,
    pub(super) entries: Vec<E>,
    /// The quota of each entry; empty if they were not asked.
    pub(super) quotas: Vec<Option<Quota>>,
}

/// The number of a batch, in the order of sending.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct BatchId(pub(super) u64);

/// Answers for submitters. One by one, they are its [`Resolution`]s.
#[derive(Debug)]
pub enum Answers<E, R, T> {
    /// Those of entries that were delivered together.
    Delivered(Deliveries<R, T>),
    /// That of one entry.
    One(Resolution<E, R, T>),
}

/// The one answer of one entry.
#[derive(Debug)]
pub struct Resolution<E, R, T> {
    /// What the submitter gave along with the entry.
    pub tag: T,
    /// Delivered, superseded, or handed back. An entry handed back still takes its room until
    /// [`collected`](super::Buffer::collected) is called with its charge.
    pub result: Result<Sent<Unread<R>>, Box<UnprocessedItem<E>>>,
    /// What it is charged.
    pub charge: Charge,
    /// When the entry was accepted.
    pub accepted: Instant,
    pub(crate) stamp: Stamp,
}

/// Entries of a request in flight, or being sorted, that are withdrawn: a copy of each is to be handed back, by
/// [`Buffer::hand_back_copy`](super::Buffer::hand_back_copy).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withdrawn {
    /// The request.
    pub batch: BatchId,
    /// Where they are among its entries.
    pub positions: Vec<usize>,
}

/// What a buffer no longer needs: delivered entries, for example. The buffer itself drops nothing of
/// its users', so that it can be guarded by a lock, and this be dropped outside of it.
pub struct Garbage<E, R> {
    pub(crate) entries: Vec<E>,
    pub(crate) verdicts: Vec<Verdict<Unread<R>>>,
    pub(crate) failures: Vec<Failure>,
}

impl<E> Batch<E> {
    /// A batch of these entries that no buffer issued, to test [`Service::send`](crate::Service::send)
    /// with. Its [`load`](Self::load) has no bytes.
    ///
    /// ```
    /// use batch_core::Batch;
    ///
    /// assert_eq!(Batch::of(["a", "b"]).entries(), ["a", "b"]);
    /// ```
    pub fn of(entries: impl Into<Vec<E>>) -> Self {
        let entries = entries.into();
        let load = Load { entries: entries.len(), bytes: 0 };
        Self { owner: Owner::NOBODY, id: BatchId(0), load, entries, quotas: Vec::new() }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> BatchId {
        self.id
    }

    /// Its entries, in the order in which the request carries them.
    #[must_use]
    pub fn entries(&self) -> &[E] {
        &self.entries
    }

    /// Remembers the quota of each of its entries, which this returns
    /// ([`Service::quota`](crate::Service::quota)): before a batch is [sorted](super::Buffer::sorted), and before one
    /// of which the service throttled single entries is [completed](super::Buffer::complete).
    pub fn ask(&mut self, quota: impl Fn(&E) -> Option<Quota>) {
        self.quotas = self.entries.iter().map(quota).collect();
    }

    /// The same, with what was asked of the entries before.
    pub(crate) fn answered(&mut self, quotas: Vec<Option<Quota>>) {
        self.quotas = quotas;
    }

    /// How many entries it has, and the sum of their shares of the request, as they were measured. Entries that share
    /// a [carrier](crate::Carrier) count as one.
    #[must_use]
    pub fn load(&self) -> Load {
        self.load
    }
}

impl<E: Clone> Batch<E> {
    /// The same batch with copies of its entries, to be completed in its place.
    pub(crate) fn copy(&self) -> Self {
        Self {
            owner: self.owner,
            id: self.id,
            load: self.load,
            entries: self.entries.clone(),
            quotas: self.quotas.clone(),
        }
    }
}

impl<E, R, T> Resolution<E, R, T> {
    /// Whether its entry was accepted before that flush.
    #[must_use]
    pub fn is_covered_by(&self, watermark: Watermark) -> bool {
        watermark.covers(self.stamp)
    }
}

impl<E, R, T> IntoIterator for Answers<E, R, T> {
    type IntoIter = std::vec::IntoIter<Self::Item>;
    type Item = Resolution<E, R, T>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::Delivered(deliveries) => deliveries.into_resolutions().into_iter(),
            Self::One(resolution) => vec![resolution].into_iter(),
        }
    }
}

impl<E, R> Garbage<E, R> {
    /// Adds entries that are not needed any more.
    pub(super) fn add_entries(&mut self, mut entries: Vec<E>) {
        match self.entries.is_empty() {
            true => self.entries = entries,
            false => self.entries.append(&mut entries),
        }
    }

    pub(super) fn new() -> Self {
        Self { entries: Vec::new(), verdicts: Vec::new(), failures: Vec::new() }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.verdicts.is_empty() && self.failures.is_empty()
    }
}

impl<E, R, T> Buffer<E, R, T> {
    /// Whether no answer, no waker and nothing that is no longer needed is to be taken.
    #[inline]
    pub(crate) fn is_quiet(&self) -> bool {
        self.answers.is_empty() && self.garbage.is_empty() && !self.room.has_wakes()
    }

    /// What is no longer needed, to be dropped outside of any lock; [`poll`](Self::poll) gives it too.
    pub fn take_garbage(&mut self) -> Garbage<E, R> {
        self.garbage.failures.append(&mut self.isolations.take_unused());
        self.garbage.failures.append(&mut self.lines.take_unused());
        std::mem::replace(&mut self.garbage, Garbage::new())
    }

    /// The next answers alone: for a caller that may not send. [`poll`](Self::poll) gives them too.
    pub fn next_answer(&mut self) -> Option<Answers<E, R, T>> {
        let mut answer = self.answers.pop_front()?;
        match &mut answer {
            Answers::Delivered(deliveries) => deliveries.stamps(|stamp, entries| {
                let home = self.scopes.home(*stamp);
                self.scopes.leave(*stamp, entries);
                *stamp = home;
            }),
            Answers::One(resolution) => {
                self.scopes.leave(resolution.stamp, 1);
                resolution.stamp = self.scopes.home(resolution.stamp);
            }
        }
        Some(answer)
    }
}

impl<E> std::fmt::Debug for Batch<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("id", &self.id).field("entries", &self.entries.len()).finish()
    }
}

impl<E, R> std::fmt::Debug for Garbage<E, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Garbage").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}
