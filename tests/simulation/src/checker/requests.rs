//! Requests at the service: how they begin and end, and what that means for their entries.

use std::time::Duration;

use batch_core::{Failure, Stats};

use super::Checker;
use super::facts::{Fate, Outcome};
use super::known::{At, IsolationId, Known, Owed};
use super::pace::Reception;
use super::setback::Setback;

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: u64,
    /// What it carries; once it has ended, those that had no answer before.
    pub(super) entries: Vec<u64>,
    /// How many it carries.
    pub(super) carried: usize,
    pub(super) began: Duration,
    pub(super) isolation: Option<IsolationId>,
    /// How long it is waited for after a timeout that came late, because time had jumped.
    late_until: Option<Duration>,
}

/// A timeout that comes later than this shows that the thread was blocked.
const LATE: Duration = Duration::from_millis(10);
/// How much longer a request is waited for then.
const LATE_GRACE: Duration = Duration::from_millis(100);

/// How a request ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// The service answered.
    Answered(Outcome),
    /// The writer dropped it: its time was over, or the runtime ended.
    GivenUp,
    /// The service panicked.
    Panicked,
}

impl Checker {
    /// The service is called with these entries, each by number and seal. Requests are numbered from 0 in the order
    /// in which they begin.
    pub(crate) fn begins(&mut self, id: u64, entries: &[(u64, u64)], stats: Option<Stats>) {
        let numbers: Vec<u64> = entries.iter().map(|&(n, _)| n).collect();
        let digest = numbers.iter().fold(numbers.len() as u64, |digest, n| digest.rotate_left(7) ^ n);
        self.note(&[10, id, digest], || format!("request {id} carries {numbers:?}"));
        self.tally.requests += 1;
        self.tally.entries_sent += numbers.len() as u64;
        if entries.iter().any(|&(n, seal)| !self.may_go(n, seal)) {
            return;
        }
        self.check_limits(id, &numbers);
        self.check_order(id, &numbers);
        let isolation = self.check_isolation(id, &numbers);
        self.check_bounds(stats);
        self.check_pace(id, stats);
        for &n in &numbers {
            self.entries.set_at(n, At::InFlight(id));
            self.tally.retries += u64::from(self.entries.get(n).is_some_and(|known| known.sends > 0));
            let now = self.now;
            self.entries.change(n, |known| {
                known.sends += 1;
                known.launched = Some(now);
                known.requests.push(id);
            });
        }
        self.meet_ghosts(id, &numbers);
        let (carried, began) = (numbers.len(), self.now);
        self.requests
            .insert(id, Request { id, entries: numbers, carried, began, isolation, late_until: None });
    }

    /// What was withdrawn since the last rest may have been launched before, though nobody saw it.
    fn meet_ghosts(&mut self, id: u64, numbers: &[u64]) {
        for &n in numbers {
            if self.ghosts.is_unseen(n) {
                self.appear(id, n);
            } else if self.entries.get(n).is_some_and(|known| known.is_withdrawn) {
                self.hand_back_copy(n);
            }
        }
    }

    /// A request ended.
    pub(crate) fn ends(&mut self, id: u64, ended: &Ended, stats: Option<Stats>) {
        self.note(&[11, id], || format!("request {id} ends: {}", said(ended)));
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        // A request that ends with its runtime says nothing of the service, and decides on no backoff.
        let is_abandoned = self.is_stopped && matches!(ended, Ended::GivenUp);
        let jitter = if is_abandoned { 0.0 } else { self.jitter.f64() };
        if let Some(isolation) = request.isolation {
            self.isolations[isolation].in_flight = false;
        }
        if !is_abandoned {
            self.learn_pace(&request, ended, stats, jitter);
            self.resume_request(&request);
            self.learn_trouble(&request, ended);
        }
        self.outlive(&request);
        let carried = std::mem::take(&mut request.entries);
        request.entries = self.bury(&Request { entries: carried.clone(), ..request.clone() });
        match ended {
            Ended::Answered(outcome) => self.answered(&request, &carried, outcome, jitter),
            Ended::GivenUp => {
                let code = self.check_given_up(&request);
                self.all(&request, Setback::Ambiguous, &Failure::new(code), jitter);
            }
            Ended::Panicked => {
                self.all(&request, Setback::Ambiguous, &Failure::new("ServicePanicked"), jitter);
            }
        }
        if let Some(isolation) = request.isolation {
            self.end_isolation_if_spent(isolation);
            self.check_isolation_cost(isolation);
        }
    }

    /// A request that a pause held up arrives when the service may have forgotten what came before it.
    fn outlive(&mut self, request: &Request) {
        let Some(memory) = self.rules.memory else { return };
        let now = self.now;
        for &n in &request.entries {
            self.entries.change(n, |known| {
                known.outlived |= known.doubted.is_some_and(|doubted| doubted + memory <= now);
            });
        }
    }

    fn answered(&mut self, request: &Request, carried: &[u64], outcome: &Outcome, jitter: f64) {
        match outcome {
            Outcome::Ambiguous(failure) => self.all(request, Setback::Ambiguous, failure, jitter),
            Outcome::Each(fates) if fates.len() == carried.len() => {
                self.each(request, carried, fates, jitter);
            }
            Outcome::Each(_) => {
                self.all(request, Setback::Ambiguous, &Failure::new("VerdictsMiscounted"), jitter);
            }
            Outcome::Fatal(failure) => {
                for &n in &request.entries {
                    self.decide_failed(n, Owed::Fatal, failure);
                }
            }
            Outcome::Retry(failure) => self.all(request, Setback::Retry, failure, jitter),
            Outcome::Split(failure) => self.refuse(request, failure),
            Outcome::Throttled(failure) => {
                self.tally.throttled += 1;
                self.all(request, Setback::Throttled, failure, jitter);
            }
            Outcome::Unsent(failure) => self.all(request, Setback::Unsent, failure, jitter),
        }
    }

