//! What a service lets through.

use std::time::Duration;

use tokio::time::Instant;

use crate::clock::now;

/// How a service counts what it lets through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A token bucket: of a tenth of a second for requests, of a second for entries, as AWS meters the records of a
    /// shard and the units of a table.
    Bucket,
    /// What it lets through is counted anew with every second.
    Fixed,
    /// A token bucket of five minutes, which is full at the beginning.
    Saved,
}

/// Counts requests or entries of all writers together.
#[derive(Debug)]
pub(crate) struct Meter {
    kind: Kind,
    per_second: f64,
    /// How many seconds' worth a bucket holds.
    depth: f64,
    tokens: f64,
    filled_at: Instant,
}

/// The bucket of five minutes is full of this at most at the beginning: what a writer takes some seconds to use up.
const MOST_SAVED: f64 = 5_000.0;

impl Meter {
    pub(crate) fn new(kind: Kind, per_second: f64, is_of_entries: bool) -> Self {
        let depth = match kind {
            Kind::Bucket if is_of_entries => 1.0,
            Kind::Bucket => 0.1,
            Kind::Fixed => 1.0,
            Kind::Saved => 300.0,
        };
        let mut meter = Self { kind, per_second, depth, tokens: 0.0, filled_at: now() };
        meter.tokens = meter.most().min(MOST_SAVED);
        meter
    }

    /// From now on it lets so much through.
    pub(crate) fn set(&mut self, per_second: f64) {
        self.fill();
        self.per_second = per_second;
        self.tokens = self.tokens.min(self.most());
    }

    /// Whether so much goes through now.
    pub(crate) fn takes(&mut self, units: f64) -> bool {
        self.fill();
        let takes = self.tokens >= units;
        self.tokens -= if takes { units } else { 0.0 };
        takes
    }

    fn fill(&mut self) {
        let (now, filled_at) = (now(), self.filled_at);
        let since = now - filled_at;
        if self.kind != Kind::Fixed {
            let more = since.as_secs_f64() * self.per_second;
            self.tokens = (self.tokens + more).min(self.most().max(self.tokens));
            self.filled_at = now;
        } else if since >= Duration::from_secs(1) {
            self.tokens = self.per_second;
            self.filled_at = filled_at + Duration::from_secs(since.as_secs());
        }
    }

    fn most(&self) -> f64 {
        (self.per_second * self.depth).max(if self.per_second > 0.0 { 1.0 } else { 0.0 })
    }
}
