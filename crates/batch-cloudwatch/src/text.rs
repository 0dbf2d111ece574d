//! The texts that the service takes as names and as values of dimensions: printable ASCII, of which
//! at least one character is no space.

use std::fmt::Display;

use batch_core::Invalid;

/// Why the service would not accept this text, which may have `limit` characters, if it would not.
/// The reason does not show the text.
pub(crate) fn check(what: impl Display, text: &str, limit: usize) -> Result<(), Invalid> {
    match text.len() <= limit && is_plain(text.as_bytes()) {
        true => Ok(()),
        false => Err(Invalid::new(reason(what, text, limit))),
    }
}

/// The same for a text that must not begin with a colon.
pub(crate) fn check_without_colon(what: impl Display, text: &str, limit: usize) -> Result<(), Invalid> {
    if text.starts_with(':') {
        return Err(Invalid::new(format!(
            "the {what} begins with a colon, which CloudWatch does not allow; rename it"
        )));
    }
    check(what, text, limit)
}

/// Whether all of it is printable, and not all of it spaces.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| is_printable(byte)) && bytes.iter().any(|&byte| byte != b' ')
}

fn is_printable(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

#[cold]
fn reason(what: impl Display, text: &str, limit: usize) -> String {
    let characters = text.chars().count();
    if characters > limit {
        return format!("{characters} characters in the {what} are above the limit of {limit}; shorten it");
    }
    let strange = |character| u8::try_from(character).map_or(true, |byte| !is_printable(byte));
    match text.chars().position(strange) {
        Some(place) => format!(
            "character {} of the {what} is not allowed by CloudWatch; use printable ASCII characters",
            place + 1
        ),
        None => format!("the {what} is empty or has nothing but spaces; give it a character"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{check, check_without_colon};

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
        refused("aä", 3, "character 2 of the label is not allowed by CloudWatch; use printable ASCII");
        refused("a\tb", 3, "character 2 of the label");
        refused("\u{7f}", 3, "character 1 of the label");
        refused("", 3, "the label is empty or has nothing but spaces");
        refused("  ", 3, "the label is empty or has nothing but spaces");
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
        fn no_reason_shows_the_text(secret in "[a-z]{5,10}") {
            let reason = check("label", &format!("{secret}ä"), 100).expect_err("it is refused").to_string();
            prop_assert!(!reason.contains(&secret), "{}", reason);
        }
    }
}
