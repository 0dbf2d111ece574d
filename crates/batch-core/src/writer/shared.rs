use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::cells::{CellId, Cells};
use super::clock;
use super::effects::{Effects, quietly};
use super::flush::Flushes;
use super::label::WriterLabel;
use super::log::Log;
use super::lookout::Lookout;
use super::pool::Pool;
use super::trace::{Links, Tracing};
use super::yielding::LEAST_TURN;
use crate::buffer::Stamp;
use crate::plan::Plan;
use crate::{Batch, BatchId, Buffer, Observer, ScopeId, Service, Stats, UnprocessedItem, Watermark};

pub(super) type Handler<E> = Box<dyn Fn(UnprocessedItem<E>) + Send + Sync>;

/// What the writer gives along with an entry: the cell of its receipt, if there is one.
pub(super) type Tag = Option<CellId>;

type SharedBuffer<S> = Buffer<<S as Service>::Entry, <S as Service>::Response, Tag>;

/// What the handles, the receipts, the driver and its attempts have in common.
pub(super) struct Shared<S: Service> {
    pub(super) service: S,
    pub(super) plan: Plan,
    pub(super) label: WriterLabel,
    pub(super) handles: AtomicUsize,
    /// Calls the driver.
    pub(super) call: Notify,
    /// Whether the driver has been called and has not come yet.
    pub(super) called: AtomicBool,
    /// How many entries were accepted since the driver came last, or a submitter let others work. Counted under the lock.
    pub(super) accepted: AtomicUsize,
    /// How many entries are accepted in one go before others are to have their turn.
    pub(super) turn: usize,
    pub(super) handler: Option<Handler<S::Entry>>,
    pub(super) observers: Vec<Box<dyn Observer>>,
    /// Whether requests are traced.
    pub(super) tracing: Tracing,
    /// Where the driver works, if the user chose that.
    pub(super) runtime: Option<Handle>,
    /// Locked by [`Shared::lock`] alone.
    pub(super) state: Mutex<State<S>>,
}

/// What the user chose beside the settings.
pub(super) struct Choices<E> {
    pub(super) handler: Option<Handler<E>>,
    pub(super) observers: Vec<Box<dyn Observer>>,
    pub(super) tracing: Tracing,
    pub(super) runtime: Option<Handle>,
}

pub(super) struct State<S: Service> {
    pub(super) buffer: SharedBuffer<S>,
    pub(super) pool: Pool<S::Entry>,
    /// Where the next receipts get their answers.
    pub(super) cells: Cells<S>,
    /// The spans in which entries were submitted, as far as requests are traced.
    pub(super) links: Links,
    /// What observers know; nothing where there are none.
    pub(super) lookout: Option<Lookout>,
    /// The batches in flight, whose entries a flush with a deadline may copy.
    pub(super) batches: BTreeMap<BatchId, Weak<Batch<S::Entry>>>,
    pub(super) random: fastrand::Rng,
    pub(super) flushes: Flushes,
    /// Failures whose receipts were being awaited when they came.
    pub(super) awaited: usize,
    /// Since when only collectors that were woken have kept the writer from being stuck.
    pub(super) stuck_since: Option<Instant>,
    /// The failures that the handler is being given, by the stamps of their entries.
    pub(super) handling: BTreeMap<Stamp, usize>,
    /// Failures that were discarded to make room.
    pub(super) discarded: u64,
    pub(super) has_handler: bool,
    pub(super) is_closed: bool,
    pub(super) log: Log,
    /// The number of the driver that runs.
    pub(super) driver: Option<u64>,
    pub(super) drivers: u64,
    /// What this critical section leaves to be done after it.
    pub(super) effects: Effects<S>,
}

impl<S: Service> Shared<S> {
    pub(super) fn new(
        service: S,
        label: WriterLabel,
        plan: Plan,
        choices: Choices<S::Entry>,
        random: fastrand::Rng,
    ) -> Self {
        let Choices { handler, observers, tracing, runtime } = choices;
        let state = State {
            buffer: Buffer::with_plan(plan),
            pool: Pool::new(),
            cells: Cells::new(plan.limits.entries()),
            links: Links::new(),
            lookout: (!observers.is_empty()).then(Lookout::new),
            batches: BTreeMap::new(),
            random,
            flushes: Flushes::new(),
            awaited: 0,
            stuck_since: None,
            handling: BTreeMap::new(),
            discarded: 0,
            has_handler: handler.is_some(),
            is_closed: false,
            log: Log::new(),
            driver: None,
            drivers: 0,
            effects: Effects::new(),
        };
        Self {
            label,
            service,
            plan,
            handles: AtomicUsize::new(1),
            call: Notify::new(),
            called: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            turn: plan.threshold_entries.min(plan.limits.entries()).max(LEAST_TURN),
            handler,
            observers,
            tracing,
            runtime,
            state: Mutex::new(state),
        }
    }

    pub(super) fn call_driver(&self) {
        if !self.called.swap(true, Ordering::AcqRel) {
            self.call.notify_one();
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let now = clock::now();
        self.lock().stats(now)
    }

    /// Accepts no more entries; what is inside goes out without lingering.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.cells.close();
        state.buffer.flush(ScopeId::OWN, clock::now());
        state.buffer.alarm();
        state.effects.calls_driver = true;
    }

    /// Collects failures from the pool: those of a scope, as far as a flush covers them.
    pub(super) fn collect(
        &self,
        scope: ScopeId,
        watermark: Option<Watermark>,
    ) -> Vec<UnprocessedItem<S::Entry>> {
        let mut state = self.lock();
        let taken = state.pool.take(scope, watermark);
        let mut items = Vec::with_capacity(taken.len());
        // The driver samples the counters for the observers.
        state.effects.calls_driver |= state.lookout.is_some();
        for failed in taken {
            state.buffer.collected(failed.charge);
            items.push(failed.item);
        }
        drop(state);
        items.into_iter().map(|item| *item).collect()
    }
}

impl<S: Service> State<S> {
    pub(super) fn stats(&self, now: Instant) -> Stats {
        Stats { discarded: self.discarded, ..self.buffer.stats_at(now) }
    }
}

impl<S: Service> Drop for Shared<S> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.report_rest(clock::now());
        self.label.log(std::mem::take(&mut state.effects.lines));
        let lost = state.pool.take_all();
        if !lost.is_empty() {
            self.label.lost(lost.len());
        }
        lost.into_iter().for_each(quietly);
    }
}
