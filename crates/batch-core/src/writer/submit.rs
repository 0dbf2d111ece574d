use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};

use super::clock;
use super::driver::NoRuntime;
use super::receipt::{Answer, Block, Receipt};
use super::shared::{Shared, State};
use crate::{Grant, Invalid, Measure, Place, Refused, ReserveError, Service, SubmitError, Writer, buffer};

impl<S: Service> Writer<S> {
    /// Takes an entry in, to be delivered; a failure is handed back later, by `flush` for example.
    /// Waits only for room: first come, first served.
    ///
    /// Cancelling it before it returns means that the entry was not accepted, and drops it; use
    /// [`reserve`](Self::reserve) where that must not happen.
    ///
    /// # Errors
    ///
    /// The entry, when it is invalid, too large or a duplicate, when the writer is shut down or
    /// filled by uncollected failures, and outside of a tokio runtime.
    pub async fn submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.shared.enter(entry, Track::No).await.map(drop)
    }

    /// Like [`submit`](Self::submit), with a receipt for the answer.
    ///
    /// # Errors
    ///
    /// Like [`submit`](Self::submit).
    pub async fn submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.enter(entry, Track::Yes).await.map(expect_receipt)
    }

    /// Like [`submit`](Self::submit), but never waits and never overtakes one that waits.
    ///
    /// # Errors
    ///
    /// Like [`submit`](Self::submit), and [`SubmitError::Full`] when there is no room now.
    pub fn try_submit(&self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        self.shared.try_enter(entry, Track::No).map(drop)
    }

    /// Like [`try_submit`](Self::try_submit), with a receipt for the answer.
    ///
    /// # Errors
    ///
    /// Like [`try_submit`](Self::try_submit).
    pub fn try_submit_tracked(&self, entry: S::Entry) -> Result<Receipt<S>, SubmitError<S::Entry>> {
        self.shared.try_enter(entry, Track::Yes).map(expect_receipt)
    }
}

/// Whether the submitter wants a receipt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Track {
    No,
    Yes,
}

pub(super) type Entered<S> = Result<Option<Receipt<S>>, SubmitError<<S as Service>::Entry>>;

/// A place in the buffer, and the lock under which it must be taken.
pub(super) struct Seat<'a, S: Service> {
    state: MutexGuard<'a, State<S>>,
    place: Place,
}

/// Why an entry is not accepted.
#[derive(Debug)]
pub(super) enum Refusal {
    Closed,
    Duplicate,
    Full,
    Invalid(Invalid),
    NoRuntime,
    TooLarge { bytes: usize, limit: usize },
    Uncollected,
}

impl<S: Service> Shared<S> {
    async fn enter(self: &Arc<Self>, mut entry: S::Entry, track: Track) -> Entered<S> {
        if self.called.load(Ordering::Relaxed) {
            // On a runtime of one thread, a loop of submits must let the driver work.
            tokio::task::coop::consume_budget().await;
        }
        self.service.prepare(&mut entry);
        let (measure, charge) = match self.measure(&entry) {
            Ok(measured) => measured,
            Err(refusal) => return Err(refusal.of(entry)),
        };
        match self.seat_now(&measure, charge) {
            Ok(seat) => return Ok(self.take_seat(seat, entry, track)),
            Err(Refusal::Full) => {}
            Err(refusal) => return Err(refusal.of(entry)),
        }
        let seat = match self.wait_for_room(charge).await {
            Ok(grant) => self.seat(grant, &measure),
            Err(error) => Err(error.into()),
        };
        match seat {
            Ok(seat) => Ok(self.take_seat(seat, entry, track)),
            Err(refusal) => Err(refusal.of(entry)),
        }
    }

    fn try_enter(self: &Arc<Self>, mut entry: S::Entry, track: Track) -> Entered<S> {
        self.service.prepare(&mut entry);
        let seat = self.measure(&entry).and_then(|(measure, charge)| self.seat_now(&measure, charge));
        match seat {
            Ok(seat) => Ok(self.take_seat(seat, entry, track)),
            Err(refusal) => Err(refusal.of(entry)),
        }
    }

