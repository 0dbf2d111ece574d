use std::pin::pin;

use tokio::time::Instant;

use super::clock;
use super::shared::{Shared, State};
use crate::{Service, UnprocessedItem, Watermark, Writer};

impl<S: Service> Writer<S> {
    /// Sends everything accepted before this call without lingering, waits for its answers, and
    /// gives back what could not be delivered and has no other owner.
    ///
    /// It does not wait for what is accepted later, so it ends under steady traffic, and any
    /// number of callers may flush at once. Backoffs are not cut short: in the worst case it takes
    /// up to the delivery deadline. Cancelling it loses nothing: the failures stay for the next.
    pub async fn flush(&self) -> Vec<UnprocessedItem<S::Entry>> {
        let _collector = Collector::new(&self.shared);
        let watermark = self.shared.begin_flush();
        self.shared.passed(watermark).await;
        self.shared.collect(Some(watermark))
    }

    /// Like [`flush`](Self::flush), but ends at `deadline`: what is not answered then is withdrawn
    /// and given back too, what is in flight as maybe delivered. A late answer to that is ignored.
    ///
    /// A request in flight that carries entries accepted after the call is given up as well; those
    /// count as ambiguous and are sent again.
    ///
    /// The runtime on which the writer works must be running, and a service must not block its
    /// thread: an attempt is given up where it awaits.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Service, UnprocessedItem, Writer};
    /// # async fn end_of_invocation<S: Service>(writer: &Writer<S>) -> Vec<UnprocessedItem<S::Entry>> {
    /// let deadline = tokio::time::Instant::now() + Duration::from_millis(500);
    /// writer.flush_by(deadline).await
    /// # }
    /// ```
    pub async fn flush_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        let _collector = Collector::new(&self.shared);
        let watermark = self.shared.begin_flush();
        if tokio::time::timeout_at(deadline.into(), self.shared.passed(watermark)).await.is_err() {
            self.shared.lock().buffer.withdraw(watermark, clock::now());
            self.shared.call_driver();
            self.shared.passed(watermark).await;
        }
        self.shared.collect(Some(watermark))
    }

    /// Takes no more entries, on any handle, and [`flush`](Self::flush)es. Submits that wait for
    /// room get their entries back.
    pub async fn shutdown(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.close();
        self.flush().await
    }

    /// Takes no more entries, on any handle, and flushes up to a deadline, like
    /// [`flush_by`](Self::flush_by).
    pub async fn shutdown_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.close();
        self.flush_by(deadline).await
    }

    /// The failures so far that have no other owner, without waiting.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub fn take_unprocessed(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.collect(None)
    }
}

/// While it lives, somebody is about to collect failures.
struct Collector<'a, S: Service>(&'a Shared<S>);

impl<'a, S: Service> Collector<'a, S> {
    fn new(shared: &'a Shared<S>) -> Self {
        shared.lock().flushes += 1;
        Self(shared)
    }
}

impl<S: Service> Drop for Collector<'_, S> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.flushes -= 1;
        self.0.unlock(state);
    }
}

impl<S: Service> State<S> {
    /// Whether everything before the watermark is answered, and the handler has what is its own.
    fn is_flushed(&self, watermark: Watermark) -> bool {
        let handling = self.handling.iter().any(|&epoch| watermark.covers(epoch));
        !handling && self.buffer.is_flushed(watermark)
    }
}

impl<S: Service> Shared<S> {
    fn begin_flush(&self) -> Watermark {
        let watermark = self.lock().buffer.flush(clock::now());
        self.call_driver();
        watermark
    }

    /// Waits until everything before the watermark is answered.
    async fn passed(&self, watermark: Watermark) {
        loop {
            let mut progress = pin!(self.progress.notified());
            progress.as_mut().enable();
            if self.lock().is_flushed(watermark) {
                return;
            }
            progress.await;
        }
    }
}
