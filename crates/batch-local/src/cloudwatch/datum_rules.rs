//! What makes a datum invalid.

use std::collections::BTreeSet;
use std::fmt;

use super::datum::StoredDatum;
use super::parameter::{check_length, invalid, required, wrong};
use super::text;
use super::unit::check_unit;
use super::value_rules::{self, Given};
use super::wire::{Datum, Dimension, MOST_DIMENSIONS};
use crate::clock::Moment;
use crate::refusal::Refusal;

/// Where in a list of the request something stands, as the service counts: from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a, L: fmt::Display> {
    pub(super) list: &'a L,
    pub(super) index: usize,
}

impl<L: fmt::Display> fmt::Display for Member<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.member.{}", self.list, self.index + 1)
    }
}

/// The datum at `place`, as it is stored if it arrives `now`.
pub(super) fn read<L: fmt::Display>(
    datum: Datum,
    place: Member<'_, L>,
    now: Moment,
) -> Result<StoredDatum, Refusal> {
    let metric_name = required(datum.metric_name, format_args!("{place}.MetricName"))?;
    text::check_length(&metric_name, 255, format_args!("{place}.MetricName"))?;
    let dimensions =
        read_dimensions(datum.dimensions.unwrap_or_default(), &format_args!("{place}.Dimensions"))?;
    let timestamp_millis = match datum.timestamp {
        Some(millis) => read_timestamp(millis, &place, now)?,
        None => now.epoch_millis,
    };
    if let Some(unit) = &datum.unit {
        check_unit(unit, format_args!("{place}.Unit"))?;
    }
    let given = Given {
        value: datum.value,
        values: datum.values,
        counts: datum.counts,
        statistic_values: datum.statistic_values,
    };
    let (value, values, statistic_values) = value_rules::read(given, &place)?;
    Ok(StoredDatum {
        metric_name,
        dimensions,
        timestamp_millis,
        value,
        values,
        statistic_values,
        unit: datum.unit,
        storage_resolution: read_resolution(datum.storage_resolution, &place)?,
    })
}

/// The names and values of the dimensions in the list called `parameter`.
pub(super) fn read_dimensions(
    dimensions: Vec<Dimension>,
    parameter: &impl fmt::Display,
) -> Result<Vec<(String, String)>, Refusal> {
    check_length(&dimensions, MOST_DIMENSIONS, parameter)?;
    let mut names = BTreeSet::new();
    let mut read = Vec::with_capacity(dimensions.len());
    for (index, dimension) in dimensions.into_iter().enumerate() {
        let place = Member { list: parameter, index };
        let name = required(dimension.name, format_args!("{place}.Name"))?;
        let value = required(dimension.value, format_args!("{place}.Value"))?;
        text::check_dimension_name(&name, format_args!("{place}.Name"))?;
        text::check_dimension_value(&value, format_args!("{place}.Value"))?;
        if !names.insert(name.clone()) {
            return Err(wrong(format!("The parameter {place}.Name repeats the name {name}.")));
        }
        read.push((name, value));
    }
    Ok(read)
}

fn read_timestamp(millis: i64, place: &impl fmt::Display, now: Moment) -> Result<u64, Refusal> {
    let earliest = now.epoch_millis.saturating_sub(MOST_PAST_MILLIS);
    let latest = now.epoch_millis.saturating_add(MOST_FUTURE_MILLIS);
    // A time before 1970 is long past.
    let millis = u64::try_from(millis).unwrap_or(0);
    let limit = match millis {
        _ if millis < earliest => "two weeks in the past",
        _ if millis > latest => "two hours in the future",
        _ => return Ok(millis),
    };
    Err(wrong(format!("The parameter {place}.Timestamp must specify a time no more than {limit}.")))
}

fn read_resolution(seconds: Option<i64>, place: &impl fmt::Display) -> Result<u32, Refusal> {
    match seconds {
        Some(1) => Ok(1),
        None | Some(60) => Ok(60),
        Some(other) => Err(invalid(other, format_args!("{place}.StorageResolution"))),
    }
}

const MOST_FUTURE_MILLIS: u64 = 2 * 3_600_000;
const MOST_PAST_MILLIS: u64 = 14 * 24 * 3_600_000;
