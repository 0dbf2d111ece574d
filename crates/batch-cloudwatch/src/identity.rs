//! What metrics have in common that may be merged.

use aws_sdk_cloudwatch::primitives::DateTime;

use crate::limits::{PAST_SECONDS, STORAGE_RESOLUTIONS};
use crate::texts::Head;
use crate::{Metric, distinct, unit};

/// The slots of metrics older than this are not merged: where a slot begins, CloudWatch might not accept them
/// any more.
const OLDEST_SECONDS: i64 = PAST_SECONDS - 24 * 60 * 60;

/// The slot of a metric with this timestamp: the second at which it begins, since 1970. None for a metric
/// that is not to be merged.
pub(crate) fn slot(metric: &Metric, timestamp: DateTime, now: DateTime) -> Option<i64> {
    let is_recent = now.secs().saturating_sub(timestamp.secs()) <= OLDEST_SECONDS;
    is_recent.then(|| start(metric, timestamp))
}

/// The second at which the slot begins that this time is in.
pub(crate) fn start(metric: &Metric, timestamp: DateTime) -> i64 {
    let [high, standard] = STORAGE_RESOLUTIONS;
    let seconds = timestamp.secs();
    if resolution(metric) == high { seconds } else { seconds - seconds.rem_euclid(i64::from(standard)) }
}

/// What metrics of one series and one slot have in common beside their texts: the slot, whether their values
/// are known, the resolution and the unit.
pub(crate) fn head(metric: &Metric, slot: i64) -> Head {
    let mut head = Head::default();
    head[..8].copy_from_slice(&slot.to_le_bytes());
    head[8] = u8::from(distinct::are_values(metric.raw_value()));
    head[9] = resolution(metric) as u8;
    head[10] = metric.get_unit().map_or(u8::MAX, unit::number);
    head
}

/// The slot in such a head.
pub(crate) fn slot_of(head: Head) -> i64 {
    i64::from_le_bytes(*head.first_chunk().expect("it is longer"))
}

/// The storage resolution in seconds; a metric without one has that of the service.
fn resolution(metric: &Metric) -> i32 {
    let [high, standard] = STORAGE_RESOLUTIONS;
    if metric.get_storage_resolution() == Some(high) { high } else { standard }
}

#[cfg(test)]
mod tests;
