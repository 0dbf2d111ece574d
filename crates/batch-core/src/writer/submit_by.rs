use std::sync::Arc;

use tokio::time::Instant;

use super::clock;
use super::error_kind::SubmitErrorKind;
use super::receipt::Receipt;
use super::shared::Shared;
use super::submit::{Entered, Stopped, left};
use super::tracking::{Tracked, Tracking, Untracked};
use crate::{Scope, ScopeId, Service, SubmitError, Writer};

impl<S: Service> Writer<S> {
    /// Submits an entry like [`submit`](Self::submit), but waits for capacity no longer than until
    /// `deadline`.
    ///
    /// The deadline bounds the wait for capacity and nothing else: while the writer has capacity, an entry is
    /// accepted even after it, and an entry that was accepted is delivered without regard to it. To bound the
    /// delivery, see [`flush_by`](Self::flush_by).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the entry was not accepted and is dropped with it.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit`](Self::submit), and [`SubmitError::TimedOut`] if the writer had no
    /// capacity for the entry until the deadline. Every error gives the entry back.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Service, SubmitError, Writer};
    /// # async fn request<S: Service>(writer: &Writer<S>, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
    /// let deadline = tokio::time::Instant::now() + Duration::from_millis(50);
    /// writer.submit_by(entry, deadline).await
    /// # }
    /// ```
    pub async fn submit_by(
        &self,
        entry: S::Entry,
        deadline: impl Into<Instant>,
    ) -> Result<(), SubmitError<S::Entry>> {
        self.shared.enter_by(Untracked, entry, ScopeId::OWN, deadline.into()).await
    }

    /// Submits an entry like [`submit_by`](Self::submit_by), and returns a [`Receipt`] that resolves to its
    /// answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit_by`](Self::submit_by).
    pub async fn submit_tracked_by(
        &self,
        entry: S::Entry,
        deadline: impl Into<Instant>,
    ) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.enter_by(Tracked, entry, ScopeId::OWN, deadline.into()).await
    }
}

impl<S: Service> Scope<S> {
    /// Submits an entry of this scope, and waits for capacity no longer than until `deadline`. See
    /// [`Writer::submit_by`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::submit_by`].
    pub async fn submit_by(
        &self,
        entry: S::Entry,
        deadline: impl Into<Instant>,
    ) -> Result<(), SubmitError<S::Entry>> {
        self.writer.shared.enter_by(Untracked, entry, self.id, deadline.into()).await
    }

    /// Submits an entry of this scope like [`submit_by`](Self::submit_by), and returns a [`Receipt`] that
    /// resolves to its answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::submit_by`].
    pub async fn submit_tracked_by(
        &self,
        entry: S::Entry,
        deadline: impl Into<Instant>,
    ) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.writer.shared.enter_by(Tracked, entry, self.id, deadline.into()).await
    }
}

impl<S: Service> Shared<S> {
    async fn enter_by<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        entry: S::Entry,
        scope: ScopeId,
        deadline: Instant,
    ) -> Entered<S, A> {
        self.give_turn().await;
        let mut entry = Some(entry);
        let outcome = self.enter_now_or_by(tracking, &mut entry, scope, deadline).await;
        outcome.map_err(|refusal| refusal.of(left(entry)))
    }

    async fn enter_now_or_by<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
        deadline: Instant,
    ) -> Result<A::Output, SubmitErrorKind> {
        let admission = match self.enter_now(tracking, entry, scope) {
            Ok(output) => return Ok(output),
            Err(Stopped::Refused(refusal)) => return Err(refusal),
            Err(Stopped::Full(admission)) => admission,
        };
        // Without a timer the deadline would never come.
        if !clock::has_timer() {
            return Err(SubmitErrorKind::NoRuntime);
        }
        match clock::by(deadline.into_std(), self.wait_for_room(admission.charge())).await {
            Some(grant) => self.accept_granted(tracking, grant?, admission, entry, scope),
            None => Err(SubmitErrorKind::TimedOut),
        }
    }
}
