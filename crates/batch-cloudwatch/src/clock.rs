//! The wall clock, which a metric's timestamp is taken from and compared with.

use std::time::SystemTime;

use aws_sdk_cloudwatch::primitives::DateTime;

/// Says what time it is.
pub(crate) type Clock = fn() -> DateTime;

/// What time it is on this machine.
#[expect(clippy::disallowed_methods, reason = "CloudWatch compares timestamps with the real time")]
pub(crate) fn wall() -> DateTime {
    SystemTime::now().into()
}
