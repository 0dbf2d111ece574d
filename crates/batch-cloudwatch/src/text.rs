//! The texts that the service takes as names and as values of dimensions: printable ASCII, of which
//! at least one character is no space.

use std::fmt::Display;

use batch_core::Invalid;
use batch_smithy::check::{characters, made_of, refuse};

use crate::limits::{DIMENSION_NAME, DIMENSION_VALUE, METRIC_NAME};

/// Whether [`check`] accepts the name of a metric.
#[inline]
pub(crate) fn is_valid_name(name: &str) -> bool {
    is_valid(name, METRIC_NAME)
}

/// Whether [`check_without_colon`] accepts the name of a dimension, and [`check`] its value.
#[inline]
pub(crate) fn is_valid_dimension(name: &str, value: &str) -> bool {
    !name.starts_with(':') && is_valid(name, DIMENSION_NAME) && is_valid(value, DIMENSION_VALUE)
}

/// Checks a text of up to `limit` characters.
pub(crate) fn check(what: impl Display + Copy, text: &str, limit: usize) -> Result<(), Invalid> {
    if is_valid(text, limit) {
        return Ok(());
    }
    characters(what, text, limit, "shorten it")?;
    made_of(what, text, |character| (' '..='~').contains(&character), "printable ASCII characters")?;
    refuse(format!("the {what} is empty or consists of spaces; add another character"))
}

/// Checks a text that must not begin with a colon either.
pub(crate) fn check_without_colon(
    what: impl Display + Copy,
    text: &str,
    limit: usize,
) -> Result<(), Invalid> {
    if text.starts_with(':') {
        return refuse(format!("the {what} begins with a colon, which CloudWatch does not allow; rename it"));
    }
    check(what, text, limit)
}

/// Whether a text of up to `limit` characters is valid, in one pass over its bytes.
#[inline]
fn is_valid(text: &str, limit: usize) -> bool {
    text.len() <= limit && is_plain(text.as_bytes())
}

/// Whether all bytes are printable, and not all of them spaces.
fn is_plain(bytes: &[u8]) -> bool {
    let hidden = match bytes.last_chunk() {
        Some(last) => {
            let words = bytes.as_chunks().0.iter().chain([last]);
            words.fold(0, |any, &word| any | unprintable_in(u64::from_ne_bytes(word))) != 0
        }
        None => !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)),
    };
    !hidden && bytes.iter().any(|&byte| byte != b' ')
}

/// Not 0 if one of these eight bytes is below a space or above a tilde: names are short, so that vectors would
/// cost more than they save.
fn unprintable_in(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let above_tilde = word.wrapping_add(ONES) | word;
    (below_space | above_tilde) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{check, check_without_colon, is_plain};

    #[track_caller]
    fn refused(text: &str, limit: usize, words: &str) {
        let reason = check("label", text, limit).expect_err("it is refused").to_string();
        assert!(reason.contains(words), "{reason}\ndoes not contain\n{words}");
    }

    #[test]
    fn printable_ascii_up_to_the_limit_is_taken() {
        let all: String = (' '..='~').collect();
        assert_eq!(check("label", &all, all.len()), Ok(()));
        assert_eq!(check("label", "x", 1), Ok(()));
        assert_eq!(check("label", " x ", 3), Ok(()));
    }

    #[test]
    fn a_reason_names_what_is_wrong_and_the_limit() {
        refused("abcd", 3, "4 characters in the label are above the limit of 3; shorten it");
        refused("äöüß", 3, "4 characters in the label are above the limit of 3");
        refused("aä", 3, "character 2 of the label is not allowed; use printable ASCII");
        refused("a\tb", 3, "character 2 of the label");
        refused("\u{7f}", 3, "character 1 of the label");
        refused("", 3, "the label is empty or consists of spaces");
        refused("  ", 3, "the label is empty or consists of spaces");
    }

    #[test]
    fn a_colon_is_refused_only_at_the_beginning_and_only_where_it_must_not_be() {
        let reason = check_without_colon("label", ":a", 3).expect_err("it is refused").to_string();
        assert!(reason.contains("the label begins with a colon"), "{reason}");
        assert_eq!(check_without_colon("label", "a:", 3), Ok(()));
        assert_eq!(check("label", ":a", 3), Ok(()));
    }

    proptest! {
        #[test]
        fn a_text_is_taken_if_and_only_if_it_keeps_the_rules(text in "[ -~äß\\x00\\x1f\\x7f]{0,12}") {
            let expected = text.len() <= 8 && text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() != "";
            prop_assert_eq!(check("label", &text, 8).is_ok(), expected);
        }

        #[test]
        fn every_byte_is_seen_wherever_it_lies(place in 0..20_usize, length in 1..20_usize, byte in any::<u8>()) {
            let mut bytes = vec![b'~'; length];
            bytes.insert(place.min(length), byte);
            prop_assert_eq!(is_plain(&bytes), (b' '..=b'~').contains(&byte));
            bytes.fill(b' ');
            prop_assert!(!is_plain(&bytes));
        }

        #[test]
        fn no_reason_shows_the_text(secret in "[a-z]{5,10}") {
            let reason = check("label", &format!("{secret}ä"), 100).expect_err("it is refused").to_string();
            prop_assert!(!reason.contains(&secret), "{}", reason);
        }
    }
}
