use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::clock;
use super::shared::{Shared, State};
use crate::{Grant, ReserveError, Service, Ticket};

/// How long a waiter for room relies on a collector that was woken, the owner of a receipt or a flush:
/// it collects its failures at once, unless it is not polled any more.
const COLLECTOR_GRACE: Duration = Duration::from_secs(1);

/// Waits for room, first come, first served. Dropping it leaves the queue.
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
    /// Room for an entry of this charge, if need be that of failures whose receipts were dropped.
    #[inline]
    pub(super) fn try_grant(&mut self, charge: usize) -> Option<Grant> {
        loop {
            let grant = self.buffer.try_grant(charge);
            if grant.is_some() || self.buffer.has_waiters() {
                return grant;
            }
            let orphan = self.pool.take_orphan(self.flushes.covered())?;
            self.discard(orphan);
        }
    }

    /// Discards failures whose receipts were dropped while an entry waits for their room.
    pub(super) fn discard_for_waiters(&mut self) {
        while self.buffer.has_waiters()
            && let Some(orphan) = self.pool.take_orphan(self.flushes.covered())
        {
            self.discard(orphan);
        }
    }

    /// Whether waiting for room would be for ever: no collector is about to collect what fills it.
    pub(super) fn is_stuck(&self) -> bool {
        self.buffer.is_stuck() && (!self.has_collectors() || self.is_grace_over())
    }

    /// When the collectors' grace ends, if only they keep the writer from being stuck.
    pub(super) fn watch_collectors(&mut self, now: Instant) -> Option<Instant> {
        let relies = self.relies_on_collectors();
        self.stuck_since = relies.then(|| self.stuck_since.unwrap_or(now));
        self.stuck_since.map(|since| since + COLLECTOR_GRACE).filter(|end| *end > now)
    }

    /// Whether only collectors can make room.
    pub(super) fn relies_on_collectors(&self) -> bool {
        self.has_collectors() && self.buffer.is_stuck()
    }

    /// Whether receipts were being awaited when their failures came, or flushes are under way.
    fn has_collectors(&self) -> bool {
        self.awaited > 0 || self.flushes.are_pending()
    }

    fn is_grace_over(&self) -> bool {
        self.stuck_since.is_some_and(|since| since + COLLECTOR_GRACE <= clock::now())
    }
}

impl<S: Service> Future for WaitForRoom<'_, S> {
    type Output = Result<Grant, ReserveError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = context.waker().clone();
        let shared = self.shared;
        let mut state = shared.lock();
        let outcome = match self.ticket {
            _ if state.is_closed => Some(Err(ReserveError::Closed)),
            None => state.try_grant(self.charge).map(Ok),
            Some(ticket) => state.buffer.claim(ticket).map(Ok),
        };
        let is_stuck = || state.is_stuck().then_some(Err(ReserveError::Uncollected));
        if let Some(outcome) = outcome.or_else(is_stuck) {
            state.effects.unused_wakers.push(waker);
            if outcome.is_ok() {
                self.ticket = None;
            }
            return Poll::Ready(outcome);
        }
        match self.ticket {
            Some(ticket) => {
                let unused = state.buffer.watch(ticket, waker);
                state.effects.unused_wakers.extend(unused);
            }
            None => {
                self.ticket = Some(state.buffer.queue(self.charge, waker));
                // A partial batch goes at once when an entry waits for room.
                state.effects.calls_driver = true;
            }
        }
        Poll::Pending
    }
}

impl<S: Service> Drop for WaitForRoom<'_, S> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let mut state = self.shared.lock();
            let unused = state.buffer.leave_queue(ticket);
            state.effects.unused_wakers.extend(unused);
        }
    }
}
