//! How a rate that nobody announces is found and held: what the windows of requests and of units share.

use std::time::Instant;

/// What one throttled request takes off the window. Writers that share a limit are throttled in
/// proportion to what they send, so the fastest is cut most often and they become equal; one cut
/// for each round trip would take as much from the slowest. A deeper cut leaves more of the limit
/// unused: half of it, on average, after each. A shallower one needs more throttled requests.
pub(super) const CUT: f64 = 0.1;
/// How far below what the service served in the last second, which is what it did not throttle,
/// cuts may take the window. A limit
/// that is halved throttles many requests before the first reply says so, and a cut for each of
/// them would end near nothing. More than one cut, or the next throttled request would often take
/// nothing, and the fastest writer would lose no more than the slowest.
pub(super) const DEEPEST: f64 = 0.15;
/// By how much the window grows in a second, as a part of itself: `SLOW` / (rate + `SLOWEST`) + `FAST` × √rate for a rate
/// of requests a second, and above a moderate one `FAST` × (√rate − `MODERATE`) more. Growth and
/// cuts balance where growth = `CUT` × throttled requests a second, so this decides which part is
/// throttled: two in a hundred at 25 requests a second, one at 50, three in a thousand at 1,000.
/// Writers become equal as long as the rate grows with a lower power of itself than its square,
/// which is how it shrinks: the lower, the sooner. The first term brings slow writers together, which are seldom
/// throttled; below `SLOWEST` requests a second it hardly grows, or most of them would be throttled. The second does
/// that for fast ones, the more slowly the less they grow. So fast ones grow up to twice as fast, which costs little where
/// so little is throttled.
const SLOW: f64 = 0.88;
const SLOWEST: f64 = 15.0;
const FAST: f64 = 0.004;
/// The root of the rate that counts as moderate.
const MODERATE: f64 = 7.5;
/// After this many seconds without a throttled request the window grows twice as fast, after twice
/// as many five times as fast: a limit that rose is found within seconds, growth is slow where the limit
/// is near, and of two writers the one that is seldom throttled catches up. Sooner, and growth would reward one that is not
/// throttled for a moment by chance.
const CALM: f64 = 3.0;
/// The fastest growth after a cut: double in a second.
const FASTEST: f64 = 1.0;
/// A service that accepted nothing for so many seconds is found again at the speed of `RESUMING`,
/// up to a part of what it took before.
const BLACKOUT: f64 = 2.0;
/// The part of the rate before a blackout up to which growth resumes: what may have changed
/// meanwhile, such as the number of writers, is found from below.
const RESUMED: f64 = 0.75;
/// Growth while a service is found again, which one request at most doubles: from one a second to
/// a thousand in four seconds. Each doubling takes several round trips, so that the first
/// throttled request ends it in time.
const RESUMING: f64 = 8.0;

/// A rate goes on growing for a round trip after it was too high. What is throttled then, `growth` × round trip × requests
/// in flight, is to stay near one request: many at once cut every writer by the same part, down to what was served, and
/// the difference between them grows with their rates. So growth in a round trip is at most this, divided by the
/// root of the requests in flight. Two writers of 2,000 requests a second and 50 ms shared them 94 to 6 without this.
const AHEAD: f64 = 0.07;
/// From so many requests in flight on, one that is throttled takes less: a tenth where there are `MANY`, a twentieth where
/// there are sixteen times as many. Time restores a deep cut slowly there.
const MANY: f64 = 16.0;

/// By how much a rate grows in a second, as a part of itself, so many seconds after its last cut; at first, by no more
/// than `most`.
pub(super) fn growth(rate: f64, most: f64, calm: f64) -> f64 {
    let root = rate.sqrt();
    let calm = calm / CALM;
    let faster = root + (root - MODERATE).max(0.0);
    ((SLOW / (rate + SLOWEST) + FAST * faster).min(most) * (1.0 + calm * calm)).min(FASTEST)
}

/// The most that a rate grows in a second where so many requests are in flight.
pub(super) fn most_growth(in_flight: f64, round_trip: f64) -> f64 {
    AHEAD / (round_trip * in_flight.sqrt())
}

/// What one throttled request takes off where so many others are in flight.
pub(super) fn cut(in_flight: usize) -> f64 {
    CUT * (MANY / in_flight as f64).min(1.0).sqrt().sqrt()
}

/// What was served in about the last second: each counts less by a factor of e a second later.
pub(super) struct Recent {
    served: f64,
    first_at: Option<Instant>,
    latest_at: Option<Instant>,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { served: 0.0, first_at: None, latest_at: None }
    }

    /// Of what is served from now on.
    pub(super) fn since(now: Instant) -> Self {
        Self { first_at: Some(now), ..Self::new() }
    }

    pub(super) fn count(&mut self, served: f64, now: Instant) {
        self.served = self.served_until(now) + served;
        self.first_at.get_or_insert(now);
        self.latest_at = Some(now);
    }

    /// What was served in a second, as far as there was one.
    pub(super) fn served_a_second(&self, now: Instant) -> f64 {
        self.served_until(now) / self.seen(now).max(0.05)
    }

    /// The same, but for so much of it, which may have been left from before.
    pub(super) fn served_but(&self, left: f64, now: Instant) -> f64 {
        (self.served_until(now) - left).max(0.0) / self.seen(now).max(0.001)
    }

    /// The same, where what was served at once at the beginning is a second's worth: AWS meters by the second.
    pub(super) fn served_in_a_second(&self, now: Instant) -> f64 {
        let is_short = self.first_at.is_none_or(|first| seconds(first, now) < 1.0);
        self.served_until(now) / if is_short { 1.0 } else { self.seen(now) }
    }

    fn seen(&self, now: Instant) -> f64 {
        self.first_at.map_or(0.0, |first| 1.0 - (-seconds(first, now)).exp())
    }

    fn served_until(&self, now: Instant) -> f64 {
        self.served * (-self.latest_at.map_or(0.0, |latest| seconds(latest, now))).exp()
    }
}

/// The rate before a time in which nothing was accepted at all, which is found again faster than a new one.
pub(super) struct Memory {
    /// The rate when something was accepted last, and when that was.
    good: Option<(f64, Instant)>,
    /// Up to where growth resumes.
    goal: Option<f64>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { good: None, goal: None }
    }

    /// The service accepted something at this rate.
    pub(super) fn accepted(&mut self, rate: f64, now: Instant) {
        match self.good {
            Some((good, at)) if seconds(at, now) > BLACKOUT && rate < good * RESUMED / 2.0 => {
                self.goal = Some(good * RESUMED);
            }
            _ => {}
        }
        let good = self.goal.map_or(rate, |goal| goal / RESUMED);
        self.good = Some((good, now));
    }

    pub(super) fn throttled(&mut self) {
        self.goal = None;
    }

    /// The growth while the rate is to be found again.
    pub(super) fn growth(&mut self, rate: f64) -> Option<f64> {
        self.goal = self.goal.filter(|&goal| rate < goal);
        self.goal.map(|_| RESUMING)
    }
}

pub(super) fn seconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64()
}
