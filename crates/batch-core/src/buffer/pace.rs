use std::time::{Duration, Instant};

use super::output::BatchId;
use crate::Backoff;

/// The gap that begins when even one request at a time is too much.
const FIRST_GAP: Duration = Duration::from_millis(10);
/// A gap below this counts as none. Grown by half by each throttled request and cut by a tenth by each that
/// succeeds, the gap settles where about one request in five is throttled: close above the rate
/// that the service allows, so that none of it is wasted.
const LEAST_GAP: Duration = Duration::from_millis(1);
/// The longest gap, so that a service that recovers is noticed within a second.
const LONGEST_GAP: Duration = Duration::from_secs(1);
/// So many successes in a row show that the service takes far more than it is sent.
const SPRINT: u32 = 16;

/// How many requests may be in flight and how soon the next may go: fewer and later while the
/// service throttles, more and sooner while it accepts, one probe at a time while it cannot be
/// reached.
pub(super) struct Pace {
    limit: usize,
    max: usize,
    in_flight: usize,
    /// Between two requests, when one at a time is still too much.
    gap: Duration,
    next_at: Option<Instant>,
    outage: Option<Outage>,
    successes: u32,
    /// Requests up to this one were sent before the last slowing down, and tell nothing new.
    known_through: Option<BatchId>,
    last_sent: Option<BatchId>,
}

struct Outage {
    strikes: u32,
    probe_at: Instant,
    /// Requests up to this one were sent before the outage was noticed.
    began_at: BatchId,
}

impl Pace {
    pub(super) fn new(limit: usize, max: usize) -> Self {
        Self {
            limit,
            max,
            in_flight: 0,
            gap: Duration::ZERO,
            next_at: None,
            outage: None,
            successes: 0,
            known_through: None,
            last_sent: None,
        }
    }

    pub(super) fn sent(&mut self, batch: BatchId, now: Instant) {
        self.in_flight += 1;
        self.last_sent = Some(batch);
        self.next_at = (!self.gap.is_zero()).then(|| now + self.gap);
    }

    pub(super) fn answered(&mut self) {
        self.in_flight -= 1;
    }

    /// The service took at least a part of the request, which is [`answered`](Self::answered).
    pub(super) fn succeeded(&mut self) {
        self.outage = None;
        self.successes += 1;
        let was_full = self.in_flight + 1 >= self.limit;
        if !self.gap.is_zero() {
            self.gap = self.gap.mul_f64(if self.successes > SPRINT { 0.5 } else { 0.9 });
            if self.gap < LEAST_GAP {
                self.gap = Duration::ZERO;
            }
        } else if was_full && self.limit < self.max && self.successes as usize >= self.limit {
            self.limit += 1;
            self.successes = 0;
        }
    }

    /// The service took nothing of the request because it is asked too much.
    pub(super) fn throttled(&mut self, batch: BatchId, now: Instant) {
        self.outage = None;
        self.successes = 0;
        if self.known_through.is_some_and(|known| batch <= known) {
            return;
        }
        self.known_through = self.last_sent;
        if self.limit > 1 {
            self.limit /= 2;
        } else {
            self.gap = self.gap.mul_f64(1.5).clamp(FIRST_GAP, LONGEST_GAP);
        }
        if !self.gap.is_zero() {
            self.next_at = Some(now + self.gap);
        }
    }

    /// The service was reached, but neither took the request nor asked to slow down.
    pub(super) fn reached(&mut self) {
        self.outage = None;
        self.successes = 0;
    }

    /// The request never left.
    pub(super) fn unsent(&mut self, batch: BatchId, backoff: Backoff, now: Instant, jitter: f64) {
        self.successes = 0;
        let strikes = match &self.outage {
            Some(outage) if batch <= outage.began_at => return,
            Some(outage) => outage.strikes + 1,
            None => 1,
        };
        let began_at = self.last_sent.unwrap_or(batch);
        self.outage = Some(Outage { strikes, probe_at: now + backoff.delay(strikes, jitter), began_at });
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
            None => (self.in_flight < self.limit).then_some(self.next_at),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_throttled_requests_slows_down_once() {
        let now = Instant::now();
        let mut pace = Pace::new(8, 64);
        (0..8).for_each(|n| pace.sent(BatchId(n), now));
        (0..8).for_each(|n| pace.throttled(BatchId(n), now));
        assert_eq!(pace.limit(), 4);
        pace.sent(BatchId(8), now);
        pace.throttled(BatchId(8), now);
        assert_eq!(pace.limit(), 2);
    }

    #[test]
    fn at_one_request_a_gap_grows_and_shrinks() {
        let now = Instant::now();
        let mut pace = Pace::new(1, 64);
        for n in 0..20 {
            pace.sent(BatchId(n), now);
            pace.answered();
            pace.throttled(BatchId(n), now);
        }
        assert!(!pace.may_send(now));
        assert!(pace.may_send(now + LONGEST_GAP));
        // A tenth less each time would take 65.
        for _ in 0..30 {
            pace.succeeded();
        }
        pace.sent(BatchId(20), now);
        pace.answered();
        assert!(pace.may_send(now), "the gap is gone");
        assert!(pace.limit() > 1);
    }

    #[test]
    fn an_outage_lets_one_probe_through_at_a_time() {
        let now = Instant::now();
        let mut pace = Pace::new(8, 64);
        let backoff = Backoff::default();
        (0..3).for_each(|n| pace.sent(BatchId(n), now));
        for n in 0..3 {
            pace.answered();
            pace.unsent(BatchId(n), backoff, now, 1.0);
        }
        let probe = now + backoff.ceiling(1);
        assert!(!pace.may_send(now), "three failures at once are one strike");
        assert!(pace.may_send(probe));
        pace.sent(BatchId(3), probe);
        assert!(!pace.may_send(probe), "one probe at a time");
        pace.answered();
        pace.unsent(BatchId(3), backoff, probe, 1.0);
        assert!(!pace.may_send(probe + backoff.ceiling(1)), "the second wait is longer");
        pace.succeeded();
        assert!(pace.may_send(probe));
    }

    #[test]
    fn whatever_the_service_answers_ends_an_outage() {
        let now = Instant::now();
        let mut pace = Pace::new(8, 64);
        pace.sent(BatchId(0), now);
        pace.answered();
        pace.unsent(BatchId(0), Backoff::default(), now, 1.0);
        assert!(!pace.may_send(now));
        pace.reached();
        assert!(pace.may_send(now));
    }

    #[test]
    fn only_successes_in_a_row_let_more_in_flight() {
        let now = Instant::now();
        let mut pace = Pace::new(2, 8);
        pace.sent(BatchId(0), now);
        let mut next = |was_taken: bool| {
            pace.sent(BatchId(1), now);
            pace.answered();
            match was_taken {
                true => pace.succeeded(),
                false => pace.reached(),
            }
            pace.limit()
        };
        assert_eq!([true, false, true].map(&mut next), [2, 2, 2]);
        assert_eq!(next(true), 3);
    }
}
