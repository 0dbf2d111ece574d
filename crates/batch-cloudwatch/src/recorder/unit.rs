//! The units of the crate `metrics`, as CloudWatch has them.

use aws_sdk_cloudwatch::types::StandardUnit;
use metrics::Unit;

/// The same unit, if CloudWatch has it: it has no nanoseconds, and none of the multiples of 1,024 bytes.
pub(super) fn standard(unit: Unit) -> Option<StandardUnit> {
    Some(match unit {
        Unit::BitsPerSecond => StandardUnit::BitsSecond,
        Unit::Bytes => StandardUnit::Bytes,
        Unit::Count => StandardUnit::Count,
        Unit::CountPerSecond => StandardUnit::CountSecond,
        Unit::GigabitsPerSecond => StandardUnit::GigabitsSecond,
        Unit::KilobitsPerSecond => StandardUnit::KilobitsSecond,
        Unit::MegabitsPerSecond => StandardUnit::MegabitsSecond,
        Unit::Microseconds => StandardUnit::Microseconds,
        Unit::Milliseconds => StandardUnit::Milliseconds,
        Unit::Percent => StandardUnit::Percent,
        Unit::Seconds => StandardUnit::Seconds,
        Unit::TerabitsPerSecond => StandardUnit::TerabitsSecond,
        Unit::Gibibytes | Unit::Kibibytes | Unit::Mebibytes | Unit::Nanoseconds | Unit::Tebibytes => {
            return None;
        }
    })
}
