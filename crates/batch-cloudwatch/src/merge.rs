/// Whether metrics are merged while they wait, so that fewer datums are sent in fewer requests.
///
/// Set with [`CloudWatch::merge`](crate::CloudWatch::merge).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Merge {
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
