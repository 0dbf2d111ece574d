//! Entries that are counted while they are in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::target::EntryOf;

/// An entry of a target, which is counted as long as it or a copy of it is in memory.
#[derive(Clone)]
pub(crate) struct Marked<E> {
    pub(crate) entry: E,
    mark: Mark,
}

/// What the writer is given.
pub(crate) type MarkedOf<T> = Marked<EntryOf<T>>;

/// How many copies of each entry are in memory.
#[derive(Default)]
pub(crate) struct Register(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    copies: BTreeMap<u64, usize>,
    total: usize,
    /// Entries of which a copy was dropped, since that was last asked for.
    dropped: Vec<u64>,
}

struct Mark {
    n: u64,
    register: Arc<Register>,
}

impl<E> Marked<E> {
    pub(crate) fn new(n: u64, entry: E, register: &Arc<Register>) -> Self {
        register.add(n);
        Self { entry, mark: Mark { n, register: Arc::clone(register) } }
    }
}

impl Register {
    /// How many copies of all entries there are.
    pub(crate) fn total(&self) -> usize {
        self.with(|counts| counts.total)
    }

    /// The entries of which a copy was dropped since the last call, each with how many are left.
    pub(crate) fn take_dropped(&self) -> Vec<(u64, usize)> {
        self.with(|counts| {
            let dropped = std::mem::take(&mut counts.dropped);
            dropped.into_iter().map(|n| (n, counts.copies.get(&n).copied().unwrap_or(0))).collect()
        })
    }

    fn add(&self, n: u64) {
        self.with(|counts| {
            counts.total += 1;
            *counts.copies.entry(n).or_default() += 1;
        });
    }

    fn remove(&self, n: u64) {
        self.with(|counts| {
            counts.total -= 1;
            counts.dropped.push(n);
            if let Some(copies) = counts.copies.get_mut(&n) {
                *copies -= 1;
                if *copies == 0 {
                    counts.copies.remove(&n);
                }
            }
        });
    }

    fn with<R>(&self, work: impl FnOnce(&mut Counts) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clone for Mark {
    fn clone(&self) -> Self {
        self.register.add(self.n);
        Self { n: self.n, register: Arc::clone(&self.register) }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.register.remove(self.n);
    }
}

impl<E> std::fmt::Debug for Marked<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marked").field("n", &self.mark.n).finish_non_exhaustive()
    }
}
