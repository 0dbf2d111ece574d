//! The users of a writer: tasks of a runtime, and actors that only enter it, like threads of a program.

use std::future::{Future, poll_fn};
use std::pin::pin;

use shuttle::rand::Rng;
use tokio::runtime::{Flavor, Handle, Runtime};

/// A runtime of either kind.
pub(crate) fn runtime() -> Runtime {
    Runtime::new(if draw(2) == 0 { Flavor::CurrentThread } else { Flavor::MultiThread })
}

/// An actor beside the tasks of a runtime: in its context, and not one of its tasks.
pub(crate) fn beside<F>(runtime: &Handle, future: F) -> shuttle::future::JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let runtime = runtime.clone();
    shuttle::future::spawn(async move {
        let mut future = pin!(future);
        poll_fn(|context| {
            let _entered = runtime.enter();
            future.as_mut().poll(context)
        })
        .await
    })
}

/// Waits for all of them.
pub(crate) async fn all<T>(actors: impl IntoIterator<Item = shuttle::future::JoinHandle<T>>) -> Vec<T> {
    let mut outputs = Vec::new();
    for actor in actors {
        outputs.push(actor.await.expect("it is never aborted"));
    }
    outputs
}

/// What a future gives, unless it is dropped before; at any of its awaits, or before its first poll.
pub(crate) async fn maybe_cancelled<F: Future>(future: F) -> Option<F::Output> {
    let polls = draw(12);
    if polls == 0 {
        return None;
    }
    tokio::select! {
        biased;
        output = future => Some(output),
        () = pauses(polls - 1) => None,
    }
}

/// Lets others go on this number of times.
pub(crate) async fn pauses(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// Lets others go on for a while.
pub(crate) async fn pause() {
    pauses(draw(8)).await;
}

/// A number below this one, drawn from the seed.
pub(crate) fn draw(end: usize) -> usize {
    shuttle::rand::thread_rng().gen_range(0..end)
}
