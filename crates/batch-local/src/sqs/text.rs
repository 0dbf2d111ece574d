//! Which characters are allowed where.

use super::code::{INVALID_MESSAGE_CONTENTS, INVALID_PARAMETER_VALUE};
use crate::refusal::Refusal;

/// Refuses text that cannot stand in an XML document.
pub(super) fn check_contents(text: &str) -> Result<(), Refusal> {
    match text.chars().find(|&character| !is_xml(character)) {
        None => Ok(()),
        Some(character) => {
            let code = u32::from(character);
            let message = format!(
                "Invalid binary character '#x{code:X}' was found in the message, the set of allowed characters is #x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]"
            );
            Err(Refusal::new(&INVALID_MESSAGE_CONTENTS, message))
        }
    }
}

/// Refuses a group or deduplication id that is empty, too long, or not of the alphabet, which is
/// exactly the visible characters of ASCII.
pub(super) fn check_token(parameter: &str, value: &str) -> Result<(), Refusal> {
    if is_token(value) {
        return Ok(());
    }
    let message = format!(
        "Value {value} for parameter {parameter} is invalid. Reason: {parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length."
    );
    Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
}

/// Whether this may be a group or deduplication id.
pub(crate) fn is_token(value: &str) -> bool {
    (1..=128).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_xml(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => character >= ' ',
    }
}
