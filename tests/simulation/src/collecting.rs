//! The calls by which users collect failures and end a writer, each seen by the witness.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::checker::{Answer, FlushId};
use crate::target::{EntryOf, Target};
use crate::witness::{Handle, Witness};

/// Which call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    Flush,
    FlushBy(Duration),
    Shutdown,
    ShutdownBy(Duration),
}

/// A flush that has not returned; dropping it means that it was cancelled.
struct Call<'a, T: Target> {
    witness: &'a Witness<T>,
    id: FlushId,
    has_returned: bool,
}

type Items<T> = Vec<batch_core::UnprocessedItem<EntryOf<T>>>;

/// Flushes in one way or another; a deadline is so long from now.
pub(crate) async fn flush<T: Target>(witness: &Arc<Witness<T>>, writer: &Handle<T>, way: Way) {
    let now = witness.elapsed();
    let deadline = match way {
        Way::FlushBy(patience) | Way::ShutdownBy(patience) => Some(now + patience),
        Way::Flush | Way::Shutdown => None,
    };
    let is_end = matches!(way, Way::Shutdown | Way::ShutdownBy(_));
    let id = witness.tell(|checker| {
        if is_end {
            checker.closes();
        }
        checker.flush_begins(deadline)
    });
    let mut call = Call { witness, id, has_returned: false };
    let mut flushing = flushing::<T>(writer, way);
    let items = poll_fn(|context| {
        let polled = flushing.as_mut().poll(context);
        if polled.is_pending() {
            witness.tell(|checker| checker.flush_waits(id));
        }
        polled
    })
    .await;
    call.has_returned = true;
    let items = answers(witness, items);
    witness.tell(|checker| checker.flush_returns(id, &items));
}

/// Takes the failures so far.
pub(crate) fn take<T: Target>(witness: &Arc<Witness<T>>, writer: &Handle<T>) {
    let items = answers(witness, writer.take_unprocessed());
    witness.tell(|checker| checker.takes(&items));
}

fn flushing<T: Target>(writer: &Handle<T>, way: Way) -> Pin<Box<dyn Future<Output = Items<T>> + Send + '_>> {
    match way {
        Way::Flush => Box::pin(writer.flush()),
        Way::FlushBy(patience) => Box::pin(writer.flush_by(from_now(patience))),
        Way::Shutdown => Box::pin(writer.shutdown()),
        Way::ShutdownBy(patience) => Box::pin(writer.shutdown_by(from_now(patience))),
    }
}

fn answers<T: Target>(witness: &Witness<T>, items: Items<T>) -> Vec<(u64, Answer)> {
    items.iter().map(|item| witness.back(item)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of the run")]
fn from_now(patience: Duration) -> Instant {
    Instant::now() + patience
}

impl<T: Target> Drop for Call<'_, T> {
    fn drop(&mut self) {
        if !self.has_returned {
            self.witness.tell(|checker| checker.flush_dropped(self.id));
        }
    }
}
