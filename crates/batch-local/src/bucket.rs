use tokio::time::Instant;

/// What may still be written: a token bucket that holds what flows into it in one second.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: u64,
    /// In billionths of a unit, so that no time that passed is lost to rounding; below zero after a
    /// write of more than a second's worth.
    level: i128,
    at: Instant,
}

impl Bucket {
    pub(crate) fn full(per_second: u64, now: Instant) -> Self {
        Self { per_second, level: i128::from(per_second) * UNIT, at: now }
    }

    /// Has so many units flow into it from now on.
    pub(crate) fn set(&mut self, per_second: u64, now: Instant) {
        self.refill(now);
        self.per_second = per_second;
        self.refill(now);
    }

    /// Takes that many units, or none if they are not there. A write of more than a second's worth
    /// takes a full bucket and leaves a debt.
    pub(crate) fn take(&mut self, units: u64, now: Instant) -> bool {
        let has = self.has(units, now);
        if has {
            self.level -= i128::from(units) * UNIT;
        }
        has
    }

    /// Whether that many units can be taken.
    pub(crate) fn has(&mut self, units: u64, now: Instant) -> bool {
        self.refill(now);
        self.level >= i128::from(units.min(self.per_second)) * UNIT
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
