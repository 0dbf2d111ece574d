//! Rejects what the service would reject in a metric, apart from its size.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::StandardUnit;
use batch_core::Invalid;
use batch_smithy::check::{at_most, refuse};

use crate::limits::{
    DIMENSION_NAME, DIMENSION_VALUE, DIMENSIONS, FUTURE_SECONDS, METRIC_NAME, PAST_SECONDS,
    STORAGE_RESOLUTIONS,
};
use crate::{Metric, numbers, text, unit};

/// Checks a metric, but for its timestamp.
#[inline]
pub(crate) fn metric(metric: &Metric) -> Result<(), Invalid> {
    if !metric.texts().are_valid() {
        text::check("name of the metric", metric.name(), METRIC_NAME)?;
        dimensions(metric)?;
    }
    numbers::check(metric.raw_value())?;
    metric.get_unit().map_or(Ok(()), known)?;
    metric.get_storage_resolution().map_or(Ok(()), storage_resolution)
}

/// Checks a timestamp at this time.
#[inline]
pub(crate) fn timestamp(instant: DateTime, now: DateTime) -> Result<(), Invalid> {
    let place = |seconds, of: DateTime| (seconds, of.subsec_nanos());
    let at = place(instant.secs(), instant);
    let seconds = |age: i128| age as f64 / 1e9;
    if at < place(now.secs().saturating_sub(PAST_SECONDS), now) {
        return refuse(format!(
            "the timestamp lies {} s in the past, above the limit of {PAST_SECONDS} s (two weeks); CloudWatch \
             accepts no older data",
            seconds(now.as_nanos() - instant.as_nanos())
        ));
    }
    if at > place(now.secs().saturating_add(FUTURE_SECONDS), now) {
        return refuse(format!(
            "the timestamp lies {} s in the future, above the limit of {FUTURE_SECONDS} s (two hours); check the clock \
             that it comes from, or submit it later",
            seconds(instant.as_nanos() - now.as_nanos())
        ));
    }
    Ok(())
}

fn dimensions(metric: &Metric) -> Result<(), Invalid> {
    let dimensions = metric.get_dimensions();
    at_most("dimensions", dimensions.len(), DIMENSIONS, "remove some, or put them into the name")?;
    for (place, (name, value)) in dimensions.clone().enumerate() {
        let is_second = || dimensions.clone().take(place).any(|(earlier, _)| earlier == name);
        dimension(name, value, is_second).map_err(|invalid| invalid.at(format!("dimension {name:?}")))?;
    }
    Ok(())
}

fn dimension(name: &str, value: &str, is_second: impl Fn() -> bool) -> Result<(), Invalid> {
    text::check_without_colon("name of a dimension", name, DIMENSION_NAME)?;
    text::check("value of a dimension", value, DIMENSION_VALUE)?;
    match is_second() {
        true => refuse("two dimensions have the same name; rename or remove one"),
        false => Ok(()),
    }
}

#[inline]
fn known(unit: &StandardUnit) -> Result<(), Invalid> {
    match unit::number(unit) {
        1.. => Ok(()),
        0 => refuse("CloudWatch does not know the unit; use a variant of `StandardUnit`"),
    }
}

#[inline]
fn storage_resolution(seconds: i32) -> Result<(), Invalid> {
    let [high, standard] = STORAGE_RESOLUTIONS;
    match STORAGE_RESOLUTIONS.contains(&seconds) {
        true => Ok(()),
        false => refuse(format!(
            "a storage resolution of {seconds} s is not supported; set {high} (high resolution) or {standard} (standard)"
        )),
    }
}

#[cfg(test)]
mod tests;
