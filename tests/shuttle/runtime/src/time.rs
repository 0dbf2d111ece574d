//! `tokio::time`, on a clock that stands still until a timer is let go off: when nothing else can go on, or when the
//! schedule draws it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::ops::{Add, Sub};
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::exchanged::panic::Scripted;
use crate::point;
use crate::runtime::Handle;

/// A moment of that clock.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(std::time::Instant);

/// Ends at its moment.
#[derive(Debug)]
pub struct Sleep {
    end: Instant,
    key: Option<Key>,
    runtime: Handle,
}

/// What did not end in its time.
#[derive(Debug)]
pub struct Elapsed;

type Key = (Instant, u64);

#[derive(Default)]
struct Clock {
    passed: Duration,
    timers: BTreeMap<Key, Waker>,
    next: u64,
    /// The task that lets timers go off, while there are none.
    idle: Option<Waker>,
    task: Option<usize>,
}

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

impl Instant {
    /// What the clock shows.
    pub fn now() -> Self {
        Self(origin() + CLOCK.with_borrow(|clock| clock.passed))
    }

    /// The same moment for std.
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// The same moment from std.
    pub fn from_std(instant: std::time::Instant) -> Self {
        Self(instant)
    }

    /// How long ago it was.
    pub fn elapsed(&self) -> Duration {
        Self::now() - *self
    }

    /// How long after another it was.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0)
    }

    /// A later moment, if there is one.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(instant: std::time::Instant) -> Self {
        Self(instant)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

/// Waits for this time.
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(Instant::now() + duration)
}

/// Waits for this moment.
///
/// # Panics
///
/// As in tokio, outside of a runtime and in one without timers.
pub fn sleep_until(end: Instant) -> Sleep {
    let runtime = Handle::current();
    if !runtime.has_timers() {
        std::panic::panic_any(Scripted("timers are disabled on this runtime"));
    }
    Sleep { end, key: None, runtime }
}

/// What a future gives, if it ends in time.
///
/// # Panics
///
/// As in tokio, outside of a runtime and in one without timers.
pub fn timeout<F: Future>(duration: Duration, future: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    timeout_at(Instant::now() + duration, future)
}

/// What a future gives, if it ends before this moment.
///
/// # Panics
///
/// As in tokio, outside of a runtime and in one without timers.
pub fn timeout_at<F: Future>(end: Instant, future: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let mut sleep = sleep_until(end);
    async move {
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut sleep).poll(context).map(|()| Err(Elapsed)),
        })
        .await
    }
}

impl Sleep {
    fn forget(&mut self) {
        if let Some(key) = self.key.take() {
            CLOCK.with_borrow_mut(|clock| clock.timers.remove(&key));
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        point();
        if self.runtime.is_shut_down() {
            std::panic::panic_any(Scripted("the runtime of this timer is being shut down"));
        }
        self.forget();
        if Instant::now() >= self.end {
            return Poll::Ready(());
        }
        let end = self.end;
        let idle = CLOCK.with_borrow_mut(|clock| {
            let key = (end, clock.next);
            clock.next += 1;
            clock.timers.insert(key, context.waker().clone());
            self.key = Some(key);
            clock.idle.take()
        });
        idle.into_iter().for_each(Waker::wake);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Wakes every waiter for a timer, to look at its runtime again.
pub(crate) fn wake_all() {
    let timers = CLOCK.with_borrow_mut(|clock| std::mem::take(&mut clock.timers));
    timers.into_values().for_each(Waker::wake);
}

/// The number of the task that is the clock.
pub(crate) fn task() -> Option<usize> {
    CLOCK.with_borrow(|clock| clock.task)
}

/// Sets the clock back, when an execution begins.
pub(crate) fn reset() {
    CLOCK.take();
}

/// Makes the clock of this execution go.
pub(crate) fn start() {
    let clock = shuttle::future::spawn(async {
        let me = usize::from(shuttle::current::me());
        CLOCK.with_borrow_mut(|clock| clock.task = Some(me));
        loop {
            poll_fn(|context| {
                CLOCK.with_borrow_mut(|clock| match clock.timers.is_empty() {
                    true => {
                        clock.idle = Some(context.waker().clone());
                        Poll::Pending
                    }
                    false => Poll::Ready(()),
                })
            })
            .await;
            // Only the scheduler knows when it is time.
            shuttle::future::yield_now().await;
            go_off();
        }
    });
    drop(clock);
}

/// Lets the earliest timer go off.
fn go_off() {
    let timer = CLOCK.with_borrow_mut(|clock| {
        let ((end, _), waker) = clock.timers.pop_first()?;
        clock.passed = clock.passed.max(end.0 - origin());
        Some(waker)
    });
    timer.into_iter().for_each(Waker::wake);
}

fn origin() -> std::time::Instant {
    static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();
    *ORIGIN.get_or_init(std::time::Instant::now)
}
