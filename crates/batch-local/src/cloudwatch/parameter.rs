//! What the service says about a parameter that it refuses.

use std::fmt::{Debug, Display};

use super::code::{INVALID_PARAMETER_COMBINATION, INVALID_PARAMETER_VALUE, MISSING_REQUIRED_PARAMETER};
use crate::refusal::Refusal;

/// The value of a parameter that must be there.
pub(super) fn required<T>(value: Option<T>, parameter: impl Display) -> Result<T, Refusal> {
    value.ok_or_else(|| {
        Refusal::new(&MISSING_REQUIRED_PARAMETER, format!("The parameter {parameter} is required."))
    })
}

/// Refuses a list of more than `most` elements.
pub(super) fn check_length<T>(list: &[T], most: usize, parameter: impl Display) -> Result<(), Refusal> {
    if list.len() <= most {
        return Ok(());
    }
    Err(wrong(format!("The collection {parameter} must not have a size greater than {most}.")))
}

/// The refusal of a value.
pub(super) fn invalid(value: impl Debug, parameter: impl Display) -> Refusal {
    wrong(format!("The value {value:?} for parameter {parameter} is invalid."))
}

/// The refusal of a value, in these words.
pub(super) fn wrong(message: String) -> Refusal {
    Refusal::new(&INVALID_PARAMETER_VALUE, message)
}

/// The refusal of parameters that do not go together, in these words.
pub(super) fn combination(message: String) -> Refusal {
    Refusal::new(&INVALID_PARAMETER_COMBINATION, message)
}

/// The refusal of two parameters of which only one may be there.
pub(super) fn exclusive(one: impl Display, other: impl Display) -> Refusal {
    combination(format!(
        "The parameters {one} and {other} are mutually exclusive and you have specified both."
    ))
}
