//! The calls by which users collect failures and end a writer, each seen by the witness.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::checker::{Answer, FlushId};
use crate::mark::MarkedOf;
use crate::target::Target;
use crate::witness::{Handle, Witness};

/// Which call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    Flush,
    FlushBy(Duration),
    Shutdown,
    ShutdownBy(Duration),
}

/// A flush that the witness knows of; dropping it before it returned means that it was cancelled.
pub(crate) struct Flushing<T: Target> {
    witness: Arc<Witness<T>>,
    id: FlushId,
    has_returned: bool,
    flush: Pin<Box<dyn Future<Output = Items<T>> + Send>>,
}

type Items<T> = Vec<batch_core::UnprocessedItem<MarkedOf<T>>>;

/// Flushes in one way or another; a deadline is so long from now.
pub(crate) async fn flush<T: Target>(witness: &Arc<Witness<T>>, writer: &Handle<T>, way: Way) {
    Flushing::new(witness, writer, way).await;
}

/// Takes the failures so far.
pub(crate) fn take<T: Target>(witness: &Arc<Witness<T>>, writer: &Handle<T>) {
    let items = writer.take_unprocessed();
    let answers = answers(witness, &items);
    witness.tell(|checker| checker.takes(&answers));
}

impl<T: Target> Flushing<T> {
    /// A flush, which begins when it is first polled: at once, for its deadline's sake.
    pub(crate) fn new(witness: &Arc<Witness<T>>, writer: &Handle<T>, way: Way) -> Self {
        let deadline = match way {
            Way::FlushBy(patience) | Way::ShutdownBy(patience) => Some(witness.elapsed() + patience),
            Way::Flush | Way::Shutdown => None,
        };
        let is_end = matches!(way, Way::Shutdown | Way::ShutdownBy(_));
        let id = witness.tell(|checker| {
            if is_end {
                checker.closes();
            }
            checker.flush_begins(deadline)
        });
        Self { witness: Arc::clone(witness), id, has_returned: false, flush: call::<T>(writer.clone(), way) }
    }

    /// Polls it for no task, whether it returns or not.
    pub(crate) fn look(&mut self) -> Poll<()> {
        let polled = Pin::new(&mut *self).poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_pending() {
            self.witness.tell(|checker| checker.flush_rests(self.id));
        }
        polled
    }
}

impl<T: Target> Future for Flushing<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let id = self.id;
        self.witness.tell(|checker| checker.flush_polls(id));
        let Poll::Ready(items) = self.flush.as_mut().poll(context) else {
            self.witness.tell(|checker| checker.flush_waits(id));
            return Poll::Pending;
        };
        self.has_returned = true;
        let answers = answers(&self.witness, &items);
        self.witness.tell(|checker| checker.flush_returns(id, &answers));
        Poll::Ready(())
    }
}

impl<T: Target> Drop for Flushing<T> {
    fn drop(&mut self) {
        if !self.has_returned {
            self.witness.tell(|checker| checker.flush_dropped(self.id));
        }
    }
}

fn call<T: Target>(writer: Handle<T>, way: Way) -> Pin<Box<dyn Future<Output = Items<T>> + Send>> {
    let deadline = |patience| now() + patience;
    match way {
        Way::Flush => Box::pin(async move { writer.flush().await }),
        Way::FlushBy(patience) => {
            let deadline = deadline(patience);
            Box::pin(async move { writer.flush_by(deadline).await })
        }
        Way::Shutdown => Box::pin(async move { writer.shutdown().await }),
        Way::ShutdownBy(patience) => {
            let deadline = deadline(patience);
            Box::pin(async move { writer.shutdown_by(deadline).await })
        }
    }
}

fn answers<T: Target>(witness: &Witness<T>, items: &Items<T>) -> Vec<(u64, Answer)> {
    items.iter().map(|item| witness.back(item)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of the run")]
fn now() -> Instant {
    Instant::now()
}
