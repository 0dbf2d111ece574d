use std::time::Instant;

use super::complete::{Checked, is_accepted};
use super::slots::SlotId;
use super::{Buffer, Flight};
use crate::{Class, Failure, Verdict};

/// Why requests fail at the moment: the reason of what waits meanwhile and is handed back without ever
/// having been sent.
pub(super) struct Trouble {
    /// The last failure, since which no request succeeded.
    failure: Failure,
    at: Instant,
}

impl<E, R, T> Buffer<E, R, T> {
    /// Remembers why nothing of a request was accepted for now; once something is, there is no trouble.
    pub(super) fn learn_trouble(&mut self, flight: &Flight, reply: &Checked<R>, now: Instant) {
        // A request that the writer itself may have ended says nothing of the service.
        if flight.slots.iter().any(|&slot| self.is_given_up(slot)) {
            return;
        }
        let failure = match reply {
            Ok(verdicts) if verdicts.iter().any(is_accepted) => {
                let over = self.trouble.take();
                return self.garbage.failures.extend(over.map(|trouble| trouble.failure));
            }
            Ok(verdicts) => verdicts.iter().rev().find_map(setback).cloned(),
            Err(refusal) => match refusal.class {
                Class::Fatal | Class::Split | Class::UnknownDestination | Class::Unrecognized => None,
                Class::Ambiguous | Class::Expired | Class::Retry | Class::Throttled | Class::Unsent => {
                    Some(refusal.failure.clone())
                }
            },
        };
        if let Some(failure) = failure {
            let old = self.trouble.replace(Trouble { failure, at: now });
            self.garbage.failures.extend(old.map(|trouble| trouble.failure));
        }
    }

    /// The last failure of the entry; where it was never sent, that of its lane, else that of the writer.
    pub(super) fn last_failure(&self, id: SlotId) -> Option<Failure> {
        let slot = &self.slots[id];
        if slot.sends > 0 {
            return slot.last();
        }
        // A failure holds up what comes later for one backoff at most.
        let longest = self.plan.rules.backoff.ceiling(u32::MAX);
        let holds_up = |trouble: &&Trouble| slot.accepted <= trouble.at + longest;
        let of_writer = || self.trouble.as_ref().filter(holds_up).map(|trouble| trouble.failure.clone());
        slot.last().or_else(|| self.lines.failure(slot.line)).or_else(of_writer)
    }
}

/// Why the service did not accept an entry for now.
fn setback<R>(verdict: &Verdict<R>) -> Option<&Failure> {
    match verdict {
        Verdict::Ambiguous(failure) | Verdict::Retry(failure) | Verdict::Throttled(failure) => Some(failure),
        Verdict::Accepted(_) | Verdict::Reject(_) => None,
    }
}
