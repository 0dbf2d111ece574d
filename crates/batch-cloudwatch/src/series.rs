//! What metrics have in common that may be merged.

use aws_sdk_cloudwatch::primitives::DateTime;
use batch_core::Key;

use crate::limits::{PAST_SECONDS, STORAGE_RESOLUTIONS};
use crate::{Metric, distinct};

/// The slots of metrics older than this are not merged: where a slot begins, CloudWatch might not accept them
/// any more.
const OLDEST_SECONDS: i64 = PAST_SECONDS - 24 * 60 * 60;

/// The slot of a metric with this timestamp: the second at which it begins, since 1970. None for a metric
/// that is not to be merged.
pub(crate) fn slot(metric: &Metric, timestamp: DateTime, now: DateTime) -> Option<i64> {
    let seconds = timestamp.secs();
    let is_recent = now.secs().saturating_sub(seconds) <= OLDEST_SECONDS;
    is_recent.then(|| seconds - seconds.rem_euclid(i64::from(resolution(metric))))
}

/// The bytes that metrics of one series and one slot have in common, and no others.
pub(crate) fn key(metric: &Metric, slot: i64) -> Key<'static> {
    let texts = metric.get_dimensions().map(|(name, value)| name.len() + value.len() + 2 * LENGTH);
    let mut key = Vec::with_capacity(32 + metric.name().len() + texts.sum::<usize>());
    key.extend_from_slice(&slot.to_le_bytes());
    let are_values = distinct::are_values(metric.value());
    key.extend_from_slice(&[u8::from(are_values), resolution(metric) as u8]);
    match metric.get_unit() {
        Some(unit) => text(&mut key, unit.as_str()),
        None => key.push(u8::MAX),
    }
    text(&mut key, metric.name());
    if metric.get_dimensions().is_sorted() {
        metric.get_dimensions().for_each(|named| dimension(&mut key, named));
    } else {
        let mut dimensions: Vec<_> = metric.get_dimensions().collect();
        dimensions.sort_unstable();
        dimensions.into_iter().for_each(|named| dimension(&mut key, named));
    }
    Key::from(key)
}

fn dimension(key: &mut Vec<u8>, (name, value): (&str, &str)) {
    text(key, name);
    text(key, value);
}

/// The bytes of a length.
const LENGTH: usize = 2;

/// A text of up to 1,024 characters, so that it never begins with 255.
fn text(key: &mut Vec<u8>, text: &str) {
    key.extend_from_slice(&(text.len() as u16).to_be_bytes());
    key.extend_from_slice(text.as_bytes());
}

/// The storage resolution in seconds; a metric without one has that of the service.
fn resolution(metric: &Metric) -> i32 {
    let [high, standard] = STORAGE_RESOLUTIONS;
    if metric.get_storage_resolution() == Some(high) { high } else { standard }
}

#[cfg(test)]
mod tests;
