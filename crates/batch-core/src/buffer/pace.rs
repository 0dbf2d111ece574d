use std::time::{Duration, Instant};

use super::output::BatchId;
use super::tempo::{DEEPEST, Memory, Recent, cut, growth, most_growth, seconds};
use crate::{Backoff, Class};

/// Growth while no limit is known: from 8 to 64 in flight in half a second. Much faster, and the
/// window would double within the round trip that it takes to learn that it is too wide.
const UNLIMITED: f64 = 4.0;
/// The longest gap between two requests, in seconds, so that a service that recovers is noticed
/// soon.
const LONGEST_GAP: f64 = 1.0;
/// Timers are only so exact: a request that a late timer delays by less than this does not delay
/// those after it. At 1,000 requests a second and more several go at once.
const LATENESS: Duration = Duration::from_millis(5);
/// A round trip counts as at least this long, in seconds.
const SHORTEST_ROUND_TRIP: f64 = 0.001;
/// The weight of one reply in the measured round trip.
const SMOOTHING: f64 = 0.125;
/// A reply counts as no more than so many round trips. One that hung for a second would slow requests down by a factor of
/// ten, so that the window grows, and is too large for the next seconds.
const LONGEST_SAMPLE: f64 = 2.0;

/// How many requests may be in flight and how soon the next may go.
///
/// A writer knows neither the limit of its service nor with whom it shares it. It keeps one
/// number, the *window*: how many requests may be in flight on average. It may be below one. A
/// throttled request cuts it, time lets it grow, and requests are spread over the round trip: at
/// most `window / round trip` a second go. While no request was throttled since the window was
/// last at its maximum, nothing is spread: the maximum alone holds.
///
/// While the service cannot be reached, one probe goes at a time.
pub(super) struct Pace {
    window: f64,
    max: f64,
    in_flight: usize,
    /// In seconds, smoothed; nothing before the first reply.
    round_trip: Option<f64>,
    /// Replies that were not throttled.
    recent: Recent,
    memory: Memory,
    /// When the window was last cut; nothing while no limit is known.
    cut_at: Option<Instant>,
    /// When the next request may go, if requests are spread.
    next_at: Option<Instant>,
    /// Since when the window holds back a request that could go.
    held_since: Option<Instant>,
    /// Whether the service accepted anything since the window last changed.
    accepted: bool,
    outage: Option<Outage>,
    last_sent: Option<BatchId>,
}

/// What a reply shows of the service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reception {
    /// It accepted at least a part of the request.
    Accepted,
    /// It answered, but neither accepted anything nor asked to slow down. A fatal failure counts
    /// too, even one that never left the client: waiting would not help.
    Reached,
    /// It rejected the whole request because it is overloaded.
    Throttled,
    /// There is no telling whether the request reached it: a timeout, a reset, a panic.
    Unknown,
    /// The request never left.
    Unsent,
}

struct Outage {
    strikes: u32,
    probe_at: Instant,
    /// Requests up to this one were sent before the outage was noticed.
    began_at: BatchId,
}

impl Pace {
    pub(super) fn new(start: usize, max: usize) -> Self {
        Self {
            window: start as f64,
            max: max as f64,
            in_flight: 0,
            round_trip: None,
            recent: Recent::new(),
            memory: Memory::new(),
            cut_at: None,
            next_at: None,
            held_since: None,
            accepted: false,
            outage: None,
            last_sent: None,
        }
    }

    pub(super) fn sent(&mut self, batch: BatchId, now: Instant) {
        self.in_flight += 1;
        self.last_sent = Some(batch);
        self.grow(now);
        self.next_at = self.cut_at.map(|_| {
            // A probe goes before its turn; counting on from that turn would put off all others.
            let late = now.checked_sub(LATENESS).unwrap_or(now);
            self.next_at.map_or(now, |next| next.clamp(late, now)) + self.gap()
        });
    }

    /// A request is due that [`may_send`](Self::may_send) refuses. Only the time between this and
    /// the next request lets the window grow, so that an idle writer learns nothing.
    pub(super) fn hold(&mut self, now: Instant) {
        if self.outage.is_none() {
            self.held_since.get_or_insert(now);
        }
    }

    /// No request is due.
    pub(super) fn rest(&mut self) {
        self.held_since = None;
    }

