//! `tokio::runtime`: of one thread, where tasks go on one at a time and only inside `block_on`, or of several.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use shuttle::rand::Rng;

use crate::exchanged::panic::Scripted;
use crate::task::{JoinHandle, Task, Tasklike, unpoisoned};
use crate::{point, time};

/// A runtime; dropping it drops its tasks.
#[derive(Debug)]
pub struct Runtime(Handle);

/// A handle of a runtime.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

/// Outside of any runtime.
#[derive(Debug)]
pub struct TryCurrentError;

/// Makes a runtime current while it lives.
#[derive(Debug)]
pub struct EnterGuard(());

pub use Flavor as RuntimeFlavor;

/// How many threads a runtime has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flavor {
    /// That of `block_on`.
    CurrentThread,
    /// Several of its own.
    MultiThread,
}

struct Inner {
    flavor: Flavor,
    has_timers: bool,
    state: Mutex<State>,
    /// Held by the task that is polled on a runtime of one thread.
    turn: shuttle::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// Takes no more tasks.
    is_closed: bool,
    /// Its timers are gone, after its tasks.
    is_shut_down: bool,
    /// How many calls of `block_on` are under way.
    blocked_on: usize,
    /// Tasks that wait for such a call.
    waiting: Vec<Waker>,
    tasks: Vec<Arc<dyn Tasklike>>,
}

shuttle::thread_local! {
    static CURRENT: RefCell<Vec<Handle>> = RefCell::default();
}

impl Runtime {
    /// With timers.
    pub fn new(flavor: Flavor) -> Self {
        Self::with(flavor, true)
    }

    /// Without timers.
    pub fn without_timers(flavor: Flavor) -> Self {
        Self::with(flavor, false)
    }

    fn with(flavor: Flavor, has_timers: bool) -> Self {
        let (state, turn) = (Mutex::default(), shuttle::sync::Mutex::new(()));
        Self(Handle(Arc::new(Inner { flavor, has_timers, state, turn })))
    }

    /// Its handle.
    pub fn handle(&self) -> &Handle {
        &self.0
    }

    /// Makes this the current runtime of the thread.
    pub fn enter(&self) -> EnterGuard {
        self.0.enter()
    }

    /// Runs a future, and the tasks of a runtime of one thread, until the future ends.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _working = Working::begin(&self.0);
        let mut future = pin!(future);
        shuttle::future::block_on(poll_fn(|context| {
            let _turn = self.0.turn();
            let _entered = self.0.enter();
            future.as_mut().poll(context)
        }))
    }

    /// Starts a task.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.0.spawn(future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        point();
        let mut tasks = {
            let mut state = unpoisoned(&self.0.0.state);
            state.is_closed = true;
            std::mem::take(&mut state.tasks)
        };
        let mut random = shuttle::rand::thread_rng();
        for last in (1..tasks.len()).rev() {
            tasks.swap(last, random.gen_range(0..=last));
        }
        match self.0.0.flavor {
            Flavor::CurrentThread => self.0.cancel(tasks),
            Flavor::MultiThread => {
                let others = tasks.split_off(tasks.len() / 2);
                let workers = [tasks, others].map(|tasks| {
                    let handle = self.0.clone();
                    shuttle::thread::spawn(move || handle.cancel(tasks))
                });
                for worker in workers {
                    let _ = worker.join();
                }
            }
        }
        unpoisoned(&self.0.0.state).is_shut_down = true;
        time::wake_all();
    }
}

impl Handle {
    /// That of this task or thread.
    ///
    /// # Errors
    ///
    /// Outside of a runtime.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        let current = CURRENT.try_with(|current| current.borrow().last().cloned());
        current.ok().flatten().ok_or(TryCurrentError)
    }

    /// That of this task or thread.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    pub fn current() -> Self {
        let outside = |_| std::panic::panic_any(Scripted("this must be called from within a runtime"));
        Self::try_current().unwrap_or_else(outside)
    }

    /// How many threads it has.
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        self.0.flavor
    }

    /// Makes this the current runtime of the thread.
    pub fn enter(&self) -> EnterGuard {
        CURRENT.with(|current| current.borrow_mut().push(self.clone()));
        EnterGuard(())
    }

    /// Starts a task; when the runtime is shutting down, drops it at once.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        point();
        let (task, join) = Task::of(future);
        let is_closed = {
            let mut state = unpoisoned(&self.0.state);
            if !state.is_closed {
                state.tasks.push(Arc::clone(&task));
            }
            state.is_closed
        };
        if is_closed {
            task.cancel();
        } else {
            let runtime = self.clone();
            drop(shuttle::future::spawn(async move {
                name::<F>();
                poll_fn(|context| runtime.poll(&*task, context)).await;
                runtime.forget(&task);
            }));
        }
        join
    }

    pub(crate) fn has_timers(&self) -> bool {
        self.0.has_timers
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        unpoisoned(&self.0.state).is_shut_down
    }

    fn poll(&self, task: &dyn Tasklike, context: &mut Context<'_>) -> Poll<()> {
        let _turn = self.turn();
        if self.must_wait(context.waker()) {
            return Poll::Pending;
        }
        let _entered = self.enter();
        task.poll(context)
    }

    /// Whether no `block_on` is under way, without which a runtime of one thread polls no task.
    fn must_wait(&self, waker: &Waker) -> bool {
        let mut state = unpoisoned(&self.0.state);
        let must_wait = self.0.flavor == Flavor::CurrentThread && state.blocked_on == 0 && !state.is_closed;
        if must_wait {
            state.waiting.push(waker.clone());
        }
        must_wait
    }

    fn turn(&self) -> Option<shuttle::sync::MutexGuard<'_, ()>> {
        let is_alone = self.0.flavor == Flavor::CurrentThread;
        is_alone.then(|| self.0.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Drops tasks as tokio does when it shuts down: in the context of the runtime.
    fn cancel(&self, tasks: Vec<Arc<dyn Tasklike>>) {
        let _entered = self.enter();
        tasks.iter().for_each(|task| task.cancel());
    }

    fn forget(&self, task: &Arc<dyn Tasklike>) {
        unpoisoned(&self.0.state).tasks.retain(|other| !Arc::ptr_eq(other, task));
    }
}

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.borrow_mut().pop());
    }
}

/// A call of `block_on`.
struct Working<'a>(&'a Handle);

impl<'a> Working<'a> {
    fn begin(handle: &'a Handle) -> Self {
        let waiting = {
            let mut state = unpoisoned(&handle.0.state);
            state.blocked_on += 1;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
        Self(handle)
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        // The task that is being polled ends its poll first.
        let _turn = self.0.turn();
        unpoisoned(&self.0.0.state).blocked_on -= 1;
    }
}

/// Names this task after its future, for the report of a deadlock.
fn name<F>() {
    let kind = std::any::type_name::<F>();
    let words = kind.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let name = words.map(|word| word.trim_matches(':')).filter(|word| !word.is_empty() && *word != "closure");
    let name: Vec<_> = name.filter_map(|word| word.rsplit("::").next()).collect();
    drop(shuttle::current::set_name_for_task(shuttle::current::me(), name.join(" ")));
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("flavor", &self.0.flavor).finish_non_exhaustive()
    }
}
