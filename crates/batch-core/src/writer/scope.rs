use tokio::time::Instant;

use super::permit::Permit;
use super::receipt::Receipt;
use super::tracking::{Tracked, Untracked};
use crate::buffer::Stamp;
use crate::{ReserveError, ScopeId, Service, SubmitError, UnprocessedItem, Writer};

/// A part of a writer's entries with flushes of its own, for example those of one Lambda invocation.
///
/// Created by [`Writer::scope`]. The entries of a scope share requests, limits and capacity with all other
/// entries of the writer. A flush of the scope waits only for the scope's entries, withdraws only those at
/// its deadline, and returns only their failures, which no other flush returns. A scope keeps the writer
/// alive like a handle.
///
/// When a scope is dropped, its remaining entries and failures pass to the writer, as if they had been
/// submitted through the writer at that moment. Flush the scope first to learn which entries failed.
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
#[must_use = "a scope covers only the entries that are submitted through it"]
pub struct Scope<S: Service> {
    pub(super) writer: Writer<S>,
    pub(super) id: ScopeId,
}

impl<S: Service> Writer<S> {
    /// Opens a [`Scope`], a part of the writer's entries with flushes of its own.
    ///
    /// Opening one is cheap: open one for each invocation.
    pub fn scope(&self) -> Scope<S> {
        let id = self.shared.lock().buffer.open_scope();
        Scope { writer: self.clone(), id }
    }
}

impl<S: Service> Scope<S> {
    /// Submits an entry of this scope, waiting for capacity if the writer is full. See [`Writer::submit`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::submit`].
    pub fn submit(&self, entry: S::Entry) -> impl Future<Output = Result<(), SubmitError<S::Entry>>> + Send {
        self.writer.shared.enter(Untracked, entry, self.id)
    }

    /// Submits an entry of this scope, and returns a [`Receipt`] that resolves to its answer. See
    /// [`Writer::submit_tracked`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::submit`].
    pub fn submit_tracked(
        &self,
        entry: S::Entry,
    ) -> impl Future<Output = Result<Receipt<S>, SubmitError<S::Entry>>> + Send {
        self.writer.shared.enter(Tracked, entry, self.id)
    }

    /// Submits an entry of this scope without waiting. See [`Writer::try_submit`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::try_submit`].
    pub fn try_submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.writer.shared.try_enter(Untracked, entry, self.id)
    }

    /// Submits an entry of this scope without waiting, and returns a [`Receipt`] that resolves to its
    /// answer. See [`Writer::try_submit_tracked`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::try_submit`].
    pub fn try_submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.writer.shared.try_enter(Tracked, entry, self.id)
    }

    /// Waits for capacity for one entry of this scope, and reserves it. See [`Writer::reserve`].
    ///
    /// An entry submitted with the permit belongs to this scope, or to the writer itself if the scope has
    /// been dropped by then.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::reserve`].
    pub async fn reserve(&self) -> Result<Permit<S>, ReserveError> {
        self.writer.reserve_in(self.id).await
    }

    /// Sends every entry submitted through this scope before this call without lingering, waits for their
    /// answers, and returns the failures that have no other owner.
    ///
    /// Other entries that wait in the writer are sent too, but not waited for. See [`Writer::flush`].
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.flush(self.id).await
    }

    /// Flushes like [`flush`](Self::flush), but no longer than until `deadline`: entries of this scope
    /// without an answer by then are withdrawn and returned too. See [`Writer::flush_by`].
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime with a timer.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.flush_by(self.id, deadline.into()).await
    }

    /// Returns the failures of this scope so far that have no other owner, without waiting.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub fn take_unprocessed(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.writer.shared.collect(self.id, None)
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
