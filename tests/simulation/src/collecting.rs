//! The calls by which users collect failures and end a writer, each seen by the witness.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::checker::{Answer, FlushId};
use crate::mark::MarkedOf;
use crate::scopes::Part;
use crate::target::Target;
use crate::witness::{Handle, Witness};

/// Which call, on what.
pub(crate) enum What<T: Target> {
    Flush(Part<T>),
    Shutdown(Handle<T>),
}

/// A flush that the witness knows of; dropping it before it returned means that it was cancelled.
pub(crate) struct Flushing<T: Target> {
    witness: Arc<Witness<T>>,
    id: FlushId,
    has_returned: bool,
    flush: Pin<Box<dyn Future<Output = Items<T>> + Send>>,
    /// What it is called on, and which lives until the witness knows that it returned.
    _what: Arc<What<T>>,
}

type Items<T> = Vec<batch_core::UnprocessedItem<MarkedOf<T>>>;

/// Flushes in one way or another; a deadline is so long from now.
pub(crate) async fn flush<T: Target>(witness: &Arc<Witness<T>>, what: What<T>, patience: Option<Duration>) {
    Flushing::new(witness, what, patience).await;
}

/// Takes the failures so far.
pub(crate) fn take<T: Target>(witness: &Arc<Witness<T>>, part: &Part<T>) {
    let items = match part {
        Part::Own(writer) => writer.take_unprocessed(),
        Part::Scope(opened) => opened.scope().take_unprocessed(),
    };
    let answers = answers(witness, &items);
    witness.tell(|checker| checker.takes(part.id(), &answers));
}

impl<T: Target> Flushing<T> {
    /// A flush, which begins when it is first polled: at once, for its deadline's sake.
    pub(crate) fn new(witness: &Arc<Witness<T>>, what: What<T>, patience: Option<Duration>) -> Self {
        let deadline = patience.map(|patience| witness.elapsed() + patience);
        let id = witness.tell(|checker| match &what {
            What::Flush(part) => checker.flush_begins(part.id(), deadline),
            What::Shutdown(_) => checker.shutdown_begins(deadline),
        });
        let what = Arc::new(what);
        let flush = call(Arc::clone(&what), patience.map(|patience| now() + patience));
        Self { witness: Arc::clone(witness), id, has_returned: false, flush, _what: what }
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

fn call<T: Target>(
    what: Arc<What<T>>,
    deadline: Option<Instant>,
) -> Pin<Box<dyn Future<Output = Items<T>> + Send>> {
    Box::pin(async move {
        match (&*what, deadline) {
            (What::Flush(Part::Own(writer)), None) => writer.flush().await,
            (What::Flush(Part::Own(writer)), Some(deadline)) => writer.flush_by(deadline).await,
            (What::Flush(Part::Scope(opened)), None) => opened.scope().flush().await,
            (What::Flush(Part::Scope(opened)), Some(deadline)) => opened.scope().flush_by(deadline).await,
            (What::Shutdown(writer), None) => writer.shutdown().await,
            (What::Shutdown(writer), Some(deadline)) => writer.shutdown_by(deadline).await,
        }
    })
}

fn answers<T: Target>(witness: &Witness<T>, items: &Items<T>) -> Vec<(u64, Answer)> {
    items.iter().map(|item| witness.back(item)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of the run")]
fn now() -> Instant {
    Instant::now()
}
