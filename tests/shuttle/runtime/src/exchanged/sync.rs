//! `std::sync`.

use std::backtrace::Backtrace;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

pub use shuttle::sync::atomic;
pub use std::sync::{Arc, LockResult, PoisonError, Weak};

use super::thread;
use crate::schedule;
use crate::task::unpoisoned;

/// A cell that is set once: each look at it is a step of the schedule.
#[derive(Debug)]
pub struct OnceLock<T> {
    is_set: atomic::AtomicBool,
    value: std::sync::OnceLock<T>,
}

impl<T> OnceLock<T> {
    /// Not set.
    pub const fn new() -> Self {
        Self { is_set: atomic::AtomicBool::new(false), value: std::sync::OnceLock::new() }
    }

    /// The value, if it is set.
    pub fn get(&self) -> Option<&T> {
        if self.is_set.load(atomic::Ordering::Acquire) { self.value.get() } else { None }
    }

    /// Takes the value out, if it is set.
    pub fn take(&mut self) -> Option<T> {
        *self.is_set.get_mut() = false;
        self.value.take()
    }

    /// The value, which is set to this if it is not yet.
    pub fn get_or_init(&self, value: impl FnOnce() -> T) -> &T {
        let value = self.value.get_or_init(value);
        self.is_set.store(true, atomic::Ordering::Release);
        value
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A mutex that says where a task locks what it has locked already, and then waits for ever, as that task would.
pub struct Mutex<T: ?Sized> {
    state: std::sync::Mutex<State>,
    value: shuttle::sync::Mutex<T>,
}

/// What is known of a lock; it is locked itself for one step at most.
struct State {
    holder: Option<(shuttle::current::TaskId, &'static Location<'static>)>,
    is_poisoned: bool,
}

/// The lock, while it is held.
pub struct MutexGuard<'a, T: ?Sized> {
    state: &'a std::sync::Mutex<State>,
    was_panicking: bool,
    value: Option<shuttle::sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// Unlocked.
    pub const fn new(value: T) -> Self {
        let state = std::sync::Mutex::new(State { holder: None, is_poisoned: false });
        Self { state, value: shuttle::sync::Mutex::new(value) }
    }

    /// Consumes the mutex.
    ///
    /// # Errors
    ///
    /// As in std, when a holder panicked.
    pub fn into_inner(self) -> LockResult<T> {
        let value = self.value.into_inner().unwrap_or_else(PoisonError::into_inner);
        if unpoisoned(&self.state).is_poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// # Errors
    ///
    /// As in std, when a holder panicked.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let (me, here) = (shuttle::current::me(), Location::caller());
        let locked_by = unpoisoned(&self.state).holder;
        if let Some((holder, there)) = locked_by
            && holder == me
        {
            let [here, there] = [here, there].map(shown);
            schedule::note(format!(
                "a task locks at {here} what it has locked at {there}, by way of {}",
                way()
            ));
            shuttle::future::block_on(std::future::pending::<()>());
        }
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        unpoisoned(&self.state).holder = Some((me, here));
        let guard = MutexGuard { state: &self.state, was_panicking: thread::panicking(), value: Some(value) };
        if unpoisoned(&self.state).is_poisoned { Err(PoisonError::new(guard)) } else { Ok(guard) }
    }

    /// The value, without locking.
    ///
    /// # Errors
    ///
    /// As in std, when a holder panicked.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let value = self.value.get_mut().unwrap_or_else(PoisonError::into_inner);
        if unpoisoned(&self.state).is_poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is held until it is dropped")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is held until it is dropped")
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let panicked = !self.was_panicking && thread::panicking();
        {
            let mut state = unpoisoned(self.state);
            state.holder = None;
            state.is_poisoned |= panicked;
        }
        self.value = None;
    }
}

impl<T: ?Sized> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutexGuard").finish_non_exhaustive()
    }
}

/// The lines of the copy that led here, the latest first.
pub(crate) fn way() -> String {
    let trace = Backtrace::force_capture().to_string();
    let places = trace.lines().filter_map(|line| line.split_once("/out/")).map(|(_, place)| place);
    let lines = places.map(|place| place.rsplit_once(':').map_or(place, |(line, _)| line));
    lines.collect::<Vec<_>>().join(", ")
}

/// The line of the source, which that of the copy is, too.
pub(crate) fn shown(place: &Location<'_>) -> String {
    let file = place.file();
    let file = file.rsplit_once("/out/").map_or(file, |(_, source)| source);
    format!("{file}:{}", place.line())
}
