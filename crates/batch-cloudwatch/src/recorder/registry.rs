//! The series of one kind that a program has registered.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aws_sdk_cloudwatch::types::StandardUnit;
use metrics::Key;

use crate::Metric;
use crate::value::Value;

/// Gathers what is recorded of a series between two slots.
pub(super) trait Accumulator: Default {
    /// Returns what was gathered since the last time. Only one thread does this at a time.
    fn take(&self) -> Taken;

    /// Whether a new one in its place would make no difference.
    fn is_spent(&self) -> bool;
}

/// What was gathered: the values of datums, and how many samples were dropped because CloudWatch would reject
/// them.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) values: Vec<Value>,
    pub(super) dropped: u64,
}

impl Taken {
    pub(super) fn of(values: impl IntoIterator<Item = Value>) -> Self {
        Self { values: Vec::from_iter(values), dropped: 0 }
    }
}

pub(super) struct Registry<T> {
    series: RwLock<Series<T>>,
    /// The units that names were described with.
    units: RwLock<HashMap<String, StandardUnit>>,
}

/// The hasher has no seed, so that the order of metrics is that of their keys.
type Series<T> = HashMap<Key, Kept<T>, BuildHasherDefault<DefaultHasher>>;

struct Kept<T> {
    accumulator: Arc<T>,
    /// The metric without a value.
    template: Metric,
    /// Whether nothing was recorded in the last slot.
    is_idle: AtomicBool,
}

impl<T: Accumulator> Registry<T> {
    pub(super) fn find(&self, key: &Key) -> Option<Arc<T>> {
        self.read().get(key).map(|kept| Arc::clone(&kept.accumulator))
    }

    /// Registers a series, unless another thread was quicker.
    pub(super) fn insert(&self, key: &Key, template: Metric) -> Arc<T> {
        let mut series = self.write();
        let kept = series.entry(key.clone());
        let new = || Kept { accumulator: Arc::default(), template, is_idle: AtomicBool::new(false) };
        let kept = kept.or_insert_with(new);
        Arc::clone(&kept.accumulator)
    }

    pub(super) fn len(&self) -> usize {
        self.read().len()
    }

    /// Remembers the unit of what has this name, unless so many names have one already.
    pub(super) fn describe(&self, name: &str, unit: StandardUnit, most: usize) {
        let mut units = self.units.write().unwrap_or_else(PoisonError::into_inner);
        if units.len() < most || units.contains_key(name) {
            units.insert(name.to_owned(), unit);
        }
    }

    /// Takes what was gathered of all series, as metrics without a timestamp, and forgets the series that nobody
    /// uses any more. Returns how many samples were dropped.
    pub(super) fn take(&self, metrics: &mut Vec<Metric>) -> u64 {
        let series = self.read();
        let units = self.units.read().unwrap_or_else(PoisonError::into_inner);
        let (mut dropped, mut has_idle) = (0_u64, false);
        for kept in series.values() {
            let taken = kept.accumulator.take();
            let is_idle = taken.values.is_empty() && taken.dropped == 0;
            kept.is_idle.store(is_idle, Ordering::Relaxed);
            has_idle |= is_idle && Arc::strong_count(&kept.accumulator) == 1;
            dropped = dropped.saturating_add(taken.dropped);
            let unit = units.get(kept.template.name());
            metrics.extend(taken.values.into_iter().map(|value| {
                let mut metric = kept.template.clone();
                metric.set_value(value);
                unit.cloned().into_iter().fold(metric, Metric::unit)
            }));
        }
        drop((series, units));
        if has_idle {
            self.forget_unused();
        }
        dropped
    }

    /// Only a registered handle shares an accumulator, and nobody registers one meanwhile.
    fn forget_unused(&self) {
        let is_unused = |kept: &mut Kept<T>| {
            let alone = Arc::get_mut(&mut kept.accumulator);
            *kept.is_idle.get_mut() && alone.is_some_and(|accumulator| accumulator.is_spent())
        };
        self.write().retain(|_, kept| !is_unused(kept));
    }

    fn read(&self) -> RwLockReadGuard<'_, Series<T>> {
        self.series.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Series<T>> {
        self.series.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self { series: RwLock::default(), units: RwLock::default() }
    }
}
