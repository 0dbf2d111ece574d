use std::fmt;

use crate::StatisticSet;

/// The value of a datum, from one of the constructors of [`Metric`](crate::Metric).
///
/// `Debug` shows the kind and the number of values, but no value.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum MetricValue {
    /// Statistics of values that are not sent themselves.
    StatisticValues(StatisticSet),
    /// One value.
    Value(f64),
    /// Several values.
    #[non_exhaustive]
    Values {
        /// The values.
        values: Vec<f64>,
        /// How often each value occurred, in the same order; `None` if each occurred once.
        counts: Option<Vec<f64>>,
    },
}

impl MetricValue {
    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::StatisticValues(_) | Self::Value(_) => 0,
            Self::Values { values, counts } => {
                (values.capacity() + counts.as_ref().map_or(0, Vec::capacity)) * size_of::<f64>()
            }
        }
    }
}

/// What a value takes once it has counts, which merging gives it: as much as it is measured where metrics are
/// merged.
impl MetricValue {
    /// What it then occupies on the heap, in bytes.
    pub(crate) fn counted_heap_bytes(&self) -> usize {
        self.heap_bytes() + self.lacking_counts().map_or(0, |values| values.capacity() * size_of::<f64>())
    }

    /// The values that have no counts yet.
    pub(crate) fn lacking_counts(&self) -> Option<&Vec<f64>> {
        match self {
            Self::Values { values, counts: None } => Some(values),
            _ => None,
        }
    }
}

impl fmt::Debug for MetricValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StatisticValues(_) => f.write_str("StatisticValues"),
            Self::Value(_) => f.write_str("Value"),
            Self::Values { values, counts } => f
                .debug_struct("Values")
                .field("values", &values.len())
                .field("counts", &counts.as_ref().map(Vec::len))
                .finish(),
        }
    }
}
