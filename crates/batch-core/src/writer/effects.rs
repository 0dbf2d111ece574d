use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use super::cell::Block;
use super::log::Lines;
use super::lookout::Sight;
use super::shared::Shared;
use crate::buffer::Stamp;
use crate::{Garbage, Responses, Sent, Service, UnprocessedItem, Unread};

/// What a critical section leaves to be done after it: whatever runs code of the user's.
///
/// Such code may use the writer, block or panic. Under the writer's lock the first would never end, the
/// second would hold up every caller, and the third would leave half a change behind.
pub(super) struct Effects<S: Service> {
    pub(super) wakes: Vec<Waker>,
    /// Failures for the handler, with the stamps of their entries.
    pub(super) unprocessed: Vec<(Box<UnprocessedItem<S::Entry>>, Stamp)>,
    pub(super) unused_wakers: Vec<Waker>,
    pub(super) unused_items: Vec<Box<UnprocessedItem<S::Entry>>>,
    pub(super) unused_blocks: Vec<Arc<Block<S>>>,
    pub(super) unused_answers: Vec<Sent<Unread<S::Response>>>,
    pub(super) unused_responses: Vec<Responses<S::Response>>,
    pub(super) garbage: Vec<Garbage<S::Entry, S::Response>>,
    pub(super) calls_driver: bool,
    pub(super) lines: Lines,
    /// What the observers are to be told.
    pub(super) sights: Vec<Sight>,
}

impl<S: Service> Effects<S> {
    pub(super) fn new() -> Self {
        Self {
            wakes: Vec::new(),
            unprocessed: Vec::new(),
            unused_wakers: Vec::new(),
            unused_items: Vec::new(),
            unused_blocks: Vec::new(),
            unused_answers: Vec::new(),
            unused_responses: Vec::new(),
            garbage: Vec::new(),
            calls_driver: false,
            lines: Lines::default(),
            sights: Vec::new(),
        }
    }

    /// Does it all, outside of the lock. A panic ends only what caused it.
    pub(super) fn perform(self, shared: &Shared<S>) {
        if self.calls_driver {
            shared.call_driver();
        }
        // Before the wakes, so that whoever is woken finds that the observers know what it knows.
        self.sights.iter().for_each(|sight| shared.tell(sight));
        for waker in self.wakes {
            guarded(|| waker.wake());
        }
        if !self.unprocessed.is_empty() {
            shared.give_to_handler(self.unprocessed);
        }
        self.unused_wakers.into_iter().for_each(quietly);
        self.unused_items.into_iter().for_each(quietly);
        self.unused_blocks.into_iter().for_each(quietly);
        drop_each(self.unused_answers);
        self.unused_responses.into_iter().for_each(quietly);
        self.garbage.into_iter().for_each(Garbage::drop_quietly);
        shared.label.log(self.lines);
    }
}

impl<E, R> Garbage<E, R> {
    /// Drops each part by itself: of a vector, the second part whose drop panics would end the process.
    fn drop_quietly(self) {
        drop_each(self.entries);
        self.verdicts.into_iter().for_each(quietly);
        self.failures.into_iter().for_each(quietly);
    }
}

/// Drops each by itself; nothing is to be done where a drop does nothing.
fn drop_each<T>(unused: Vec<T>) {
    if std::mem::needs_drop::<T>() {
        unused.into_iter().for_each(quietly);
    }
}

/// Drops something of the user's, whose drop may panic.
pub(super) fn quietly<T>(unused: T) {
    if std::mem::needs_drop::<T>() {
        guarded(|| drop(unused));
    }
}

/// Runs code of the user's; nothing if it panics.
pub(super) fn guarded<T>(code: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(code));
    if let Err(panic) = result {
        // What a panic carries is dropped here, and may panic itself.
        std::mem::forget(panic);
        tracing::error!(target: "batch_core", "code of the user's panicked, such as a waker or the drop of an entry");
        return None;
    }
    result.ok()
}
