//! The units that CloudWatch knows.

use aws_sdk_cloudwatch::types::StandardUnit;

/// Numbers the units, from 1.
macro_rules! units {
    ($($unit:ident)*) => {
        enum Number { Unknown, $($unit),* }

        /// The number of a unit, or 0 for one that CloudWatch does not know.
        #[inline]
        pub(crate) fn number(unit: &StandardUnit) -> u8 {
            let number = match unit {
                $(StandardUnit::$unit => Number::$unit,)*
                _ => Number::Unknown,
            };
            number as u8
        }
    };
}

units! {
    Bits BitsSecond Bytes BytesSecond Count CountSecond Gigabits GigabitsSecond Gigabytes GigabytesSecond
    Kilobits KilobitsSecond Kilobytes KilobytesSecond Megabits MegabitsSecond Megabytes MegabytesSecond
    Microseconds Milliseconds None Percent Seconds Terabits TerabitsSecond Terabytes TerabytesSecond
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{StandardUnit, number};

    #[test]
    fn every_unit_has_a_number_of_its_own() {
        let units = StandardUnit::values();
        let numbers: BTreeSet<u8> = units.iter().map(|&unit| number(&StandardUnit::from(unit))).collect();
        assert_eq!(numbers.len(), units.len());
        assert!(!numbers.contains(&0));
        assert_eq!(number(&StandardUnit::from("Celsius")), 0);
    }
}
