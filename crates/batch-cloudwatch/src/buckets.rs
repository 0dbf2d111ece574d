//! Logarithmic buckets, in which values lie that differ little.

use std::ops::RangeInclusive;

use crate::limits::{LARGEST_NUMBER, SMALLEST_NUMBER};

/// The relative errors that buckets may have. With 0.0001 a datum covers values that differ by 3 %, so that
/// less would merge nothing.
pub(crate) const RELATIVE_ERRORS: RangeInclusive<f64> = 0.0001..=0.5;

/// Buckets of which each bound is the same multiple of the one before, so that one number stands for all
/// values of a bucket with a bounded relative error. Zero has a bucket of its own, and negative values have those
/// of their magnitudes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Buckets {
    /// The logarithm of that multiple.
    step: f64,
    /// What the upper bound of a bucket is multiplied with to be as far from both bounds, relatively.
    middle: f64,
}

impl Buckets {
    /// Buckets with an error of the [range](RELATIVE_ERRORS).
    pub(crate) fn new(relative_error: f64) -> Self {
        // Rounding must not take it above what the user chose.
        let error = relative_error * (1.0 - 1e-6);
        let multiple = (1.0 + error) / (1.0 - error);
        Self { step: multiple.ln(), middle: 2.0 / (1.0 + multiple) }
    }

    /// The number that stands for all values of the same bucket. It is in that bucket.
    pub(crate) fn representative(self, value: f64) -> f64 {
        if value == 0.0 {
            return 0.0;
        }
        let bucket = (value.abs().ln() / self.step).ceil();
        let magnitude = (bucket * self.step).exp() * self.middle;
        magnitude.clamp(SMALLEST_NUMBER, LARGEST_NUMBER).copysign(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn any_value() -> impl Strategy<Value = f64> {
        let edges = vec![1.0, SMALLEST_NUMBER, LARGEST_NUMBER, 1.0_f64.next_up(), 1e-100, 0.1];
        let magnitude = prop_oneof![select(edges), (-249.0..249.0_f64).prop_map(f64::exp), 0.0..1e6_f64];
        let valid = |value: &f64| (SMALLEST_NUMBER..=LARGEST_NUMBER).contains(value);
        (magnitude.prop_filter("out of range", valid), any::<bool>())
            .prop_map(|(magnitude, is_negative)| if is_negative { -magnitude } else { magnitude })
    }

    proptest! {
        #[test]
        fn a_representative_is_near_and_stands_for_itself(
            error in prop_oneof![select(vec![0.0001, 0.01, 0.05, 0.5]), RELATIVE_ERRORS], value in any_value()
        ) {
            let buckets = Buckets::new(error);
            let found = buckets.representative(value);
            prop_assert!((found - value).abs() <= value.abs() * error, "{} for {}", found, value);
            prop_assert_eq!(buckets.representative(found).to_bits(), found.to_bits());
            prop_assert!((SMALLEST_NUMBER..=LARGEST_NUMBER).contains(&found.abs()));
        }
    }

    #[test]
    fn zero_is_exact_and_has_no_sign() {
        for zero in [0.0, -0.0] {
            assert_eq!(Buckets::new(0.01).representative(zero).to_bits(), 0);
        }
    }
}
