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

/// The time as of the last tick of the kernel, some milliseconds ago. CloudWatch keeps metrics by the second, and to read
/// the exact time for each takes four times as long.
///
/// The C library reads it. A library that calls the kernel's function by itself, such as `rustix`, ends a program that
/// runs under Valgrind, where that function is not in memory.
#[cfg(target_os = "linux")]
pub(crate) fn coarse() -> DateTime {
    use nix::time::ClockId;

    let now = ClockId::CLOCK_REALTIME_COARSE.now().ok();
    let time =
        now.and_then(|now| Some(DateTime::from_secs_and_nanos(now.tv_sec(), now.tv_nsec().try_into().ok()?)));
    time.unwrap_or_else(wall)
}

/// The exact time, where there is no clock that is read faster.
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
