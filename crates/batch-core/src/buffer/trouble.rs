use std::time::Instant;

use super::Buffer;
use super::flight::Flight;
use super::slots::SlotId;
use crate::{Class, Failure, Reply, Verdict};

/// Why requests fail at the moment: the reason of what waits meanwhile and is handed back without ever
/// having been sent.
pub(super) struct Trouble {
    /// The last failure, since which no request succeeded.
    failure: Failure,
    at: Instant,
}

impl<E, R, T> Buffer<E, R, T> {
    /// Remembers why nothing of a request was accepted for now; once something is, there is no trouble.
    pub(super) fn learn_trouble(
        &mut self,
        flight: &Flight<T>,
        reply: &Reply<R>,
        has_accepted: bool,
        now: Instant,
    ) {
        // A request that the writer itself may have ended says nothing of the service.
        if self.has_given_up(flight) {
            return;
        }
        let failure = match reply {
            Ok(_) if has_accepted => {
                let over = self.trouble.take();
                return self.garbage.failures.extend(over.map(|trouble| trouble.failure));
            }
            Ok(verdicts) => verdicts.single().rev().find_map(setback).cloned(),
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
        let of_lane = || slot.line.and_then(|line| self.lines.failure(line));
        slot.last().or_else(of_lane).or_else(|| self.trouble_since(slot.accepted))
    }

    /// The last failure of the writer that may hold up what was accepted at this instant.
    pub(super) fn trouble_since(&self, accepted: Instant) -> Option<Failure> {
        // A failure holds up what comes later for one backoff at most.
        let longest = self.plan.rules.backoff.ceiling(u32::MAX);
        let holds_up = |trouble: &&Trouble| accepted <= trouble.at + longest;
        self.trouble.as_ref().filter(holds_up).map(|trouble| trouble.failure.clone())
    }

    /// Whether an entry of this request comes back whatever its attempt brings.
    fn has_given_up(&self, flight: &Flight<T>) -> bool {
        self.stopped
            || flight.has_any(|stamp| self.scopes.is_withdrawn(stamp))
            || flight.slots().any(|slot| self.is_given_up(slot))
    }
}

/// Why the service did not accept an entry for now.
fn setback<R>(verdict: &Verdict<R>) -> Option<&Failure> {
    match verdict {
        Verdict::Ambiguous(failure) | Verdict::Retry(failure) | Verdict::Throttled(failure) => Some(failure),
        Verdict::Accepted(_) | Verdict::Reject(_) => None,
    }
}
