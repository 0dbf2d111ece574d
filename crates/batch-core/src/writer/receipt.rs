use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::pool::Failed;
use super::shared::Shared;
use crate::{Sent, Service, UnprocessedItem};

/// So many receipts share one allocation.
const BLOCK: usize = 32;

/// The answer to one entry, to be awaited: [`Sent`], or the entry handed back with its cause.
///
/// Dropping it does not withdraw the entry; a failure then goes to the next owner (see
/// [`Writer`](crate::Writer)). It needs no runtime to be awaited.
#[must_use = "a receipt that is not awaited tells nothing"]
pub struct Receipt<S: Service> {
    shared: Arc<Shared<S>>,
    block: Arc<Block<S::Entry, S::Sent>>,
    index: usize,
}

/// The writer's end of a receipt.
pub(super) struct Answer<E, R> {
    block: Arc<Block<E, R>>,
    index: usize,
}

/// Receipts that were made one after the other.
pub(super) struct Block<E, R>(Mutex<Vec<Cell<E, R>>>);

enum Cell<E, R> {
    Failed(Failed<E>),
    /// The answer is taken, or nobody waits for it any more.
    Gone,
    Sent(Sent<R>),
    Waiting(Option<Waker>),
}

/// What becomes of a failure at its receipt.
pub(super) enum Owner<E> {
    /// It is the receipt's; it has or has not been waiting for it.
    Receipt { wake: Option<Waker> },
    /// Nobody holds the receipt any more.
    Nobody(Failed<E>),
}

impl<E, R> Block<E, R> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Vec::with_capacity(BLOCK))))
    }

    /// Both ends of one more receipt, unless the block is full.
    pub(super) fn open<S>(self: &Arc<Self>, shared: &Arc<Shared<S>>) -> Option<(Receipt<S>, Answer<E, R>)>
    where
        S: Service<Entry = E, Sent = R>,
    {
        let index = {
            let mut cells = self.lock();
            if cells.len() == BLOCK {
                return None;
            }
            cells.push(Cell::Waiting(None));
            cells.len() - 1
        };
        let receipt = Receipt { shared: Arc::clone(shared), block: Arc::clone(self), index };
        Some((receipt, Answer { block: Arc::clone(self), index }))
    }

    /// No code of a user runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Vec<Cell<E, R>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E, R> Answer<E, R> {
    pub(super) fn deliver(self, sent: Sent<R>) -> Option<Waker> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let Cell::Waiting(waker) = cell else {
            return None;
        };
        let waker = waker.take();
        *cell = Cell::Sent(sent);
        waker
    }

    pub(super) fn fail(self, mut failed: Failed<E>) -> Owner<E> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let Cell::Waiting(waker) = cell else {
            return Owner::Nobody(failed);
        };
        let wake = waker.take();
        failed.awaited = wake.is_some();
        *cell = Cell::Failed(failed);
        Owner::Receipt { wake }
    }
}

impl<S: Service> Future for Receipt<S> {
    type Output = Result<Sent<S::Sent>, UnprocessedItem<S::Entry>>;

    /// # Panics
    ///
    /// When it is polled again after it gave its answer.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        if let Cell::Waiting(waker) = cell {
            match waker {
                Some(waker) => waker.clone_from(context.waker()),
                None => *waker = Some(context.waker().clone()),
            }
            return Poll::Pending;
        }
        let answer = std::mem::replace(cell, Cell::Gone);
        drop(cells);
        match answer {
            Cell::Sent(sent) => Poll::Ready(Ok(sent)),
            Cell::Failed(failed) => {
                self.shared.taken(failed.charge, failed.awaited);
                Poll::Ready(Err(*failed.item))
            }
            Cell::Gone | Cell::Waiting(_) => panic!("a receipt gives its answer once"),
        }
    }
}

impl<S: Service> Drop for Receipt<S> {
    fn drop(&mut self) {
        let cell = std::mem::replace(&mut self.block.lock()[self.index], Cell::Gone);
        if let Cell::Failed(failed) = cell {
            self.shared.pass_on(failed);
        }
    }
}

impl<S: Service> std::fmt::Debug for Receipt<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}
