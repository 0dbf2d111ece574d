//! Law 9: how many requests may be in flight, and how soon the next may go.

use std::time::Duration;

use batch_core::Stats;

use super::Checker;
use super::requests::{Ended, Request};

/// What is known of the pace from outside.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    limit: usize,
    /// The highest limit seen since the last rest.
    highest: usize,
    outage: Option<Outage>,
    last_begin: Duration,
    last_throttled: Option<Duration>,
    /// The least gap between two requests, where one at a time was throttled.
    gap: Duration,
    /// Requests up to this one were sent before the last slowing down.
    known_through: Option<u64>,
    /// Since the last rest: whether a request was taken, throttled, throttled for the first time.
    taken: bool,
    throttled: bool,
    freshly_throttled: bool,
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
    /// It took at least a part.
    Taken,
    /// It took nothing because it is asked too much.
    Throttled,
    /// The request never left.
    Unsent,
}

/// The gap that begins when even one request at a time is throttled, grown by half by each that is throttled again.
const FIRST_GAP: Duration = Duration::from_millis(10);

/// The longest that a throttled writer waits between two requests.
const LONGEST_GAP: Duration = Duration::from_secs(1);

impl Pace {
    pub(super) fn new((start, most): (usize, usize)) -> Self {
        Self {
            most,
            limit: start,
            highest: start,
            outage: None,
            last_begin: Duration::ZERO,
            last_throttled: None,
            gap: Duration::ZERO,
            known_through: None,
            taken: false,
            throttled: false,
            freshly_throttled: false,
        }
    }

    /// A request was throttled that was sent after the last slowing down.
    fn slow_down(&mut self, limit: usize, launched: u64) {
        self.freshly_throttled = true;
        self.known_through = Some(launched);
        if limit == 1 {
            self.gap = self.gap.mul_f64(1.5).clamp(FIRST_GAP, LONGEST_GAP);
        }
    }

    /// Of those that were launched in another runtime, these have begun, and the others never will.
    pub(super) fn restart(&mut self, requests: u64) {
        let last = requests.saturating_sub(1);
        self.known_through = self.known_through.map(|known| known.min(last));
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
        let gap_is_over = self.limit > 1 || gap.is_none_or(|over| over <= now);
        in_flight < self.limit && gap_is_over
    }
}

impl Checker {
    /// A request begins: one at a time in an outage, with a gap where one at a time is throttled, and never more than
    /// the limit.
    pub(super) fn check_pace(&mut self, id: u64, stats: Option<Stats>) {
        let (open, now) = (self.requests.len() + 1, self.now);
        let Pace { last_begin, last_throttled, gap, .. } = self.pace;
        self.pace.last_begin = now;
        let Some(stats) = stats else { return };
        self.pace.highest = self.pace.highest.max(stats.in_flight_limit as usize);
        let highest = self.pace.highest;
        self.expect(open <= highest, || format!("law 9: {open} requests in flight, the limit is {highest}"));
        if let Some(outage) = self.pace.outage.as_ref().filter(|outage| id > outage.began_at) {
            let probe_at = outage.probe_at;
            self.expect(open == 1, || format!("law 9: request {id} is not the only probe of an outage"));
            self.expect(probe_at <= now, || format!("law 9: request {id} probes before {probe_at:?}"));
        } else if let Some(throttled) = last_throttled.filter(|_| highest == 1) {
            let earliest = throttled.max(last_begin) + gap;
            self.expect(earliest <= now, || format!("law 9: request {id} begins before {earliest:?}"));
        }
    }

    pub(super) fn learn_pace(&mut self, request: &Request, ended: &Ended, stats: Option<Stats>, jitter: f64) {
        // What was launched may not have begun; without counters, nothing is said of how soon requests go.
        let launched = stats.map_or(self.tally.requests, |stats| stats.requests) - 1;
        let limit = stats.map_or(0, |stats| stats.in_flight_limit as usize);
        let reception = self.reception(request, ended);
        let (now, backoff) = (self.now, self.rules.backoff);
        let pace = &mut self.pace;
        pace.highest = pace.highest.max(limit);
        if let Reception::Unsent = reception {
            pace.gap = Duration::ZERO;
            let strikes = match &pace.outage {
                Some(outage) if request.id <= outage.began_at => return,
                Some(outage) => outage.strikes + 1,
                None => 1,
            };
            let probe_at = now + backoff.delay(strikes, jitter);
            pace.outage = Some(Outage { strikes, probe_at, began_at: launched });
            return;
        }
        pace.outage = None;
        match reception {
            Reception::Taken => (pace.taken, pace.gap) = (true, Duration::ZERO),
            Reception::Throttled => {
                (pace.throttled, pace.last_throttled) = (true, Some(now));
                if pace.known_through.is_none_or(|known| request.id > known) {
                    pace.slow_down(limit, launched);
                }
            }
            Reception::Reached | Reception::Unsent => {}
        }
    }

    /// The limit shrinks when a request is throttled as a whole, grows on success, and moves for no other reason.
    pub(super) fn check_pace_at_rest(&mut self, stats: Option<Stats>) {
        let Some(stats) = stats else {
            self.pace.limit = 1;
            return;
        };
        let (before, now) = (self.pace.limit, stats.in_flight_limit as usize);
        let pace = &self.pace;
        let moves = (1..=pace.most).contains(&now)
            && (now <= before || pace.taken)
            && (now >= before || pace.throttled)
            && (now < before || before == 1 || !pace.freshly_throttled || pace.taken);
        let complaint = format!("law 9: the limit moves from {before} to {now}: {pace:?}");
        self.expect(moves, || complaint);
        let pace = &mut self.pace;
        (pace.limit, pace.highest) = (now, now);
        (pace.taken, pace.throttled, pace.freshly_throttled) = (false, false, false);
    }

    /// Whether a request that is due would surely be sent.
    pub(super) fn surely_sends(&self) -> bool {
        !self.is_stopped && self.pace.surely_sends(self.now, self.requests.len())
    }
}
