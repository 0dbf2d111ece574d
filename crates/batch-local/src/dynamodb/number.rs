use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use super::code::invalid;
use crate::refusal::Refusal;

/// A decimal number: `0.` and its digits, times ten to the power of `point`.
///
/// Numbers of the same value are equal, however they were written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Number {
    negative: bool,
    point: i64,
    /// In ASCII, without a zero at either end; none for zero.
    digits: String,
}

impl Number {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let number = Self::read(text).ok_or_else(|| {
            invalid(format!("The parameter cannot be converted to a numeric value: {text}"))
        })?;
        number.check()?;
        Ok(number)
    }

    /// What it counts in the size of an item: one byte for each pair of digits, the pairs beginning
    /// at the decimal point, one more, and one for the sign of a negative one.
    pub(super) fn bytes(&self) -> usize {
        if self.digits.is_empty() {
            return 1;
        }
        // Before the first digit, a zero completes its pair.
        let padding = usize::from(self.point.rem_euclid(2) == 1);
        let pairs = (self.digits.len() + padding).div_ceil(2);
        (pairs + 1 + usize::from(self.negative)).min(MOST_BYTES)
    }

    fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            None => (unsigned, 0),
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written = format!("{whole}{fraction}");
        if !is_digits(&written) {
            return None;
        }
        let begun = written.trim_start_matches('0');
        let digits = begun.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, point: 0, digits: String::new() });
        }
        let zeros = written.len() - begun.len();
        let point = exponent.saturating_add(signed(whole.len())).saturating_sub(signed(zeros));
        Some(Self { negative: text.starts_with('-'), point, digits: digits.to_owned() })
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.digits.is_empty() {
            return Ok(());
        }
        let power = self.point - 1;
        if power > *POWERS.end() {
            return Err(invalid(
                "Number overflow. Attempting to store a number with magnitude larger than supported range",
            ));
        }
        if power < *POWERS.start() {
            return Err(invalid(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range",
            ));
        }
        if self.digits.len() > MOST_DIGITS {
            return Err(invalid("Attempting to store more than 38 significant digits in a Number"));
        }
        Ok(())
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

/// As the service returns it: without an exponent, and without zeros that could be left out.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = &self.digits;
        if digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        match usize::try_from(self.point) {
            Ok(point) if point >= digits.len() => write!(f, "{digits:0<point$}"),
            Ok(point) if point > 0 => write!(f, "{}.{}", &digits[..point], &digits[point..]),
            _ => {
                let width = usize::try_from(-self.point).unwrap_or_default() + digits.len();
                write!(f, "0.{digits:0>width$}")
            }
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = (self.point, &self.digits).cmp(&(other.point, &other.digits));
        self.sign().cmp(&other.sign()).then(if self.negative { magnitude.reverse() } else { magnitude })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !is_digits(digits) {
        return None;
    }
    // Far out of range, which is all that matters, and far from the end of the type.
    let size = digits.parse().unwrap_or(i64::MAX).min(FAR);
    Some(if text.starts_with('-') { -size } else { size })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

const FAR: i64 = 1 << 40;
const MOST_BYTES: usize = 21;
const MOST_DIGITS: usize = 38;
/// The powers of ten between which the first digit lies.
const POWERS: RangeInclusive<i64> = -130..=125;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_in_its_one_plain_form() {
        let check = |texts: &[&str], expected: &str| {
            for text in texts {
                assert_eq!(Number::parse(text).unwrap().to_string(), expected, "{text}");
            }
        };
        check(&["0", "-0", "+0.000", "0e9", ".0", "0."], "0");
        check(&["1", "1.0", "+01", "1e0", "0.1E1", "10e-1", "1."], "1");
        check(&["-120", "-1.2e2", "-0120.00"], "-120");
        check(&["0.015", "1.5E-2", ".0150"], "0.015");
        check(&["12.5", "125e-1"], "12.5");
        check(&["1e-3"], "0.001");
        check(&["1e20"], "100000000000000000000");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "e1", "1e", "1e+", "1.2.3", "--1", " 1", "1 ", "0x1", "NaN", "Infinity", "1_0", "٣",
        ] {
            let refusal = Number::parse(text).unwrap_err().to_string();
            assert!(refusal.contains("cannot be converted"), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_number_has_38_digits_and_a_limited_magnitude() {
        let check = |text: &str, expected: Option<&str>| {
            let refusal = Number::parse(text).err().map(|refusal| refusal.to_string());
            assert_eq!(refusal.as_deref().map(|text| &text[..16]), expected, "{text}");
        };
        let digits = "12345678901234567890123456789012345678";
        check(digits, None);
        check(&format!("-0.000{digits}000"), None);
        check(&format!("{digits}9"), Some("Attempting to st"));
        check("9.9e125", None);
        check("1e126", Some("Number overflow."));
        check("1e-130", None);
        check("9.9e-131", Some("Number underflow"));
        check("1e99999999999999999999", Some("Number overflow."));
        check("-1e-99999999999999999999", Some("Number underflow"));
    }

    #[test]
    fn a_number_counts_its_pairs_of_digits() {
        let check = |text: &str, expected: usize| {
            assert_eq!(Number::parse(text).unwrap().bytes(), expected, "{text}");
        };
        check("0", 1);
        check("-0", 1);
        check("1", 2);
        check("12", 2);
        check("123", 3);
        check("1234", 3);
        check("100", 2);
        check("120", 3);
        check("1010", 3);
        check("1.5", 3);
        check("0.15", 2);
        check("0.015", 3);
        check("100.5", 4);
        check("3.14159", 5);
        check("-42", 3);
        check("1e125", 2);
        check("1e-100", 2);
        check("12345678901234567890123456789012345678", 20);
        check("1.2345678901234567890123456789012345678", 21);
        check("-1.2345678901234567890123456789012345678", 21);
    }

    #[test]
    fn numbers_are_in_the_order_of_their_values() {
        let ordered =
            ["-1e5", "-20", "-3", "-0.1", "0", "0.001", "0.1", "0.12", "1", "1.1", "3", "20", "1e5"];
        let numbers: Vec<Number> = ordered.iter().map(|text| Number::parse(text).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
}
