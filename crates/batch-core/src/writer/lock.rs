use std::ops::{Deref, DerefMut};
use std::sync::{MutexGuard, PoisonError};

use super::clock;
use super::effects::Effects;
use super::shared::{Shared, State};
use crate::Service;

/// The state of a writer while it is locked. However a critical section ends, what it changed reaches
/// its owners: the answers that it caused are given, waiters that may go on, or must not wait, are woken.
///
/// Under the lock, nothing of the user's is dropped, cloned, woken or called, and no task is spawned;
/// that is done after it, by [`Effects`].
pub(super) struct Locked<'a, S: Service> {
    shared: &'a Shared<S>,
    state: Option<MutexGuard<'a, State<S>>>,
}

impl<S: Service> Shared<S> {
    #[inline]
    pub(super) fn lock(&self) -> Locked<'_, S> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Locked { shared: self, state: Some(state) }
    }
}

impl<S: Service> Locked<'_, S> {
    /// Ends the critical section; what it leaves to be done.
    #[must_use = "effects must be performed"]
    pub(super) fn unlock(mut self) -> Effects<S> {
        self.end().unwrap_or_else(Effects::new)
    }

    /// Ends a critical section after which nothing is to be done but, perhaps, to call the driver. The state is not to
    /// be used any more.
    #[inline(always)]
    pub(super) fn release(&mut self) {
        if let Some(mut state) = self.state.take() {
            let calls_driver = std::mem::take(&mut state.effects.calls_driver);
            drop(state);
            if calls_driver {
                self.shared.call_driver();
            }
        }
    }

    #[cold]
    fn finish(&mut self) {
        if let Some(effects) = self.end() {
            effects.perform(self.shared);
        }
    }

    fn end(&mut self) -> Option<Effects<S>> {
        let mut state = self.state.take()?;
        state.settle();
        Some(std::mem::replace(&mut state.effects, Effects::new()))
    }
}

impl<S: Service> State<S> {
    /// Tells everything outside of the state what has become of it.
    fn settle(&mut self) {
        while let Some(answer) = self.buffer.next_answer() {
            self.answer(answer);
        }
        self.sight_merged();
        self.discard_for_waiters();
        if self.is_stuck() {
            self.buffer.alarm();
        }
        // Only the driver can measure how long collectors take, and it does not see every moment.
        let relies = self.relies_on_collectors();
        self.stuck_since = self.stuck_since.filter(|_| relies);
        self.effects.calls_driver |= self.stuck_since.is_none() && relies;
        self.wake_flushes();
        self.report(clock::now);
        self.effects.wakes.append(&mut self.buffer.take_wakes());
        self.cells.give_up_full(&mut self.effects.unused_blocks);
        let garbage = self.buffer.take_garbage();
        if !garbage.is_empty() {
            self.effects.garbage.push(garbage);
        }
    }
}

impl<S: Service> Drop for Locked<'_, S> {
    #[inline]
    fn drop(&mut self) {
        // After `release`, there is nothing to do.
        if self.state.is_some() {
            self.finish();
        }
    }
}

impl<S: Service> Deref for Locked<'_, S> {
    type Target = State<S>;

    fn deref(&self) -> &State<S> {
        self.state.as_ref().expect("it is locked until it is released or unlocked")
    }
}

impl<S: Service> DerefMut for Locked<'_, S> {
    fn deref_mut(&mut self) -> &mut State<S> {
        self.state.as_mut().expect("it is locked until it is released or unlocked")
    }
}
