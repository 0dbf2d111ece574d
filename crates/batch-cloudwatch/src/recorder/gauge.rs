//! Keeps the last value of a gauge.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use metrics::GaugeFn;

use super::registry::{Accumulator, Taken};
use crate::numbers;
use crate::value::Value;

/// The last value, by its bits.
#[derive(Default)]
pub(super) struct Gauge {
    bits: AtomicU64,
    /// Whether there is a value.
    is_set: AtomicBool,
    /// Whether the value, which CloudWatch would reject, was counted as dropped.
    is_counted: AtomicBool,
}

impl Gauge {
    fn update(&self, new: impl Fn(f64) -> f64) {
        let new = |bits| Some(new(f64::from_bits(bits)).to_bits());
        // It always has a new value, so that it cannot fail.
        let _ = self.bits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, new);
        self.is_counted.store(false, Ordering::Relaxed);
        self.is_set.store(true, Ordering::Release);
    }
}

impl GaugeFn for Gauge {
    fn increment(&self, value: f64) {
        self.update(|last| last + value);
    }

    fn decrement(&self, value: f64) {
        self.update(|last| last - value);
    }

    fn set(&self, value: f64) {
        self.update(|_| value);
    }
}

impl Accumulator for Gauge {
    /// It stays what it is. A value that CloudWatch would reject is dropped once, and not in every slot.
    fn take(&self) -> Taken {
        if !self.is_set.load(Ordering::Acquire) {
            return Taken::default();
        }
        let value = f64::from_bits(self.bits.load(Ordering::Relaxed));
        match numbers::is_valid(value) {
            true => Taken::of([Value::One(value)]),
            false => {
                let is_counted = self.is_counted.swap(true, Ordering::Relaxed);
                Taken { dropped: u64::from(!is_counted), ..Taken::default() }
            }
        }
    }

    /// What was added to a gauge counts for good.
    fn is_spent(&self) -> bool {
        !self.is_set.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_the_last_value_once_there_is_one() {
        let gauge = Gauge::default();
        assert!(gauge.take().values.is_empty() && gauge.is_spent());
        gauge.increment(5.0);
        gauge.decrement(1.5);
        assert!(gauge.take().values == [Value::One(3.5)]);
        assert!(gauge.take().values == [Value::One(3.5)] && !gauge.is_spent());
        gauge.set(0.0);
        assert!(gauge.take().values == [Value::One(0.0)]);
    }

    #[test]
    fn a_value_that_cloudwatch_would_reject_is_counted_as_dropped_once() {
        let gauge = Gauge::default();
        for value in [f64::NAN, f64::NAN, f64::INFINITY] {
            gauge.set(value);
            for expected in [1, 0, 0] {
                let taken = gauge.take();
                assert!(taken.values.is_empty());
                assert_eq!(taken.dropped, expected, "{value}");
            }
            assert!(!gauge.is_spent());
        }
        gauge.set(2.0);
        assert!(gauge.take().values == [Value::One(2.0)]);
    }
}
