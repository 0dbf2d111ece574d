use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::runtime::Handle;

use super::attempt::Attempt;
use super::clock;
use super::shared::Shared;
use crate::{Output, Service};

/// Turns the crank of the buffer: whenever it is called, and when an instant is reached. Only it sends.
struct Driver<S: Service>(Arc<Shared<S>>);

/// What the driver does next.
enum Turn {
    /// There is nothing left to do for good.
    Done,
    /// It waits for a call, or for this instant.
    Wait(Option<Instant>),
}

/// Why the writer cannot work: no runtime with a timer is running here.
pub(super) struct NoRuntime;

impl<S: Service> Shared<S> {
    /// Starts the driver on the current runtime, unless one runs already. If that runtime is being shut
    /// down, the driver is gone again when this returns.
    pub(super) fn start_driver(self: &Arc<Self>) -> Result<(), NoRuntime> {
        let runtime = Handle::try_current().map_err(|_| NoRuntime)?;
        if !clock::has_timer() {
            return Err(NoRuntime);
        }
        let mut state = self.lock();
        if state.is_driven {
            return Ok(());
        }
        state.is_driven = true;
        state.buffer.resume();
        drop(state);
        runtime.spawn(Driver(Arc::clone(self)).run());
        Ok(())
    }
}

impl<S: Service> Driver<S> {
    async fn run(self) {
        while let Turn::Wait(until) = self.turn() {
            tokio::select! {
                () = self.0.call.notified() => {}
                () = clock::wait_until(until) => {}
            }
        }
    }

    /// Turns the crank once.
    fn turn(&self) -> Turn {
        self.0.called.store(false, Ordering::Release);
        let now = clock::now();
        let mut batches = Vec::new();
        let mut state = self.0.lock();
        let wait = loop {
            match state.buffer.poll(now) {
                Output::Drop(garbage) => state.effects.garbage.push(garbage),
                Output::Resolve(answer) => state.answer(answer),
                Output::Send(batch) => {
                    let batch = Arc::new(batch);
                    state.batches.insert(batch.id(), Arc::downgrade(&batch));
                    batches.push(batch);
                }
                Output::Wait(wait) => break wait,
            }
        };
        let grace = state.watch_collectors(now);
        let is_done = state.is_closed && state.buffer.is_empty();
        if is_done {
            state.report_rest(now);
        }
        let report = state.log.ledger.next_report();
        state.is_driven = !is_done;
        let effects = state.unlock();
        for batch in batches {
            tokio::spawn(Attempt::new(Arc::clone(&self.0), batch).run());
        }
        effects.perform(&self.0);
        if is_done { Turn::Done } else { Turn::Wait([wait, grace, report].into_iter().flatten().min()) }
    }
}

/// The runtime is gone, or there is nothing left to do.
impl<S: Service> Drop for Driver<S> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.is_driven {
            state.is_driven = false;
            state.buffer.stop(clock::now());
        }
    }
}
