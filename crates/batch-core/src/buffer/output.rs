use crate::{Sent, UnprocessedItem};

/// What is to be done next; see [`Buffer::poll`](super::Buffer::poll).
#[derive(Debug)]
pub enum Output<E, R, T> {
    /// Give up this batch at once and [`complete`](super::Buffer::complete) it as ambiguous,
    /// unless its answer is there already.
    Cancel(BatchId),
    /// Tell the submitter of an entry its answer.
    Resolve(Resolution<E, R, T>),
    /// Send this batch, then [`complete`](super::Buffer::complete) it.
    Send(Batch<E>),
    /// Nothing, until an input comes or this instant is reached.
    Wait(Option<std::time::Instant>),
}

/// The entries of one request. The buffer issues it and wants it back.
#[must_use = "entries in a batch that is not completed stay in flight for ever"]
pub struct Batch<E> {
    pub(super) id: BatchId,
    pub(super) entries: Vec<E>,
}

/// The number of a batch, in the order of sending.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct BatchId(pub(super) u64);

/// The one answer of one entry.
#[derive(Debug)]
pub struct Resolution<E, R, T> {
    /// What the submitter gave along with the entry.
    pub tag: T,
    /// Delivered, superseded, or handed back. An entry handed back still takes its room until
    /// [`collected`](super::Buffer::collected) is called with its charge.
    pub result: Result<Sent<R>, Box<UnprocessedItem<E>>>,
    /// What it is charged, in bytes.
    pub charge: usize,
    pub(crate) epoch: u64,
}

impl<E> Batch<E> {
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
}

impl<E> std::fmt::Debug for Batch<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("id", &self.id).field("entries", &self.entries.len()).finish()
    }
}
