use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::clock;
use super::effects::{guarded, quietly};
use super::lock::Locked;
use super::shared::Shared;
use super::watch::Watch;
use crate::{Batch, Class, Failure, Quota, Refusal, Reply, Service, Verdict};

/// A timer that is later than this shows that the thread was blocked: the response may have come
/// meanwhile.
const LATE: Duration = Duration::from_millis(10);
/// How much longer a request is waited for whose thread was blocked.
const LATE_GRACE: Duration = Duration::from_millis(100);

/// One sending of one batch. It gives the batch back however it ends: answered, timed out, panicked
/// or dropped with its runtime.
pub(super) struct Attempt<S: Service> {
    shared: Arc<Shared<S>>,
    batch: Option<Arc<Batch<S::Entry>>>,
    /// The number of the driver that sends it.
    driver: u64,
    is_sent: bool,
    /// What is told of it, if somebody listens.
    watch: Option<Box<Watch>>,
}

/// A batch that is to be sent, and what is told of it.
pub(super) struct Packed<E> {
    pub(super) batch: Arc<Batch<E>>,
    pub(super) watch: Option<Box<Watch>>,
}

impl<S: Service> Attempt<S> {
    pub(super) fn new(shared: Arc<Shared<S>>, packed: Packed<S::Entry>, driver: u64) -> Self {
        let Packed { batch, watch } = packed;
        Self { shared, batch: Some(batch), driver, is_sent: false, watch }
    }

    pub(super) async fn run(mut self) {
        self.is_sent = true;
        if let Some(watch) = &mut self.watch {
            watch.start(&self.shared);
        }
        if let Some(batch) = &self.batch {
            self.shared.begins(batch);
            let reply = send(&self.shared, batch, self.watch.as_deref()).await;
            self.complete(Some(reply));
        }
    }

    /// Gives the batch back: with its reply, or without one when the runtime is gone.
    fn complete(&mut self, reply: Option<Reply<S::Response>>) {
        let Some(batch) = self.batch.take() else {
            return;
        };
        if let Some(watch) = self.watch.take()
            && self.is_sent
        {
            watch.finish(&self.shared, reply.as_ref());
        }
        // Outside of the lock, while a flush can still copy the entries.
        let is_throttled = reply.as_ref().is_some_and(throttles);
        let quotas = is_throttled.then(|| self.shared.quotas(batch.entries()));
        let (mut state, mut batch) = self.shared.lock_with(batch);
        if let Some(quotas) = quotas {
            batch.answered(quotas);
        }
        // A runtime that begins no task any more drops its driver next. Until then the driver would only
        // try again, in a circle.
        state.effects.calls_driver = self.is_sent || state.driver != Some(self.driver);
        let now = clock::now();
        match reply {
            Some(reply) => {
                state.log_reply(&reply, batch.entries().len(), now);
                let jitter = state.random.f64();
                state.buffer.complete(batch, reply, now, jitter);
            }
            None => state.buffer.abandon(batch, self.is_sent, now),
        }
        if state.driver.is_none() {
            state.sample_now(now);
        }
    }
}

impl<S: Service> Shared<S> {
    /// Locks the state together with a batch that comes back, of which nothing else has a part then.
    pub(super) fn lock_with(&self, mut batch: Arc<Batch<S::Entry>>) -> (Locked<'_, S>, Batch<S::Entry>) {
        loop {
            let mut state = self.lock();
            match Arc::try_unwrap(batch) {
                Ok(batch) => {
                    state.batches.remove(&batch.id());
                    return (state, batch);
                }
                // A flush is copying entries of it.
                Err(shared) => {
                    drop(state);
                    batch = guarded(|| Arc::new(shared.copy())).unwrap_or_else(|| Arc::clone(&shared));
                    quietly(shared);
                    std::thread::yield_now();
                }
            }
        }
    }

    /// The request of this batch begins now, which matters to a rate.
    fn begins(&self, batch: &Batch<S::Entry>) {
        if self.plan.rate.is_some() {
            let mut state = self.lock();
            let is_news = state.buffer.begins(batch, clock::now());
            state.effects.calls_driver |= is_news;
            state.release();
        }
    }

    /// Asks the service for the quota of each entry, outside of the lock. What panics has none.
    pub(super) fn quotas(&self, entries: &[S::Entry]) -> Vec<Option<Quota>> {
        let mut quotas = Vec::with_capacity(entries.len());
        while quotas.len() < entries.len() {
            let asks =
                || quotas.extend(entries[quotas.len()..].iter().map(|entry| self.service.quota(entry)));
            // A panic ends this for the others of its entry alone.
            if guarded(asks).is_none() {
                quotas.push(None);
            }
        }
        quotas
    }
}

impl<S: Service> Drop for Attempt<S> {
    fn drop(&mut self) {
        self.complete(None);
    }
}

/// Sends a batch, once. What the service does with its future is caught: it is user's code.
async fn send<S: Service>(
    shared: &Shared<S>,
    batch: &Batch<S::Entry>,
    watch: Option<&Watch>,
) -> Reply<S::Response> {
    let mut request = None;
    let respond = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let _inside = watch.map(Watch::enter);
            let request = request.get_or_insert_with(|| shared.service.send(batch));
            Pin::as_mut(request).poll(context)
        }));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(reply)) => Poll::Ready(reply),
            Err(panic) => {
                std::mem::forget(panic);
                Poll::Ready(Err(ambiguous(Failure::new("ServicePanicked"))))
            }
        }
    });
    let reply = in_time(respond, shared.plan.rules.attempt_timeout).await;
    quietly(request);
    reply
}

/// The reply that comes within this time, or within a little more where the thread was blocked.
async fn in_time<R>(respond: impl Future<Output = Reply<R>>, timeout: Duration) -> Reply<R> {
    let mut respond = std::pin::pin!(respond);
    let deadline = clock::now() + timeout;
    if let Some(reply) = clock::by(deadline, respond.as_mut()).await {
        return reply;
    }
    let now = clock::now();
    if now > deadline + LATE
        && let Some(reply) = clock::by(now + LATE_GRACE, respond).await
    {
        return reply;
    }
    Err(ambiguous(Failure::new("AttemptTimeout").with_detail(format!("no response within {timeout:?}"))))
}

/// Whether a reply throttles single entries.
fn throttles<R>(reply: &Reply<R>) -> bool {
    reply.as_ref().is_ok_and(|verdicts| verdicts.single().any(Verdict::is_throttled))
}

fn ambiguous(failure: Failure) -> Refusal {
    Refusal::new(Class::Ambiguous, failure)
}
