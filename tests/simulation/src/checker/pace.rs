//! Law 9: how many requests may be in flight, and how soon the next may go.

use std::time::Duration;

use batch_core::Stats;

use super::Checker;
use super::requests::{Ended, Request};

/// What is known of the pace from outside. The window itself is not: its bounds are.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    limit: usize,
    /// The highest limit seen since the last rest.
    highest: usize,
    outage: Option<Outage>,
    last_begin: Duration,
    /// The next request does not begin before.
    earliest: Duration,
    last_throttled: Option<Duration>,
    /// When a request was last answered that was not throttled.
    last_served: Option<Duration>,
    /// Requests throttled as a whole since then, but for those of the first seconds: each cuts the window.
    throttled_in_vain: i32,
    /// Whether a request was ever taken.
    taken: bool,
    /// Requests throttled as a whole since the last rest.
    throttled: i32,
    /// Whether an entry was throttled by its quota. From then on, entries may wait for theirs.
    pub(super) limits_quotas: bool,
}

/// The service cannot be reached.
#[derive(Debug)]
struct Outage {
    strikes: u32,
    probe_at: Duration,
    /// The requests up to this one were sent before it was noticed.
    began_at: u64,
}

/// What a request shows of the service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reception {
    /// It answered, but took nothing, for other reasons than load.
    Reached,
    /// There is no telling whether it was reached.
    Unknown,
    /// It took at least a part.
    Taken,
    /// It took nothing because it is overloaded.
    Throttled,
    /// The request never left.
    Unsent,
}

/// What one throttled request leaves of the window.
const KEPT: f64 = 0.9;

/// The longest that a throttled writer waits between two requests.
const LONGEST_GAP: Duration = Duration::from_secs(1);

/// The shortest time between two requests that a writer at the longest gap comes down to by the round trip alone. While
/// every request is throttled, the measured round trip falls by an eighth a reply at most, from a second to a
/// millisecond, and the window by a tenth, which makes the gap a second again once they meet: 0.23 s in between.
const LEAST_LONGEST_GAP: Duration = Duration::from_millis(230);

/// A late timer delays only the request that it is for.
const LATENESS: Duration = Duration::from_millis(5);

/// So long after the last request that was not throttled, nothing of it keeps the window open.
const FORGOTTEN: Duration = Duration::from_secs(20);

impl Pace {
    pub(super) fn new((start, most): (usize, usize)) -> Self {
        Self {
            most,
            limit: start,
            highest: start,
            outage: None,
            last_begin: Duration::ZERO,
            earliest: Duration::ZERO,
            last_throttled: None,
            last_served: None,
            taken: false,
            throttled_in_vain: 0,
            throttled: 0,
            limits_quotas: false,
        }
    }

    /// The widest that the window can be.
    fn widest(&self) -> f64 {
        self.most as f64 * KEPT.powi(self.throttled_in_vain)
    }

    /// The shortest time between two requests where the window is so narrow: a round trip counts as a millisecond at
    /// least.
    fn least_gap(&self) -> Duration {
        let seconds = (0.001 / self.widest()).min(LEAST_LONGEST_GAP.as_secs_f64());
        if self.throttled_in_vain > 0 { Duration::from_secs_f64(seconds) } else { Duration::ZERO }
    }

    /// Of those that were launched in another runtime, these have begun, and the others never will.
    pub(super) fn restart(&mut self, requests: u64) {
        let last = requests.saturating_sub(1);
        if let Some(outage) = &mut self.outage {
            outage.began_at = outage.began_at.min(last);
        }
    }

    /// Whether a request would surely be sent now, with so many in flight.
    fn surely_sends(&self, now: Duration, in_flight: usize) -> bool {
        if let Some(outage) = &self.outage {
            return in_flight == 0 && outage.probe_at <= now;
        }
        let gap = self.last_throttled.map(|throttled| throttled.max(self.last_begin) + LONGEST_GAP);
        in_flight < self.limit && gap.is_none_or(|over| over <= now)
    }

