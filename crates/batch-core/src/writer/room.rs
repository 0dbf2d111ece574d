use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::clock;
use super::shared::{Shared, State};
use crate::{Grant, ReserveError, Service, Ticket};

/// How long those who wait for room rely on somebody who awaited a receipt: one who has been woken
/// takes its failure at once, unless he gave up awaiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for room, in the order of coming. Dropping it leaves the queue.
pub(super) struct WaitForRoom<'a, S: Service> {
    shared: &'a Arc<Shared<S>>,
    charge: usize,
    ticket: Option<Ticket>,
}

impl<S: Service> Shared<S> {
    pub(super) fn wait_for_room(self: &Arc<Self>, charge: usize) -> WaitForRoom<'_, S> {
        WaitForRoom { shared: self, charge, ticket: None }
    }
}

impl<S: Service> State<S> {
    /// Whether waiting for room would be for ever: nobody is about to collect what fills it.
    pub(super) fn is_stuck(&self) -> bool {
        let overslept = self.stuck_since.is_some_and(|since| since + PATIENCE <= clock::now());
        self.flushes == 0 && (self.awaited == 0 || overslept) && self.buffer.is_stuck()
    }

    /// When the wait for the owners of awaited receipts ends, if only they keep it from being stuck.
    pub(super) fn watch_receipts(&mut self, now: Instant) -> Option<Instant> {
        let waits = self.relies_on_receipts();
        self.stuck_since = waits.then(|| self.stuck_since.unwrap_or(now));
        self.stuck_since.map(|since| since + PATIENCE).filter(|end| *end > now)
    }

    /// Whether only the owners of awaited receipts can make room.
    pub(super) fn relies_on_receipts(&self) -> bool {
        self.awaited > 0 && self.flushes == 0 && self.buffer.is_stuck()
    }
}

impl<S: Service> Future for WaitForRoom<'_, S> {
    type Output = Result<Grant, ReserveError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.shared.lock();
        if state.is_closed {
            return Poll::Ready(Err(ReserveError::Closed));
        }
        let grant = match self.ticket {
            None => state.buffer.try_grant(self.charge),
            Some(ticket) => state.buffer.claim(ticket, context.waker()),
        };
        if let Some(grant) = grant {
            drop(state);
            self.ticket = None;
            return Poll::Ready(Ok(grant));
        }
        if state.is_stuck() {
            return Poll::Ready(Err(ReserveError::Uncollected));
        }
        if self.ticket.is_none() {
            let ticket = state.buffer.queue(self.charge, context.waker().clone());
            drop(state);
            self.ticket = Some(ticket);
            // A partial batch goes at once when somebody waits for room.
            self.shared.call_driver();
        }
        Poll::Pending
    }
}

impl<S: Service> Drop for WaitForRoom<'_, S> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let mut state = self.shared.lock();
            state.buffer.leave_queue(ticket);
            self.shared.unlock(state);
        }
    }
}
