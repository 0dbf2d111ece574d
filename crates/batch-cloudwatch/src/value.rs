use std::fmt;

use crate::StatisticSet;

/// The value of a datum, as [`Metric::value`](crate::Metric::value) returns it.
///
/// `Debug` shows the kind and the number of values, but no value.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum MetricValue<'a> {
    /// Statistics of values that are not sent themselves.
    StatisticValues(StatisticSet),
    /// One value.
    Value(f64),
    /// Several values.
    #[non_exhaustive]
    Values {
        /// The values.
        values: &'a [f64],
        /// How often each value occurred, in the same order; `None` if each occurred once.
        counts: Option<&'a [f64]>,
        /// The exact statistics of values that were [merged](crate::Merge::Bounded) into buckets.
        statistics: Option<StatisticSet>,
    },
}

/// A value as a metric keeps it: small, since most are one number and metrics are moved.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Many(Box<Many>),
    One(f64),
    Set(Box<StatisticSet>),
}

/// Several values.
#[derive(Clone)]
pub(crate) struct Many {
    pub(crate) values: Vec<f64>,
    pub(crate) counts: Option<Vec<f64>>,
    pub(crate) statistics: Option<StatisticSet>,
    /// Whether they are distinct, in their order and with counts, as those of several metrics are.
    pub(crate) is_merged: bool,
}

impl Value {
    pub(crate) fn many(values: Vec<f64>, counts: Option<Vec<f64>>) -> Self {
        Self::Many(Box::new(Many { values, counts, statistics: None, is_merged: false }))
    }

    pub(crate) fn view(&self) -> MetricValue<'_> {
        match self {
            Self::Many(many) => MetricValue::Values {
                values: &many.values,
                counts: many.counts.as_deref(),
                statistics: many.statistics,
            },
            Self::One(value) => MetricValue::Value(*value),
            Self::Set(set) => MetricValue::StatisticValues(**set),
        }
    }

    /// What it occupies on the heap, in bytes.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Many(many) => many.heap_bytes(),
            Self::One(_) => 0,
            Self::Set(_) => size_of::<StatisticSet>(),
        }
    }

    /// The number of values that have no counts, which merging gives them.
    #[inline]
    pub(crate) fn lacking_counts(&self) -> usize {
        match self {
            Self::Many(many) if many.counts.is_none() => many.values.len(),
            _ => 0,
        }
    }
}

impl Many {
    fn heap_bytes(&self) -> usize {
        let numbers = self.values.capacity() + self.counts.as_ref().map_or(0, Vec::capacity);
        size_of::<Self>() + numbers * size_of::<f64>()
    }
}

/// Whether both say the same, also if one of them was merged.
impl PartialEq for Many {
    fn eq(&self, other: &Self) -> bool {
        (&self.values, &self.counts, self.statistics) == (&other.values, &other.counts, other.statistics)
    }
}

impl fmt::Debug for MetricValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StatisticValues(_) => f.write_str("StatisticValues"),
            Self::Value(_) => f.write_str("Value"),
            Self::Values { values, counts, statistics } => f
                .debug_struct("Values")
                .field("values", &values.len())
                .field("counts", &counts.map(<[f64]>::len))
                .field("has_statistics", &statistics.is_some())
                .finish(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
