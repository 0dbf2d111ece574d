//! Why what was never sent is handed back: the last failure of its lane, or of the writer's requests.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Checker;
use super::facts::{Fate, Outcome};
use super::known::{Known, LaneId};
use super::requests::{Ended, Request};

/// A code, or nothing if nothing failed.
type Code = Option<String>;

/// What failed last, of the writer and of each lane. When exactly an entry is handed back at some moment
/// shows only later, so that all that held at that moment is kept.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    writer: Trouble,
    lanes: BTreeMap<LaneId, Trouble>,
}

#[derive(Debug, Default)]
struct Trouble {
    last: Last,
    /// What it may be instead, which nobody has seen: a lane may have been empty since, and forgotten.
    instead: Vec<Last>,
    /// What was the last one before, at this moment.
    before: Vec<Last>,
    changed: Duration,
}

/// A failure, if there is one, and when it came.
type Last = Option<(String, Duration)>;

impl Checker {
    /// What the end of a request says of the service. One that carries what was withdrawn says nothing; or perhaps it
    /// does, if the scope was dropped meanwhile.
    pub(super) fn learn_trouble(&mut self, request: &Request, ended: &Ended) {
        // An entry that has its answer already was withdrawn too.
        let is_withdrawn = |n: &&u64| self.entries.get(**n).is_none_or(|known| known.is_withdrawn);
        let is_adopted = |&n: &u64| self.known(n).is_some_and(|known| self.scopes.is_adopted(known.stamp));
        let withdrawn: Vec<bool> = request.entries.iter().filter(is_withdrawn).map(is_adopted).collect();
        if self.is_stopped || withdrawn.contains(&false) {
            return;
        }
        let Some(code) = news(request, ended) else { return };
        let failure = code.map(|code| (code, self.now));
        if withdrawn.is_empty() {
            self.troubles.writer.change(failure, self.now);
        } else {
            self.troubles.writer.may_be(failure);
        }
    }

    /// An entry of this lane failed or, without a code, was accepted.
    pub(super) fn lane_failed(&mut self, lane: Option<LaneId>, code: Code) {
        if let Some(lane) = lane {
            let failure = code.map(|code| (code, self.now));
            self.troubles.lanes.entry(lane).or_default().change(failure, self.now);
        }
    }

    /// The lane is empty, and nothing is left of it; unless one of it was launched that is still to be seen.
    pub(super) fn forget_lane(&mut self, lane: Option<LaneId>) {
        let is_empty = |lane: &LaneId| {
            let lane = &self.entries.lanes()[*lane];
            lane.members.is_empty() && lane.away == 0
        };
        let Some(lane) = lane.filter(is_empty) else { return };
        let is_of_lane = |n| self.known(n).is_some_and(|known| known.lane == Some(lane));
        if !self.ghosts.unseen().any(is_of_lane) {
            self.lane_failed(Some(lane), None);
        } else if let Some(trouble) = self.troubles.lanes.get_mut(&lane) {
            trouble.may_be(None);
        }
    }

    /// An entry comes to this lane. Of those before it, some may have their answers, which nobody has seen yet.
    pub(super) fn joins_lane(&mut self, lane: Option<LaneId>) {
        let Some(lane) = lane else { return };
        let members = self.entries.lanes()[lane].members.values();
        let mut members = members.filter_map(|&n| self.entries.get(n));
        let is_left = members.all(|known| !known.is_in_flight() && self.is_overdue(known));
        if let Some(trouble) = self.troubles.lanes.get_mut(&lane).filter(|_| is_left) {
            trouble.may_be(None);
        }
    }

    /// The codes with which this entry may be handed back now, unless it failed itself.
    pub(super) fn reasons(&self, known: &Known) -> Vec<Code> {
        let longest = self.rules.backoff.ceiling(u32::MAX);
        let mut reasons = Vec::new();
        let lane = known.lane.and_then(|lane| self.troubles.lanes.get(&lane));
        let of_lane = lane.map_or_else(|| vec![None], |lane| lane.codes(self.now, |_| true));
        for reason in of_lane {
            match reason {
                Some(code) => reasons.push(Some(code)),
                None => {
                    reasons.extend(self.troubles.writer.codes(self.now, |at| known.accepted <= at + longest));
                }
            }
        }
        reasons
    }
}

impl Trouble {
    fn change(&mut self, failure: Last, now: Duration) {
        if self.changed < now {
            self.before.clear();
            self.changed = now;
        }
        self.before.push(std::mem::replace(&mut self.last, failure));
        self.before.append(&mut self.instead);
    }

    fn may_be(&mut self, failure: Last) {
        if !self.instead.contains(&failure) {
            self.instead.push(failure);
        }
    }

    /// What it was at any time of this moment, as far as it holds up an entry.
    fn codes(&self, now: Duration, holds_up: impl Fn(Duration) -> bool) -> Vec<Code> {
        let before = self.before.iter().filter(|_| self.changed == now);
        let all = before.chain([&self.last]).chain(&self.instead);
        all.map(|failure| failure.as_ref().filter(|(_, at)| holds_up(*at)).map(|(code, _)| code.clone()))
            .collect()
    }
}

/// What the end of a request says: nothing, that there is no trouble, or which.
fn news(request: &Request, ended: &Ended) -> Option<Code> {
    match ended {
        Ended::Answered(Outcome::Each(fates)) if fates.len() == request.entries.len() => {
            let is_over = fates.iter().any(|fate| matches!(fate, Fate::Accepted(_)));
            if is_over { Some(None) } else { fates.iter().rev().find_map(setback).map(Some) }
        }
        Ended::Answered(Outcome::Each(_)) => Some(Some("VerdictsMiscounted".to_owned())),
        Ended::Answered(
            Outcome::Ambiguous(failure)
            | Outcome::Retry(failure)
            | Outcome::Throttled(failure)
            | Outcome::Unsent(failure),
        ) => Some(Some(failure.code().to_owned())),
        Ended::Answered(Outcome::Fatal(_) | Outcome::Split(_)) => None,
        Ended::GivenUp => Some(Some("AttemptTimeout".to_owned())),
        Ended::Panicked => Some(Some("ServicePanicked".to_owned())),
    }
}

fn setback(fate: &Fate) -> Code {
    match fate {
        Fate::Ambiguous(failure)
        | Fate::Limited(failure)
        | Fate::Retry(failure)
        | Fate::Throttled(failure) => Some(failure.code().to_owned()),
        Fate::Accepted(_) | Fate::Reject(_) => None,
    }
}
