use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::cell::Cells;
use super::clock;
use super::driver::NoRuntime;
use super::error_kind::SubmitErrorKind;
use super::ledger::Trouble;
use super::lock::Locked;
use super::receipt::Receipt;
use super::shared::{Shared, State, Tag};
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
    pub async fn submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.shared.enter(entry, Terms::OWN).await.map(drop)
    }

    /// Submits an entry like [`submit`](Self::submit), and returns a [`Receipt`] that resolves to its
    /// answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`submit`](Self::submit).
    pub async fn submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.enter(entry, Terms::OWN.tracked()).await.map(expect_receipt)
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
        self.shared.try_enter(entry, Terms::OWN).map(drop)
    }

    /// Submits an entry like [`try_submit`](Self::try_submit), and returns a [`Receipt`] that resolves to
    /// its answer.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`try_submit`](Self::try_submit).
    pub fn try_submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.try_enter(entry, Terms::OWN.tracked()).map(expect_receipt)
    }
}

/// How many entries are accepted in one go at least before the driver is to have its turn.
const LEAST_TURN: usize = 128;

/// How an entry is accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    scope: ScopeId,
    /// Whether the submitter wants a receipt.
    is_tracked: bool,
}

impl Terms {
    /// Into the writer's own scope, without a receipt.
    pub(super) const OWN: Self = Self::of(ScopeId::OWN);

    /// Into this scope, without a receipt.
    pub(super) const fn of(scope: ScopeId) -> Self {
        Self { scope, is_tracked: false }
    }

    /// The same, with a receipt.
    pub(super) const fn tracked(self) -> Self {
        Self { is_tracked: true, ..self }
    }

    /// The receipt of an entry, if its submitter wants one, and the writer's end of it.
    #[inline]
    fn open<S: Service>(
        self,
        cells: &mut Cells<S::Entry, S::Response>,
        shared: &Arc<Shared<S>>,
    ) -> (Option<Receipt<S>>, Tag<S>) {
        if !self.is_tracked {
            return (None, None);
        }
        let (receipt, end) = cells.open();
        (Some(Receipt::new(shared, receipt)), Some(end))
    }
}

pub(super) type Entered<S> = Result<Option<Receipt<S>>, SubmitError<<S as Service>::Entry>>;

