//! Whether a future is being polled on this thread: what happens outside of that, the runtime itself does.

use std::cell::Cell;
use std::future::{Future, poll_fn};

use tokio::runtime::{Builder, Runtime};
use tokio::task::{Id, try_id};

thread_local! {
    static IS_POLLING: Cell<bool> = const { Cell::new(false) };
    /// A worker is a task itself, which has no other while it looks for one.
    static WORKER: Cell<Option<Id>> = const { Cell::new(None) };
}

/// Lets [`is_under_way`] know the workers of a runtime.
pub(crate) fn watch(builder: &mut Builder) {
    builder.on_thread_park(|| WORKER.set(try_id()));
}

/// Runs a future on this thread, which is no task.
pub(crate) fn block_on<F: Future>(runtime: &Runtime, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    runtime.block_on(poll_fn(|context| {
        IS_POLLING.set(true);
        let polled = future.as_mut().poll(context);
        IS_POLLING.set(false);
        polled
    }))
}

/// Whether a task, or what [`block_on`] runs, is being polled or dropped.
pub(crate) fn is_under_way() -> bool {
    IS_POLLING.get() || try_id().is_some_and(|id| WORKER.get() != Some(id))
}
