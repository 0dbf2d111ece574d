use std::sync::Arc;

use super::receipt::Receipt;
use super::submit::{Entered, Terms, expect_receipt};
use crate::{Grant, ReserveError, ScopeId, Service, SubmitError, Writer};

/// Room for one entry, as large as the service takes. Submitting with it does not wait.
///
/// It holds its room until it is used or dropped, and it keeps the writer alive like a handle.
#[must_use = "a permit that is not used only takes room"]
pub struct Permit<S: Service> {
    writer: Writer<S>,
    scope: ScopeId,
    grant: Option<Grant>,
}

impl<S: Service> Writer<S> {
    /// Waits for room for one entry of any size, in the same queue as [`submit`](Self::submit).
    /// Nothing is lost when this is cancelled: the entry is not involved yet.
    ///
    /// # Errors
    ///
    /// When the writer is shut down or filled by uncollected failures.
    pub async fn reserve(&self) -> Result<Permit<S>, ReserveError> {
        self.reserve_in(ScopeId::OWN).await
    }

    pub(super) async fn reserve_in(&self, scope: ScopeId) -> Result<Permit<S>, ReserveError> {
        let charge = self.shared.plan.largest_charge();
        let grant = self.shared.wait_for_room(charge).await?;
        Ok(Permit { writer: self.clone(), scope, grant: Some(grant) })
    }
}

impl<S: Service> Permit<S> {
    /// Takes an entry in, without waiting.
    ///
    /// # Errors
    ///
    /// Like [`Writer::submit`]; and [`SubmitError::Full`] for an entry that occupies more memory
    /// than the largest entry has bytes, if there is no room for the rest.
    pub fn submit(self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        let terms = Terms::of(self.scope);
        self.enter(entry, terms).map(drop)
    }

    /// Takes an entry in, without waiting, with a receipt for the answer.
    ///
    /// # Errors
    ///
    /// Like [`submit`](Self::submit).
    pub fn submit_tracked(self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        let terms = Terms::of(self.scope).tracked();
        self.enter(entry, terms).map(expect_receipt)
    }

    fn enter(mut self, mut entry: S::Entry, terms: Terms) -> Entered<S> {
        let shared = Arc::clone(&self.writer.shared);
        // The grant stays with the permit, which gives it back, until no code of the service's runs.
        match shared.admit(&mut entry) {
            Ok(admission) => {
                let grant = self.grant.take().expect("a permit is used once, by value");
                shared.accept_granted(grant, admission, entry, terms)
            }
            Err(refusal) => Err(refusal.of(entry)),
        }
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
