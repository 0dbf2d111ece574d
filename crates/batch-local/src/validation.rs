//! What services that speak AWS JSON 1.1 say of a member that breaks a rule of their model.

use std::ops::RangeInclusive;

use crate::refusal::{Code, Refusal};

/// `shown` is the value as far as it may be told, with its quotation marks: never a payload.
pub(crate) fn violation(member: &str, shown: &str, constraint: &str) -> Refusal {
    let space = if shown.is_empty() { "" } else { " " };
    let message = format!(
        "1 validation error detected: Value{space}{shown} at '{member}' failed to satisfy constraint: {constraint}"
    );
    Refusal::new(&VALIDATION, message)
}

/// The value of a member that must be there.
pub(crate) fn required<T>(value: Option<T>, member: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| violation(member, "null", "Member must not be null"))
}

/// Refuses a number outside of `allowed`.
pub(crate) fn within(member: &str, value: i64, allowed: RangeInclusive<u64>) -> Result<u64, Refusal> {
    let (least, most) = allowed.into_inner();
    let shown = format!("'{value}'");
    match u64::try_from(value) {
        Ok(number) if number > most => {
            Err(violation(member, &shown, &format!("Member must have value less than or equal to {most}")))
        }
        Ok(number) if number >= least => Ok(number),
        _ => {
            let constraint = format!("Member must have value greater than or equal to {least}");
            Err(violation(member, &shown, &constraint))
        }
    }
}

/// Refuses what has a length outside of `allowed`.
pub(crate) fn check_length(
    member: &str,
    length: usize,
    allowed: RangeInclusive<usize>,
) -> Result<(), Refusal> {
    let (least, most) = allowed.into_inner();
    if length < least {
        let constraint = format!("Member must have length greater than or equal to {least}");
        return Err(violation(member, "", &constraint));
    }
    if length > most {
        let constraint = format!("Member must have length less than or equal to {most}");
        return Err(violation(member, "", &constraint));
    }
    Ok(())
}

const VALIDATION: Code = Code { shape: "ValidationException", query: "ValidationException" };
