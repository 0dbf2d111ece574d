//! The window of one quota.

use std::time::{Duration, Instant};

use super::quotas::Tally;
use super::tempo::{CUT, DEEPEST, Memory, Recent, growth, seconds};

/// What goes at once is worth at least a fiftieth of a second on average, as far as one request carries it. Where several
/// writers share a quota, what one sends at once finds what the other left: half of a burst is throttled each time, and
/// the larger the bursts are, the more that is.
const LEAST_AT_ONCE: f64 = 0.02;
/// Where no other writer takes what a burst is to find, larger ones fill requests. They are less than the second that AWS
/// meters by, even half as large again.
const MOST_AT_ONCE: f64 = 0.6;
/// And they are of so many entries at most, which fill a request to a table. A rate that is too high throttles more of
/// larger ones before a reply says so.
const MOST_ENTRIES: f64 = 25.0;
/// If so much of a burst is throttled, another writer was there before: bursts become half as large. A rate that is a
/// little too high throttles a little of each.
const COLLISION: f64 = 0.25;
/// If no writer is met, they become larger, the faster the longer ago that was: twice as large in about so many seconds.
/// Bursts of single entries meet nobody who can be noticed, so that this must take long, or the shares of slow writers drift
/// apart.
const ALONE: f64 = 60.0;
/// Bursts lie between half and one and a half of that, in steps of the golden ratio, which repeat nothing. Writers whose
/// bursts follow each other at the same distance would keep their turns, and one of them would always come too late.
const GOLDEN: f64 = 0.618;
/// What counts as one request: a fiftieth of the entries of a full one. It is the same for all writers to a
/// destination, so that who sends more is cut more often, and all become equal, as those do whose requests are throttled.
const GRAIN: f64 = 0.02;
/// But no more than goes in a twentieth of a second.
const LONGEST_GRAIN: f64 = 0.05;
/// As a rate grows, a request counts as so many. Few entries are throttled where a request carries hundreds, so that a
/// faster growth costs little, and brings writers together sooner.
const QUICKER: f64 = 4.0;
/// If a tenth of a burst is throttled, all of it was too much; one that is throttled as a whole tells no more than that.
const GAIN: f64 = 10.0;
/// A quota is probed by so many usual entries a second at least, so that one that recovers is noticed soon.
const LEAST: f64 = 1.0;
/// An entry that takes more than goes at once is paid off for so many seconds at most: a wrong number of units must not
/// cost all others of its quota their deadlines.
const LONGEST_DEBT: f64 = 10.0;
/// What is less than this part of what goes next is an error of rounding.
const ROUNDING: f64 = 0.001;
/// What neither throttles nor holds anything back for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// How many units of a quota may go, and how soon. Like the window of requests, it is found by what is throttled and
/// by time. As replies tell how many of a request's units went through, it is a rate, and units go together, so that
/// requests are full.
///
/// Everything that counts entries does so in units of the *usual* entry: quotas of one unit each, and of a thousand each
/// for a limit that is a thousand times as high, are paced alike.
pub(super) struct Flow {
    /// Units a second.
    rate: f64,
    /// Units that may go now; below zero after an entry that takes more than goes at once.
    units: f64,
    filled_at: Instant,
    /// Units that were accepted, from the request on that was throttled first.
    recent: Recent,
    /// The same of requests that were sent after that reply. Nothing was left then of what may have been saved up, so that
    /// they are its rate however soon that is.
    recent_since: Recent,
    usual: Usual,
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
    /// What goes at once on average, in seconds, and when another writer was met last.
    span: f64,
    met_at: Instant,
    /// Whether units went since a request was packed last, and where between half and one and a half of what goes at
    /// once on average the next burst lies.
    has_gone: bool,
    phase: f64,
}

/// How many units an entry takes, as the geometric mean of what was sent in about the last second. One entry with a
/// million units among a thousand with one each does not change it by much.
struct Usual {
    logarithms: f64,
    entries: f64,
    at: Instant,
}

impl Flow {
    /// Of a quota that throttles for the first time, of which other quotas let so many entries a second through.
    pub(super) fn new(entries: f64, tally: &Tally, now: Instant) -> Self {
        let (mut recent, mut usual) = (Recent::new(), Usual { logarithms: 0.0, entries: 0.0, at: now });
        if tally.accepted > 0.0 {
            recent.count(tally.accepted, now);
        }
        usual.count(tally, now);
        Self {
            rate: (entries * tally.sent() / tally.entries.max(1.0)).max(LEAST * usual.units()),
            units: 0.0,
            filled_at: now,
            recent,
            recent_since: Recent::since(now),
            usual,
            born_at: now,
            memory: Memory::new(),
            cut_at: now,
            held_since: None,
            held_at: now,
            accepted: false,
            wanted: 1.0,
            span: MOST_AT_ONCE,
            met_at: now,
            has_gone: false,
            phase: 0.0,
        }
    }

