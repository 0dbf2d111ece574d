use tokio::time::Instant;

/// What a table may still write: a token bucket that holds the capacity of one second.
///
/// The service also lets a table use what it left unused within the last 300 seconds, which would
/// hide throttling from a test.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: u64,
    /// In billionths of a unit; below zero after a write of more than a second's worth.
    level: i128,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(per_second: u64, now: Instant) -> Self {
        Self { per_second, level: i128::from(per_second) * UNIT, at: now }
    }

    /// Takes that many units, or none if they are not there. A write of more than a second's worth
    /// takes a full bucket and leaves a debt.
    pub(super) fn take(&mut self, units: u64, now: Instant) -> bool {
        self.refill(now);
        if self.level < i128::from(units.min(self.per_second)) * UNIT {
            return false;
        }
        self.level -= i128::from(units) * UNIT;
        true
    }

    fn refill(&mut self, now: Instant) {
        let nanos = now.saturating_duration_since(self.at).as_nanos();
        let rate = i128::from(self.per_second);
        let gained = i128::try_from(nanos).unwrap_or(i128::MAX).saturating_mul(rate);
        self.level = self.level.saturating_add(gained).min(rate * UNIT);
        self.at = now;
    }
}

const UNIT: i128 = 1_000_000_000;
