//! Brings what was recorded to a writer, once a slot.

use std::collections::VecDeque;
use std::sync::{MutexGuard, PoisonError};

use tokio::time::timeout;

use super::{Recorder, RecorderError};
use crate::{CloudWatch, CloudWatchWriter, Metric, Scope, SubmitError};

impl Recorder {
    /// Submits what was recorded since the last time to a writer: at the end of a program or of an invocation,
    /// or by a schedule of your own. [`run`](Self::run) does it once a slot. A flush of the writer delivers it.
    ///
    /// Waits only while the writer is full. What was not submitted yet waits in the recorder for the next
    /// call; meanwhile the series gather on.
    ///
    /// ```
    /// use batch_cloudwatch::{CloudWatchWriter, Recorder, RecorderError};
    ///
    /// async fn end_of_invocation(recorder: &Recorder, writer: &CloudWatchWriter) -> Result<(), RecorderError> {
    ///     recorder.submit_to(writer).await?;
    ///     for item in writer.flush().await {
    ///         eprintln!("{item:#}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the writer is shut down, has no runtime, or is full of failures that nobody collects.
    /// Nothing is lost by that. A metric that the writer refuses, whose timestamp has become too old, is counted in
    /// [`RecorderStats::refused_metrics`](crate::RecorderStats::refused_metrics) and logged.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost, and nothing submitted twice.
    pub async fn submit_to(&self, writer: &CloudWatchWriter) -> Result<(), RecorderError> {
        self.submit_through(&writer.scope()).await
    }

    /// Submits every slot to a writer when it has ended by the wall clock, until [`stop`](Self::stop): to be
    /// spawned as a task. It then submits the last slot, as far as it lasted, and returns. A shutdown of the
    /// writer delivers it. It also returns if the writer is shut down before.
    ///
    /// What the writer hands back is counted in
    /// [`RecorderStats::handed_back`](crate::RecorderStats::handed_back) and logged; what it hands back after
    /// this has returned is for whoever flushes the writer or shuts it down.
    ///
    /// While the writer is full, slots are not read, and a later one has what was recorded meanwhile. The last one
    /// waits for capacity too: where the end must not wait for long, bound it with a timeout.
    ///
    /// ```
    /// use batch_cloudwatch::{CloudWatchWriter, Recorder};
    ///
    /// async fn recorded(recorder: Recorder, writer: CloudWatchWriter, work: impl Future) {
    ///     let running = tokio::spawn(recorder.clone().run(writer.clone()));
    ///     work.await;
    ///     recorder.stop();
    ///     if let Err(panicked) = running.await {
    ///         eprintln!("{panicked}");
    ///     }
    ///     for item in writer.shutdown().await {
    ///         eprintln!("{item:#}");
    ///     }
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// What was recorded and not submitted stays in the recorder.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with a timer.
    pub async fn run(self, writer: CloudWatchWriter) {
        let scope = writer.scope();
        let mut stopped = self.shared.stopped.subscribe();
        loop {
            let rest = self.interval_now().rest((self.shared.clock)());
            let is_last = timeout(rest, stopped.wait_for(|stopped| *stopped)).await.is_ok();
            let submitted = self.submit_through(&scope).await;
            self.shared.losses.hand_back(&scope.take_unprocessed());
            if let Err(error) = &submitted {
                tracing::warn!(target: "batch_cloudwatch", %error, "what was recorded is not submitted");
            }
            if is_last || matches!(submitted, Err(RecorderError::Closed)) {
                return;
            }
        }
    }

    /// Ends [`run`](Self::run), at once or when it is called, after it has submitted what was recorded until then.
    pub fn stop(&self) {
        self.shared.stopped.send_replace(true);
    }

    async fn submit_through(&self, scope: &Scope<CloudWatch>) -> Result<(), RecorderError> {
        // What an earlier call left goes first, so that no more than a slot waits.
        self.submit_waiting(scope).await?;
        let drained = self.drain();
        self.waiting().extend(drained);
        self.submit_waiting(scope).await
    }

    /// A metric leaves only when there is room for it.
    async fn submit_waiting(&self, scope: &Scope<CloudWatch>) -> Result<(), RecorderError> {
        while !self.waiting().is_empty() {
            let permit = scope.reserve().await?;
            let Some(metric) = self.waiting().pop_front() else { break };
            match permit.submit(metric) {
                Ok(()) => {}
                Err(SubmitError::Closed(metric)) => {
                    self.waiting().push_front(metric);
                    return Err(RecorderError::Closed);
                }
                Err(SubmitError::NoRuntime(metric)) => {
                    self.waiting().push_front(metric);
                    return Err(RecorderError::NoRuntime);
                }
                Err(error) => self.shared.losses.refuse_metric(&error),
            }
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Metric>> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
