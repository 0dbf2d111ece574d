use std::time::Duration;

/// How long requests or entries took lately: those of the last one to two minutes.
///
/// Durations are counted in buckets, 16 to each power of two, so a percentile is at most 1/16 above the true one, and never
/// below it. The shortest that is told from zero is about a microsecond; what takes longer than 19 hours counts as 19 hours.
/// `max` is exact.
///
/// With the feature `serde`, durations are serialized as seconds.
///
/// ```
/// # use batch_core::{Service, Writer};
/// # fn report<S: Service>(writer: &Writer<S>) {
/// let latency = writer.stats().entry_latency;
/// println!("99 of 100 entries were answered within {:?}, {} in all", latency.p99, latency.count);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Latency {
    /// How many were counted. If it is zero, so is everything else.
    pub count: u64,
    /// The median.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::stats::seconds"))]
    pub p50: Duration,
    /// Nine of ten took no longer.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::stats::seconds"))]
    pub p90: Duration,
    /// 99 of 100 took no longer.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::stats::seconds"))]
    pub p99: Duration,
    /// The longest.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::stats::seconds"))]
    pub max: Duration,
}
