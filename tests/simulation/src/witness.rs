//! Sees everything that happens at the border of the writer, and tells the checker.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use batch_core::{Sent, Stats, UnprocessedItem, Writer};
use tokio::time::Instant;

use crate::checker::{Answer, Checker};
use crate::plan::Plan;
use crate::target::{EntryOf, SentOf, Target};
use crate::watched::Watched;

/// The target, the checker, and a handle by which the counters are read.
pub(crate) struct Witness<T: Target> {
    pub(crate) target: T,
    start: Instant,
    /// When the runtime ended, and its clock with it.
    end: OnceLock<Duration>,
    checker: Mutex<Checker>,
    /// Nothing before the writer is built, and after the last handle was dropped on purpose.
    writer: Mutex<Option<Handle<T>>>,
    requests: AtomicU64,
    entries: AtomicU64,
}

/// A handle of the writer.
pub(crate) type Handle<T> = Writer<Watched<T>>;

impl<T: Target> Witness<T> {
    /// Time zero is now.
    pub(crate) fn new(target: T, plan: &Plan, keeps_lines: bool) -> Self {
        let checker = Checker::new(plan.rules, target.refuses_steadily(), keeps_lines);
        Self {
            target,
            start: now(),
            end: OnceLock::new(),
            checker: Mutex::new(checker),
            writer: Mutex::new(None),
            requests: AtomicU64::new(0),
            entries: AtomicU64::new(0),
        }
    }

    pub(crate) fn watch(&self, writer: Handle<T>) {
        *lock(&self.writer) = Some(writer);
    }

    /// The handle by which the counters are read, which is then dropped like any other.
    pub(crate) fn release(&self) -> Option<Handle<T>> {
        lock(&self.writer).take()
    }

    /// Tells the checker. Nothing of the writer may be called meanwhile.
    pub(crate) fn tell<R>(&self, news: impl FnOnce(&mut Checker) -> R) -> R {
        let mut checker = lock(&self.checker);
        checker.clock(self.elapsed());
        news(&mut checker)
    }

    pub(crate) fn stats(&self) -> Option<Stats> {
        lock(&self.writer).as_ref().map(Writer::stats)
    }

    /// No task can go on.
    pub(crate) fn rest(&self) {
        let (stats, alive) = (self.stats(), self.target.alive());
        self.tell(|checker| checker.rests(stats, alive));
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.end.get().copied().unwrap_or_else(|| now().saturating_duration_since(self.start))
    }

    /// Stops the clock, where that of the runtime still runs; the time that passed.
    pub(crate) fn stop_clock(&self) -> Duration {
        *self.end.get_or_init(|| now().saturating_duration_since(self.start))
    }

    /// The number of the next request.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next entry.
    pub(crate) fn next_entry(&self) -> u64 {
        self.entries.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn has_failed(&self) -> bool {
        lock(&self.checker).violation().is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.checker).inside() == 0
    }

    pub(crate) fn into_checker(self) -> Checker {
        self.checker.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sent(&self, sent: &Sent<SentOf<T>>) -> Answer {
        Answer::Sent {
            response: sent.response.as_ref().map(|response| self.target.response(response)),
            attempts: sent.attempts,
            maybe_doubled: sent.maybe_doubled,
        }
    }

    pub(crate) fn back(&self, item: &UnprocessedItem<EntryOf<T>>) -> (u64, Answer) {
        let answer = Answer::Back {
            seal: self.target.seal(&item.entry),
            cause: item.cause.clone(),
            attempts: item.attempts,
            age: item.age,
            maybe_delivered: item.maybe_delivered,
        };
        (self.target.number(&item.entry), answer)
    }
}

/// Nothing can panic while one of these is held.
fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of the run")]
fn now() -> Instant {
    Instant::now()
}
