use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::clock;
use super::effects::{guarded, quietly};
use super::shared::Shared;
use crate::{Failure, Rate, Service};

/// How often the service is asked for its rate while there is something to send. That of a table changes every few
/// minutes at most, and a writer asks twice in one of them.
const USUALLY: Duration = Duration::from_secs(30);
/// How soon after the last time it is asked if it has throttled anything since, which a rate that fell may be the reason
/// for. Where something else is, this costs six calls in a minute.
const AFTER_THROTTLING: Duration = Duration::from_secs(10);

type Read = Result<Option<Rate>, Failure>;
type Reading<'a> = Pin<Box<dyn Future<Output = Read> + Send + 'a>>;

/// Follows the rate of the service while there is something to send. It is a part of the driver: it reads beside what
/// that does, and ends with it.
pub(super) struct Follower<'a, S: Service> {
    shared: &'a Shared<S>,
    /// Whether the rate may change.
    follows: bool,
    reading: Option<Reading<'a>>,
    /// When it was read last; nothing before the first time.
    read_at: Option<Instant>,
    /// How much had been throttled by then.
    throttled: u64,
    /// Whether the last reading failed, which was said.
    has_failed: bool,
}

impl<'a, S: Service> Follower<'a, S> {
    pub(super) fn new(shared: &'a Shared<S>) -> Self {
        let follows = shared.plan.follows_rate;
        Self { shared, follows, reading: None, read_at: None, throttled: 0, has_failed: false }
    }

    /// The driver had its turn, and waits until this instant. Begins to read the rate if it is time for that; how long
    /// the driver waits then.
    pub(super) fn turn(&mut self, until: Option<Instant>) -> Option<Instant> {
        if !self.follows || self.reading.is_some() {
            return until;
        }
        let mut state = self.shared.lock();
        let (is_idle, throttled) = (state.buffer.is_empty(), state.buffer.throttled());
        state.release();
        if is_idle {
            return until;
        }
        let now = clock::now();
        let pause = if throttled > self.throttled { AFTER_THROTTLING } else { USUALLY };
        let due = self.read_at.map_or(now, |at| at + pause);
        if due > now {
            return until.into_iter().chain([due]).min();
        }
        (self.read_at, self.throttled) = (Some(now), throttled);
        self.reading = guarded(|| self.shared.service.rate());
        until
    }

    /// Waits until this instant, or until the rate is read.
    pub(super) async fn wait(&mut self, until: Option<Instant>) {
        match until {
            Some(until) => clock::by(until, self.read()).await.unwrap_or_default(),
            None => self.read().await,
        }
    }

    /// Waits until a reading ends, and keeps to what it gives.
    async fn read(&mut self) {
        let Some(read_at) = self.read_at.filter(|_| self.reading.is_some()) else {
            return std::future::pending().await;
        };
        let deadline = read_at + self.shared.plan.rules.attempt_timeout;
        let read = clock::by(deadline, poll_fn(|context| self.poll(context))).await;
        quietly(self.reading.take());
        match read.unwrap_or_else(|| Err(Failure::new("AttemptTimeout"))) {
            Ok(rate) => {
                (self.has_failed, self.follows) = (false, rate.is_some());
                if let Some(rate) = rate {
                    self.shared.lock().buffer.set_rate(rate);
                }
            }
            Err(failure) => {
                if !std::mem::replace(&mut self.has_failed, true) {
                    self.shared.label.rate_unknown(&failure);
                }
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Read> {
        let reading = self.reading.as_mut();
        let polled = reading.and_then(|reading| guarded(|| reading.as_mut().poll(context)));
        polled.unwrap_or_else(|| Poll::Ready(Err(Failure::new("ServicePanicked"))))
    }
}

/// The driver ends, maybe with its runtime.
impl<S: Service> Drop for Follower<'_, S> {
    fn drop(&mut self) {
        quietly(self.reading.take());
    }
}
