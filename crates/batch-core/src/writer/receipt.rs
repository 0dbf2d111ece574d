use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::cell::{Block, Taken};
use super::effects::quietly;
use crate::{Sent, Service, UnprocessedItem, Unread};

/// A future of the answer to one entry: [`Sent`], or the entry handed back with its cause.
///
/// Returned by [`Writer::submit_tracked`](crate::Writer::submit_tracked) and its variants. It can be awaited
/// outside a runtime, and does not keep the writer alive.
///
/// Dropping a receipt does not withdraw its entry. A failure then goes to the next owner; see
/// [`Writer`](crate::Writer#who-gets-a-failure).
#[must_use = "the answer to an entry is lost unless its receipt is awaited"]
pub struct Receipt<S: Service> {
    block: Arc<Block<S>>,
    /// Of its cell in the block; nothing once the answer is taken.
    index: Option<u32>,
}

impl<S: Service> Receipt<S> {
    #[inline]
    pub(super) fn new(block: Arc<Block<S>>, index: u32) -> Self {
        Self { block, index: Some(index) }
    }

    /// Takes an answer that is in its cell, or waits for one.
    #[inline(never)]
    fn take_or_wait(&mut self, index: u32, context: &mut Context<'_>) -> Poll<<Self as Future>::Output> {
        // A waker is cloned and dropped outside of the lock, and only where it is needed.
        let block = &self.block;
        let taken = block.take(index).or_else(|| block.take_or_watch(index, context.waker().clone()));
        let Some(taken) = taken else {
            return Poll::Pending;
        };
        self.index = None;
        Poll::Ready(match taken {
            Taken::Sent(sent) => Ok(sent.map(read)),
            Taken::Failed(failed) => Err(*self.block.shared.taken(*failed)),
        })
    }

    #[inline(never)]
    fn give_up(&self, index: u32) {
        if let Some(failed) = self.block.give_up(index) {
            self.block.shared.pass_on(*failed);
        }
    }
}

/// Reads a response, which must not be lost where the drop of what it is read from panics.
fn read<R>(unread: Unread<R>) -> R {
    let (response, responses) = unread.into_read();
    quietly(responses);
    response
}

impl<S: Service> Future for Receipt<S> {
    type Output = Result<Sent<S::Response>, UnprocessedItem<S::Entry>>;

    /// # Panics
    ///
    /// Panics if the receipt is polled after it returned its answer.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let index = self.index.expect("a receipt gives its answer once");
        if let Some(sent) = self.block.read(index) {
            self.index = None;
            return Poll::Ready(Ok(sent));
        }
        self.take_or_wait(index, context)
    }
}

impl<S: Service> Drop for Receipt<S> {
    #[inline]
    fn drop(&mut self) {
        if let Some(index) = self.index {
            self.give_up(index);
        }
    }
}

impl<S: Service> std::fmt::Debug for Receipt<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}
