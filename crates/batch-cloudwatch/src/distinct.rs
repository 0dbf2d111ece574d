//! Merges values: the distinct ones of both, in their order, each with the number of times that it occurred.

use crate::buckets::Buckets;
use crate::limits::VALUES;
use crate::statistics;
use crate::value::{Many, Value};
use crate::{StatisticSet, numbers};

/// A value, and how often it occurred.
type Counted = (f64, f64);

/// The largest count that is still exact: 2^53.
pub(crate) const LARGEST_COUNT: f64 = (1_u64 << 53) as f64;

/// How many more values are made room for at most. What a datum grows by is charged, but no more than the
/// newer metric is.
const MOST_SPARE: usize = 32;

/// Whether a value consists of values that are known: statistics are, if all values were equal.
#[inline]
pub(crate) fn are_values(value: &Value) -> bool {
    match value {
        Value::Set(set) => all_equal(set).is_some(),
        Value::Many(_) | Value::One(_) => true,
    }
}

/// Merges a newer value into one that waits, whose values are known if and only if those of the newer one
/// are. With buckets, a value is exchanged for the one that stands for its bucket, and exact statistics are
/// kept beside. Whether one datum can hold both; if not, nothing is changed.
#[inline]
pub(crate) fn absorb(waiting: &mut Value, newer: &Value, buckets: Option<&Buckets>) -> Option<()> {
    if let (Value::Many(many), Value::One(value)) = (&mut *waiting, newer)
        && many.is_merged
        && many.statistics.is_some() == buckets.is_some()
    {
        return add(many, *value, buckets);
    }
    *waiting = union(waiting, newer, buckets)?;
    Some(())
}

/// Counts a value once more that merged values without statistics have already. Whether they have it; if not,
/// nothing is changed.
#[inline]
pub(crate) fn count_known(waiting: &mut Value, newer: &Value) -> bool {
    let (Value::Many(many), Value::One(value)) = (waiting, newer) else { return false };
    let Many { values, counts: Some(counts), statistics: None, is_merged: true } = &mut **many else {
        return false;
    };
    let value = positive_zero(*value);
    let Ok(place) = values.binary_search_by(|known| known.total_cmp(&value)) else { return false };
    let sum = exact_sum(counts[place], 1.0);
    counts[place] = sum.unwrap_or(counts[place]);
    sum.is_some()
}

/// Adds a value to merged ones.
#[inline]
fn add(many: &mut Many, value: f64, buckets: Option<&Buckets>) -> Option<()> {
    let statistics = match many.statistics {
        Some(known) => Some(sum_of_sets(&known, &StatisticSet::of(value, 1.0))?),
        None => None,
    };
    let value = buckets.map_or(positive_zero(value), |buckets| buckets.representative(value));
    let Many { values, counts: Some(counts), .. } = many else { return None };
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
    many.statistics = statistics;
    Some(())
}

/// What two values are together; nothing if one datum cannot hold it.
fn union(one: &Value, other: &Value, buckets: Option<&Buckets>) -> Option<Value> {
    if !are_values(one) || !are_values(other) {
        let (Value::Set(one), Value::Set(other)) = (one, other) else { return None };
        let is_either_known = all_equal(one).or_else(|| all_equal(other)).is_some();
        return (!is_either_known).then(|| sum_of_sets(one, other))?.map(|set| Value::Set(Box::new(set)));
    }
    let statistics = match buckets.is_some() || has_statistics(one) || has_statistics(other) {
        true => Some(sum_of_sets(&statistics::of(one)?, &statistics::of(other)?)?),
        false => None,
    };
    let mut all = Vec::new();
    list(one, &mut all)?;
    list(other, &mut all)?;
    if let Some(buckets) = buckets {
        all.iter_mut().for_each(|(value, _)| *value = buckets.representative(*value));
    }
    let (values, counts) = counted(all)?;
    Some(Value::Many(Box::new(Many { values, counts: Some(counts), statistics, is_merged: true })))
}

/// The distinct values, in their order, and how often each occurred; nothing if one datum cannot hold them.
pub(crate) fn counted(mut all: Vec<Counted>) -> Option<(Vec<f64>, Vec<f64>)> {
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
    Some((values, counts))
}

/// Both as statistics. The sum is rounded, as the service would round it.
pub(crate) fn sum_of_sets(one: &StatisticSet, other: &StatisticSet) -> Option<StatisticSet> {
    let both = StatisticSet {
        sample_count: exact_sum(one.sample_count, other.sample_count)?,
        sum: one.sum + other.sum,
        minimum: one.minimum.min(other.minimum),
        maximum: one.maximum.max(other.maximum),
    };
    numbers::is_valid(both.sum).then_some(both)
}

fn has_statistics(value: &Value) -> bool {
    matches!(value, Value::Many(many) if many.statistics.is_some())
}

/// Adds the values that a value consists of to a list, if they are known.
fn list(value: &Value, all: &mut Vec<Counted>) -> Option<()> {
    match value {
        Value::Many(many) => {
            let counts = many.counts.iter().flatten().copied().chain(std::iter::repeat(1.0));
            all.extend(many.values.iter().copied().map(positive_zero).zip(counts));
        }
        Value::One(value) => all.push((positive_zero(*value), 1.0)),
        Value::Set(set) => all.push((all_equal(set)?, set.sample_count)),
    }
    Some(())
}

/// The value that statistics are of, if they are of equal values.
fn all_equal(set: &StatisticSet) -> Option<f64> {
    let StatisticSet { sample_count, sum, minimum, maximum } = *set;
    (minimum == maximum && sum == minimum * sample_count).then(|| positive_zero(minimum))
}

/// The sum of two counts, if it is one that a count can hold exactly.
#[inline]
pub(crate) fn exact_sum(one: f64, other: f64) -> Option<f64> {
    let sum = one + other;
    let (small, large) = if one < other { (one, other) } else { (other, one) };
    (sum <= LARGEST_COUNT && sum - large == small).then_some(sum)
}

/// The value, with -0 as 0.
#[inline]
pub(crate) fn positive_zero(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests;
