//! Sees everything that happens at the border of the writer, and tells the checker.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use batch_core::{Sent, Stats, UnprocessedItem, Writer};
use tokio::time::Instant;

use crate::checker::{Answer, Checker};
use crate::dice::Dice;
use crate::mark::{Marked, MarkedOf, Register};
use crate::plan::Plan;
use crate::sights::Sights;
use crate::target::{SentOf, Target};
use crate::watched::Watched;

/// The target, the checker, and a handle by which the counters are read.
pub(crate) struct Witness<T: Target> {
    pub(crate) target: T,
    clock: Mutex<Clock>,
    register: Arc<Register>,
    checker: Mutex<Checker>,
    /// Nothing before the writer is built, and after the last handle was dropped on purpose.
    writer: Mutex<Option<Handle<T>>>,
    requests: AtomicU64,
    entries: AtomicU64,
    /// What an observer of the writer saw.
    pub(crate) sights: Arc<Mutex<Sights>>,
}

/// The time of the run, by the clock of whichever runtime there is.
struct Clock {
    /// When the runtime's life began, by its clock.
    start: Instant,
    /// And by that of the run.
    offset: Duration,
    /// When the runtime ended, and its clock with it.
    end: Option<Duration>,
}

/// A handle of the writer.
pub(crate) type Handle<T> = Writer<Watched<T>>;

impl<T: Target> Witness<T> {
    /// Time zero is now.
    pub(crate) fn new(target: T, plan: &Plan, keeps_lines: bool) -> Self {
        let checker = Checker::new(plan.rules, target.refuses_steadily(), keeps_lines);
        Self {
            target,
            clock: Mutex::new(Clock { start: now(), offset: Duration::ZERO, end: None }),
            register: Arc::default(),
            checker: Mutex::new(checker),
            writer: Mutex::new(None),
            requests: AtomicU64::new(0),
            entries: AtomicU64::new(0),
            sights: Arc::default(),
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
        checker.sweep(self.register.take_dropped());
        news(&mut checker)
    }

    pub(crate) fn stats(&self) -> Option<Stats> {
        lock(&self.writer).as_ref().map(Writer::stats)
    }

    /// No task can go on.
    pub(crate) fn rest(&self) {
        let (stats, alive) = (self.stats(), self.register.total());
        let sights = self.seen();
        self.tell(|checker| {
            checker.rests(stats, alive);
            if let Some(stats) = stats {
                checker.check_observed_at_rest(&sights, stats);
            }
        });
    }

    /// What an observer of the writer saw.
    pub(crate) fn seen(&self) -> Sights {
        lock(&self.sights).clone()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        lock(&self.clock).elapsed()
    }

    /// Stops the clock, where that of the runtime still runs; the time that passed.
    pub(crate) fn stop_clock(&self) -> Duration {
        let mut clock = lock(&self.clock);
        let elapsed = clock.elapsed();
        clock.end = Some(elapsed);
        elapsed
    }

    /// Starts the clock again in a new runtime, so much later. No clock goes backwards: that of the new runtime jumps
    /// past the moment that the last one had reached, by whole milliseconds, like all that a runtime measures.
    pub(crate) async fn restart_clock(&self, gap: Duration) {
        let (moment, offset) = {
            let clock = lock(&self.clock);
            let reached = clock.elapsed();
            (clock.start + (reached - clock.offset) + gap, reached + gap)
        };
        let behind = moment.saturating_duration_since(now()).as_millis() as u64 + 1;
        tokio::time::advance(Duration::from_millis(behind)).await;
        *lock(&self.clock) = Clock { start: now(), offset, end: None };
    }

    /// The number of the next request.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// The next entry, of whatever kind the dice say.
    pub(crate) fn next_entry(&self, dice: &mut Dice) -> MarkedOf<T> {
        let n = self.entries.fetch_add(1, Ordering::Relaxed);
        Marked::new(n, self.target.entry(n, dice), &self.register)
    }

    pub(crate) fn has_failed(&self) -> bool {
        lock(&self.checker).violation().is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.checker).is_idle()
    }

    pub(crate) fn into_checker(self) -> Checker {
        self.checker.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sent(&self, sent: &Sent<SentOf<T>>) -> Answer {
        Answer::Sent {
            response: sent.response.as_ref().map(|response| self.target.response(response)),
            attempts: sent.attempts,
            maybe_duplicate: sent.maybe_duplicate,
        }
    }

    pub(crate) fn back(&self, item: &UnprocessedItem<MarkedOf<T>>) -> (u64, Answer) {
        let entry = &item.entry.entry;
        let answer = Answer::Back {
            seal: self.target.seal(entry),
            cause: item.cause.clone(),
            attempts: item.attempts,
            age: item.age,
            maybe_delivered: item.maybe_delivered,
        };
        (self.target.number(entry), answer)
    }
}

impl Clock {
    fn elapsed(&self) -> Duration {
        self.end.unwrap_or_else(|| self.offset + now().saturating_duration_since(self.start))
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
