//! What makes the values of a datum invalid.

use std::fmt::Display;

use super::datum::StatisticSet;
use super::datum_rules::Member;
use super::parameter::{check_length, combination, exclusive, invalid, required, wrong};
use super::wire::{MOST_VALUES, Statistics};
use crate::refusal::Refusal;

/// The values of a datum as they were sent.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) value: Option<f64>,
    pub(super) values: Option<Vec<f64>>,
    pub(super) counts: Option<Vec<f64>>,
    pub(super) statistic_values: Option<Statistics>,
}

/// One value, or several with their counts and a statistic set.
type Valid = (Option<f64>, Vec<(f64, f64)>, Option<StatisticSet>);

/// The values of the datum at `place`. Values may come with a statistic set, which is how
/// Amazon's own agent sends them; one value comes alone.
pub(super) fn read(given: Given, place: &impl Display) -> Result<Valid, Refusal> {
    let values = given.values.filter(|values| !values.is_empty());
    let counts = given.counts.filter(|counts| !counts.is_empty());
    if given.value.is_some() {
        if values.is_some() {
            return Err(exclusive(format_args!("{place}.Value"), format_args!("{place}.Values")));
        }
        if given.statistic_values.is_some() {
            return Err(exclusive(format_args!("{place}.Value"), format_args!("{place}.StatisticValues")));
        }
    } else if values.is_none() && given.statistic_values.is_none() {
        return Err(combination(format!(
            "At least one of the parameters {place}.Value, {place}.Values and {place}.StatisticValues must be specified."
        )));
    }
    if let Some(value) = given.value {
        check_value(value, format_args!("{place}.Value"))?;
    }
    let statistics = given.statistic_values.map(|set| read_statistics(&set, place)).transpose()?;
    Ok((given.value, read_values(values, counts, place)?, statistics))
}

fn read_values(
    values: Option<Vec<f64>>,
    counts: Option<Vec<f64>>,
    place: &impl Display,
) -> Result<Vec<(f64, f64)>, Refusal> {
    let Some(values) = values else {
        return match counts {
            Some(_) => Err(combination(format!("The parameter {place}.Counts requires {place}.Values."))),
            None => Ok(Vec::new()),
        };
    };
    let counts = counts.unwrap_or_else(|| vec![1.0; values.len()]);
    check_length(&values, MOST_VALUES, format_args!("{place}.Values"))?;
    if counts.len() != values.len() {
        return Err(wrong(format!(
            "The parameters {place}.Values and {place}.Counts must be of the same size."
        )));
    }
    for (index, (value, count)) in values.iter().zip(&counts).enumerate() {
        check_value(*value, Member { list: &format_args!("{place}.Values"), index })?;
        check_count(*count, Member { list: &format_args!("{place}.Counts"), index })?;
    }
    Ok(values.into_iter().zip(counts).collect())
}

fn read_statistics(set: &Statistics, place: &impl Display) -> Result<StatisticSet, Refusal> {
    let place = format_args!("{place}.StatisticValues");
    let sample_count = required(set.sample_count, format_args!("{place}.SampleCount"))?;
    let sum = required(set.sum, format_args!("{place}.Sum"))?;
    let minimum = required(set.minimum, format_args!("{place}.Minimum"))?;
    let maximum = required(set.maximum, format_args!("{place}.Maximum"))?;
    check_count(sample_count, format_args!("{place}.SampleCount"))?;
    check_value(sum, format_args!("{place}.Sum"))?;
    check_value(minimum, format_args!("{place}.Minimum"))?;
    check_value(maximum, format_args!("{place}.Maximum"))?;
    if minimum > maximum {
        return Err(wrong(format!(
            "The parameter {place}.Minimum must not be greater than {place}.Maximum."
        )));
    }
    // A client may have rounded while it added.
    let slack = minimum.abs().max(maximum.abs()) * sample_count * ROUNDING;
    if sum < minimum * sample_count - slack || sum > maximum * sample_count + slack {
        return Err(wrong(format!(
            "The parameter {place}.Sum is not that of {place}.SampleCount values between {place}.Minimum and {place}.Maximum."
        )));
    }
    Ok(StatisticSet { sample_count, sum, minimum, maximum })
}

/// Refuses NaN, infinities, what is below -2^360 or above 2^360, and what is closer to 0 than 2^-360.
fn check_value(value: f64, parameter: impl Display) -> Result<(), Refusal> {
    let is_within = value == 0.0 || (SMALLEST..=LARGEST).contains(&value.abs());
    if is_within { Ok(()) } else { Err(invalid(value, parameter)) }
}

/// Refuses how often something occurred if it is no value, or if it did not occur.
fn check_count(count: f64, parameter: impl Display) -> Result<(), Refusal> {
    if (SMALLEST..=LARGEST).contains(&count) { Ok(()) } else { Err(invalid(count, parameter)) }
}

/// 2^360.
const LARGEST: f64 = f64::from_bits((1023 + 360) << 52);

/// 2^-360.
const SMALLEST: f64 = f64::from_bits((1023 - 360) << 52);

const ROUNDING: f64 = 1e-6;
