//! Slots of time, by the wall clock: where one begins, and how long until it ends.

use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;

use crate::limits::STORAGE_RESOLUTIONS;

/// How long a slot is, in whole seconds. One begins at every multiple of it since 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Interval(u32);

impl Interval {
    pub(super) const MINUTE: Self = Self(60);

    /// The nearest interval that is supported: 1 second to an hour.
    pub(super) fn nearest(duration: Duration) -> Self {
        let seconds = duration.as_secs().clamp(1, LONGEST_SECONDS);
        Self(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    pub(super) fn of_seconds(seconds: u32) -> Self {
        Self(seconds.max(1))
    }

    pub(super) fn seconds(self) -> u32 {
        self.0
    }

    /// The storage resolution that its data need, unless it is that of the service.
    pub(super) fn storage_resolution(self) -> Option<i32> {
        let [high, standard] = STORAGE_RESOLUTIONS;
        (i64::from(self.0) < i64::from(standard)).then_some(high)
    }

    /// The start of the slot in which the gathering began that ends now: since the last time, but at most an
    /// interval ago, since nobody gathered while the process was frozen. A clock that was set back does not
    /// lead into the future.
    pub(super) fn start(self, since: DateTime, now: DateTime) -> DateTime {
        let now = now.as_nanos();
        let begun = since.as_nanos().max(now - self.nanos()).min(now);
        let slots = begun.div_euclid(self.nanos());
        let seconds = slots.saturating_mul(i128::from(self.0));
        DateTime::from_secs(i64::try_from(seconds).unwrap_or_default())
    }

    /// How long the slot lasts that this time is in.
    pub(super) fn rest(self, now: DateTime) -> Duration {
        let rest = self.nanos() - now.as_nanos().rem_euclid(self.nanos());
        Duration::from_nanos(u64::try_from(rest).unwrap_or_default())
    }

    fn nanos(self) -> i128 {
        i128::from(self.0) * 1_000_000_000
    }
}

/// An hour: later, a sample would be shown too far from its time.
const LONGEST_SECONDS: u64 = 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 1_800_000_000;

    fn at(seconds: f64) -> DateTime {
        DateTime::from_millis(MINUTE * 1_000 + (seconds * 1_000.0) as i64)
    }

    #[track_caller]
    fn check(seconds: u64, since: f64, now: f64, expected: i64) {
        let interval = Interval::nearest(Duration::from_secs(seconds));
        assert_eq!(interval.start(at(since), at(now)), DateTime::from_secs(MINUTE + expected));
    }

    #[test]
    fn what_is_gathered_belongs_to_the_slot_in_which_the_gathering_began() {
        check(60, 0.002, 60.003, 0);
        check(60, 60.003, 90.0, 60);
        // A driver that is late, and one that was early.
        check(60, 0.0, 64.9, 0);
        check(60, 59.999, 60.0, 0);
        // Frozen for ten minutes.
        check(60, 10.0, 630.0, 540);
        // A clock that was set back.
        check(60, 600.0, 90.0, 60);
        check(1, 7.0, 8.001, 7);
        check(10, 7.0, 10.001, 0);
    }

    #[test]
    fn a_slot_lasts_until_the_next_multiple_of_the_interval() {
        let minute = Interval::MINUTE;
        assert_eq!(minute.rest(at(0.0)), Duration::from_secs(60));
        assert_eq!(minute.rest(at(59.25)), Duration::from_millis(750));
        assert_eq!(Interval::nearest(Duration::from_secs(1)).rest(at(59.25)), Duration::from_millis(750));
    }

    #[test]
    fn an_interval_is_a_second_to_an_hour_and_shows_whether_a_minute_is_too_coarse() {
        let nearest = |millis| Interval::nearest(Duration::from_millis(millis));
        assert_eq!((nearest(0), nearest(1_999)), (Interval(1), Interval(1)));
        assert_eq!((nearest(60_000), nearest(u64::MAX)), (Interval::MINUTE, Interval(3_600)));
        assert_eq!(nearest(59_000).storage_resolution(), Some(1));
        assert_eq!(Interval::MINUTE.storage_resolution(), None);
    }
}