impl<S: Service> Shared<S> {
    pub(super) async fn enter(self: &Arc<Self>, mut entry: S::Entry, terms: Terms) -> Entered<S> {
        let is_turn = self.accepted.load(Ordering::Relaxed) >= self.plan.threshold_entries.max(LEAST_TURN);
        if is_turn && self.called.load(Ordering::Relaxed) {
            // On a runtime of one thread, a loop of submits must let the driver work. Once is enough.
            self.accepted.store(0, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
        let admission = match self.admit(&mut entry) {
            Ok(admission) => admission,
            Err(refusal) => return Err(refusal.of(entry)),
        };
        let entry = match self.try_accept(admission, entry, terms) {
            Ok(receipt) => return Ok(receipt),
            Err(SubmitError::Full(entry)) => entry,
            Err(error) => return Err(error),
        };
        match self.wait_for_room(admission.charge()).await {
            Ok(grant) => self.accept_granted(grant, admission, entry, terms),
            Err(error) => Err(SubmitErrorKind::from(error).of(entry)),
        }
    }

    pub(super) fn try_enter(self: &Arc<Self>, mut entry: S::Entry, terms: Terms) -> Entered<S> {
        match self.admit(&mut entry) {
            Ok(admission) => self.try_accept(admission, entry, terms),
            Err(refusal) => Err(refusal.of(entry)),
        }
    }

    /// Prepares an entry and checks that the service can take it.
    #[inline]
    pub(super) fn admit(&self, entry: &mut S::Entry) -> Result<Admission, SubmitErrorKind> {
        self.service.prepare(entry).map_err(SubmitErrorKind::Invalid)?;
        let measure = self.service.measure(entry).map_err(SubmitErrorKind::Invalid)?;
        Ok(self.plan.admit(&measure)?)
    }

    /// Accepts an entry for which room is already granted.
    pub(super) fn accept_granted(
        self: &Arc<Self>,
        mut grant: Grant,
        admission: Admission,
        entry: S::Entry,
        terms: Terms,
    ) -> Entered<S> {
        let mut state = match self.lock_driven() {
            Ok(state) => state,
            Err(refusal) => {
                self.lock().buffer.give_back(grant);
                return Err(refusal.of(entry));
            }
        };
        if !state.buffer.widen(&mut grant, admission.charge()) {
            state.buffer.give_back(grant);
            drop(state);
            return Err(SubmitErrorKind::Full.of(entry));
        }
        self.put(state, grant, admission, entry, terms)
    }

    #[inline]
    fn try_accept(self: &Arc<Self>, admission: Admission, entry: S::Entry, terms: Terms) -> Entered<S> {
        let mut state = match self.lock_driven() {
            Ok(state) => state,
            Err(refusal) => return Err(refusal.of(entry)),
        };
        if state.buffer.can_append(&admission) {
            let (receipt, end) = terms.open(&mut state.cells, self);
            state.buffer.append(admission, terms.scope, entry, end, clock::now());
            state.count_accepted(self);
            state.release();
            return Ok(receipt);
        }
        self.try_put(state, admission, entry, terms)
    }

    /// Accepts an entry that shares its lane or its identity with another one, or for which there is room
    /// only if failures are discarded.
    fn try_put(
        self: &Arc<Self>,
        mut state: Locked<'_, S>,
        admission: Admission,
        entry: S::Entry,
        terms: Terms,
    ) -> Entered<S> {
        let Some(grant) = state.try_grant(admission.charge()) else {
            let refusal = if state.is_stuck() { SubmitErrorKind::Uncollected } else { SubmitErrorKind::Full };
            drop(state);
            return Err(refusal.of(entry));
        };
        self.put(state, grant, admission, entry, terms)
    }

    /// Puts an entry in its place, and calls the driver if there is something to do for it.
    #[inline]
    fn put(
        self: &Arc<Self>,
        mut state: Locked<'_, S>,
        grant: Grant,
        admission: Admission,
        entry: S::Entry,
        terms: Terms,
    ) -> Entered<S> {
        match state.put(self, grant, admission, entry, terms) {
            Ok(receipt) => {
                if state.has_only_accepted() {
                    state.release();
                }
                Ok(receipt)
            }
            Err((refused, entry)) => {
                state.book_duplicate();
                drop(state);
                Err(SubmitErrorKind::from(refused).of(entry))
            }
        }
    }

    /// The lock, if entries are accepted: the writer is open, and a driver runs. A driver is started on
    /// the current runtime where none runs; if that is being shut down, none runs after it either.
    #[inline]
    fn lock_driven(self: &Arc<Self>) -> Result<Locked<'_, S>, SubmitErrorKind> {
        let state = self.lock_open()?;
        if state.driver.is_some() {
            return Ok(state);
        }
        drop(state);
        self.start_driver().map_err(|NoRuntime| SubmitErrorKind::NoRuntime)?;
        let state = self.lock_open()?;
        if state.driver.is_some() { Ok(state) } else { Err(SubmitErrorKind::NoRuntime) }
    }

    #[inline]
    fn lock_open(&self) -> Result<Locked<'_, S>, SubmitErrorKind> {
        let state = self.lock();
        if state.is_closed { Err(SubmitErrorKind::Closed) } else { Ok(state) }
    }
}

/// The receipt of an entry that is accepted, or the entry.
type Placed<S> = Result<Option<Receipt<S>>, (Refused, <S as Service>::Entry)>;

impl<S: Service> State<S> {
    #[inline]
    fn put(
        &mut self,
        shared: &Arc<Shared<S>>,
        grant: Grant,
        admission: Admission,
        entry: S::Entry,
        terms: Terms,
    ) -> Placed<S> {
        let place = match self.buffer.place(grant, admission) {
            Ok(place) => place,
            Err(refused) => return Err((refused, entry)),
        };
        let is_duplicate = place.is_duplicate();
        let (receipt, end) = terms.open(&mut self.cells, shared);
        place.put_in(terms.scope, entry, end, clock::now());
        if is_duplicate {
            self.book_duplicate();
        }
        self.count_accepted(shared);
        Ok(receipt)
    }

    /// An entry was accepted: the driver is called if there is something to do for it.
    #[inline]
    fn count_accepted(&mut self, shared: &Shared<S>) {
        // Nobody else writes it meanwhile.
        shared.accepted.store(shared.accepted.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.effects.calls_driver |= self.buffer.wants_poll();
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

pub(super) fn expect_receipt<S: Service>(receipt: Option<Receipt<S>>) -> Receipt<S> {
    receipt.expect("a tracked entry has a receipt")
}
