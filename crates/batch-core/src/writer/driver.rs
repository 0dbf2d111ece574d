use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::attempt::Attempt;
use super::clock;
use super::pool::Failed;
use super::receipt::Owner;
use super::shared::{Shared, State};
use crate::{Batch, Output, Resolution, Service};

/// Turns the crank of the buffer: whenever it is called, and when an instant is reached.
struct Driver<S: Service>(Arc<Shared<S>>);

/// What a turn of the crank leaves to be done outside of the lock.
struct Todo<S: Service> {
    attempts: Vec<(Batch<S::Entry>, Arc<Notify>)>,
    unprocessed: Vec<Failed<S::Entry>>,
    wakes: Vec<Waker>,
}

/// Why the writer cannot work: no runtime is running here.
pub(super) struct NoRuntime;

impl<S: Service> State<S> {
    /// Sees to it that a driver runs; the first call starts it on the current runtime.
    pub(super) fn ensure_driver(&mut self, shared: &Arc<Shared<S>>) -> Result<(), NoRuntime> {
        if self.is_driven {
            return Ok(());
        }
        let runtime = Handle::try_current().map_err(|_| NoRuntime)?;
        self.is_driven = true;
        self.buffer.resume();
        let driver = Driver(Arc::clone(shared));
        runtime.spawn(driver.run());
        Ok(())
    }
}

impl<S: Service> Driver<S> {
    async fn run(self) {
        while let Some(wait) = self.turn() {
            tokio::select! {
                () = self.0.call.notified() => {}
                () = clock::wait_until(wait) => {}
            }
        }
    }

    /// Turns the crank once; nothing when there is nothing left to do for good.
    fn turn(&self) -> Option<Option<Instant>> {
        let wait = self.0.turn();
        let mut state = self.0.lock();
        if state.is_closed && state.buffer.is_empty() {
            state.is_driven = false;
            return None;
        }
        Some(wait)
    }
}

/// The runtime is gone, or there is nothing left to do.
impl<S: Service> Drop for Driver<S> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if !state.is_driven {
            return;
        }
        state.is_driven = false;
        state.buffer.stop(clock::now());
        drop(state);
        self.0.turn();
    }
}

impl<S: Service> Shared<S> {
    /// Does what the buffer says until it says wait; until when.
    pub(super) fn turn(self: &Arc<Self>) -> Option<Instant> {
        self.called.store(false, Ordering::Release);
        let now = clock::now();
        let mut todo = Todo { attempts: Vec::new(), unprocessed: Vec::new(), wakes: Vec::new() };
        let mut state = self.lock();
        let wait = loop {
            match state.buffer.poll(now) {
                Output::Cancel(batch) => {
                    if let Some(attempt) = state.attempts.get(&batch) {
                        attempt.notify_one();
                    }
                }
                Output::Resolve(resolution) => self.resolve(&mut state, resolution, &mut todo),
                Output::Send(batch) => {
                    let cancel = Arc::new(Notify::new());
                    state.attempts.insert(batch.id(), Arc::clone(&cancel));
                    todo.attempts.push((batch, cancel));
                }
                Output::Wait(wait) => break wait,
            }
        };
        let patience = state.watch_receipts(now);
        self.unlock(state);
        self.finish(todo);
        wait.into_iter().chain(patience).min()
    }

    fn finish(self: &Arc<Self>, todo: Todo<S>) {
        for (batch, cancel) in todo.attempts {
            tokio::spawn(Attempt::new(Arc::clone(self), batch).run(cancel));
        }
        todo.wakes.into_iter().for_each(Waker::wake);
        let handled: Vec<u64> = todo.unprocessed.iter().map(|failed| failed.epoch).collect();
        for failed in todo.unprocessed {
            self.handle(*failed.item);
        }
        if !handled.is_empty() {
            self.lock().handling.retain(|epoch| !handled.contains(epoch));
        }
        self.progress.notify_waiters();
    }

    fn resolve(&self, state: &mut State<S>, resolution: ResolutionOf<S>, todo: &mut Todo<S>) {
        let Resolution { tag, result, charge, epoch } = resolution;
        match (result, tag) {
            (Ok(_), None) => {}
            (Ok(sent), Some(answer)) => todo.wakes.extend(answer.deliver(sent)),
            (Err(item), answer) => {
                let failed = Failed { item, charge, epoch, awaited: false };
                let owner = match answer {
                    Some(answer) => answer.fail(failed),
                    None => Owner::Nobody(failed),
                };
                match owner {
                    Owner::Receipt { wake } => {
                        state.awaited += usize::from(wake.is_some());
                        todo.wakes.extend(wake);
                    }
                    Owner::Nobody(failed) if self.handler.is_some() => {
                        state.buffer.collected(failed.charge);
                        state.handling.push(failed.epoch);
                        todo.unprocessed.push(failed);
                    }
                    Owner::Nobody(failed) => state.pool.add(failed),
                }
            }
        }
    }
}

type ResolutionOf<S> = Resolution<
    <S as Service>::Entry,
    <S as Service>::Sent,
    Option<super::receipt::Answer<<S as Service>::Entry, <S as Service>::Sent>>,
>;
