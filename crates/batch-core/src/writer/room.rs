use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::shared::{Shared, State};
use crate::{Grant, ReserveError, Service, Ticket};

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
    /// Whether waiting for room would be for ever.
    pub(super) fn is_stuck(&self) -> bool {
        self.collectors == 0 && self.buffer.is_stuck()
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
            let wakes = state.buffer.take_wakes();
            drop(state);
            wakes.into_iter().for_each(Waker::wake);
        }
    }
}
