//! Merges values: the distinct ones of both, in their order, each with the number of times that it occurred.

use crate::limits::VALUES;
use crate::{MetricValue, StatisticSet, numbers};

/// A value, and how often it occurred.
type Counted = (f64, f64);

/// The largest count that is still exact: 2^53.
const LARGEST_COUNT: f64 = (1_u64 << 53) as f64;

/// How many more values are made room for at most. What a datum grows by is charged, but no more than the
/// newer metric is.
const MOST_SPARE: usize = 32;

/// Whether a value consists of values that are known: statistics are, if all values were equal.
pub(crate) fn are_values(value: &MetricValue) -> bool {
    match value {
        MetricValue::StatisticValues(set) => all_equal(set).is_some(),
        MetricValue::Value(_) | MetricValue::Values { .. } => true,
    }
}

/// Merges a newer value into values that [`union`] made; whether it could, since nothing is changed if not.
pub(crate) fn add(waiting: &mut MetricValue, newer: &MetricValue) -> Option<()> {
    let (MetricValue::Values { values, counts: Some(counts) }, MetricValue::Value(value)) =
        (&mut *waiting, newer)
    else {
        *waiting = union(waiting, newer)?;
        return Some(());
    };
    let value = positive_zero(*value);
    match values.binary_search_by(|known| known.total_cmp(&value)) {
        Ok(place) => counts[place] = exact_sum(counts[place], 1.0)?,
        Err(_) if values.len() == VALUES => return None,
        Err(place) => {
            if values.len() == values.capacity() {
                let more = values.len().clamp(2, MOST_SPARE).min(VALUES - values.len());
                values.reserve_exact(more);
                counts.reserve_exact(more);
            }
            values.insert(place, value);
            counts.insert(place, 1.0);
        }
    }
    Some(())
}

/// What two values are together; nothing if one datum cannot hold it without a loss.
pub(crate) fn union(one: &MetricValue, other: &MetricValue) -> Option<MetricValue> {
    if let (MetricValue::StatisticValues(one_set), MetricValue::StatisticValues(other_set)) = (one, other)
        && !are_values(one)
        && !are_values(other)
    {
        return sets(one_set, other_set);
    }
    let mut all = Vec::new();
    list(one, &mut all)?;
    list(other, &mut all)?;
    all.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    let distinct = 1 + all.windows(2).filter(|pair| pair[0].0 != pair[1].0).count();
    if distinct > VALUES {
        return None;
    }
    let (mut values, mut counts) = (Vec::with_capacity(distinct), Vec::<f64>::with_capacity(distinct));
    for (value, count) in all {
        match counts.last_mut().filter(|_| values.last() == Some(&value)) {
            Some(last) => *last = exact_sum(*last, count)?,
            None => {
                values.push(value);
                counts.push(count);
            }
        }
    }
    Some(MetricValue::Values { values, counts: Some(counts) })
}

/// Both as statistics. The sum is rounded, as the service would round it.
fn sets(one: &StatisticSet, other: &StatisticSet) -> Option<MetricValue> {
    let merged = MetricValue::StatisticValues(StatisticSet {
        sample_count: exact_sum(one.sample_count, other.sample_count)?,
        sum: one.sum + other.sum,
        minimum: one.minimum.min(other.minimum),
        maximum: one.maximum.max(other.maximum),
    });
    numbers::check(&merged).is_ok().then_some(merged)
}

/// Adds the values that a value consists of to a list, if they are known.
fn list(value: &MetricValue, all: &mut Vec<Counted>) -> Option<()> {
    match value {
        MetricValue::StatisticValues(set) => all.push((all_equal(set)?, set.sample_count)),
        MetricValue::Value(value) => all.push((positive_zero(*value), 1.0)),
        MetricValue::Values { values, counts } => {
            let counts = counts.iter().flatten().copied().chain(std::iter::repeat(1.0));
            all.extend(values.iter().copied().map(positive_zero).zip(counts));
        }
    }
    Some(())
}

/// The value that statistics are of, if they are of equal values.
fn all_equal(set: &StatisticSet) -> Option<f64> {
    let StatisticSet { sample_count, sum, minimum, maximum } = *set;
    (minimum == maximum && sum == minimum * sample_count).then(|| positive_zero(minimum))
}

/// The sum of two counts, if it is one that a count can hold exactly.
fn exact_sum(one: f64, other: f64) -> Option<f64> {
    let sum = one + other;
    let (small, large) = if one < other { (one, other) } else { (other, one) };
    (sum <= LARGEST_COUNT && sum - large == small).then_some(sum)
}

/// The value, with -0 as 0.
fn positive_zero(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests;