    /// A request came back that was sent at `sent_at`. `backoff` and `jitter` are for the next
    /// probe, if the service cannot be reached.
    pub(super) fn ended(
        &mut self,
        (batch, sent_at): (BatchId, Instant),
        reception: Reception,
        now: Instant,
        (backoff, jitter): (Backoff, f64),
    ) {
        self.in_flight -= 1;
        let has_failed = match reception {
            Reception::Unsent => true,
            // It ends no outage and begins none. A probe that says nothing is as good as unsent.
            Reception::Unknown => self.outage.is_some(),
            Reception::Accepted | Reception::Reached | Reception::Throttled => {
                self.outage = None;
                self.measure(now.saturating_duration_since(sent_at));
                self.recent.count(f64::from(u8::from(reception != Reception::Throttled)), now);
                false
            }
        };
        if reception == Reception::Accepted {
            self.accepted = true;
            self.memory.accepted(self.window, now);
        }
        if has_failed {
            self.strike(batch, backoff.delay(self.strikes().saturating_add(1), jitter), now);
        } else if reception == Reception::Throttled {
            self.cut(now);
        }
    }

    /// A request ended with its runtime, which shows nothing of the service: no failed probe, even
    /// in an outage.
    pub(super) fn abandoned(&mut self) {
        self.in_flight -= 1;
    }

    /// Whether a request may be sent now.
    pub(super) fn may_send(&self, now: Instant) -> bool {
        self.earliest().is_some_and(|earliest| earliest.is_none_or(|at| at <= now))
    }

    /// When the next request may go, as far as no answer must come first: nothing while one must,
    /// `Some(None)` at any time.
    pub(super) fn earliest(&self) -> Option<Option<Instant>> {
        match &self.outage {
            Some(outage) => (self.in_flight == 0).then_some(Some(outage.probe_at)),
            None => (self.in_flight < self.limit()).then_some(self.next_at),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The most requests in flight: the window rounded up.
    pub(super) fn limit(&self) -> usize {
        (self.window.ceil() as usize).max(1)
    }

    /// Time that the window held requests back lets it grow, if the service accepted anything
    /// meanwhile.
    fn grow(&mut self, now: Instant) {
        let Some(since) = self.held_since.filter(|_| self.accepted) else {
            return;
        };
        let held = seconds(since, now);
        (self.held_since, self.accepted) = (None, false);
        let growth = self.memory.growth(self.window).unwrap_or_else(|| self.growth(now));
        self.window = (self.window * (1.0 + (growth * held).min(1.0))).min(self.max);
        if self.window >= self.max {
            self.cut_at = None;
        }
    }

    fn growth(&self, now: Instant) -> f64 {
        let Some(cut_at) = self.cut_at else {
            return UNLIMITED;
        };
        let most = most_growth(self.window, self.round_trip());
        growth(self.window / self.round_trip(), most, seconds(cut_at, now))
    }

    /// Each throttled request cuts the window, but all those of the last second together by little
    /// more than their share of it.
    fn cut(&mut self, now: Instant) {
        self.memory.throttled();
        let served = self.recent.served_a_second(now) * self.round_trip() * (1.0 - DEEPEST);
        let least = served.max((self.round_trip() / LONGEST_GAP).min(1.0));
        self.window = (self.window * (1.0 - cut(self.in_flight))).max(least.min(self.window));
        (self.held_since, self.accepted) = (self.held_since.map(|_| now), false);
        if self.cut_at.replace(now).is_none() {
            self.next_at = Some(now + self.gap());
        }
    }

    /// Between two requests.
    fn gap(&self) -> Duration {
        Duration::from_secs_f64((self.round_trip() / self.window).min(LONGEST_GAP))
    }

    fn round_trip(&self) -> f64 {
        self.round_trip.unwrap_or(0.0).max(SHORTEST_ROUND_TRIP)
    }

    fn measure(&mut self, round_trip: Duration) {
        let sample = round_trip.as_secs_f64();
        let smoothed = |known: f64| known + (sample.min(LONGEST_SAMPLE * known) - known) * SMOOTHING;
        self.round_trip = Some(self.round_trip.map_or(sample, smoothed).max(SHORTEST_ROUND_TRIP));
    }

    /// A request failed to reach the service. Those sent before that was known tell nothing new.
    fn strike(&mut self, batch: BatchId, delay: Duration, now: Instant) {
        if self.outage.as_ref().is_some_and(|outage| batch <= outage.began_at) {
            return;
        }
        let began_at = self.last_sent.unwrap_or(batch);
        self.outage =
            Some(Outage { strikes: self.strikes().saturating_add(1), probe_at: now + delay, began_at });
        self.held_since = None;
    }

    fn strikes(&self) -> u32 {
        self.outage.as_ref().map_or(0, |outage| outage.strikes)
    }
}

impl Reception {
    /// What the failure of a request as a whole shows of the service.
    pub(super) fn of(class: Class) -> Self {
        match class {
            Class::Ambiguous => Self::Unknown,
            Class::Expired | Class::Unsent => Self::Unsent,
            Class::Fatal | Class::Retry | Class::Split | Class::UnknownDestination | Class::Unrecognized => {
                Self::Reached
            }
            Class::Throttled => Self::Throttled,
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests;