    /// A reply to a request that was sent at `sent_at`: what became of its units.
    pub(super) fn learn(&mut self, tally: &Tally, at_once: usize, sent_at: Instant, now: Instant) {
        self.fill(now, f64::MAX);
        self.usual.count(tally, now);
        self.rate = self.rate.max(LEAST * self.usual.units());
        let is_news = sent_at >= self.born_at;
        if tally.accepted > 0.0 {
            self.recent.count(tally.accepted, now);
            if is_news {
                self.recent_since.count(tally.accepted, now);
            }
            self.accepted = true;
            self.memory.accepted(self.rate, now);
        }
        if tally.throttled <= 0.0 {
            return;
        }
        // What was sent before it was limited tells nothing new.
        if !is_news {
            self.units = self.units.min(0.0);
            return;
        }
        // The service did not count what it throttled, and nothing is left of what it would have let through at once.
        self.units = (self.units + tally.throttled).min(0.0);
        if tally.entries > 1.0 && tally.throttled > COLLISION * tally.sent() {
            self.span = (self.span / 2.0).max(LEAST_AT_ONCE);
            self.met_at = now;
        }
        self.cut(tally, at_once, now);
    }

    fn cut(&mut self, tally: &Tally, at_once: usize, now: Instant) {
        self.memory.throttled();
        let bursts = (GAIN * tally.throttled).min(tally.sent()) / self.grain(at_once);
        let cut = 1.0 - (1.0 - CUT).powf(bursts);
        // Half of what was accepted last, since what was served falls from burst to burst.
        let since = self.recent_since.served_but(self.usual.units() / 2.0, now);
        let served = self.recent.served_in_a_second(now).max(since) - tally.accepted / 2.0;
        let least = (served * (1.0 - DEEPEST)).max(LEAST * self.usual.units());
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
        let goes = self.has(self.units, self.wanted);
        if goes {
            self.units = (self.units - units).max(-LONGEST_DEBT * self.rate);
            self.wanted = 1.0;
            self.has_gone = true;
        }
        goes
    }

    /// Takes these units for a request in any case: what is missing is paid off.
    pub(super) fn owe(&mut self, units: f64) -> bool {
        self.units = (self.units - units).max(-LONGEST_DEBT * self.rate);
        true
    }

    /// When what waits may go: all of these entries, or as many as go at once. A request carries `at_once` of them.
    pub(super) fn opens(&self, waiting: usize, at_once: usize) -> Instant {
        let waiting = waiting as f64 * self.usual.units();
        let missing = self.at_once(at_once).min(waiting).max(self.wanted) - self.units;
        // At a billion units a second, the nanosecond that is rounded off is a unit.
        let rounded = Duration::from_nanos(u64::from(missing > 0.0));
        self.filled_at + Duration::from_secs_f64(missing.max(0.0) / self.rate) + rounded
    }

    /// Whether any unit may go now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.has(self.units + self.rate * seconds(self.filled_at, now), 1.0)
    }

    /// Whether an entry with so many units goes long before there are as many.
    pub(super) fn is_large(&self, units: f64, at_once: usize) -> bool {
        units > 2.0 * self.at_once(at_once)
    }

    /// It holds entries back, maybe a lane that came back with its reply.
    pub(super) fn hold(&mut self, now: Instant) {
        if self.accepted {
            self.held_since.get_or_insert(now);
        }
        self.held_at = now;
    }

    /// A request was packed. Only the time in which it holds entries back lets it grow.
    pub(super) fn packed(&mut self, holds: bool, now: Instant) {
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
        let requests = self.rate / (self.grain(at_once) / QUICKER).max(self.usual.units());
        let growth = self.memory.growth(self.rate).unwrap_or_else(|| growth(requests, f64::INFINITY, calm));
        self.rate *= 1.0 + (growth * held).min(1.0);
        let alone = seconds(self.met_at, now) / ALONE;
        self.span = (self.span * (1.0 + alone * held / ALONE)).min(MOST_AT_ONCE);
    }

    fn fill(&mut self, now: Instant, most: f64) {
        let more = self.rate * seconds(self.filled_at, now);
        self.units = (self.units + more).min(most.max(self.units));
        self.filled_at = now;
    }

    /// Whether so many of these units are there.
    fn has(&self, units: f64, wanted: f64) -> bool {
        units + ROUNDING * wanted >= wanted
    }

    fn at_once(&self, entries: usize) -> f64 {
        let usual = self.usual.units();
        let widest = (MOST_ENTRIES * usual / self.rate).clamp(LEAST_AT_ONCE, MOST_AT_ONCE);
        let burst = self.span.min(widest) * self.rate * (0.5 + self.phase);
        burst.min(entries as f64 * usual).max(usual)
    }

    fn grain(&self, entries: usize) -> f64 {
        let usual = self.usual.units();
        (entries as f64 * GRAIN * usual).min(LONGEST_GRAIN * self.rate).max(usual)
    }
}

impl Usual {
    /// Counts what was sent; what was before counts less by a factor of e a second later.
    fn count(&mut self, tally: &Tally, now: Instant) {
        let kept = (-seconds(self.at, now)).exp();
        self.logarithms = self.logarithms * kept + tally.logarithms;
        self.entries = self.entries * kept + tally.entries;
        self.at = now;
    }

    fn units(&self) -> f64 {
        if self.entries > 0.0 { (self.logarithms / self.entries).exp() } else { 1.0 }
    }
}
