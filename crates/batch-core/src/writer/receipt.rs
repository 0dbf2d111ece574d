use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::pool::Failed;
use super::shared::Shared;
use crate::{Sent, Service, UnprocessedItem, Unread};

/// So many receipts share one allocation.
const BLOCK: usize = 32;

/// A future of the answer to one entry: [`Sent`], or the entry handed back with its cause.
///
/// Returned by [`Writer::submit_tracked`](crate::Writer::submit_tracked) and its variants. It can be awaited
/// outside a runtime, and does not keep the writer alive.
///
/// Dropping a receipt does not withdraw its entry. A failure then goes to the next owner; see
/// [`Writer`](crate::Writer#who-gets-a-failure).
#[must_use = "the answer to an entry is lost unless its receipt is awaited"]
pub struct Receipt<S: Service> {
    shared: Arc<Shared<S>>,
    block: Arc<Block<S::Entry, S::Response>>,
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
    /// The answer is taken, or the receipt dropped.
    Gone,
    Sent(Sent<Unread<R>>),
    Waiting(Option<Waker>),
}

/// What becomes of a failure at its receipt.
pub(super) enum Owner<E> {
    /// It is the receipt's; it has or has not been waiting for it.
    Receipt { wake: Option<Waker> },
    /// There is no receipt, or it was dropped.
    None(Failed<E>),
}

impl<E, R> Block<E, R> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Vec::with_capacity(BLOCK))))
    }

    /// Both ends of one more receipt, unless the block is full.
    pub(super) fn open<S>(self: &Arc<Self>, shared: &Arc<Shared<S>>) -> Option<(Receipt<S>, Answer<E, R>)>
    where
        S: Service<Entry = E, Response = R>,
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

    /// No code of the user's runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Vec<Cell<E, R>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E, R> Answer<E, R> {
    /// The waker to call, or what the dropped receipt does not need any more.
    pub(super) fn deliver(self, sent: Sent<Unread<R>>) -> Result<Option<Waker>, Sent<Unread<R>>> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let Cell::Waiting(waker) = cell else {
            return Err(sent);
        };
        let waker = waker.take();
        *cell = Cell::Sent(sent);
        Ok(waker)
    }

    pub(super) fn fail(self, mut failed: Failed<E>) -> Owner<E> {
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let Cell::Waiting(waker) = cell else {
            return Owner::None(failed);
        };
        let wake = waker.take();
        failed.awaited = wake.is_some();
        *cell = Cell::Failed(failed);
        Owner::Receipt { wake }
    }
}

impl<S: Service> Receipt<S> {
    /// The answer, or that there is none and this waker will be called when it comes. A waker that is
    /// not needed is dropped after the lock.
    fn take_or_watch(&self, waker: Waker) -> Option<Cell<S::Entry, S::Response>> {
        let mut unused = Some(waker);
        let mut cells = self.block.lock();
        let cell = &mut cells[self.index];
        let answer = match cell {
            Cell::Waiting(watching) => {
                std::mem::swap(watching, &mut unused);
                None
            }
            _ => Some(std::mem::replace(cell, Cell::Gone)),
        };
        drop(cells);
        drop(unused);
        answer
    }
}

impl<S: Service> Future for Receipt<S> {
    type Output = Result<Sent<S::Response>, UnprocessedItem<S::Entry>>;

    /// # Panics
    ///
    /// Panics if the receipt is polled after it returned its answer.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.take_or_watch(context.waker().clone()) {
            None => Poll::Pending,
            Some(Cell::Sent(sent)) => Poll::Ready(Ok(sent.map(Unread::read))),
            Some(Cell::Failed(failed)) => Poll::Ready(Err(*self.shared.taken(failed))),
            Some(Cell::Gone | Cell::Waiting(_)) => {
                panic!("a receipt was polled after it returned its answer")
            }
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
