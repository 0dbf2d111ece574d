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
    last: Option<(String, Duration)>,
    /// What was the last one before, at this moment.
    before: Vec<Option<(String, Duration)>>,
    changed: Duration,
    /// Whether the lane may have been empty since, and forgotten, which nobody has seen.
    may_be_over: bool,
}

impl Checker {
    /// What the end of a request says of the service. One that the writer itself ended says nothing.
    pub(super) fn learn_trouble(&mut self, request: &Request, ended: &Ended) {
        let withdrawn = self.withdrawn;
        // An entry that has its answer already was withdrawn too.
        let is_withdrawn = |n: &u64| self.entries.get(*n).is_none_or(|known| known.flush_order < withdrawn);
        if self.is_stopped || request.entries.iter().any(is_withdrawn) {
            return;
        }
        let code = match ended {
            Ended::Answered(Outcome::Each(fates)) if fates.len() == request.entries.len() => {
                if fates.iter().any(|fate| matches!(fate, Fate::Accepted(_))) {
                    return self.troubles.writer.change(None, self.now);
                }
                fates.iter().rev().find_map(setback)
            }
            Ended::Answered(Outcome::Each(_)) => Some("VerdictsMiscounted".to_owned()),
            Ended::Answered(
                Outcome::Ambiguous(failure)
                | Outcome::Retry(failure)
                | Outcome::Throttled(failure)
                | Outcome::Unsent(failure),
            ) => Some(failure.code().to_owned()),
            Ended::Answered(Outcome::Fatal(_) | Outcome::Split(_)) => None,
            Ended::GivenUp => Some("AttemptTimeout".to_owned()),
            Ended::Panicked => Some("ServicePanicked".to_owned()),
        };
        if let Some(code) = code {
            self.troubles.writer.change(Some((code, self.now)), self.now);
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
            trouble.may_be_over = true;
        }
    }

    /// An entry comes to this lane. Of those before it, some may have their answers, which nobody has seen yet.
    pub(super) fn joins_lane(&mut self, lane: Option<LaneId>) {
        let Some(lane) = lane else { return };
        let members = self.entries.lanes()[lane].members.values();
        let mut members = members.filter_map(|&n| self.entries.get(n));
        let is_left = members.all(|known| !known.is_in_flight() && self.is_overdue(known));
        if let Some(trouble) = self.troubles.lanes.get_mut(&lane).filter(|_| is_left) {
            trouble.may_be_over = true;
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
    fn change(&mut self, failure: Option<(String, Duration)>, now: Duration) {
        if self.changed < now {
            self.before.clear();
            self.changed = now;
        }
        let over = std::mem::take(&mut self.may_be_over).then_some(None);
        let last = std::mem::replace(&mut self.last, failure);
        self.before.extend([last].into_iter().chain(over));
    }

    /// What it was at any time of this moment, as far as it holds up an entry.
    fn codes(&self, now: Duration, holds_up: impl Fn(Duration) -> bool) -> Vec<Code> {
        let before = self.before.iter().filter(|_| self.changed == now);
        let all = before.chain([&self.last]).chain(self.may_be_over.then_some(&None));
        all.map(|failure| failure.as_ref().filter(|(_, at)| holds_up(*at)).map(|(code, _)| code.clone()))
            .collect()
    }
}

fn setback(fate: &Fate) -> Code {
    match fate {
        Fate::Ambiguous(failure) | Fate::Retry(failure) | Fate::Throttled(failure) => {
            Some(failure.code().to_owned())
        }
        Fate::Accepted(_) | Fate::Reject(_) => None,
    }
}
