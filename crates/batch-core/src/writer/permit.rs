use std::sync::Arc;

use super::receipt::Receipt;
use super::submit::{Entered, left};
use super::tracking::{Tracked, Tracking, Untracked};
use crate::{Grant, ReserveError, ScopeId, Service, SubmitError, Writer};

/// Reserved capacity for one entry of up to the service's maximum size.
///
/// Created by [`Writer::reserve`] and [`Scope::reserve`](crate::Scope::reserve). Submitting with a permit
/// does not wait. A permit holds its capacity until it is used or dropped, and keeps the writer alive like a
/// handle.
#[must_use = "an unused permit only holds capacity that other callers wait for"]
pub struct Permit<S: Service> {
    writer: Writer<S>,
    scope: ScopeId,
    grant: Option<Grant>,
}

impl<S: Service> Writer<S> {
    /// Waits for capacity for one entry of up to the service's maximum size, and reserves it.
    ///
    /// Callers of this method and of [`submit`](Self::submit) are served in one order.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, no capacity is reserved and no entry is lost.
    ///
    /// # Errors
    ///
    /// Returns an error if the writer is [shut down](ReserveError::Closed) or full of
    /// [uncollected failures](ReserveError::Uncollected).
    pub async fn reserve(&self) -> Result<Permit<S>, ReserveError> {
        self.reserve_in(ScopeId::OWN).await
    }

    /// Reserves capacity if there is some at once, and the writer is open.
    #[cfg(feature = "sink")]
    pub(super) fn try_reserve_in(&self, scope: ScopeId) -> Option<Permit<S>> {
        let charge = self.shared.plan.largest_charge();
        let mut state = self.shared.lock();
        let grant = if state.is_closed { None } else { state.try_grant(charge) }?;
        drop(state);
        Some(Permit { writer: self.clone(), scope, grant: Some(grant) })
    }

    pub(super) async fn reserve_in(&self, scope: ScopeId) -> Result<Permit<S>, ReserveError> {
        self.shared.give_turn().await;
        let charge = self.shared.plan.largest_charge();
        let grant = self.shared.wait_for_room(charge).await?;
        Ok(Permit { writer: self.clone(), scope, grant: Some(grant) })
    }
}

impl<S: Service> Permit<S> {
    /// Submits an entry with the reserved capacity, without waiting.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Writer::submit`], and [`SubmitError::Full`] if the entry occupies more
    /// memory than the permit reserved and the writer has no capacity left for the difference. The permit is
    /// used up in either case.
    pub fn submit(self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.enter(Untracked, entry)
    }

    /// Submits an entry like [`submit`](Self::submit), and returns a [`Receipt`] that resolves to its
    /// answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit`](Self::submit).
    pub fn submit_tracked(self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.enter(Tracked, entry)
    }

    fn enter<A: Tracking<S>>(mut self, tracking: A, mut entry: S::Entry) -> Entered<S, A> {
        let shared = Arc::clone(&self.writer.shared);
        // The grant stays with the permit, which gives it back, until no code of the service's runs.
        let admission = match shared.admit(tracking, &mut entry) {
            Ok(admission) => admission,
            Err(refusal) => return Err(refusal.of(entry)),
        };
        let grant = self.grant.take().expect("a permit is used once, by value");
        let mut entry = Some(entry);
        let outcome = shared.accept_granted(tracking, grant, admission, &mut entry, self.scope);
        outcome.map_err(|refusal| refusal.of(left(entry)))
    }
}

impl<S: Service> Drop for Permit<S> {
    fn drop(&mut self) {
        if let Some(grant) = self.grant.take() {
            self.writer.shared.lock().buffer.give_back(grant);
        }
    }
}

impl<S: Service> std::fmt::Debug for Permit<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