    /// The measure of an entry that can fit, and what it is charged.
    pub(super) fn measure<'a>(&self, entry: &'a S::Entry) -> Result<(Measure<'a>, usize), Refusal> {
        let measure = self.service.measure(entry).map_err(Refusal::Invalid)?;
        let charge = buffer::charge(&self.plan, &measure)?;
        Ok((measure, charge))
    }

    /// A place for which room is already granted.
    pub(super) fn seat(
        self: &Arc<Self>,
        grant: Grant,
        measure: &Measure<'_>,
    ) -> Result<Seat<'_, S>, Refusal> {
        let mut state = self.lock();
        if let Err(refusal) = state.open(self) {
            state.buffer.give_back(grant);
            self.unlock(state);
            return Err(refusal);
        }
        self.place(state, grant, measure)
    }

    fn place<'a>(
        &self,
        mut state: MutexGuard<'a, State<S>>,
        grant: Grant,
        measure: &Measure<'_>,
    ) -> Result<Seat<'a, S>, Refusal> {
        match state.buffer.place(grant, measure) {
            Ok(place) => Ok(Seat { state, place }),
            Err(refused) => {
                self.unlock(state);
                if refused == Refused::Duplicate {
                    self.warn_of_duplicate();
                }
                Err(refused.into())
            }
        }
    }

    fn warn_of_duplicate(&self) {
        let service = self.service.name();
        tracing::warn!(target: "batch_core", service, "an entry has the identity of one still inside");
    }

    /// Puts an entry in its place, and calls the driver if there is something to do for it.
    pub(super) fn take_seat(
        self: &Arc<Self>,
        seat: Seat<'_, S>,
        entry: S::Entry,
        track: Track,
    ) -> Option<Receipt<S>> {
        let Seat { mut state, place } = seat;
        let (receipt, answer) = match track {
            Track::No => (None, None),
            Track::Yes => {
                let (receipt, answer) = state.open_receipt(self);
                (Some(receipt), Some(answer))
            }
        };
        let now = clock::now();
        let is_duplicate = place.is_duplicate;
        state.buffer.put(place, entry, answer, now);
        let wants_poll = state.buffer.wants_poll();
        self.unlock(state);
        if wants_poll {
            self.call_driver();
        }
        if is_duplicate {
            self.warn_of_duplicate();
        }
        receipt
    }

    fn seat_now(self: &Arc<Self>, measure: &Measure<'_>, charge: usize) -> Result<Seat<'_, S>, Refusal> {
        let mut state = self.lock();
        state.open(self)?;
        let Some(grant) = state.buffer.try_grant(charge) else {
            return Err(if state.is_stuck() { Refusal::Uncollected } else { Refusal::Full });
        };
        self.place(state, grant, measure)
    }
}

impl<S: Service> State<S> {
    /// Whether entries are taken at all.
    fn open(&mut self, shared: &Arc<Shared<S>>) -> Result<(), Refusal> {
        if self.is_closed {
            return Err(Refusal::Closed);
        }
        self.ensure_driver(shared).map_err(|NoRuntime| Refusal::NoRuntime)
    }

    fn open_receipt(&mut self, shared: &Arc<Shared<S>>) -> (Receipt<S>, Answer<S::Entry, S::Sent>) {
        loop {
            if let Some(ends) = self.receipts.open(shared) {
                return ends;
            }
            self.receipts = Block::new();
        }
    }
}

impl Refusal {
    /// The error that gives this entry back.
    pub(super) fn of<E>(self, entry: E) -> SubmitError<E> {
        match self {
            Self::Closed => SubmitError::Closed(entry),
            Self::Duplicate => SubmitError::Duplicate(entry),
            Self::Full => SubmitError::Full(entry),
            Self::Invalid(reason) => SubmitError::Invalid { entry, reason },
            Self::NoRuntime => SubmitError::NoRuntime(entry),
            Self::TooLarge { bytes, limit } => SubmitError::TooLarge { entry, bytes, limit },
            Self::Uncollected => SubmitError::Uncollected(entry),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Duplicate => Self::Duplicate,
            Refused::TooLarge { bytes, limit } => Self::TooLarge { bytes, limit },
        }
    }
}

impl From<ReserveError> for Refusal {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Closed => Self::Closed,
            ReserveError::Uncollected => Self::Uncollected,
        }
    }
}

pub(super) fn expect_receipt<S: Service>(receipt: Option<Receipt<S>>) -> Receipt<S> {
    receipt.expect("a tracked entry has a receipt")
}
