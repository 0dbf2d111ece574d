//! `std::thread`. All tasks under shuttle share a thread, so std cannot tell which of them panics: the hook does.

use std::cell::RefCell;
use std::collections::BTreeMap;

pub use shuttle::thread::{JoinHandle, spawn, yield_now};

thread_local! {
    static UNWINDING: RefCell<BTreeMap<usize, isize>> = const { RefCell::new(BTreeMap::new()) };
}

/// Whether this task unwinds.
pub fn panicking() -> bool {
    UNWINDING.with_borrow(|tasks| tasks.get(&me()).is_some_and(|panics| *panics > 0))
}

/// A panic of this task's begins or is caught.
pub(crate) fn unwinding(panics: isize) {
    UNWINDING.with_borrow_mut(|tasks| *tasks.entry(me()).or_default() += panics);
}

/// No task of the next execution unwinds.
pub(crate) fn reset() {
    UNWINDING.take();
}

/// The number of this task.
fn me() -> usize {
    shuttle::current::try_get_current_task().map_or(usize::MAX, usize::from)
}
