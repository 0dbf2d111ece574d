//! Checks the numbers of a metric.

use std::fmt::Display;

use batch_core::Invalid;
use batch_smithy::check::{at_most, refuse};

use crate::StatisticSet;
use crate::limits::{LARGEST_NUMBER, SMALLEST_NUMBER, VALUES};
use crate::value::Value;

/// Checks a value. A reason shows none of its numbers.
#[inline]
pub(crate) fn check(value: &Value) -> Result<(), Invalid> {
    match value {
        Value::Many(many) => {
            several(&many.values)?;
            many.counts.as_ref().map_or(Ok(()), |counts| all_counts(counts, many.values.len()))?;
            many.statistics.as_ref().map_or(Ok(()), statistics)
        }
        Value::One(value) => number("value", *value),
        Value::Set(set) => statistics(set),
    }
}

/// Whether CloudWatch accepts the number as a value, a sum, a minimum or a maximum.
#[inline]
pub(crate) fn is_valid(number: f64) -> bool {
    number == 0.0 || (SMALLEST_NUMBER..=LARGEST_NUMBER).contains(&number.abs())
}

fn several(values: &[f64]) -> Result<(), Invalid> {
    if values.is_empty() {
        return refuse("the list of values is empty; omit the metric, or add a value");
    }
    at_most(
        "values",
        values.len(),
        VALUES,
        "send the rest as another metric with the same name and timestamp",
    )?;
    (1..).zip(values).try_for_each(|(place, &value)| number(format_args!("value at position {place}"), value))
}

fn all_counts(counts: &[f64], values: usize) -> Result<(), Invalid> {
    if counts.len() != values {
        return refuse(format!(
            "the number of counts is {}, but that of values is {values}; set one count for each value, or none",
            counts.len()
        ));
    }
    (1..)
        .zip(counts)
        .try_for_each(|(place, &count)| positive(format_args!("count at position {place}"), count))
}

fn statistics(set: &StatisticSet) -> Result<(), Invalid> {
    positive("sample count", set.sample_count)?;
    number("sum", set.sum)?;
    number("minimum", set.minimum)?;
    number("maximum", set.maximum)?;
    match set.minimum <= set.maximum {
        true => Ok(()),
        false => refuse("the minimum of the statistic set is above its maximum; swap them"),
    }
}

fn positive(what: impl Display + Copy, count: f64) -> Result<(), Invalid> {
    number(what, count)?;
    match count > 0.0 {
        true => Ok(()),
        false => refuse(format!("the {what} is not above 0; omit values that did not occur")),
    }
}

#[inline]
fn number(what: impl Display, number: f64) -> Result<(), Invalid> {
    if is_valid(number) { Ok(()) } else { Err(invalid(what, number)) }
}

