//! The window of one quota.

use std::time::{Duration, Instant};

use super::tempo::{CUT, DEEPEST, Memory, Recent, growth, seconds};

/// What goes at once is worth a twentieth of a second on average, as far as one request carries it. More would fill
/// requests better, but where several writers share a quota, what one sends at once finds what the other left: half of
/// a burst is throttled each time, and the larger the bursts are, the more that is.
const AT_ONCE: f64 = 0.05;
/// Bursts lie between half and one and a half of that, in steps of the golden ratio, which repeat nothing. Writers whose
/// bursts follow each other at the same distance would keep their turns, and one of them would always come too late.
const GOLDEN: f64 = 0.618;
/// What counts as one request: a fiftieth of the entries of a full one. It is the same for all writers to a
/// destination, so that who sends more is cut more often, and all become equal, as those do whose requests are throttled.
const GRAIN: f64 = 0.02;
/// If a tenth of a burst is throttled, all of it was too much; one that is throttled as a whole tells no more than that.
const GAIN: f64 = 10.0;
/// A quota is probed by one unit a second at least, so that one that recovers is noticed soon.
const LEAST: f64 = 1.0;
/// What is less is an error of rounding: an instant counts nanoseconds.
const ROUNDING: f64 = 0.001;
/// What neither throttles nor holds anything back for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// How many units of a quota may go, and how soon. Like the window of requests, it is found by what is throttled and
/// by time. As replies tell how many of a request's units went through, it is a rate, and units go together, so that
/// requests are full.
pub(super) struct Flow {
    /// Units a second.
    rate: f64,
    /// Units that may go now; below zero after an entry that takes more than goes at once.
    units: f64,
    filled_at: Instant,
    /// Units that were accepted.
    recent: Recent,
    born_at: Instant,
    memory: Memory,
    cut_at: Instant,
    /// Since when it holds entries back.
    held_since: Option<Instant>,
    held_at: Instant,
    /// Whether the service accepted anything since the rate last changed.
    accepted: bool,
    /// Units that the next entry takes, as far as that is known.
    wanted: f64,
    /// Whether units went since a request was packed last, and where between half and one and a half of what goes at
    /// once on average the next burst lies.
    has_gone: bool,
    phase: f64,
}

impl Flow {
    /// Of a quota that throttles for the first time.
    pub(super) fn new(rate: f64, accepted: f64, now: Instant) -> Self {
        let mut recent = Recent::new();
        recent.count(accepted, now);
        Self {
            rate: rate.max(LEAST),
            units: 0.0,
            filled_at: now,
            recent,
            born_at: now,
            memory: Memory::new(),
            cut_at: now,
            held_since: None,
            held_at: now,
            accepted: false,
            wanted: 1.0,
            has_gone: false,
            phase: 0.0,
        }
    }

    /// A reply to a request that was sent at `sent_at`: how many units went through and how many were throttled.
    pub(super) fn learn(
        &mut self,
        (accepted, throttled): (f64, f64),
        at_once: usize,
        sent_at: Instant,
        now: Instant,
    ) {
        self.fill(now, f64::MAX);
        if accepted > 0.0 {
            self.recent.count(accepted, now);
            self.accepted = true;
            self.memory.accepted(self.rate, now);
        }
        if throttled > 0.0 {
            // Nothing is left of what the service would have let through at once.
            self.units = self.units.min(0.0);
            // What was sent before it was limited tells nothing new.
            if sent_at >= self.born_at {
                self.cut(throttled, accepted + throttled, at_once, now);
            }
        }
    }

    fn cut(&mut self, throttled: f64, sent: f64, at_once: usize, now: Instant) {
        self.memory.throttled();
        let bursts = (GAIN * throttled).min(sent) / self.grain(at_once);
        let cut = 1.0 - (1.0 - CUT).powf(bursts);
        let least = (self.recent.served_in_a_second(now) * (1.0 - DEEPEST)).max(LEAST);
        self.rate = (self.rate * (1.0 - cut)).max(least.min(self.rate));
        (self.held_since, self.accepted) = (self.held_since.map(|_| now), false);
        self.cut_at = now;
    }

    /// Takes these units for a request, if they may go now.
    pub(super) fn take(&mut self, units: f64, at_once: usize, now: Instant) -> bool {
        self.grow(at_once, now);
        let most = self.at_once(at_once);
        self.fill(now, most);
        self.wanted = units.min(most);
        let goes = self.units + ROUNDING >= self.wanted;
        if goes {
            self.units -= units;
            self.wanted = 1.0;
            self.has_gone = true;
        }
        goes
    }

    /// When what waits may go: all of these units, or as many as go at once. A request carries `at_once` entries.
    pub(super) fn opens(&self, waiting: usize, at_once: usize) -> Instant {
        let missing = self.at_once(at_once).min(waiting as f64).max(self.wanted) - self.units;
        self.filled_at + Duration::from_secs_f64(missing.max(0.0) / self.rate)
    }

    /// Whether any unit may go now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.units + self.rate * seconds(self.filled_at, now) + ROUNDING >= 1.0
    }

    /// Only the time in which it holds entries back lets it grow.
    pub(super) fn hold(&mut self, holds: bool, now: Instant) {
        if std::mem::take(&mut self.has_gone) {
            self.phase = (self.phase + GOLDEN).fract();
        }
        if holds {
            self.held_since.get_or_insert(now);
            self.held_at = now;
        } else {
            self.held_since = None;
        }
    }

    pub(super) fn is_forgotten(&self, now: Instant) -> bool {
        self.cut_at.max(self.held_at) + FORGOTTEN <= now
    }

    fn grow(&mut self, at_once: usize, now: Instant) {
        let Some(since) = self.held_since.filter(|_| self.accepted) else {
            return;
        };
        let held = seconds(since, now);
        (self.held_since, self.accepted) = (Some(now), false);
        let calm = seconds(self.cut_at, now);
        let growth =
            self.memory.growth(self.rate).unwrap_or_else(|| growth(self.rate / self.grain(at_once), calm));
        self.rate *= 1.0 + (growth * held).min(1.0);
    }

    fn fill(&mut self, now: Instant, most: f64) {
        let more = self.rate * seconds(self.filled_at, now);
        self.units = (self.units + more).min(most.max(self.units));
        self.filled_at = now;
    }

    fn at_once(&self, entries: usize) -> f64 {
        (entries as f64).min(AT_ONCE * self.rate * (0.5 + self.phase)).max(1.0)
    }

    fn grain(&self, entries: usize) -> f64 {
        (entries as f64 * GRAIN).min(AT_ONCE * self.rate).max(1.0)
    }
}
