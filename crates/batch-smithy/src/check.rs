//! Checks of the texts and counts of an entry, for [`Service::measure`](batch_core::Service::measure).
//!
//! A reason names what is wrong, the limit and the way out, and never shows the entry.
//!
//! ```
//! use batch_smithy::check;
//!
//! fn subject(text: &str) -> Result<(), batch_core::Invalid> {
//!     check::characters("subject", text, 100, "shorten it")?;
//!     check::made_of("subject", text, |character| character.is_ascii_graphic(), "printable ASCII")
//! }
//!
//! let invalid = subject(&"x".repeat(101)).unwrap_err();
//! assert_eq!(invalid.to_string(), "101 characters in the subject are above the limit of 100; shorten it");
//! let invalid = subject("Größe").unwrap_err();
//! assert_eq!(invalid.to_string(), "character 3 of the subject is not allowed; use printable ASCII");
//! ```

use std::borrow::Cow;
use std::fmt::Display;

use batch_core::Invalid;

/// Rejects the entry for this reason, which shows no part of the entry.
///
/// # Errors
///
/// Always.
pub fn refuse<T>(reason: impl Into<Cow<'static, str>>) -> Result<T, Invalid> {
    Err(Invalid::new(reason))
}

/// Checks a count against its limit.
///
/// # Errors
///
/// When it is above the limit.
pub fn at_most(what: impl Display, count: usize, limit: usize, way_out: &str) -> Result<(), Invalid> {
    if count > limit {
        return refuse(format!("{count} {what} are above the limit of {limit}; {way_out}"));
    }
    Ok(())
}

/// Checks the characters of a text against their limit.
///
/// # Errors
///
/// When the text is longer.
pub fn characters(what: impl Display, text: &str, limit: usize, way_out: &str) -> Result<(), Invalid> {
    if text.len() <= limit {
        return Ok(()); // no text has more characters than bytes, so most are never counted
    }
    at_most(format_args!("characters in the {what}"), text.chars().count(), limit, way_out)
}

/// Checks that every character of a text is allowed; `alphabet` names those that are.
///
/// # Errors
///
/// When one is not; the reason gives its position, from 1.
pub fn made_of(
    what: impl Display,
    text: &str,
    is_allowed: impl Fn(char) -> bool,
    alphabet: &str,
) -> Result<(), Invalid> {
    match text.chars().position(|character| !is_allowed(character)) {
        None => Ok(()),
        Some(position) => {
            refuse(format!("character {} of the {what} is not allowed; use {alphabet}", position + 1))
        }
    }
}

/// Checks a group id or a deduplication id of a message of SQS or SNS: 1 to 128 characters of printable ASCII
/// (`SendMessageBatchRequestEntry`, `PublishBatchRequestEntry`).
///
/// # Errors
///
/// When the service would refuse it; `what` says what it is.
pub fn token(what: &str, token: &str) -> Result<(), Invalid> {
    characters(what, token, TOKEN, "shorten it, or hash it")?;
    if token.is_empty() {
        return refuse(format!("the {what} is empty; omit it, or add a character"));
    }
    made_of(what, token, |character| character.is_ascii_graphic(), "ASCII letters, digits and punctuation")
}

/// Checks the name of an attribute of a message of SQS or SNS (both developer guides, message attributes).
///
/// # Errors
///
/// When the service would refuse it.
pub fn attribute_name(name: &str) -> Result<(), Invalid> {
    characters("name of an attribute", name, ATTRIBUTE_NAME, "shorten it")?;
    let reserved =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if name.is_empty() {
        return refuse("the name of an attribute is empty; set one");
    }
    if reserved("AWS.") || reserved("Amazon.") {
        return refuse(
            "the name of an attribute begins with \"AWS.\" or \"Amazon.\", which AWS reserves; rename it",
        );
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return refuse(
            "the name of an attribute begins or ends with a period, or has two periods in a row; rename it",
        );
    }
    made_of(
        "name of an attribute",
        name,
        |character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'),
        "letters, digits, '-', '_' and '.'",
    )
}

/// Characters of a group id and of a deduplication id.
const TOKEN: usize = 128;

/// Characters of an attribute's name.
const ATTRIBUTE_NAME: usize = 256;

#[cfg(test)]
mod tests {
    use super::{at_most, characters, made_of};

    #[test]
    fn a_count_up_to_the_limit_is_valid() {
        at_most("attributes", 10, 10, "leave some out").expect("it is the limit");
        let invalid = at_most("attributes", 11, 10, "leave some out").expect_err("it is above the limit");
        assert_eq!(invalid.to_string(), "11 attributes are above the limit of 10; leave some out");
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        characters("id", "äöü", 3, "shorten it").expect("it has three");
        let invalid = characters("id", "äöüß", 3, "shorten it").expect_err("it has four");
        assert_eq!(invalid.to_string(), "4 characters in the id are above the limit of 3; shorten it");
    }

    #[test]
    fn the_first_character_that_is_not_allowed_is_reported_by_position_alone() {
        made_of("id", "", |_| false, "nothing").expect("it has none");
        let invalid = made_of("id", "ab-c+", char::is_alphanumeric, "letters").expect_err("it has a hyphen");
        assert_eq!(invalid.to_string(), "character 3 of the id is not allowed; use letters");
    }
}
