//! What is told of many measurements: the middle, the ends, and what part does not exceed.

/// The smallest, the middle and the largest of several measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// None without a measurement.
    pub(crate) fn of(measured: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        let lower = if sorted.len().is_multiple_of(2) { sorted[middle - 1] } else { upper };
        Some(Self { least: sorted[0], median: f64::midpoint(lower, upper), most: *sorted.last()? })
    }

    /// The spread of the ratios of what was measured in the same round.
    pub(crate) fn of_ratios(measured: &[f64], base: &[f64]) -> Option<Self> {
        Self::of(measured.iter().zip(base).map(|(measured, base)| measured / base))
    }
}

/// The middle of several measurements; none without any.
pub(crate) fn median(measured: impl IntoIterator<Item = f64>) -> Option<f64> {
    Spread::of(measured).map(|spread| spread.median)
}

/// What this part of the measurements (0 to 1) does not exceed; none without any.
pub(crate) fn quantile<T: Copy + Ord>(measured: &mut [T], part: f64) -> Option<T> {
    measured.sort_unstable();
    let rank = (measured.len() as f64 * part).ceil() as usize;
    measured.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::{Spread, median, quantile};

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([]), None);
        assert_eq!(median([3.0]), Some(3.0));
        assert_eq!(median([9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn a_ratio_is_that_of_one_round() {
        // The third round was slow for both.
        let spread = Spread::of_ratios(&[2.0, 3.0, 30.0], &[1.0, 2.0, 10.0]);
        assert_eq!(spread, Some(Spread { least: 1.5, median: 2.0, most: 3.0 }));
        assert_eq!(Spread::of_ratios(&[], &[1.0]), None);
    }

    #[test]
    fn a_quantile_is_one_of_the_measurements() {
        let mut measured: Vec<u32> = (1..=1_000).rev().collect();
        for (part, expected) in [(0.0, 1), (0.5, 500), (0.99, 990), (1.0, 1_000)] {
            assert_eq!(quantile(&mut measured, part), Some(expected), "{part}");
        }
        assert_eq!(quantile::<u32>(&mut [], 0.5), None);
    }
}
