//! Counts what happens, and gives out by how much a counter grew in a slot.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use metrics::CounterFn;

use super::registry::{Accumulator, Taken};
use crate::distinct::LARGEST_COUNT;
use crate::value::Value;

/// A counter since it was registered, and how much of it was taken.
#[derive(Default)]
pub(super) struct Counter {
    total: AtomicU64,
    taken: AtomicU64,
    /// Whether it follows a counter elsewhere, whose last value must not be forgotten.
    is_absolute: AtomicBool,
}

impl CounterFn for Counter {
    #[inline]
    fn increment(&self, value: u64) {
        self.total.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.is_absolute.store(true, Ordering::Relaxed);
        self.total.fetch_max(value, Ordering::Relaxed);
    }
}

impl Accumulator for Counter {
    /// At most what is exact as a number of a datum; the rest belongs to the next slot.
    fn take(&self) -> Taken {
        let (total, taken) = (self.total.load(Ordering::Relaxed), self.taken.load(Ordering::Relaxed));
        let more = total.wrapping_sub(taken).min(LARGEST_COUNT as u64);
        self.taken.store(taken.wrapping_add(more), Ordering::Relaxed);
        Taken::of((more > 0).then_some(Value::One(more as f64)))
    }

    fn is_spent(&self) -> bool {
        let is_taken = self.total.load(Ordering::Relaxed) == self.taken.load(Ordering::Relaxed);
        is_taken && !self.is_absolute.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counter: &Counter, expected: Option<f64>) {
        assert!(counter.take().values == Vec::from_iter(expected.map(Value::One)));
    }

    #[test]
    fn a_slot_has_what_was_added_in_it() {
        let counter = Counter::default();
        check(&counter, None);
        counter.increment(3);
        counter.increment(4);
        check(&counter, Some(7.0));
        check(&counter, None);
        counter.absolute(9);
        counter.absolute(8);
        check(&counter, Some(2.0));
        assert!(!counter.is_spent(), "it would begin at 0 again");
    }

    #[test]
    fn what_one_number_cannot_hold_exactly_is_left_for_later_slots() {
        let counter = Counter::default();
        counter.increment((1 << 53) + 1);
        check(&counter, Some(2_f64.powi(53)));
        check(&counter, Some(1.0));
        // It may go round.
        counter.increment(u64::MAX);
        counter.increment(2);
        check(&counter, Some(1.0));
    }
}
