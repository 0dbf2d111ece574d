use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::cell::{End, Taken};
use super::shared::Shared;
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
    shared: Arc<Shared<S>>,
    end: End<S::Entry, S::Response>,
    is_taken: bool,
}

impl<S: Service> Receipt<S> {
    pub(super) fn new(shared: &Arc<Shared<S>>, end: End<S::Entry, S::Response>) -> Self {
        Self { shared: Arc::clone(shared), end, is_taken: false }
    }
}

impl<S: Service> Future for Receipt<S> {
    type Output = Result<Sent<S::Response>, UnprocessedItem<S::Entry>>;

    /// # Panics
    ///
    /// Panics if the receipt is polled after it returned its answer.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.is_taken, "a receipt gives its answer once");
        // A waker is cloned and dropped outside of the lock, and only where it is needed.
        let taken = self.end.take().or_else(|| self.end.take_or_watch(context.waker().clone()));
        let Some(taken) = taken else {
            return Poll::Pending;
        };
        self.is_taken = true;
        Poll::Ready(match taken {
            Taken::Sent(sent) => Ok(sent.map(Unread::read)),
            Taken::Failed(failed) => Err(*self.shared.taken(*failed)),
        })
    }
}

impl<S: Service> Drop for Receipt<S> {
    fn drop(&mut self) {
        if !self.is_taken
            && let Some(failed) = self.end.give_up()
        {
            self.shared.pass_on(*failed);
        }
    }
}

impl<S: Service> std::fmt::Debug for Receipt<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt").finish_non_exhaustive()
    }
}
