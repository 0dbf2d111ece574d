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

/// The same as of the last tick of the kernel, up to ten milliseconds ago. CloudWatch keeps metrics by the second, and to
/// read the exact time for each takes four times as long.
#[cfg(target_os = "linux")]
pub(crate) fn coarse() -> DateTime {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::RealtimeCoarse);
    u32::try_from(now.tv_nsec)
        .map_or_else(|_| wall(), |nanos| DateTime::from_secs_and_nanos(now.tv_sec, nanos))
}

/// The same.
#[cfg(not(target_os = "linux"))]
pub(crate) fn coarse() -> DateTime {
    wall()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{SystemTime, coarse, wall};

    #[test]
    fn the_coarse_clock_is_the_exact_one_but_for_a_moment() {
        let time = |now| SystemTime::try_from(now).expect("it is after 1970");
        let (coarse, exact) = (time(coarse()), time(wall()));
        let behind = exact.duration_since(coarse).expect("it is not ahead");
        assert!(behind < Duration::from_secs(1), "{behind:?}");
    }
}