    /// The service cannot be reached, or nobody can tell; requests up to `launched` were sent before that was known, and
    /// where there are no counters, perhaps more than have `begun`.
    fn strike(
        &mut self,
        id: u64,
        (begun, launched): (u64, Option<u64>),
        probe_at: impl FnOnce(u32) -> Duration,
    ) {
        let (strikes, earlier) = match &self.outage {
            Some(outage) if id <= outage.began_at => return,
            Some(outage) => (outage.strikes + 1, Some(outage.probe_at).filter(|_| launched.is_none())),
            None => (1, None),
        };
        // A request that tells nothing new leaves the probe as it was.
        let probe_at = probe_at(strikes).max(earlier.unwrap_or_default());
        self.outage = Some(Outage { strikes, probe_at, began_at: launched.unwrap_or(begun) });
    }
}

impl Checker {
    /// A request begins: one at a time in an outage, with a gap where all are throttled, and never more than the limit.
    pub(super) fn check_pace(&mut self, id: u64, stats: Option<Stats>) {
        let (open, now) = (self.requests.len() + 1, self.now);
        let earliest = self.pace.earliest;
        (self.pace.last_begin, self.pace.earliest) = (now, now + self.pace.least_gap());
        let Some(stats) = stats else { return };
        self.pace.highest = self.pace.highest.max(stats.in_flight_limit as usize);
        let highest = self.pace.highest;
        self.expect(open <= highest, || format!("law 9: {open} requests in flight, the limit is {highest}"));
        if let Some(outage) = self.pace.outage.as_ref().filter(|outage| id > outage.began_at) {
            let probe_at = outage.probe_at;
            self.expect(open == 1, || format!("law 9: request {id} is not the only probe of an outage"));
            self.expect(probe_at <= now, || format!("law 9: request {id} probes before {probe_at:?}"));
        } else {
            let is_spread = earliest <= now + LATENESS;
            self.expect(is_spread, || format!("law 9: request {id} begins long before {earliest:?}"));
        }
    }

    pub(super) fn learn_pace(&mut self, request: &Request, ended: &Ended, stats: Option<Stats>, jitter: f64) {
        // What was launched may not have begun; without counters, nothing is said of how soon requests go.
        let begun = self.tally.requests - 1;
        let launched = stats.map(|stats| stats.requests - 1);
        let limit = stats.map_or(0, |stats| stats.in_flight_limit as usize);
        let reception = self.reception(request, ended);
        let (now, backoff) = (self.now, self.rules.backoff);
        let pace = &mut self.pace;
        pace.highest = pace.highest.max(limit);
        if reception == Reception::Unsent || (reception == Reception::Unknown && pace.outage.is_some()) {
            pace.strike(request.id, (begun, launched), |strikes| now + backoff.delay(strikes, jitter));
        } else if reception != Reception::Unknown {
            pace.outage = None;
        }
        match reception {
            Reception::Taken | Reception::Reached => {
                (pace.last_served, pace.throttled_in_vain) = (Some(now), 0);
                pace.taken |= reception == Reception::Taken;
            }
            Reception::Throttled => {
                pace.throttled += 1;
                pace.last_throttled = Some(now);
                pace.throttled_in_vain += i32::from(pace.last_served.is_none_or(|at| at + FORGOTTEN < now));
            }
            Reception::Unknown | Reception::Unsent => {}
        }
    }

    /// The limit shrinks when a request is throttled as a whole, by no more than a tenth each, and grows when the
    /// service took something, to the double at once at most.
    pub(super) fn check_pace_at_rest(&mut self, stats: Option<Stats>) {
        let Some(stats) = stats else {
            self.pace.limit = 1;
            return;
        };
        let (before, now) = (self.pace.limit, stats.in_flight_limit as usize);
        let pace = &self.pace;
        let widest = pace.widest().ceil().max(1.0) as usize;
        let moves = (1..=widest.min(pace.most)).contains(&now)
            && (now <= before || (pace.taken && now <= 2 * before))
            && now as f64 >= (before - 1) as f64 * KEPT.powi(pace.throttled)
            && (now >= before || pace.throttled > 0);
        let complaint = format!("law 9: the limit moves from {before} to {now}: {pace:?}");
        self.expect(moves, || complaint);
        let pace = &mut self.pace;
        (pace.limit, pace.highest, pace.throttled) = (now, now, 0);
    }

    /// Whether a request that is due would surely be sent.
    pub(super) fn surely_sends(&self) -> bool {
        !self.is_stopped && self.pace.surely_sends(self.now, self.requests.len())
    }
}
