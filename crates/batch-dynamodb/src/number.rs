//! Numbers as DynamoDB knows them: decimal, compared by value, of limited digits and range.

use std::borrow::Cow;
use std::num::{IntErrorKind, ParseIntError};

use crate::limits::{NUMBER_BYTES, NUMBER_DIGITS, NUMBER_POWERS};

/// Why a text is no number for DynamoDB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// It is not a decimal number at all.
    NotANumber,
    /// It has this many significant digits.
    TooManyDigits(usize),
    /// It is further from zero than any number may be.
    TooLarge,
    /// It is closer to zero than any number may be.
    TooSmall,
}

/// Whether this is a number, and within the limits.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    Decimal::parse(text)?.check()
}

/// What a number within the limits counts in the size of an item, in bytes.
pub(crate) fn valid_bytes(text: &str) -> Result<usize, Fault> {
    let decimal = Decimal::parse(text)?;
    decimal.check()?;
    Ok(decimal.bytes())
}

/// The one spelling that all numbers of this value share: without an exponent, and without a sign
/// or a zero that could be left out.
pub(crate) fn canonical(text: &str) -> Result<Cow<'_, str>, Fault> {
    if is_canonical_integer(text) {
        return Ok(Cow::Borrowed(text)); // the usual key
    }
    let decimal = Decimal::parse(text)?;
    decimal.check()?;
    Ok(Cow::Owned(decimal.plain()))
}

/// What a number counts in the size of an item, in bytes: 1, 1 for every pair of digits, and 1 if it
/// is negative, at most 21. Pairs are aligned on the decimal point, from the pair of the first
/// significant digit to that of the last. What is no number counts its length.
///
/// The developer guide says "approximately" one byte for two significant digits and one more. How
/// the pairs lie is what consumed capacity shows, and what dynalite and ministack count; servers that
/// count zeros within a pair less often come to at most this.
pub(crate) fn bytes(text: &str) -> usize {
    Decimal::parse(text).map_or(text.len(), |decimal| decimal.bytes())
}

/// A number taken apart.
#[derive(Clone, Copy, Debug)]
struct Decimal<'a> {
    minus: bool,
    /// The digits, perhaps with a point among them, and whatever follows.
    unsigned: &'a str,
    /// How many digits there are before the point, or in all if there is none.
    whole: usize,
    exponent: i64,
    /// How many zeros there are before the first other digit.
    leading: usize,
    /// How many digits there are from the first to the last that is not zero.
    significant: usize,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Result<Self, Fault> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mut digits, mut point, mut exponent) = (0, None, 0);
        let (mut first, mut last) = (None, 0);
        for (place, byte) in unsigned.bytes().enumerate() {
            match byte {
                b'0' => digits += 1,
                b'1'..=b'9' => {
                    first = first.or(Some(digits));
                    digits += 1;
                    last = digits;
                }
                b'.' if point.is_none() => point = Some(digits),
                b'E' | b'e' => {
                    exponent = parse_exponent(&unsigned[place + 1..])?;
                    break;
                }
                _ => return Err(Fault::NotANumber),
            }
        }
        if digits == 0 {
            return Err(Fault::NotANumber);
        }
        let leading = first.unwrap_or(digits);
        Ok(Self {
            minus: text.starts_with('-'),
            unsigned,
            whole: point.unwrap_or(digits),
            exponent,
            leading,
            significant: last.saturating_sub(leading),
        })
    }

    fn check(&self) -> Result<(), Fault> {
        if self.is_zero() {
            return Ok(());
        }
        if self.significant > NUMBER_DIGITS {
            return Err(Fault::TooManyDigits(self.significant));
        }
        match self.point().saturating_sub(1) {
            power if power > *NUMBER_POWERS.end() => Err(Fault::TooLarge),
            power if power < *NUMBER_POWERS.start() => Err(Fault::TooSmall),
            _ => Ok(()),
        }
    }

    fn bytes(&self) -> usize {
        (1 + self.pairs() + usize::from(self.is_negative())).min(NUMBER_BYTES)
    }

    /// The canonical spelling. The number must be within the limits, or this could be long.
    fn plain(&self) -> String {
        if self.is_zero() {
            return String::from("0");
        }
        let digits = self.unsigned.chars().filter(char::is_ascii_digit);
        let digits: String = digits.skip(self.leading).take(self.significant).collect();
        let sign = if self.minus { "-" } else { "" };
        let zeros = |count: i64| "0".repeat(count.unsigned_abs() as usize);
        match self.point() {
            point if point <= 0 => format!("{sign}0.{}{digits}", zeros(point)),
            point if point >= digits.len() as i64 => {
                format!("{sign}{digits}{}", zeros(point - digits.len() as i64))
            }
            point => {
                let (whole, fraction) = digits.split_at(point as usize);
                format!("{sign}{whole}.{fraction}")
            }
        }
    }

    /// Where the decimal point is, counted in digits from before the first significant one.
    fn point(&self) -> i64 {
        (self.whole as i64 - self.leading as i64).saturating_add(self.exponent)
    }

    /// The pairs of digits, aligned on the decimal point, that hold a significant digit or lie
    /// between two that do.
    fn pairs(&self) -> usize {
        if self.is_zero() {
            return 0;
        }
        let first = self.point().saturating_sub(1);
        let last = self.point().saturating_sub(self.significant as i64);
        (first.div_euclid(2) - last.div_euclid(2) + 1) as usize
    }

    fn is_zero(&self) -> bool {
        self.significant == 0
    }

    /// Zero has no sign.
    fn is_negative(&self) -> bool {
        self.minus && !self.is_zero()
    }
}

/// An exponent beyond all bounds is a huge one.
fn parse_exponent(text: &str) -> Result<i64, Fault> {
    text.parse().or_else(|error: ParseIntError| match error.kind() {
        IntErrorKind::NegOverflow => Ok(i64::MIN),
        IntErrorKind::PosOverflow => Ok(i64::MAX),
        _ => Err(Fault::NotANumber),
    })
}

/// Whether this is surely canonical already.
fn is_canonical_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    text == "0"
        || matches!(digits, [b'1'..=b'9', rest @ ..] if rest.len() < NUMBER_DIGITS && rest.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
