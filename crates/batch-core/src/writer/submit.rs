use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock;
use super::driver::NoRuntime;
use super::error_kind::SubmitErrorKind;
use super::ledger::Trouble;
use super::lock::Locked;
use super::receipt::Receipt;
use super::shared::{Shared, State};
use super::trace::Origin;
use super::tracking::{Tracked, Tracking, Untracked};
use crate::{Admission, Grant, Refused, ScopeId, Service, SubmitError, Writer};

impl<S: Service> Writer<S> {
    /// Submits an entry for delivery, waiting for capacity if the writer is full.
    ///
    /// Returns as soon as the writer has accepted the entry, long before it is delivered. An entry that
    /// cannot be delivered is handed back later, for example by [`flush`](Self::flush); see
    /// [`Writer`](Self#who-gets-a-failure). Callers that wait for capacity are served in order.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the entry was not accepted and is dropped with it. To
    /// keep the entry, wait with [`reserve`](Self::reserve) instead.
    ///
    /// # Errors
    ///
    /// Every error gives the entry back. The entry is not accepted if it is
    /// [invalid](SubmitError::Invalid), [too large](SubmitError::TooLarge) or a
    /// [duplicate](SubmitError::Duplicate), if the writer is [shut down](SubmitError::Closed) or full of
    /// [uncollected failures](SubmitError::Uncollected), or if there is
    /// [no tokio runtime](SubmitError::NoRuntime) to work on.
    pub fn submit(&self, entry: S::Entry) -> impl Future<Output = Result<(), SubmitError<S::Entry>>> + Send {
        self.shared.enter(Untracked, entry, ScopeId::OWN)
    }

    /// Submits an entry like [`submit`](Self::submit), and returns a [`Receipt`] that resolves to its
    /// answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit`](Self::submit).
    pub fn submit_tracked(
        &self,
        entry: S::Entry,
    ) -> impl Future<Output = Result<Receipt<S>, SubmitError<S::Entry>>> + Send {
        self.shared.enter(Tracked, entry, ScopeId::OWN)
    }

    /// Submits an entry without waiting.
    ///
    /// It never overtakes a caller that waits in [`submit`](Self::submit) or [`reserve`](Self::reserve):
    /// while one waits, the writer counts as full.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit`](Self::submit), and [`SubmitError::Full`] if the writer has no
    /// capacity left for this entry.
    pub fn try_submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.shared.try_enter(Untracked, entry, ScopeId::OWN)
    }

    /// Submits an entry like [`try_submit`](Self::try_submit), and returns a [`Receipt`] that resolves to
    /// its answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`try_submit`](Self::try_submit).
    pub fn try_submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.try_enter(Tracked, entry, ScopeId::OWN)
    }
}

/// Why an entry is not accepted at once.
pub(super) enum Stopped {
    /// There is no room for it.
    Full(Admission),
    Refused(SubmitErrorKind),
}

pub(super) type Entered<S, A> = Result<<A as Tracking<S>>::Output, SubmitError<<S as Service>::Entry>>;

