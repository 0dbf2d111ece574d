//! `tokio::task`.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use shuttle::rand::Rng;

use crate::exchanged::panic::catch_unwind;
use crate::point;
use crate::runtime::Handle;

pub use shuttle::future::yield_now;

/// The budget that tokio gives a task.
pub mod coop {
    use shuttle::rand::Rng;

    /// Now and then, lets other tasks go first.
    pub async fn consume_budget() {
        if shuttle::rand::thread_rng().gen_bool(0.25) {
            super::yield_now().await;
        }
    }
}

/// Starts a task on the runtime of this task or thread.
///
/// # Panics
///
/// As in tokio, outside of a runtime.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    Handle::current().spawn(future)
}

/// What awaits a task, or ends it.
pub struct JoinHandle<T> {
    task: Arc<dyn Tasklike>,
    result: Arc<Mutex<Outcome<T>>>,
}

/// Why a task gave nothing.
#[derive(Debug)]
pub enum JoinError {
    /// It was aborted, or its runtime was dropped.
    Cancelled,
    /// It panicked.
    Panicked,
}

/// One of two that a `select!` waits for.
#[derive(Debug)]
pub enum Either<A, B> {
    /// The first branch.
    First(A),
    /// The second branch.
    Second(B),
}

/// A task of a runtime: a future, until it is finished or dropped.
pub(crate) struct Task<F: Future> {
    future: shuttle::sync::Mutex<Option<Pin<Box<F>>>>,
    result: Arc<Mutex<Outcome<F::Output>>>,
    control: Mutex<Control>,
}

/// A task, whatever its future is.
pub(crate) trait Tasklike: Send + Sync {
    /// Polls the future, in its runtime's context.
    fn poll(&self, context: &mut Context<'_>) -> Poll<()>;

    /// Drops the future as a runtime does that shuts down.
    fn cancel(&self);

    /// Has the future dropped instead of polled the next time.
    fn abort(&self);
}

#[derive(Default)]
struct Control {
    is_aborted: bool,
    waker: Option<Waker>,
}

struct Outcome<T> {
    result: Option<Result<T, JoinError>>,
    waker: Option<Waker>,
    is_finished: bool,
}

impl<F> Task<F>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    pub(crate) fn of(future: F) -> (Arc<dyn Tasklike>, JoinHandle<F::Output>) {
        let result = Arc::new(Mutex::new(Outcome { result: None, waker: None, is_finished: false }));
        let task: Arc<dyn Tasklike> = Arc::new(Self {
            future: shuttle::sync::Mutex::new(Some(Box::pin(future))),
            result: Arc::clone(&result),
            control: Mutex::default(),
        });
        (Arc::clone(&task), JoinHandle { task, result })
    }

    fn lock(&self) -> shuttle::sync::MutexGuard<'_, Option<Pin<Box<F>>>> {
        self.future.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn is_aborted(&self, waker: &Waker) -> bool {
        let mut control = unpoisoned(&self.control);
        control.waker = Some(waker.clone());
        control.is_aborted
    }

    fn finish(&self, result: Result<F::Output, JoinError>) {
        let waker = {
            let mut outcome = unpoisoned(&self.result);
            outcome.is_finished = true;
            outcome.result = Some(result);
            outcome.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }
}

/// Drops the future of a task that panicked while its stack is still being unwound, as tokio does.
struct Abandoned<'a, F>(&'a mut Option<Pin<Box<F>>>);

impl<F> Drop for Abandoned<'_, F> {
    fn drop(&mut self) {
        *self.0 = None;
    }
}

impl<F> Tasklike for Task<F>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        if self.is_aborted(context.waker()) {
            self.cancel();
            return Poll::Ready(());
        }
        let mut slot = self.lock();
        if slot.is_none() {
            return Poll::Ready(());
        }
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let guard = Abandoned(&mut slot);
            let future = guard.0.as_mut().expect("it was there");
            let polled = future.as_mut().poll(context);
            if polled.is_pending() {
                std::mem::forget(guard);
            }
            polled
        }));
        drop(slot);
        match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => self.finish(Ok(output)),
            Err(_) => self.finish(Err(JoinError::Panicked)),
        }
        Poll::Ready(())
    }

    fn cancel(&self) {
        let future = self.lock().take();
        if let Some(future) = future {
            let panicked = catch_unwind(AssertUnwindSafe(|| drop(future))).is_err();
            self.finish(Err(if panicked { JoinError::Panicked } else { JoinError::Cancelled }));
        }
    }

    fn abort(&self) {
        point();
        let waker = {
            let mut control = unpoisoned(&self.control);
            control.is_aborted = true;
            control.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<T> JoinHandle<T> {
    /// Has the task dropped at its next await.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task is over.
    pub fn is_finished(&self) -> bool {
        point();
        unpoisoned(&self.result).is_finished
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        point();
        let mut outcome = unpoisoned(&self.result);
        match outcome.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                outcome.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task was {self:?}")
    }
}

impl std::error::Error for JoinError {}

/// What `select!` waits for; `is_drawn` says that either may be polled first.
#[doc(hidden)]
pub async fn either<A: Future, B: Future>(
    is_drawn: bool,
    first: A,
    second: B,
) -> Either<A::Output, B::Output> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        let second_goes_first = is_drawn && shuttle::rand::thread_rng().gen_bool(0.5);
        if second_goes_first && let Poll::Ready(output) = second.as_mut().poll(context) {
            return Poll::Ready(Either::Second(output));
        }
        if let Poll::Ready(output) = first.as_mut().poll(context) {
            return Poll::Ready(Either::First(output));
        }
        match second_goes_first {
            true => Poll::Pending,
            false => second.as_mut().poll(context).map(Either::Second),
        }
    })
    .await
}

/// What is locked for one step, and so has no other holder.
pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
