//! A service, an entry, a response and an error that spring a trap.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, EntriesAnswered, Failure, Invalid, Key, LimitPolicy, Measure, Observer, Quota,
    Rate, Refusal, Reply, RequestFinished, RequestStarted, Sample, Service, Settings, Verdict, Verdicts,
};

use crate::trap::{Prey, Trap, discard};

/// More than any scenario sends.
fn most() -> Rate {
    Rate::entries(1_000_000)
}

pub(crate) struct Hostile(pub(crate) Arc<Trap>);

/// An entry. Its number decides what becomes of it.
pub(crate) struct Entry {
    pub(crate) id: u32,
    trap: Option<Arc<Trap>>,
}

pub(crate) struct Response(Arc<Trap>);

/// Sees what the writer does.
pub(crate) struct Watching(pub(crate) Arc<Trap>);

struct Oops(Arc<Trap>);

pub(crate) fn entry(id: u32, trap: Option<&Arc<Trap>>) -> Entry {
    Entry { id, trap: trap.cloned() }
}

impl Observer for Watching {
    fn request_started(&self, _: &RequestStarted<'_>) {
        self.0.spring(Prey::Observer);
    }

    fn request_finished(&self, _: &RequestFinished<'_>) {
        self.0.spring(Prey::Observer);
    }

    fn entries_answered(&self, _: &EntriesAnswered<'_>) {
        self.0.spring(Prey::Observer);
    }

    fn sampled(&self, _: &Sample<'_>) {
        self.0.spring(Prey::Observer);
    }
}

impl Clone for Entry {
    fn clone(&self) -> Self {
        if let Some(trap) = &self.trap {
            trap.spring(Prey::EntryClone);
        }
        Self { id: self.id, trap: self.trap.clone() }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(trap) = &self.trap {
            trap.spring(Prey::EntryDrop);
        }
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.0.spring(Prey::ResponseDrop);
    }
}

impl Drop for Oops {
    fn drop(&mut self) {
        self.0.spring(Prey::ErrorDrop);
    }
}

impl fmt::Debug for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Oops")
    }
}

impl fmt::Display for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}

#[async_trait]
impl Service for Hostile {
    type Entry = Entry;
    type Response = Response;

    fn name(&self) -> &'static str {
        "hostile"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(4, 400, 100)
    }

    fn defaults(&self) -> Settings {
        Settings::new().rate(most())
    }

    fn measure<'a>(&self, entry: &'a Entry) -> Result<Measure<'a>, Invalid> {
        if entry.id % 17 == 16 {
            return Err(Invalid::new("it is a seventeenth"));
        }
        // Every third has a twin that may supersede it.
        let identity = entry.id.is_multiple_of(3).then(|| Key::from(vec![(entry.id % 12) as u8]));
        Ok(Measure::of_bytes(10).identity(identity))
    }

    fn quota(&self, entry: &Entry) -> Option<Quota> {
        self.0.spring(Prey::Quota);
        Some(Quota::of(entry.id % 2))
    }

    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        self.0.spring(Prey::Rate);
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0.spring(Prey::Rate);
        Ok(Some(most()))
    }

    async fn send(&self, batch: &Batch<Entry>) -> Reply<Response> {
        let entries = batch.entries();
        let _guard = OnDrop(&self.0);
        self.0.spring(Prey::SendPoll);
        let failure = || Failure::new("Oops").with_source(Oops(Arc::clone(&self.0)));
        let first = entries[0].id;
        tokio::time::sleep(Duration::from_millis(if first % 5 == 4 { 60 } else { 1 })).await;
        match first % 7 {
            5 => return Err(Refusal::new(Class::Ambiguous, failure())),
            6 => return Err(Refusal::new(Class::Split, failure())),
            _ => {}
        }
        let is_throttled = || self.0.throttled.fetch_add(1, Ordering::SeqCst) < 4;
        let verdict = |entry: &Entry| match entry.id % 4 {
            1 if is_throttled() => Verdict::Throttled(failure()),
            2 => Verdict::Reject(failure()),
            3 => Verdict::Retry(failure()),
            _ => Verdict::Accepted(Response(Arc::clone(&self.0))),
        };
        Ok(Verdicts::Each(entries.iter().map(verdict).collect()))
    }
}

/// Part of the future of a request.
struct OnDrop<'a>(&'a Trap);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.spring(Prey::SendDrop);
    }
}

/// Polls a future with wakers that spring a trap.
pub(crate) struct WithHostileWaker<F> {
    pub(crate) future: Pin<Box<F>>,
    pub(crate) trap: Arc<Trap>,
}

impl<F: Future> Future for WithHostileWaker<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let inner = context.waker().clone();
        let waker = Waker::from(Arc::new(Bell { inner, trap: Arc::clone(&self.trap) }));
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        discard(waker);
        polled
    }
}

/// Wakes the task first, so that what it does then costs no wake.
struct Bell {
    inner: Waker,
    trap: Arc<Trap>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.inner.wake_by_ref();
        self.trap.spring(Prey::WakerWake);
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.trap.spring(Prey::WakerDrop);
    }
}
