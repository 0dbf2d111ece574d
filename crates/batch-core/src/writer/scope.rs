use tokio::time::Instant;

use super::permit::Permit;
use super::receipt::Receipt;
use super::submit::{Terms, expect_receipt};
use crate::buffer::Stamp;
use crate::{ReserveError, ScopeId, Service, SubmitError, UnprocessedItem, Writer};

/// A part of a writer's entries with flushes of its own: those of one invocation, request or task.
///
/// Its entries share requests, limits and room with everything else in the writer. But its flush waits
/// for its own entries only, withdraws only them at its deadline, and gives back only their failures; and
/// no other flush gives those back. It keeps the writer alive like a handle.
///
/// When it is dropped, what it left inside belongs to the writer, as if it had been submitted through the
/// writer at that moment: flush it first to learn what failed.
///
/// ```
/// # use std::time::Duration;
/// # use batch_core::{Service, SubmitError, UnprocessedItem, Writer};
/// # async fn invocation<S: Service>(
/// #     writer: &Writer<S>,
/// #     entries: Vec<S::Entry>,
/// #     remaining: Duration,
/// # ) -> Result<Vec<UnprocessedItem<S::Entry>>, SubmitError<S::Entry>> {
/// let deadline = tokio::time::Instant::now() + remaining;
/// let scope = writer.scope();
/// for entry in entries {
///     scope.submit(entry).await?;
/// }
/// let failed = scope.flush_by(deadline).await;
/// # Ok(failed)
/// # }
/// ```
#[must_use = "a scope is for what is submitted through it"]
pub struct Scope<S: Service> {
    writer: Writer<S>,
    id: ScopeId,
}

impl<S: Service> Writer<S> {
    /// A part of the writer's entries with flushes of its own. Cheap: make one for each invocation.
    pub fn scope(&self) -> Scope<S> {
        let id = self.shared.lock().buffer.open_scope();
        Scope { writer: self.clone(), id }
    }
}

impl<S: Service> Scope<S> {
    /// Like [`Writer::submit`].
    ///
    /// # Errors
    ///
    /// Like [`Writer::submit`].
    pub async fn submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.writer.shared.enter(entry, self.terms()).await.map(drop)
    }

    /// Like [`Writer::submit_tracked`].
    ///
    /// # Errors
    ///
    /// Like [`Writer::submit`].
    pub async fn submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.writer.shared.enter(entry, self.terms().tracked()).await.map(expect_receipt)
    }

    /// Like [`Writer::try_submit`].
    ///
    /// # Errors
    ///
    /// Like [`Writer::try_submit`].
    pub fn try_submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.writer.shared.try_enter(entry, self.terms()).map(drop)
    }

    /// Like [`Writer::try_submit_tracked`].
    ///
    /// # Errors
    ///
    /// Like [`Writer::try_submit`].
    pub fn try_submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.writer.shared.try_enter(entry, self.terms().tracked()).map(expect_receipt)
    }

    /// Like [`Writer::reserve`]. What is submitted with the permit is of this scope, or of the writer itself
    /// if the scope was dropped meanwhile.
    ///
    /// # Errors
    ///
    /// Like [`Writer::reserve`].
    pub async fn reserve(&self) -> Result<Permit<S>, ReserveError> {
        self.writer.reserve_in(self.id).await
    }

    /// Sends everything submitted through this scope before this call without lingering, waits for its
    /// answers, and gives back what could not be delivered and has no other owner. What else waits in the
    /// writer is sent along. See [`Writer::flush`].
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.flush(self.id).await
    }

    /// Like [`flush`](Self::flush), but ends at `deadline`: what is not answered then, of this scope, is
    /// withdrawn and given back too. See [`Writer::flush_by`].
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.flush_by(self.id, deadline.into()).await
    }

    /// The failures of this scope so far that have no other owner, without waiting.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub fn take_unprocessed(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.collect(self.id, None)
    }

    fn terms(&self) -> Terms {
        Terms::of(self.id)
    }
}

impl<S: Service> Drop for Scope<S> {
    fn drop(&mut self) {
        let mut state = self.writer.shared.lock();
        state.buffer.end_scope(self.id);
        let stamp = state.buffer.home(Stamp::all_of(self.id).start);
        state.pool.move_all(self.id, stamp);
    }
}

impl<S: Service> std::fmt::Debug for Scope<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").field("writer", &self.writer).finish_non_exhaustive()
    }
}
