//! The names of delivery streams.

use super::code::RESOURCE_NOT_FOUND;
use crate::account::{self, ACCOUNT};
use crate::refusal::Refusal;
use crate::validation::{check_length, required, violation};

/// The name in a request, unless no delivery stream can have it.
pub(super) fn of(name: Option<String>) -> Result<String, Refusal> {
    let name = required(name, "deliveryStreamName")?;
    check_length("deliveryStreamName", name.chars().count(), 1..=64)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.bytes().all(is_plain) {
        return Ok(name);
    }
    let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    Err(violation("deliveryStreamName", &format!("'{name}'"), constraint))
}

pub(super) fn arn(name: &str) -> String {
    account::arn("firehose", &format!("deliverystream/{name}"))
}

pub(super) fn missing(name: &str) -> Refusal {
    Refusal::new(&RESOURCE_NOT_FOUND, format!("Firehose {name} under account {ACCOUNT} not found."))
}
