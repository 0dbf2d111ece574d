//! Which time statistics are asked for.

use super::datum::StoredDatum;
use super::parameter::{combination, invalid};
use crate::refusal::Refusal;

/// A span of time in periods of equal length; in milliseconds since 1970.
#[derive(Debug)]
pub(super) struct Span {
    start: i64,
    end: i64,
    period: i64,
    /// Whether data of that age can still be had in periods of that length.
    kept: bool,
}

impl Span {
    /// The span from `start` to before `end`, as it is answered at `now`; `period` is in seconds.
    pub(super) fn read(start: i64, end: i64, period: i64, now: i64) -> Result<Self, Refusal> {
        if !is_period(period) {
            return Err(invalid(period, "Period"));
        }
        if start >= end {
            return Err(combination(
                "The parameter StartTime must be less than the parameter EndTime.".to_owned(),
            ));
        }
        let kept_seconds = resolution_after(now.saturating_sub(start));
        let rounding = if period < 60 { period } else { kept_seconds.max(60) };
        let start = floor(start, rounding * SECOND);
        let span =
            Self { start, end, period: period.saturating_mul(SECOND), kept: period % kept_seconds == 0 };
        span.check_length()?;
        Ok(span)
    }

    /// When the period begins that the datum falls into, if it is asked for.
    pub(super) fn period_of(&self, datum: &StoredDatum) -> Option<i64> {
        let resolution = i64::from(datum.storage_resolution) * SECOND;
        let millis = i64::try_from(datum.timestamp_millis).ok()?;
        let stored = floor(millis, resolution);
        let answered = self.kept && self.period >= resolution && (self.start..self.end).contains(&stored);
        answered.then(|| self.start + floor(stored.saturating_sub(self.start), self.period))
    }

    fn check_length(&self) -> Result<(), Refusal> {
        let length = self.end.saturating_sub(self.start);
        let periods = length / self.period + i64::from(length % self.period != 0);
        if periods <= MOST_DATAPOINTS {
            return Ok(());
        }
        Err(combination(format!(
            "You have requested up to {periods} datapoints, which exceeds the limit of {MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )))
    }
}

fn is_period(seconds: i64) -> bool {
    matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0)
}

/// The shortest period, in seconds, in which data can be had after so many milliseconds.
fn resolution_after(age: i64) -> i64 {
    match age {
        _ if age > 63 * DAY => 3600,
        _ if age > 15 * DAY => 300,
        _ if age > 3 * HOUR => 60,
        _ => 1,
    }
}

fn floor(millis: i64, step: i64) -> i64 {
    millis.saturating_sub(millis.rem_euclid(step))
}

const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3600 * SECOND;
const MOST_DATAPOINTS: i64 = 1440;
const SECOND: i64 = 1000;
