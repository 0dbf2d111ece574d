use std::sync::Arc;

use tokio::sync::Notify;

use super::clock;
use super::log::News;
use super::shared::Shared;
use crate::{Batch, Failure, Reply, Service};

/// One sending of one batch. It owns the batch, and gives it back however it ends: answered,
/// timed out, cancelled, panicked or dropped with its runtime.
pub(super) struct Attempt<S: Service> {
    shared: Arc<Shared<S>>,
    batch: Option<Batch<S::Entry>>,
}

impl<S: Service> Attempt<S> {
    pub(super) fn new(shared: Arc<Shared<S>>, batch: Batch<S::Entry>) -> Self {
        Self { shared, batch: Some(batch) }
    }

    pub(super) async fn run(mut self, cancel: Arc<Notify>) {
        let reply = self.send(&cancel).await;
        self.complete(Some(reply));
    }

    async fn send(&self, cancel: &Notify) -> Reply<S::Sent> {
        let timeout = self.shared.plan.rules.attempt_timeout;
        let entries = self.batch.as_ref().map_or(&[][..], Batch::entries);
        let send = self.shared.service.send(entries);
        tokio::select! {
            biased;
            reply = tokio::time::timeout(timeout, send) => reply.unwrap_or_else(|_| timed_out(timeout)),
            () = cancel.notified() => Reply::Ambiguous(Failure::new("Cancelled")),
        }
    }

    /// Gives the batch back: with its reply, or without one when the runtime is gone.
    fn complete(&mut self, reply: Option<Reply<S::Sent>>) {
        let Some(batch) = self.batch.take() else {
            return;
        };
        let entries = batch.entries().len();
        let mut state = self.shared.lock();
        let news = reply.as_ref().map(|reply| News::of(reply, &mut state.is_cut_off));
        state.attempts.remove(&batch.id());
        let jitter = state.random.f64();
        match reply {
            Some(reply) => state.buffer.complete(batch, reply, clock::now(), jitter),
            None => state.buffer.abandon(batch, clock::now()),
        }
        let is_driven = state.is_driven;
        self.shared.unlock(state);
        if is_driven {
            self.shared.call_driver();
        } else {
            self.shared.turn();
        }
        if let Some(news) = news {
            self.shared.log(&news, entries);
        }
    }
}

impl<S: Service> Drop for Attempt<S> {
    fn drop(&mut self) {
        let panicked = || Reply::Ambiguous(Failure::new("ServicePanicked"));
        self.complete(std::thread::panicking().then(panicked));
    }
}

fn timed_out<R>(timeout: std::time::Duration) -> Reply<R> {
    Reply::Ambiguous(Failure::new("AttemptTimeout").with_detail(format!("no answer within {timeout:?}")))
}