    fn each(&mut self, request: &Request, carried: &[u64], fates: &[Fate], jitter: f64) {
        let mut back = Vec::new();
        // Of an entry that was answered with a copy, the verdict comes late, and counts for its quota all the same.
        self.pace.limits_quotas |= fates.iter().any(|fate| matches!(fate, Fate::Limited(_)));
        for (&n, fate) in carried.iter().zip(fates).filter(|(n, _)| request.entries.contains(n)) {
            match fate {
                Fate::Accepted(response) => {
                    let lane = self.entries.get(n).and_then(|known| known.lane);
                    self.lane_failed(lane, None);
                    self.decide(n, Owed::Delivered(*response));
                }
                Fate::Ambiguous(failure) => back.push((n, Setback::Ambiguous, failure)),
                Fate::Reject(failure) => self.decide_failed(n, Owed::Rejected, failure),
                Fate::Retry(failure) => back.push((n, Setback::Retry, failure)),
                Fate::Limited(failure) | Fate::Throttled(failure) => {
                    self.tally.throttled += 1;
                    let is_limited = matches!(fate, Fate::Limited(_)) && request.isolation.is_none();
                    let setback = if is_limited { Setback::Limited } else { Setback::Throttled };
                    back.push((n, setback, failure));
                }
            }
        }
        self.acquit(request, !back.is_empty());
        self.set_back(request, &back, jitter, false);
    }

    fn all(&mut self, request: &Request, setback: Setback, failure: &Failure, jitter: f64) {
        let back: Vec<_> = request.entries.iter().map(|&n| (n, setback, failure)).collect();
        self.set_back(request, &back, jitter, true);
    }

    /// Laws 9 and 11: the writer gives a request up when its time is over, and for nothing else, while it has a runtime.
    fn check_given_up(&mut self, request: &Request) -> &'static str {
        if self.is_stopped {
            return "AttemptDropped";
        }
        let timeout = request.began + self.rules.attempt_timeout;
        let is_over = match request.late_until {
            Some(until) => until <= self.now,
            None => (timeout..=timeout + LATE).contains(&self.now),
        };
        self.expect(is_over, || format!("law 9: {request:?} is given up before its time is over"));
        "AttemptTimeout"
    }

    /// At rest no request outlives its timeout, or carries what was withdrawn.
    pub(super) fn check_requests_at_rest(&mut self) {
        let (now, timeout) = (self.now, self.rules.attempt_timeout);
        let mut late = None;
        for request in self.requests.values_mut().filter(|request| request.began + timeout <= now) {
            let jumped = request.began + timeout + LATE < now;
            let until = *request.late_until.get_or_insert(if jumped { now + LATE_GRACE } else { now });
            late = late.or((until <= now).then_some(request.id));
        }
        self.expect_none(late, |id| format!("law 9: request {id} outlives its timeout"));
        let carries = |request: &&Request| {
            let mut entries = request.entries.iter().filter_map(|&n| self.entries.get(n));
            entries.any(|known| known.is_withdrawn)
        };
        let withdrawn = self.requests.values().find(carries).map(|request| request.id);
        self.expect_none(withdrawn, |id| format!("law 5: request {id} carries what was withdrawn"));
    }

    /// What a request shows of the service. That an entry is throttled again may be its own doing and tells nothing.
    pub(super) fn reception(&self, request: &Request, ended: &Ended) -> Reception {
        match ended {
            Ended::Answered(Outcome::Each(fates)) if fates.len() == request.entries.len() => {
                let entries: Vec<_> = request.entries.iter().filter_map(|&n| self.known(n)).collect();
                if fates.iter().any(|fate| matches!(fate, Fate::Accepted(_))) {
                    Reception::Taken
                } else if fates.iter().all(|fate| matches!(fate, Fate::Limited(_) | Fate::Throttled(_)))
                    && fates.iter().any(|fate| matches!(fate, Fate::Throttled(_)))
                    && entries.iter().all(|known| !known.was_throttled)
                {
                    Reception::Throttled
                } else {
                    Reception::Reached
                }
            }
            Ended::Answered(Outcome::Throttled(_)) => Reception::Throttled,
            Ended::Answered(Outcome::Unsent(_)) => Reception::Unsent,
            Ended::Answered(Outcome::Ambiguous(_)) | Ended::GivenUp | Ended::Panicked => Reception::Unknown,
            Ended::Answered(_) => Reception::Reached,
        }
    }
}

impl Checker {
    /// What is known of an entry, decided or not.
    pub(super) fn known(&self, n: u64) -> Option<&Known> {
        self.entries.get(n).or_else(|| Some(&self.decided.get(&n)?.known))
    }
}

fn said(ended: &Ended) -> String {
    match ended {
        Ended::Answered(Outcome::Each(fates)) => {
            let fate = |fate: &Fate| match fate {
                Fate::Accepted(_) => "+".to_owned(),
                Fate::Ambiguous(_) => "?".to_owned(),
                Fate::Reject(failure) => format!("reject:{}", failure.code()),
                Fate::Retry(_) => "retry".to_owned(),
                Fate::Limited(_) => "limited".to_owned(),
                Fate::Throttled(_) => "throttled".to_owned(),
            };
            format!("each [{}]", fates.iter().map(fate).collect::<Vec<_>>().join(" "))
        }
        Ended::Answered(outcome) => format!("{outcome:?}"),
        other => format!("{other:?}"),
    }
}
