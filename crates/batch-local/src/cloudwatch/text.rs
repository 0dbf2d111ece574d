//! Which names namespaces, metrics and dimensions can have.

use std::fmt::Display;

use super::parameter::{invalid, wrong};
use crate::refusal::Refusal;

/// Refuses a namespace that cannot be written to.
pub(super) fn check_namespace(namespace: &str) -> Result<(), Refusal> {
    check_length(namespace, 255, "Namespace")?;
    check_ascii(namespace, "Namespace")?;
    // The documentation says "should not"; the names are those of the services.
    if namespace.starts_with(':') || namespace.starts_with("AWS/") {
        return Err(invalid(namespace, "Namespace"));
    }
    Ok(())
}

pub(super) fn check_dimension_name(name: &str, parameter: impl Display + Copy) -> Result<(), Refusal> {
    check_length(name, 255, parameter)?;
    check_ascii(name, parameter)?;
    if name.starts_with(':') { Err(invalid(name, parameter)) } else { Ok(()) }
}

pub(super) fn check_dimension_value(value: &str, parameter: impl Display + Copy) -> Result<(), Refusal> {
    check_length(value, 1024, parameter)?;
    check_ascii(value, parameter)
}

/// Refuses text that is empty or has more than that many characters.
pub(super) fn check_length(text: &str, most: usize, parameter: impl Display) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(wrong(format!("The parameter {parameter} must be at least 1 character long.")));
    }
    if text.chars().count() > most {
        return Err(wrong(format!(
            "The parameter {parameter} must be shorter than {} characters.",
            most + 1
        )));
    }
    Ok(())
}

/// Refuses text that is not of ASCII characters, has control characters, or nothing but space.
fn check_ascii(text: &str, parameter: impl Display) -> Result<(), Refusal> {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if printable && text.bytes().any(|byte| byte != b' ') {
        return Ok(());
    }
    Err(invalid(text, parameter))
}
