//! The account and the region that everything here belongs to.

/// The account's number.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The ARN of `resource` of a service.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}")
}
