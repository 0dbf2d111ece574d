use super::shared::{Shared, State};
use super::tracking::Tracking;
use crate::{Admission, Grant, ScopeId, Service};

/// Merging, where an entry enters. The one code of the user's that runs under the lock, [`Service::absorb`],
/// is called here.
///
/// The caller keeps the entry that is absorbed, where it outlives the lock: what is left of it is dropped when the lock
/// is free, also after a panic.
impl<S: Service> Shared<S> {
    /// Merges an entry into one that waits, if that can be, where entries are merged. Nothing is to be told then but,
    /// perhaps, the driver.
    #[inline]
    pub(super) fn absorb<A: Tracking<S>>(
        &self,
        tracking: A,
        state: &mut State<S>,
        admission: &Admission,
        entry: &mut S::Entry,
        scope: ScopeId,
    ) -> Option<A::Output> {
        let output = tracking.merged()?;
        let absorb = |waiting: &mut S::Entry, newer: &mut S::Entry| self.service.absorb(waiting, newer);
        state.buffer.absorb(scope, admission, entry, absorb).then(|| {
            state.count_accepted(self);
            output
        })
    }

    /// The same for an entry for which room is granted. Returns the grant if it is still needed.
    pub(super) fn absorb_granted<A: Tracking<S>>(
        &self,
        tracking: A,
        state: &mut State<S>,
        grant: Grant,
        admission: &Admission,
        entry: &mut S::Entry,
        scope: ScopeId,
    ) -> Result<A::Output, Grant> {
        let Some(output) = tracking.merged().filter(|_| self.plan.merges()) else {
            return Err(grant);
        };
        let absorb = |waiting: &mut S::Entry, newer: &mut S::Entry| self.service.absorb(waiting, newer);
        match state.buffer.absorb_granted(grant, scope, admission, entry, absorb) {
            Some(grant) => Err(grant),
            None => {
                state.count_accepted(self);
                Ok(output)
            }
        }
    }
}
