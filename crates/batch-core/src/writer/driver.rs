use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::runtime::Handle;

use super::attempt::{Attempt, Packed};
use super::clock;
use super::follower::Follower;
use super::shared::Shared;
use crate::{Output, Service};

/// Turns the crank of the buffer: whenever it is called, and when an instant is reached. Only it sends.
struct Driver<S: Service> {
    shared: Arc<Shared<S>>,
    number: u64,
}

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
    /// Starts the driver on the runtime that the user chose, else on the current one, unless one runs
    /// already. If that runtime is being shut down, the driver is gone again when this returns.
    pub(super) fn start_driver(self: &Arc<Self>) -> Result<(), NoRuntime> {
        let chosen = self.runtime.clone().map_or_else(Handle::try_current, Ok);
        let runtime = chosen.map_err(|_| NoRuntime)?;
        let _inside = runtime.enter();
        if !clock::has_timer() {
            return Err(NoRuntime);
        }
        let mut state = self.lock();
        if state.driver.is_some() {
            return Ok(());
        }
        let number = state.drivers;
        state.drivers += 1;
        state.driver = Some(number);
        state.buffer.resume();
        drop(state);
        runtime.spawn(Driver { shared: Arc::clone(self), number }.run());
        Ok(())
    }
}

impl<S: Service> Driver<S> {
    async fn run(self) {
        let mut follower = Follower::new(&self.shared);
        while let Turn::Wait(until) = self.turn() {
            let until = follower.turn(until);
            tokio::select! {
                () = self.shared.call.notified() => {}
                () = follower.wait(until) => {}
            }
        }
    }

    /// Turns the crank once.
    fn turn(&self) -> Turn {
        let shared = &self.shared;
        shared.called.store(false, Ordering::Release);
        let mut now = clock::now();
        let mut batches = Vec::new();
        let mut state = shared.lock();
        shared.accepted.store(0, Ordering::Relaxed);
        let wait = loop {
            match state.buffer.poll(now) {
                Output::Drop(garbage) => state.effects.garbage.push(garbage),
                Output::Resolve(answer) => state.answer(answer),
                Output::Send(batch) => {
                    let watch = shared.is_watched().then(|| state.watch(&batch, now));
                    let batch = Arc::new(batch);
                    state.batches.insert(batch.id(), Arc::downgrade(&batch));
                    batches.push(Packed { batch, watch });
                }
                Output::Sort(batch) => {
                    let batch = Arc::new(batch);
                    state.batches.insert(batch.id(), Arc::downgrade(&batch));
                    drop(state);
                    let quotas = shared.quotas(batch.entries());
                    let (locked, mut batch) = shared.lock_with(batch);
                    state = locked;
                    batch.answered(quotas);
                    // It was code of the user's, which may take its time.
                    now = clock::now();
                    state.buffer.sorted(batch, now);
                }
                Output::Wait(wait) => break wait,
            }
        };
        let grace = state.watch_collectors(now);
        let is_done = state.is_closed && state.buffer.is_empty();
        let report = state.log.ledger.next_report();
        if is_done {
            state.driver = None;
            state.report_rest(now);
        }
        let sample = state.sample(now);
        let effects = state.unlock();
        for packed in batches {
            tokio::spawn(Attempt::new(Arc::clone(shared), packed, self.number).run());
        }
        effects.perform(shared);
        if is_done {
            return Turn::Done;
        }
        Turn::Wait([wait, grace, report, sample].into_iter().flatten().min())
    }
}

/// The runtime is gone, or there is nothing left to do.
impl<S: Service> Drop for Driver<S> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if state.driver == Some(self.number) {
            state.driver = None;
            let now = clock::now();
            state.buffer.stop(now);
            state.sample_now(now);
        }
    }
}
