use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::room::WaitForRoom;
use super::shared::Shared;
use super::submit::{Entered, Stopped, left};
use super::tracking::Tracking;
use super::yielding::wake_after_others;
use crate::{Admission, ScopeId, Service};

/// An entry on its way into the writer, which waits for room if there is none.
///
/// It is no `async fn`, which would move the entry, and the result with it, once for each function that awaits another:
/// the entry goes from here right to where it waits.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub(super) struct Entering<'a, S: Service, A> {
    shared: &'a Arc<Shared<S>>,
    tracking: A,
    scope: ScopeId,
    had_turn: bool,
    /// Before the entry: room, or a place in the queue, is given up before the drop of an entry runs, which may want it.
    room: Option<(Admission, WaitForRoom<'a, S>)>,
    /// Nothing once it was accepted or given back.
    entry: Option<S::Entry>,
}

impl<S: Service> Shared<S> {
    pub(super) fn enter<A: Tracking<S>>(
        self: &Arc<Self>,
        tracking: A,
        entry: S::Entry,
        scope: ScopeId,
    ) -> Entering<'_, S, A> {
        Entering { shared: self, tracking, scope, had_turn: false, room: None, entry: Some(entry) }
    }
}

/// Nothing of it is pinned.
impl<S: Service, A> Unpin for Entering<'_, S, A> {}

impl<S: Service, A: Tracking<S>> Entering<'_, S, A> {
    /// Goes on after others had their turn, or where there was no room.
    #[cold]
    fn poll_later(&mut self, context: &mut Context<'_>) -> Poll<Entered<S, A>> {
        let Self { shared, tracking, scope, .. } = *self;
        let Some((admission, room)) = &mut self.room else {
            return match shared.enter_now(tracking, &mut self.entry, scope) {
                Ok(output) => Poll::Ready(Ok(output)),
                Err(stopped) => self.stopped(stopped, context),
            };
        };
        let (admission, grant) = (*admission, ready!(Pin::new(room).poll(context)));
        // Whoever keeps this future must not keep its place in the queue.
        self.room = None;
        let outcome = match grant {
            Ok(grant) => shared.accept_granted(tracking, grant, admission, &mut self.entry, scope),
            Err(error) => Err(error.into()),
        };
        Poll::Ready(outcome.map_err(|refusal| refusal.of(left(self.entry.take()))))
    }

    /// Waits where there is no room.
    #[cold]
    fn stopped(&mut self, stopped: Stopped, context: &mut Context<'_>) -> Poll<Entered<S, A>> {
        match stopped {
            Stopped::Full(admission) => {
                self.room = Some((admission, self.shared.wait_for_room(admission.charge())));
                self.poll_later(context)
            }
            Stopped::Refused(refusal) => Poll::Ready(Err(refusal.of(left(self.entry.take())))),
        }
    }
}

impl<S: Service, A: Tracking<S>> Future for Entering<'_, S, A> {
    type Output = Entered<S, A>;

    /// The way that most entries go is inlined where they are submitted, so that a result without an entry is not moved.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.had_turn || this.room.is_some() {
            return this.poll_later(context);
        }
        if this.shared.owes_turn() {
            this.had_turn = true;
            wake_after_others(context);
            return Poll::Pending;
        }
        match this.shared.enter_now(this.tracking, &mut this.entry, this.scope) {
            Ok(output) => Poll::Ready(Ok(output)),
            Err(stopped) => this.stopped(stopped, context),
        }
    }
}
