use std::borrow::Cow;

use proptest::prelude::*;

use super::{Fault, bytes, canonical, check};

#[track_caller]
fn takes(texts: &[&str]) {
    for text in texts {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[track_caller]
fn refuses(texts: &[&str], fault: Fault) {
    for text in texts {
        assert_eq!(check(text), Err(fault), "{text}");
        assert_eq!(canonical(text), Err(fault), "{text}");
    }
}

#[test]
fn numbers_are_decimal_with_or_without_sign_fraction_and_exponent() {
    takes(&["0", "-0", "+7", "007", "1.", ".5", "-12.50", "1e5", "1E-5", "1.5e+3", "0.000", "0e999"]);
    takes(&["0e99999999999999999999", "0e-99999999999999999999"]);
    refuses(
        &[
            "", " ", "-", ".", "e5", "1e", "1e5.5", "1.2.3", "0x10", "1_000", "1,5", " 1", "1 ", "--1",
            "+-1", "NaN", "inf", "١", "1e1e1", "1é", "é", "1eé",
        ],
        Fault::NotANumber,
    );
}

#[test]
fn a_number_has_up_to_38_significant_digits() {
    let digits = "1".repeat(38);
    takes(&[&digits, &format!("-{digits}.000"), &format!("0.00{digits}"), &format!("{digits}000e-3")]);
    refuses(&["123456789012345678901234567890123456789"], Fault::TooManyDigits(39));
    refuses(&[&format!("{digits}.1"), &format!("-0.1{digits}e7")], Fault::TooManyDigits(39));
    refuses(&[&format!("1{}1", "0".repeat(98))], Fault::TooManyDigits(100));
}

#[test]
fn a_number_is_zero_or_between_the_least_and_the_most() {
    let most = format!("9.{}e125", "9".repeat(37));
    takes(&["1e125", "-1e125", &most, &format!("-{most}"), "1e-130", "-1e-130", "0.1e-129", "10e124"]);
    refuses(&["1e126", "-1e126", "10e125", "0.1e127", "1e9223372036854775807"], Fault::TooLarge);
    refuses(&["1e99999999999999999999"], Fault::TooLarge);
    refuses(&["1e-99999999999999999999"], Fault::TooSmall);
    refuses(&["1e-131", "-9.9e-131", "0.1e-130", "0.1e-9223372036854775808"], Fault::TooSmall);
    takes(&["0e500", "-0.0e-500"]);
}

#[test]
fn all_spellings_of_a_value_have_one_canonical_form() {
    for (expected, spellings) in [
        ("0", &["0", "-0", "+0", "0.0", "00", ".0", "0e5", "-0.00e-7"][..]),
        ("1", &["1", "1.0", "1e0", "+1", "01", "10e-1", "0.1e1", "1.e0"]),
        ("-1", &["-1", "-1.0", "-1e0", "-01"]),
        ("1200", &["1200", "12e2", "1.2e3", "1200.00", "0.0012e6"]),
        ("0.012", &["0.012", ".012", "12e-3", "1.20e-2"]),
        ("12.5", &["12.5", "12.50", "125e-1", "012.5"]),
    ] {
        for spelling in spellings {
            assert_eq!(canonical(spelling).as_deref(), Ok(expected), "{spelling}");
        }
    }
}

#[test]
fn a_number_counts_a_byte_for_each_pair_of_digits_aligned_on_the_point() {
    for (text, expected) in [
        ("0", 1),
        ("-0", 1),
        ("0.000", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0.0000001", 2),
        ("1E125", 2),
        ("1E-100", 2),
        ("1.5", 3),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-0.15", 3),
        ("-1E125", 3),
        ("12345678901234567890123456789012345678", 20),
        // Zeros that fill a pair count with it.
        ("120", 3),
        ("0.012", 3),
        ("1000001", 5),
        ("-1.2345678901234567890123456789012345678", 21),
    ] {
        assert_eq!(bytes(text), expected, "{text}");
    }
}

/// A number as its digits without zeros around them and the power of ten of the last one: slow, but
/// plain.
fn model(text: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut power: i64 = exponent.parse().expect("the strategy makes none other");
    let mut digits = String::new();
    let mut after_point = false;
    for character in mantissa.chars() {
        match character {
            '.' => after_point = true,
            '+' | '-' => {}
            digit => {
                digits.push(digit);
                power -= i64::from(after_point);
            }
        }
    }
    while digits.ends_with('0') {
        digits.pop();
        power += 1;
    }
    let digits = digits.trim_start_matches('0').to_owned();
    match digits.is_empty() {
        true => (false, digits, 0),
        false => (text.starts_with('-'), digits, power),
    }
}

/// Numbers of few digits, so that many are equal by value.
fn small() -> impl Strategy<Value = String> {
    ("[+-]?(0{0,2}[01]{1,3}0{0,2}\\.?0{0,2}[01]{0,2}0{0,2}|\\.[01]{1,3})", proptest::option::of(-4..4_i64))
        .prop_map(|(mantissa, exponent)| match exponent {
            None => mantissa,
            Some(exponent) => format!("{mantissa}e{exponent}"),
        })
}

proptest! {
    #[test]
    fn spellings_are_canonically_equal_exactly_when_they_are_equal_by_value(one in small(), other in small()) {
        let equal = canonical(&one).expect("it is a number") == canonical(&other).expect("it is a number");
        prop_assert_eq!(equal, model(&one) == model(&other), "{} {}", one, other);
    }

    #[test]
    fn the_canonical_form_has_the_same_value_and_is_its_own_canonical_form(
        text in "-?[0-9]{1,20}(\\.[0-9]{1,18})?(e-?[0-9]{1,2})?",
    ) {
        let form = canonical(&text).expect("it is within the limits").into_owned();
        prop_assert_eq!(model(&form), model(&text));
        prop_assert_eq!(canonical(&form), Ok(Cow::Borrowed(&*form)));
        prop_assert_eq!(bytes(&form), bytes(&text));
        prop_assert!(!form.contains(['e', '+']) && (form == "0" || !form.starts_with("00")));
    }

    #[test]
    fn the_limits_are_kept_exactly(
        sign in "[+-]?", digits in "[1-9]([0-9]{0,38}[1-9])?", power in -140..=140_i64,
    ) {
        // One digit before the point: the exponent is the power of the first digit.
        let text = format!("{sign}{}.{}e{power}", &digits[..1], &digits[1..]);
        let expected = match (digits.len(), power) {
            (39.., _) => Err(Fault::TooManyDigits(digits.len())),
            (_, 126..) => Err(Fault::TooLarge),
            (_, ..-130) => Err(Fault::TooSmall),
            _ => Ok(()),
        };
        prop_assert_eq!(check(&text), expected);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,20}", number in "[-+.eE0-9]{0,12}") {
        for text in [text, number] {
            let _ = (check(&text), canonical(&text), bytes(&text));
        }
    }

    #[test]
    fn what_rust_writes_of_a_number_is_one(integer in any::<i128>(), float in -1e30_f64..1e30) {
        prop_assert!(matches!(check(&integer.to_string()), Ok(()) | Err(Fault::TooManyDigits(39))));
        prop_assert_eq!(check(&float.to_string()), Ok(()));
        let written = format!("{float:e}");
        prop_assert_eq!(check(&written), Ok(()));
    }
}
