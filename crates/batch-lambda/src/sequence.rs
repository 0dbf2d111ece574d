use std::cmp::Ordering;

/// The order of two sequence numbers: that of the numbers that they are, of whatever length.
///
/// Those of Kinesis have 56 digits, more than any integer type holds. What is no number comes first: reported as
/// the lowest failure, it makes Lambda retry the whole batch, so that nothing is lost.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    key(one).cmp(&key(other))
}

/// Without leading zeros, the longer number is the larger one, and digits compare as text.
fn key(number: &str) -> Option<(usize, &str)> {
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let digits = number.trim_start_matches('0');
    is_number.then_some((digits.len(), digits))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{self, Equal, Greater, Less};

    use proptest::prelude::*;

    use super::compare;

    fn check(one: &str, other: &str, expected: Ordering) {
        assert_eq!(compare(one, other), expected, "{one:?} {other:?}");
        assert_eq!(compare(other, one), expected.reverse(), "{other:?} {one:?}");
    }

    #[test]
    fn sequence_numbers_compare_as_numbers() {
        check("9", "10", Less);
        check("0010", "9", Greater);
        check("007", "7", Equal);
        check("0", "000", Equal);
        check("", "0", Less);
        check("x", "0", Less);
        check("-5", "1", Less);
        let kinesis = "49545115243490985018280067714973144582180062593244200961";
        check(kinesis, "49545115243490985018280067714973144582180062593244200962", Less);
        check(kinesis, "9999999999999999999999999999999999999999999999999999999", Greater);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_integers(one: u128, other: u128, zeros in 0..3_usize) {
            prop_assert_eq!(compare(&format!("{}{one}", "0".repeat(zeros)), &other.to_string()), one.cmp(&other));
        }

        #[test]
        fn the_order_is_total(texts in prop::collection::vec("[0-2x]{0,3}", 3)) {
            let [a, b, c] = [&texts[0], &texts[1], &texts[2]];
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert!(compare(a, b) == Greater || compare(b, c) == Greater || compare(a, c) != Greater);
        }
    }
}
