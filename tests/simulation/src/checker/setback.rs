//! Law 9: what a failed attempt means for an entry, as the design says it.

use std::time::Duration;

use batch_core::{Duplicates, Failure, OnAmbiguous};

use super::Checker;
use super::known::{At, Known, Owed};
use super::requests::Request;

/// How an attempt failed, as far as the entry may be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Setback {
    Ambiguous,
    /// By its quota, which decides when it goes again.
    Limited,
    Retry,
    Throttled,
    Unsent,
}

/// The longest that entries whose retry is due wait for company.
const COMPANY: Duration = Duration::from_millis(100);

impl Checker {
    /// These entries of a request failed, all of it or a part.
    pub(super) fn set_back(
        &mut self,
        request: &Request,
        back: &[(u64, Setback, &Failure)],
        jitter: f64,
        whole: bool,
    ) {
        let mut again = Vec::new();
        for &(n, setback, failure) in back {
            again.extend(self.strike(n, setback, failure, jitter));
        }
        let Some(isolation) = request.isolation else {
            again.into_iter().for_each(|(n, due)| self.go_back(n, due, None));
            return;
        };
        let last = again.iter().map(|&(_, due)| due).max();
        if whole {
            for &(n, due) in &again {
                self.entries.change(n, |known| known.earliest = due);
                self.isolate(n, isolation);
            }
            self.isolations[isolation].rest_until = last.unwrap_or(self.now);
            return;
        }
        self.go_back_from_part(isolation, again);
    }

    /// Failed entries of a part whose lanes may have more in the next parts go ahead of those.
    fn go_back_from_part(&mut self, isolation: usize, again: Vec<(u64, Duration)>) {
        let has_lane = |n: u64| self.entries.get(n).is_some_and(|known| known.lane.is_some());
        let (laned, free): (Vec<_>, Vec<_>) = again.into_iter().partition(|&(n, _)| has_lane(n));
        free.into_iter().for_each(|(n, due)| self.go_back(n, due, None));
        let last = laned.iter().map(|&(_, due)| due).max();
        let members = self.isolations[isolation].members.iter().filter_map(|&n| self.entries.get(n));
        let mates: Vec<bool> = members.map(|known| self.is_overdue(known)).collect();
        self.isolations[isolation].rest_until = self.now;
        if mates.iter().any(|overdue| !overdue) {
            for (n, due) in laned {
                self.entries.change(n, |known| known.earliest = due);
                self.isolate(n, isolation);
                self.isolations[isolation].rest_until = last.unwrap_or(self.now);
            }
        } else {
            // Where the next parts are overdue, nobody has seen yet whether they are still there.
            let latest = last.filter(|_| !mates.is_empty());
            laned.into_iter().for_each(|(n, due)| self.go_back(n, due, latest));
        }
    }

    /// Books a failed attempt: when the entry may go again, unless it is handed back.
    fn strike(
        &mut self,
        n: u64,
        setback: Setback,
        failure: &Failure,
        jitter: f64,
    ) -> Option<(u64, Duration)> {
        self.entries.change(n, |known| {
            if setback == Setback::Ambiguous {
                known.doubted = known.doubted.or(known.launched);
            }
            known.ambiguous |= setback == Setback::Ambiguous;
            known.used += u32::from(matches!(setback, Setback::Ambiguous | Setback::Retry));
            known.strikes += u32::from(setback != Setback::Unsent);
            known.was_throttled |= matches!(setback, Setback::Limited | Setback::Throttled);
            known.last = Some(failure.clone());
        });
        let known = self.entries.get(n)?;
        if !self.is_stopped && !known.is_withdrawn {
            let lane = known.lane;
            self.lane_failed(lane, Some(failure.code().to_owned()));
        }
        let known = self.entries.get(n)?;
        let hands_back = setback == Setback::Ambiguous && self.rules.ambiguous == OnAmbiguous::HandBack;
        let owed = match known {
            known if self.is_overdue(known) || known.had_its_last_attempt() => Some(Owed::Overdue),
            _ if hands_back => Some(Owed::Ambiguous),
            known if self.rules.max_attempts.is_some_and(|most| known.used >= most) => Some(Owed::Exhausted),
            _ => None,
        };
        let delay = match setback {
            Setback::Limited | Setback::Unsent => Duration::ZERO,
            _ => self.rules.backoff.delay(known.strikes, jitter),
        };
        match owed {
            None => Some((n, self.now + delay)),
            Some(owed) => {
                self.decide(n, owed);
                None
            }
        }
    }

    /// It waits again; a newer one of its identity that waits takes its place instead.
    fn go_back(&mut self, n: u64, due: Duration, latest: Option<Duration>) {
        let (company, tick) = (self.rules.linger.longest().min(COMPANY), self.tick());
        self.entries.set_at(n, At::Waiting);
        self.entries.change(n, |known| {
            known.isolation = None;
            known.earliest = due;
            known.latest = match known.lane {
                Some(_) => latest.unwrap_or(due) + tick,
                None => due + tick + company,
            };
        });
        if self.rules.duplicates != Duplicates::KeepLast {
            return;
        }
        let Some(older) = self.entries.get(n) else {
            return;
        };
        // One that waits before it is overdue and has its answer, which nobody has seen yet; and so has one that was
        // withdrawn.
        let waits = |known: &Known| known.at == At::Waiting && !known.is_withdrawn;
        let is_newer = |(_, known): &(u64, &Known)| waits(known) && known.place > older.place;
        let Some((newer, twin)) = self.entries.twins(older.identity).filter(is_newer).last() else {
            return;
        };
        if self.is_overdue(twin) {
            self.unseen_twins.insert(n, newer);
        } else {
            self.supersede(n, newer);
        }
    }

    /// Whether this entry, which is not in flight, may have its answer, which nobody has seen yet.
    pub(super) fn may_be_gone(&self, n: u64, known: &Known) -> bool {
        self.is_overdue(known) || self.unseen_twins.contains_key(&n)
    }

    /// A newer entry takes the place of an older one that waits.
    pub(super) fn supersede(&mut self, older: u64, newer: u64) {
        let scope = |n| self.home(n).map(|home| home.scope);
        let is_of_one_scope = scope(newer) == scope(older);
        self.entries.inherit(newer, older, is_of_one_scope);
        self.decide(older, Owed::Superseded);
    }
}
