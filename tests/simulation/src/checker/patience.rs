//! Law 9: how long an entry may be sent, and what a pause of the process changes.

use std::time::Duration;

use super::Checker;
use super::known::Known;
use super::requests::Request;

/// An entry, or the timeout of its request, found later than this shows that the process was paused.
const PAUSE: Duration = Duration::from_millis(100);

impl Checker {
    /// What waits and fell due while the process was paused has its deadline counted anew, once.
    pub(super) fn resume(&mut self) {
        let now = self.now;
        let is_late = |known: &Known| {
            !known.is_in_flight() && self.deadline(known) + PAUSE < now && self.may_resume(known)
        };
        let late: Vec<u64> =
            self.entries.iter().filter_map(|(n, known)| is_late(known).then_some(n)).collect();
        for n in late {
            self.entries.change(n, |known| known.reprieved = Some(now));
        }
    }

    /// The same for what a request carries whose timeout fell into a pause.
    pub(super) fn resume_request(&mut self, request: &Request) {
        let now = self.now;
        if request.began + self.rules.attempt_timeout + PAUSE >= now {
            return;
        }
        for &n in &request.entries {
            let due = self
                .entries
                .get(n)
                .is_some_and(|known| self.deadline(known) <= now && self.may_resume(known));
            if due {
                self.entries.change(n, |known| known.reprieved = Some(now));
            }
        }
    }

    /// Whether it may not be sent any more, whatever its last attempt brought.
    pub(super) fn is_overdue(&self, known: &Known) -> bool {
        self.is_stopped || known.is_withdrawn || self.deadline(known) <= self.now || self.is_forgotten(known)
    }

    pub(super) fn deadline(&self, known: &Known) -> Duration {
        known.reprieved.unwrap_or(known.accepted) + self.rules.delivery_deadline
    }

    /// Whether the service might take it for another one, if it were sent again now.
    pub(super) fn is_forgotten(&self, known: &Known) -> bool {
        let memory = self.rules.memory.map(|memory| memory.saturating_sub(self.rules.attempt_timeout));
        known.doubted.zip(memory).is_some_and(|(doubted, memory)| doubted + memory <= self.now)
    }

    fn may_resume(&self, known: &Known) -> bool {
        known.reprieved.is_none() && !self.is_forgotten(known)
    }
}

impl Known {
    /// It had the one attempt that a pause leaves it.
    pub(super) fn had_its_last_attempt(&self) -> bool {
        self.reprieved.zip(self.launched).is_some_and(|(reprieved, launched)| launched >= reprieved)
    }
}
