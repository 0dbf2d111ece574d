//! How requests name a stream.

use super::code::{INVALID_ARGUMENT, RESOURCE_NOT_FOUND};
use super::request::OfStream;
use crate::account::{self, ACCOUNT};
use crate::refusal::Refusal;
use crate::validation::{check_length, violation};

/// The name of the stream that a request is for: given as such, in an ARN, or as both alike.
pub(super) fn of(stream: &OfStream) -> Result<&str, Refusal> {
    let named = stream.stream_name.as_deref();
    let located = stream.stream_arn.as_deref().map(in_arn).transpose()?;
    if let (Some(named), Some(located)) = (named, located)
        && named != located
    {
        let message = format!("StreamName {named} and StreamARN of {located} are of different streams.");
        return Err(Refusal::new(&INVALID_ARGUMENT, message));
    }
    let name = named
        .or(located)
        .ok_or_else(|| Refusal::new(&INVALID_ARGUMENT, "Either StreamName or StreamARN must be provided."))?;
    check(name)?;
    Ok(name)
}

/// The name in the ARN of a stream, of whichever account and region.
pub(super) fn in_arn(arn: &str) -> Result<&str, Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "kinesis", _, account, resource]
            if partition.starts_with("aws") && is_account(account) =>
        {
            resource.strip_prefix("stream/")
        }
        _ => None,
    }
    .ok_or_else(|| {
        let constraint =
            r"Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\d{12}:stream/\S+";
        violation("streamARN", &format!("'{arn}'"), constraint)
    })
}

/// Refuses a name that no stream can have.
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    check_length("streamName", name.chars().count(), 1..=128)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.bytes().all(plain) {
        return Ok(());
    }
    let constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    Err(violation("streamName", &format!("'{name}'"), constraint))
}

pub(super) fn arn(name: &str) -> String {
    account::arn("kinesis", &format!("stream/{name}"))
}

pub(super) fn missing(name: &str) -> Refusal {
    Refusal::new(&RESOURCE_NOT_FOUND, format!("Stream {name} under account {ACCOUNT} not found."))
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}
