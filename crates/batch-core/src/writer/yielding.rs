use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::shared::Shared;
use crate::Service;

/// How many entries are accepted in one go at least before others are to have their turn.
pub(super) const LEAST_TURN: usize = 128;

impl<S: Service> Shared<S> {
    /// Lets others work, if they are to have their turn.
    #[inline]
    pub(super) async fn give_turn(&self) {
        if self.owes_turn() {
            let mut had_turn = false;
            poll_fn(|context| match std::mem::replace(&mut had_turn, true) {
                true => Poll::Ready(()),
                false => {
                    wake_after_others(context);
                    Poll::Pending
                }
            })
            .await;
        }
    }

    /// Whether others are to have their turn: on a runtime of one thread, a loop of submits must let the driver work,
    /// and the responses to requests in flight arrive. A lane that waits for one does not call the driver, so that what
    /// the loop submits would gather until the writer is full.
    #[inline]
    pub(super) fn owes_turn(&self) -> bool {
        let owes = self.accepted.load(Ordering::Relaxed) >= self.turn;
        if owes {
            self.accepted.store(0, Ordering::Relaxed);
        }
        owes
    }
}

/// Has a task woken after others had their turn.
///
/// A runtime of one thread looks for responses before it wakes whoever yielded to it. One of several threads has others
/// that look for them, and it must not be relied on to wake this one: a program may block one of its threads on a call.
pub(super) fn wake_after_others(context: &mut Context<'_>) {
    let has_one_thread =
        Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread);
    if !has_one_thread || pin!(tokio::task::yield_now()).poll(context).is_ready() {
        context.waker().wake_by_ref();
    }
}