impl<S: Service> Shared<S> {
    pub(super) fn try_enter<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        entry: S::Entry,
        scope: ScopeId,
    ) -> Entered<S, A> {
        let mut entry = Some(entry);
        self.enter_now(tracking, &mut entry, scope).map_err(|stopped| {
            let refusal = match stopped {
                Stopped::Full(_) => SubmitErrorKind::Full,
                Stopped::Refused(refusal) => refusal,
            };
            refusal.of(left(entry))
        })
    }

    /// Accepts an entry if there is room for it at once. It is taken only then, since most of what an entry costs here is
    /// to move it.
    pub(super) fn enter_now<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, Stopped> {
        let admission = self.admit(tracking, entry.as_mut().expect(IS_LEFT)).map_err(Stopped::Refused)?;
        self.try_accept(tracking, admission, entry, scope)
    }

    /// Prepares an entry and checks that the service can take it.
    #[inline(always)]
    pub(super) fn admit<A: Tracking<S>>(
        &self,
        tracking: A,
        entry: &mut S::Entry,
    ) -> Result<Admission, SubmitErrorKind> {
        self.service.prepare(entry).map_err(SubmitErrorKind::Invalid)?;
        let mut measure = self.service.measure(entry).map_err(SubmitErrorKind::Invalid)?;
        if self.plan.merges() && tracking.merged().is_none() {
            measure.identity = None;
        }
        Ok(self.plan.admit(&measure)?)
    }

    /// Accepts an entry for which room is already granted.
    pub(super) fn accept_granted<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        mut grant: Grant,
        admission: Admission,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, SubmitErrorKind> {
        let origin = self.tracing.origin();
        let mut state = match self.lock_driven() {
            Ok(state) => state,
            Err(refusal) => {
                self.lock().buffer.give_back(grant);
                return Err(refusal);
            }
        };
        if !state.buffer.widen(&mut grant, admission.charge()) {
            state.buffer.give_back(grant);
            return Err(SubmitErrorKind::Full);
        }
        let newer = entry.as_mut().expect(IS_LEFT);
        match self.absorb_granted(tracking, &mut state, grant, &admission, newer, scope) {
            Ok(output) => {
                drop(state);
                *entry = None;
                Ok(output)
            }
            Err(grant) => self.put((tracking, origin), state, grant, admission, entry, scope),
        }
    }

    #[inline]
    fn try_accept<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        admission: Admission,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, Stopped> {
        let origin = self.tracing.origin();
        let mut state = self.lock();
        if !state.is_driven() {
            state = self.start(state).map_err(Stopped::Refused)?;
        }
        if self.plan.merges() {
            let newer = entry.as_mut().expect(IS_LEFT);
            if let Some(output) = self.absorb(tracking, &mut state, &admission, newer, scope) {
                state.release();
                *entry = None;
                return Ok(output);
            }
        } else if let Some(way) = state.buffer.way(&admission) {
            let (receipt, cell) = tracking.open(&mut state.cells, self);
            let tag = state.links.tie(cell, origin);
            state.buffer.go(way, admission, scope, entry.take().expect(IS_LEFT), tag, clock::now());
            state.count_accepted(self);
            state.release();
            return Ok(receipt);
        }
        self.try_put((tracking, origin), state, admission, entry, scope)
    }

    /// Accepts an entry that cannot be accepted in one step, if there is room for it, or is once failures are discarded.
    fn try_put<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: (A, Origin),
        mut state: Locked<'_, S>,
        admission: Admission,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, Stopped> {
        if let Some(grant) = state.try_grant(admission.charge()) {
            return self.put(tracking, state, grant, admission, entry, scope).map_err(Stopped::Refused);
        }
        let is_stuck = state.is_stuck();
        drop(state);
        Err(match is_stuck {
            true => Stopped::Refused(SubmitErrorKind::Uncollected),
            false => Stopped::Full(admission),
        })
    }

    /// Puts an entry in its place, and calls the driver if there is something to do for it.
    #[inline]
    fn put<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: (A, Origin),
        mut state: Locked<'_, S>,
        grant: Grant,
        admission: Admission,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, SubmitErrorKind> {
        match state.put(self, tracking, grant, admission, entry, scope) {
            Ok(receipt) => {
                if state.has_only_accepted() {
                    state.release();
                }
                Ok(receipt)
            }
            Err(refused) => {
                state.book_duplicate();
                Err(refused.into())
            }
        }
    }

    /// The lock, if entries are accepted: the writer is open, and a driver runs. A driver is started on
    /// the current runtime where none runs; if that is being shut down, none runs after it either.
    #[inline(always)]
    fn lock_driven(self: &Arc<Self>) -> Result<Locked<'_, S>, SubmitErrorKind> {
        let state = self.lock();
        if state.is_driven() { Ok(state) } else { self.start(state) }
    }

    #[cold]
    fn start<'a>(self: &'a Arc<Self>, state: Locked<'a, S>) -> Result<Locked<'a, S>, SubmitErrorKind> {
        if state.is_closed {
            return Err(SubmitErrorKind::Closed);
        }
        drop(state);
        self.start_driver().map_err(|NoRuntime| SubmitErrorKind::NoRuntime)?;
        let state = self.lock();
        match () {
            () if state.is_driven() => Ok(state),
            () if state.is_closed => Err(SubmitErrorKind::Closed),
            () => Err(SubmitErrorKind::NoRuntime),
        }
    }
}

/// An entry that was not accepted.
pub(super) fn left<E>(entry: Option<E>) -> E {
    entry.expect(IS_LEFT)
}

const IS_LEFT: &str =
    "an entry is left until it is accepted or given back, and no future is polled after that";

impl<S: Service> State<S> {
    #[inline]
    fn put<A: Tracking<S>>(
        &mut self,
        shared: &Arc<Shared<S>>,
        tracking: (A, Origin),
        grant: Grant,
        admission: Admission,
        entry: &mut Option<S::Entry>,
        scope: ScopeId,
    ) -> Result<A::Output, Refused> {
        let place = self.buffer.place(grant, admission)?;
        let is_duplicate = place.is_duplicate();
        let (receipt, cell) = tracking.0.open(&mut self.cells, shared);
        let entry = entry.take().expect(IS_LEFT);
        place.put_in(scope, entry, self.links.tie(cell, tracking.1), clock::now());
        if is_duplicate {
            self.book_duplicate();
        }
        self.count_accepted(shared);
        Ok(receipt)
    }

    /// Whether it accepts entries, and a driver runs.
    #[inline]
    fn is_driven(&self) -> bool {
        !self.is_closed && self.driver.is_some()
    }

    /// An entry was accepted: the driver is called if there is something to do for it.
    #[inline]
    pub(super) fn count_accepted(&mut self, shared: &Shared<S>) {
        // Nobody else writes it meanwhile.
        shared.accepted.store(shared.accepted.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        // A driver that was called and has not come yet will see the entry.
        self.effects.calls_driver |= !shared.called.load(Ordering::Relaxed) && self.buffer.wants_poll();
    }

    /// Whether an entry was accepted and nothing else is to be told: no other was superseded, discarded or
    /// found to be a duplicate.
    #[inline]
    fn has_only_accepted(&self) -> bool {
        self.buffer.is_quiet() && self.effects.unused_items.is_empty() && self.log.is_quiet()
    }

    fn book_duplicate(&mut self) {
        self.log.ledger.book(Trouble::Duplicates, Duration::ZERO, None, clock::now());
    }
}
