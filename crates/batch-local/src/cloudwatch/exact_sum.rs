/// A sum that is rounded only when it is read, so that the order of its terms makes no difference.
///
/// It is kept as parts that do not overlap, each larger than the one before: what one addition
/// rounds off is the next smaller part.
#[derive(Clone, Debug, Default)]
pub(super) struct ExactSum {
    parts: Vec<f64>,
}

impl ExactSum {
    pub(super) fn add(&mut self, term: f64) {
        let mut carried = term;
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let (sum, rounded_off) = add_exactly(carried, self.parts[index]);
            if rounded_off != 0.0 {
                self.parts[kept] = rounded_off;
                kept += 1;
            }
            carried = sum;
        }
        self.parts.truncate(kept);
        self.parts.push(carried);
    }

    /// Adds `value` as often as `count` says.
    pub(super) fn add_times(&mut self, value: f64, count: f64) {
        let product = value * count;
        self.add(product);
        self.add(value.mul_add(count, -product));
    }

    /// The double that is nearest to the sum.
    pub(super) fn value(&self) -> f64 {
        let mut smaller = self.parts.iter().rev().copied();
        let mut sum = smaller.next().unwrap_or_default();
        let mut rounded_off = 0.0;
        for part in smaller.by_ref() {
            (sum, rounded_off) = add_exactly(sum, part);
            if rounded_off != 0.0 {
                break;
            }
        }
        // Halfway between two doubles, the next part decides which of them is nearer.
        let next = smaller.next().unwrap_or_default();
        let up = sum + 2.0 * rounded_off;
        let halfway = up - sum == 2.0 * rounded_off;
        let further = next != 0.0 && next.is_sign_positive() == rounded_off.is_sign_positive();
        if halfway && further { up } else { sum }
    }
}

/// The rounded sum of two numbers, and what was rounded off.
fn add_exactly(one: f64, other: f64) -> (f64, f64) {
    let (larger, smaller) = if one.abs() < other.abs() { (other, one) } else { (one, other) };
    let sum = larger + smaller;
    (sum, smaller - (sum - larger))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(terms: &[f64], expected: f64) {
        let sum = |terms: &mut dyn Iterator<Item = &f64>| {
            let mut sum = ExactSum::default();
            terms.for_each(|term| sum.add(*term));
            sum.value()
        };
        assert_eq!(sum(&mut terms.iter()), expected, "{terms:?}");
        assert_eq!(sum(&mut terms.iter().rev()), expected, "{terms:?} reversed");
    }

    #[test]
    fn nothing_is_rounded_off_on_the_way() {
        check(&[], 0.0);
        check(&[0.1; 10], 1.0);
        check(&[1e16, 1.0, -1e16], 1.0);
        check(&[1e100, 1.0, -1e100, 1e-100], 1.0);
        check(&[2f64.powi(360), 1.0, -2f64.powi(360)], 1.0);
    }

    #[test]
    fn what_is_halfway_goes_where_the_rest_points() {
        let (large, half) = (2f64.powi(53), 1.0);
        check(&[large, half], large);
        check(&[large, half, 1e-10], large + 2.0);
        check(&[large, half, -1e-10], large);
        check(&[-large, -half, -1e-10], -large - 2.0);
    }

    #[test]
    fn a_product_is_added_exactly() {
        let mut sum = ExactSum::default();
        sum.add_times(0.1, 3.0);
        sum.add(-0.1);
        sum.add(-0.1);
        assert_eq!(sum.value(), 0.1);
    }
}
