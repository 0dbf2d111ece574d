use std::fmt::Display;

use super::parameter::invalid;
use crate::refusal::Refusal;

/// Refuses a unit that the service does not know.
pub(super) fn check_unit(unit: &str, parameter: impl Display) -> Result<(), Refusal> {
    if UNITS.contains(&unit) { Ok(()) } else { Err(invalid(unit, parameter)) }
}

/// The unit of a datum that has none.
pub(super) const NONE: &str = "None";

const UNITS: [&str; 27] = [
    "Bits",
    "Bits/Second",
    "Bytes",
    "Bytes/Second",
    "Count",
    "Count/Second",
    "Gigabits",
    "Gigabits/Second",
    "Gigabytes",
    "Gigabytes/Second",
    "Kilobits",
    "Kilobits/Second",
    "Kilobytes",
    "Kilobytes/Second",
    "Megabits",
    "Megabits/Second",
    "Megabytes",
    "Megabytes/Second",
    "Microseconds",
    "Milliseconds",
    NONE,
    "Percent",
    "Seconds",
    "Terabits",
    "Terabits/Second",
    "Terabytes",
    "Terabytes/Second",
];
