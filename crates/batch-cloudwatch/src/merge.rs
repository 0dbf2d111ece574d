use batch_core::ConfigError;

use crate::buckets::{Buckets, RELATIVE_ERRORS};

/// Whether metrics are merged while they wait, so that fewer datums are sent in fewer requests.
///
/// Set with [`CloudWatch::merge`](crate::CloudWatch::merge).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Merge {
    /// As [`Lossless`](Self::Lossless), but values that differ little become one, so that a datum holds many
    /// more samples: for what has more distinct values than are worth their price, such as latencies.
    ///
    /// Values are put into buckets as soon as metrics are merged, and a value stands for each bucket. CloudWatch
    /// computes percentiles from those, which are up to `relative_error` off: with 0.01, a latency of 100 ms
    /// is between 99 ms and 101 ms. Sum, average, minimum, maximum and sample count stay exact, since the
    /// datum carries them in a [`StatisticSet`](crate::StatisticSet) beside its values, as the data of
    /// Amazon's own agent do. 0 is exact, and negative values are like positive ones.
    ///
    /// A datum has up to 150 buckets. With 0.01 they cover values up to 20 times the smallest, with 0.05 up
    /// to 3,000,000 times; further ones go into another datum.
    Bounded {
        /// How far a percentile may be off, relative to its value: 0.0001 to 0.5.
        relative_error: f64,
    },
    /// Metrics of one series and one slot of time become one datum, which has each of their values with the
    /// number of times that it occurred. CloudWatch computes the same statistics from it, percentiles
    /// included.
    ///
    /// - A series has a name, dimensions in any order, a unit or none, and a storage resolution. A slot is a
    ///   minute, or a second for a storage resolution of 1. The datum has the timestamp at which its slot
    ///   begins.
    /// - A datum has up to 150 distinct values; further ones go into another datum. Values are equal if their
    ///   bits are, with -0 as 0. Counts are added exactly, up to 2^53.
    /// - Statistic sets are merged with each other, in minimum, maximum, sum and sample count, and never with
    ///   values. A set of equal values counts as these values.
    /// - Metrics of different [scopes](crate::Scope) are not merged, nor is one with a receipt, one whose
    ///   timestamp lies more than 13 days in the past, or one that a request has carried.
    ///
    /// A metric that is handed back is the merged one, complete, and can be submitted again.
    Lossless,
    /// Each metric is a datum of its own. This is the default.
    #[default]
    Off,
}

impl Merge {
    /// Refuses an error that is out of range.
    pub(crate) fn check(self) -> Result<(), ConfigError> {
        match self {
            Self::Bounded { relative_error } if !RELATIVE_ERRORS.contains(&relative_error) => {
                Err(ConfigError::Unsupported(format!(
                    "Merge::Bounded: a relative error of {relative_error} is not supported; set one from {} to {}, such as 0.01",
                    RELATIVE_ERRORS.start(),
                    RELATIVE_ERRORS.end()
                )))
            }
            _ => Ok(()),
        }
    }

    /// What values are exchanged for, if the error is in range.
    pub(crate) fn buckets(self) -> Option<Buckets> {
        match self {
            Self::Bounded { relative_error } if RELATIVE_ERRORS.contains(&relative_error) => {
                Some(Buckets::new(relative_error))
            }
            _ => None,
        }
    }
}
