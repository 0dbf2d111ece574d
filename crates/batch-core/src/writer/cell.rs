use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::pool::Failed;
use crate::{Sent, Unread};

/// How many cells share one allocation and one lock at most, and how many bytes: the last receipt of a block
/// keeps it all.
const MOST: usize = 32;
const BYTES: usize = 1_024;

/// Cells for receipts, made one after the other, so that the answers of entries that travelled together
/// are mostly given under one lock.
pub(super) struct Cells<E, R> {
    block: Arc<Block<E, R>>,
    used: usize,
}

/// A cell: where the writer puts the answer of one entry, and its receipt takes it. Each has an end.
pub(super) struct End<E, R> {
    block: Arc<Block<E, R>>,
    index: usize,
}

/// No code of the user's runs under this lock.
struct Block<E, R>(Mutex<Box<[Cell<E, R>]>>);

enum Cell<E, R> {
    Failed(Box<Failed<E>>),
    /// The answer is taken, or the receipt dropped.
    Gone,
    Sent(Sent<Unread<R>>),
    Waiting(Option<Waker>),
}

/// What a receipt takes out of its cell.
pub(super) enum Taken<E, R> {
    Failed(Box<Failed<E>>),
    Sent(Sent<Unread<R>>),
}

/// What becomes of a failure at its receipt.
pub(super) enum Owner<E> {
    /// It is the receipt's; it has or has not been waiting for it.
    Receipt { wake: Option<Waker> },
    /// There is no receipt, or it was dropped.
    None(Failed<E>),
}

impl<E, R> Cells<E, R> {
    pub(super) fn new() -> Self {
        Self { block: Block::new(), used: 0 }
    }

    /// Both ends of one more cell: the receipt's and the writer's.
    #[inline]
    pub(super) fn open(&mut self) -> (End<E, R>, End<E, R>) {
        if self.used == Block::<E, R>::CELLS {
            *self = Self::new();
        }
        let end = || End { block: Arc::clone(&self.block), index: self.used };
        let ends = (end(), end());
        self.used += 1;
        ends
    }
}

impl<E, R> Block<E, R> {
    const CELLS: usize = {
        let fit = BYTES / size_of::<Cell<E, R>>();
        if fit > MOST {
            MOST
        } else if fit == 0 {
            1
        } else {
            fit
        }
    };

    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new((0..Self::CELLS).map(|_| Cell::Waiting(None)).collect())))
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, Box<[Cell<E, R>]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer's end.
impl<E, R> End<E, R> {
    /// Puts responses into cells. The wakers to call are added to `wakes`, and what dropped receipts do not
    /// need any more to `unused`.
    pub(super) fn deliver_all(
        deliveries: impl Iterator<Item = (Self, Sent<Unread<R>>)>,
        wakes: &mut Vec<Waker>,
        unused: &mut Vec<Sent<Unread<R>>>,
    ) {
        let mut deliveries = deliveries.peekable();
        while let Some((End { block, index }, sent)) = deliveries.next() {
            let mut cells = block.lock();
            cells[index].deliver(sent, wakes, unused);
            while let Some((end, sent)) = deliveries.next_if(|(end, _)| Arc::ptr_eq(&end.block, &block)) {
                cells[end.index].deliver(sent, wakes, unused);
            }
        }
    }

    /// Puts a failure into the cell, unless its receipt was dropped.
    pub(super) fn fail(self, mut failed: Failed<E>) -> Owner<E> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let Cell::Waiting(waker) = cell else {
            return Owner::None(failed);
        };
        let wake = waker.take();
        failed.awaited = wake.is_some();
        *cell = Cell::Failed(Box::new(failed));
        Owner::Receipt { wake }
    }
}

/// The receipt's end.
impl<E, R> End<E, R> {
    /// Takes the answer, if it is there.
    ///
    /// # Panics
    ///
    /// When it was taken before.
    pub(super) fn take(&self) -> Option<Taken<E, R>> {
        self.block.lock()[self.index].take()
    }

    /// Takes the answer, or lets this waker be called when it comes. A waker that is not needed is dropped
    /// after the lock.
    pub(super) fn take_or_watch(&self, waker: Waker) -> Option<Taken<E, R>> {
        let mut unused = Some(waker);
        let mut cells = self.block.lock();
        let taken = match &mut cells[self.index] {
            Cell::Waiting(watching) => {
                std::mem::swap(watching, &mut unused);
                None
            }
            cell => cell.take(),
        };
        drop(cells);
        drop(unused);
        taken
    }

    /// Gives the cell up; the failure that is in it. What else is in it is dropped after the lock.
    pub(super) fn give_up(&self) -> Option<Box<Failed<E>>> {
        let cell = std::mem::replace(&mut self.block.lock()[self.index], Cell::Gone);
        match cell {
            Cell::Failed(failed) => Some(failed),
            Cell::Gone | Cell::Sent(_) | Cell::Waiting(_) => None,
        }
    }
}

impl<E, R> Cell<E, R> {
    #[inline]
    fn deliver(&mut self, sent: Sent<Unread<R>>, wakes: &mut Vec<Waker>, unused: &mut Vec<Sent<Unread<R>>>) {
        match self {
            Self::Waiting(waker) => {
                wakes.extend(waker.take());
                *self = Self::Sent(sent);
            }
            _ => unused.push(sent),
        }
    }

    #[inline]
    fn take(&mut self) -> Option<Taken<E, R>> {
        if matches!(self, Self::Waiting(_)) {
            return None;
        }
        match std::mem::replace(self, Self::Gone) {
            Self::Failed(failed) => Some(Taken::Failed(failed)),
            Self::Sent(sent) => Some(Taken::Sent(sent)),
            Self::Gone | Self::Waiting(_) => panic!("a receipt gives its answer once"),
        }
    }
}
