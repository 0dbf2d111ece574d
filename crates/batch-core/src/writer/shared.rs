use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use tokio::sync::Notify;

use super::clock;
use super::pool::{Failed, Pool};
use super::receipt::{Answer, Block};
use crate::plan::Plan;
use crate::{BatchId, Buffer, Service, UnprocessedItem, Watermark};

pub(super) type Handler<E> = Box<dyn Fn(UnprocessedItem<E>) + Send + Sync>;

type SharedBuffer<S> = Buffer<
    <S as Service>::Entry,
    <S as Service>::Sent,
    Option<Answer<<S as Service>::Entry, <S as Service>::Sent>>,
>;

/// What the handles, the receipts, the driver and its attempts have in common.
pub(super) struct Shared<S: Service> {
    pub(super) service: S,
    pub(super) plan: Plan,
    pub(super) handles: AtomicUsize,
    /// Calls the driver.
    pub(super) call: Notify,
    /// Whether the driver has been called and has not come yet.
    pub(super) called: AtomicBool,
    /// Tells flushes that something was answered.
    pub(super) progress: Notify,
    pub(super) handler: Option<Handler<S::Entry>>,
    state: Mutex<State<S>>,
}

pub(super) struct State<S: Service> {
    pub(super) buffer: SharedBuffer<S>,
    pub(super) pool: Pool<S::Entry>,
    /// The block that the next receipts come from.
    pub(super) receipts: Arc<Block<S::Entry, S::Sent>>,
    /// To cancel an attempt.
    pub(super) attempts: BTreeMap<BatchId, Arc<Notify>>,
    pub(super) random: fastrand::Rng,
    /// Flushes under way, which will collect failures.
    pub(super) flushes: usize,
    /// Failures whose receipts were being awaited when they came.
    pub(super) awaited: usize,
    /// Since when only those receipts have kept the writer from being stuck.
    pub(super) stuck_since: Option<Instant>,
    /// The epochs of failures that the handler is being given.
    pub(super) handling: Vec<u64>,
    pub(super) is_closed: bool,
    /// Whether the last requests never left.
    pub(super) is_cut_off: bool,
    pub(super) is_driven: bool,
}

impl<S: Service> Shared<S> {
    pub(super) fn new(
        service: S,
        plan: Plan,
        handler: Option<Handler<S::Entry>>,
        random: fastrand::Rng,
    ) -> Self {
        let state = State {
            buffer: Buffer::with_plan(plan),
            pool: Pool::new(),
            receipts: Block::new(),
            attempts: BTreeMap::new(),
            random,
            flushes: 0,
            awaited: 0,
            stuck_since: None,
            handling: Vec::new(),
            is_closed: false,
            is_cut_off: false,
            is_driven: false,
        };
        Self {
            service,
            plan,
            handles: AtomicUsize::new(1),
            call: Notify::new(),
            called: AtomicBool::new(false),
            progress: Notify::new(),
            handler,
            state: Mutex::new(state),
        }
    }

    /// No code of a user or a service runs under this lock, except when it drops what was delivered,
    /// so it is not poisoned halfway through a change. [`unlock`](Self::unlock) ends what changed
    /// something.
    pub(super) fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a change: whoever may go on, or waits in vain, is woken.
    pub(super) fn unlock(&self, mut state: MutexGuard<'_, State<S>>) {
        if state.is_stuck() {
            state.buffer.alarm();
        }
        // Only the driver can measure how long the owners of receipts take.
        let needs_watch = state.stuck_since.is_none() && state.relies_on_receipts();
        let wakes = state.buffer.take_wakes();
        drop(state);
        wakes.into_iter().for_each(Waker::wake);
        if needs_watch {
            self.call_driver();
        }
    }

    pub(super) fn call_driver(&self) {
        if !self.called.swap(true, Ordering::AcqRel) {
            self.call.notify_one();
        }
    }

    /// No more submissions; what is inside goes out without lingering.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.buffer.flush(clock::now());
        state.buffer.alarm();
        self.unlock(state);
        self.call_driver();
    }

    /// Collects failures from the pool.
    pub(super) fn collect(&self, watermark: Option<Watermark>) -> Vec<UnprocessedItem<S::Entry>> {
        let mut state = self.lock();
        let taken = state.pool.take(watermark);
        for failed in &taken {
            state.buffer.collected(failed.charge);
        }
        self.unlock(state);
        taken.into_iter().map(|failed| *failed.item).collect()
    }

    /// A failure was taken by its receipt.
    pub(super) fn taken(&self, charge: usize, awaited: bool) {
        let mut state = self.lock();
        state.awaited -= usize::from(awaited);
        state.buffer.collected(charge);
        self.unlock(state);
    }

    /// A failure whose receipt is gone goes to the next owner: the handler, else the pool.
    pub(super) fn pass_on(&self, failed: Failed<S::Entry>) {
        if self.handler.is_some() {
            self.taken(failed.charge, failed.awaited);
            self.handle(*failed.item);
        } else {
            let mut state = self.lock();
            state.awaited -= usize::from(failed.awaited);
            state.pool.add(failed);
            self.unlock(state);
        }
    }

    /// Gives a failure to the handler, which must not harm the writer.
    pub(super) fn handle(&self, item: UnprocessedItem<S::Entry>) {
        if let Some(handler) = &self.handler
            && catch_unwind(AssertUnwindSafe(|| handler(item))).is_err()
        {
            let service = self.service.name();
            tracing::error!(target: "batch_core", service, "the handler of unprocessed items panicked");
        }
    }
}

impl<S: Service> Drop for Shared<S> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let lost = state.pool.len();
        if lost > 0 {
            let service = self.service.name();
            tracing::error!(
                target: "batch_core",
                service,
                entries = lost,
                "entries were handed back after nobody was left to collect them"
            );
        }
    }
}