/// Why CloudWatch does not accept the number.
#[cold]
pub(crate) fn invalid(what: impl Display, number: f64) -> Invalid {
    Invalid::new(if number.is_nan() {
        format!("the {what} is NaN, which CloudWatch does not accept; omit it")
    } else if number.is_infinite() {
        format!("the {what} is infinite, which CloudWatch does not accept; omit it")
    } else if number.abs() < SMALLEST_NUMBER {
        format!(
            "the {what} is closer to 0 than 2^-360, the limit of CloudWatch; send 0, or send it in a smaller unit"
        )
    } else {
        format!("the {what} is outside ±2^360, the limits of CloudWatch; send it in a larger unit")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::value::Value;
    use crate::{Metric, StatisticSet};

    /// Checks what the service would say to the metric: nothing, or a reason that contains these words.
    #[track_caller]
    fn check(metric: Metric, expected: Result<(), &str>) {
        match (super::check(metric.raw_value()), expected) {
            (Ok(()), Ok(())) => {}
            (Err(reason), Err(words)) => {
                assert!(reason.to_string().contains(words), "{reason}\ndoes not contain\n{words}");
            }
            (found, _) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_number_is_finite_and_within_2_to_the_power_of_360() {
        let (smallest, largest) = (2_f64.powi(-360), 2_f64.powi(360));
        for number in [0.0, -0.0, 1.5, smallest, -smallest, largest, -largest] {
            check(Metric::new("m", number), Ok(()));
        }
        for (number, words) in [
            (f64::NAN, "the value is NaN, which CloudWatch does not accept"),
            (f64::INFINITY, "the value is infinite"),
            (f64::NEG_INFINITY, "the value is infinite"),
            (largest.next_up(), "the value is outside ±2^360"),
            (-largest.next_up(), "the value is outside ±2^360"),
            (smallest.next_down(), "the value is closer to 0 than 2^-360"),
            (-smallest.next_down(), "the value is closer to 0 than 2^-360"),
            (f64::MIN_POSITIVE, "the value is closer to 0 than 2^-360"),
            (5e-324, "the value is closer to 0 than 2^-360"),
            (f64::MAX, "the value is outside ±2^360"),
        ] {
            check(Metric::new("m", number), Err(words));
        }
    }

    #[test]
    fn there_are_1_to_150_values_and_each_is_a_number() {
        check(Metric::values("m", [1.0]), Ok(()));
        check(Metric::values("m", (0..150).map(f64::from)), Ok(()));
        check(Metric::values("m", (0..151).map(f64::from)), Err("151 values are above the limit of 150"));
        check(Metric::values("m", []), Err("the list of values is empty"));
        check(Metric::values("m", [1.0, f64::NAN]), Err("the value at position 2 is NaN"));
    }

    #[test]
    fn each_value_has_a_count_above_0_or_none_has_one() {
        check(Metric::counted_values("m", [(1.0, 1.0), (-2.0, 0.5)]), Ok(()));
        check(Metric::counted_values("m", []), Err("the list of values is empty"));
        check(
            Metric::counted_values("m", [(1.0, 2.0), (2.0, 0.0)]),
            Err("the count at position 2 is not above 0"),
        );
        check(Metric::counted_values("m", [(1.0, -1.0)]), Err("the count at position 1 is not above 0"));
        check(
            Metric::counted_values("m", [(1.0, f64::INFINITY)]),
            Err("the count at position 1 is infinite"),
        );
        check(
            Metric::counted_values("m", [(f64::INFINITY, 1.0)]),
            Err("the value at position 1 is infinite"),
        );
        let half = Value::many(vec![1.0, 2.0], Some(vec![1.0]));
        let reason = super::check(&half).expect_err("a count is missing").to_string();
        assert!(reason.contains("the number of counts is 1, but that of values is 2"), "{reason}");
    }

    #[test]
    fn a_statistic_set_has_samples_and_a_minimum_below_its_maximum() {
        let good = StatisticSet { sample_count: 2.0, sum: 5.0, minimum: 2.0, maximum: 3.0 };
        check(Metric::statistics("m", good), Ok(()));
        check(Metric::statistics("m", StatisticSet { minimum: 3.0, ..good }), Ok(()));
        for (set, words) in [
            (StatisticSet { sample_count: 0.0, ..good }, "the sample count is not above 0"),
            (StatisticSet { sample_count: f64::NAN, ..good }, "the sample count is NaN"),
            (StatisticSet { sum: f64::INFINITY, ..good }, "the sum is infinite"),
            (StatisticSet { minimum: f64::NAN, ..good }, "the minimum is NaN"),
            (StatisticSet { maximum: f64::MAX, ..good }, "the maximum is outside ±2^360"),
            (StatisticSet { minimum: 3.5, ..good }, "the minimum of the statistic set is above its maximum"),
        ] {
            check(Metric::statistics("m", set), Err(words));
        }
    }

    proptest! {
        #[test]
        fn no_reason_shows_a_number(value in 1e110_f64..1e300) {
            let reason = super::check(&Value::One(value)).expect_err("it is too large").to_string();
            prop_assert!(!reason.contains(&value.to_string()), "{}", reason);
        }
    }
}
