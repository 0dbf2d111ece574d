//! Law 4: what may go does not wait past its time while a request may be sent.

use std::time::Duration;

use batch_core::{Duplicates, Load};

use super::Checker;
use super::entries::Lane;
use super::known::{At, Known};

/// The longest tick.
const TICK: Duration = Duration::from_millis(10);

impl Checker {
    pub(super) fn check_timeliness(&mut self) {
        self.expect_none(self.two_twins_wait(), |complaint| complaint);
        if !self.surely_sends() {
            return;
        }
        let complaint = self.idle_part().or_else(|| {
            if self.pace.limits_quotas {
                return None;
            }
            let mut ready = Load::empty();
            self.late_entry(&mut ready).or_else(|| self.enough(ready))
        });
        self.expect_none(complaint, |complaint| format!("law 4: {complaint}"));
    }

    /// A part of a refused request goes as soon as the one before it is answered.
    fn idle_part(&self) -> Option<String> {
        let idle = self.isolations.iter().find(|isolation| {
            !isolation.members.is_empty()
                && !isolation.in_flight
                && isolation.rest_until + self.tick() <= self.now
        });
        idle.map(|isolation| format!("the next part does not go: {isolation:?}"))
    }

    /// Adds up what may go, and looks for an entry that should have gone.
    fn late_entry(&self, ready: &mut Load) -> Option<String> {
        for (n, known) in self.entries.free() {
            if known.at == At::Waiting && self.has_rested(known) {
                *ready = ready.with(known.bytes);
                if let Some(complaint) = self.late(known) {
                    return Some(format!("entry {n} {complaint}: {known:?}"));
                }
            }
        }
        self.entries.lanes().iter().find_map(|lane| self.late_lane(lane, ready))
    }

    fn late_lane(&self, lane: &Lane, ready: &mut Load) -> Option<String> {
        if lane.away > 0 {
            return None;
        }
        let mut waiting = lane.members.values().filter_map(|&n| Some((n, self.entries.get(n)?)));
        let (n, head) = waiting.next().filter(|(_, head)| self.has_rested(head))?;
        *ready = ready.with(head.bytes);
        if !lane.is_strict {
            let followers = waiting.take_while(|(_, known)| self.has_rested(known));
            *ready = followers.fold(*ready, |ready, (_, known)| ready.with(known.bytes));
        }
        self.late(head).map(|complaint| format!("entry {n}, first of its lane, {complaint}: {head:?}"))
    }

    /// Whether its retry is due for sure, if it waits for one.
    fn has_rested(&self, known: &Known) -> bool {
        let tick = if known.requests.is_empty() { Duration::ZERO } else { self.tick() };
        known.earliest + tick <= self.now
    }

    /// Retries are due at whole ticks, so up to one later than their backoff ends.
    pub(super) fn tick(&self) -> Duration {
        (self.rules.backoff.ceiling(1) / 10).min(TICK)
    }

    fn late(&self, known: &Known) -> Option<&'static str> {
        if self.scopes.is_flushed(known.stamp) {
            Some("lingers in spite of a flush")
        } else if known.latest <= self.now {
            Some("waits past its time")
        } else if known.latest <= self.now + self.head_start() {
            Some("waits past its time in an idle writer")
        } else {
            None
        }
    }

    /// How much sooner what lingers goes, because no request is in flight.
    fn head_start(&self) -> Duration {
        match self.requests.is_empty() {
            true => self.rules.linger.longest() - self.rules.linger.idle(),
            false => Duration::ZERO,
        }
    }

    /// Enough waits to fill a request, or nothing more can come.
    fn enough(&self, ready: Load) -> Option<String> {
        let is_enough = ready.entries >= self.rules.threshold_entries
            || ready.bytes >= self.rules.threshold_bytes
            || (ready.entries > 0 && !self.queue.is_empty());
        is_enough.then(|| format!("{ready:?} waits, which is enough"))
    }

    /// Under `KeepLast`, a newer entry supersedes the one that waits.
    fn two_twins_wait(&self) -> Option<String> {
        if self.rules.duplicates != Duplicates::KeepLast {
            return None;
        }
        self.entries.iter().find_map(|(n, known)| {
            let waits = |known: &Known| known.at == At::Waiting;
            let mut twins = self.entries.twins(known.identity.filter(|_| waits(known)));
            let twin = twins.find(|(other, twin)| *other > n && waits(twin))?.0;
            Some(format!("entry {twin} does not supersede entry {n}, which waits"))
        })
    }
}
